// AccountAdmin over a running server's control socket: a connection, a request and an answer each time
// (account_protocol.h). One thread; every call blocks, at most for `patience`.
#pragma once

#include "control/account_admin.h"
#include "control/account_protocol.h"
#include "control/control_connection.h"

#include <chrono>
#include <filesystem>

namespace veche::control {

class RemoteAccounts final : public AccountAdmin {
 public:
  /// `socket`: DATA/veche.sock. Its path has at most 107 bytes (sockaddr_un).
  explicit RemoteAccounts(std::filesystem::path socket,
                          std::chrono::milliseconds patience = ControlConnection::kPatience)
      : socket_(std::move(socket)), patience_(patience) {}

  base::Result<> add(std::string_view name, std::string_view password) override;
  base::Result<> change_password(std::string_view name, std::string_view password) override;
  base::Result<> remove(std::string_view name) override;
  base::Result<std::vector<AccountLine>> list() override;

 private:
  base::Result<> order(AccountAction action, std::string_view name, std::string_view password);
  AccountAnswer ask(AccountRequest request);

  std::filesystem::path socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace veche::control
