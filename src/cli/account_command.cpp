#include "cli/account_command.h"

#include "base/secret.h"
#include "cli/exit_code.h"
#include "cli/load_config.h"
#include "cli/password_input.h"
#include "control/account_rules.h"
#include "control/open_accounts.h"
#include "store/password.h"

#include <string>
#include <string_view>

namespace veche::cli {
namespace {

using base::Result;
using base::Translator;
using chat::AccountAction;
using control::AccountAnswer;
using control::AccountRequest;

bool sets_password(AccountAction action) {
  return action == AccountAction::add || action == AccountAction::set_password;
}

/// The request, with its password asked for. A bad name is refused before that.
Result<AccountRequest> request_of(const AccountOptions& options, const control::Config& config,
                                  const Translator& t) {
  AccountRequest request{options.action, options.name, {}};
  if (!sets_password(options.action)) return request;
  if (auto name = control::check_account_name(options.name, config.limits.nick_length); !name) {
    return tl::unexpected(name.error());
  }
  auto password = read_new_password(t);
  if (!password) return tl::unexpected(password.error());
  request.password = *std::move(password);
  return request;
}

std::string words_for(const AccountOptions& options, const std::vector<control::AccountLine>& accounts,
                      const Translator& t) {
  switch (options.action) {
    case AccountAction::add:
      return t("Account {} added.", options.name) + '\n';
    case AccountAction::set_password:
      return t("The password of {} is changed.", options.name) + '\n';
    case AccountAction::remove:
      return t("Account {} removed.", options.name) + '\n';
    case AccountAction::list:
      break;
  }
  if (options.json) return control::accounts_json(accounts) + '\n';
  if (accounts.empty()) return t("There are no accounts yet.") + '\n';
  std::string out;
  for (const control::AccountLine& account : accounts) {
    out += control::time_text(account.created) + "  " + account.name + '\n';
  }
  return out;
}

}  // namespace

int run_account(const AccountOptions& options, const Translator& t) {
  const auto config = load_config(options.config_file, options.data_dir);
  if (!config) return kUsage;
  auto request = request_of(options, *config, t);
  if (!request) return report(request.error(), kFailed);

  // Only an `add` may be the first thing that ever happens in a data directory.
  auto accounts = control::open_accounts(*config, options.action == AccountAction::add);
  const AccountAnswer answer =
      accounts ? control::perform(**accounts, *request) : AccountAnswer(tl::unexpected(accounts.error()));
  request->password.clear();
  if (!answer) return report(answer.error(), kFailed);
  return print(words_for(options, *answer, t)) ? kDone : kFailed;
}

int run_account_hash(const HashOptions& options, const Translator& t) {
  const auto config = load_config(options.config_file, "");
  if (!config) return kUsage;
  auto password = read_new_password(t);
  if (!password) return report(password.error(), kFailed);
  const auto ready = store::init_crypto();
  const auto hash = ready ? store::hash_password(*password, config->accounts.hash_cost)
                          : Result<std::string>(tl::unexpected(ready.error()));
  base::wipe(*password);
  if (!hash) return report(hash.error(), kFailed);
  return print(*hash + '\n') ? kDone : kFailed;
}

}  // namespace veche::cli
