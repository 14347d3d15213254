#include "control/open_accounts.h"

#include "control/remote_accounts.h"
#include "control/stored_accounts.h"
#include "store/data_dir.h"
#include "store/password.h"
#include "store/sqlite_journal.h"

#include <system_error>
#include <utility>

namespace veche::control {
namespace {

using base::Result;

Result<std::unique_ptr<AccountAdmin>> over_files(store::DataDir data_dir, const Config& config) {
  if (auto ready = store::init_crypto(); !ready) return tl::unexpected(std::move(ready.error()));
  store::SqliteOptions options;
  options.file = data_dir.database();
  options.durability = config.server.power_durable ? store::Durability::power : store::Durability::process;
  auto journal = store::SqliteJournal::open(std::move(options));
  if (!journal) return tl::unexpected(std::move(journal.error()));

  static const base::SystemClock clock;
  auto accounts =
      StoredAccounts::load(std::make_shared<store::DataDir>(std::move(data_dir)), *std::move(journal),
                           {config.accounts.hash_cost, config.limits.nick_length}, clock);
  if (!accounts) return tl::unexpected(std::move(accounts.error()));
  return *std::move(accounts);
}

}  // namespace

Result<std::unique_ptr<AccountAdmin>> open_accounts(const Config& config, bool create) {
  const std::filesystem::path& path = config.server.data_dir;
  if (std::error_code error; !create && !std::filesystem::exists(path, error)) {
    return base::fail("data directory " + path.string(), error ? error.message() : "there is none",
                      "name one with --data DIR");
  }
  auto data_dir = store::DataDir::open(path);
  if (data_dir) return over_files(*std::move(data_dir), config);
  if (store::is_in_use(data_dir.error())) return std::make_unique<RemoteAccounts>(path / "veche.sock");
  return tl::unexpected(std::move(data_dir.error()));
}

}  // namespace veche::control
