#include "control/remote_accounts.h"

#include "base/secret.h"
#include "control/control_connection.h"

#include <utility>

namespace veche::control {

using base::Result;

AccountAnswer RemoteAccounts::ask(AccountRequest request) {
  auto connection = ControlConnection::open(socket_, patience_,
                                            {"nobody answers there, though the data directory is in use",
                                             "is the server starting or stopping? try again"});
  std::string line = encode(request);
  request.password.clear();
  const auto sent = connection ? connection->send(line) : Result<>(tl::unexpected(connection.error()));
  base::wipe(line);
  if (!sent) return tl::unexpected(sent.error());
  const auto answer = connection->receive(kAccountAnswerBytesMax);
  if (!answer) return tl::unexpected(answer.error());
  return parse_account_answer(*answer);
}

Result<> RemoteAccounts::order(AccountAction action, std::string_view name, std::string_view password) {
  const AccountAnswer answer = ask({action, std::string(name), password});
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Result<> RemoteAccounts::add(std::string_view name, std::string_view password) {
  return order(AccountAction::add, name, password);
}

Result<> RemoteAccounts::change_password(std::string_view name, std::string_view password) {
  return order(AccountAction::set_password, name, password);
}

Result<> RemoteAccounts::remove(std::string_view name) { return order(AccountAction::remove, name, {}); }

Result<std::vector<AccountLine>> RemoteAccounts::list() { return ask({AccountAction::list, {}, {}}); }

}  // namespace veche::control
