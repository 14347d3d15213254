// AccountAdmin over the store of a server that does not run: it is this program's alone meanwhile. One
// thread; `add` and `change_password` hash in the calling thread (0.2 s or more).
#pragma once

#include "base/clock.h"
#include "chat/records.h"
#include "control/account_admin.h"
#include "store/journal.h"
#include "store/password.h"

#include <cstddef>
#include <memory>

namespace veche::control {

class StoredAccounts final : public AccountAdmin {
 public:
  struct Options {
    store::HashCost cost = store::HashCost::interactive;
    std::size_t name_code_points_max = 32;
  };

  /// Loads the accounts. `lock` is what keeps others away from the journal; it is let go after the journal.
  /// store::init_crypto() comes first. `clock` outlives the object.
  static base::Result<std::unique_ptr<StoredAccounts>> load(std::shared_ptr<const void> lock,
                                                            std::unique_ptr<store::Journal> journal,
                                                            const Options& options, const base::Clock& clock);

  base::Result<> add(std::string_view name, std::string_view password) override;
  base::Result<> change_password(std::string_view name, std::string_view password) override;
  base::Result<> remove(std::string_view name) override;
  base::Result<std::vector<AccountLine>> list() override;

 private:
  StoredAccounts(std::shared_ptr<const void> lock, std::unique_ptr<store::Journal> journal,
                 const Options& options, const base::Clock& clock)
      : lock_(std::move(lock)), journal_(std::move(journal)), options_(options), clock_(clock) {}

  /// Null if nobody has this name. Old accounts may have names that would be refused today.
  chat::AccountRecord* find(std::string_view name);
  base::Result<chat::AccountRecord*> find_or_fail(std::string_view name);
  base::Result<std::string> hash(std::string_view password) const;
  base::Result<> commit(chat::Row row);

  std::shared_ptr<const void> lock_;
  std::unique_ptr<store::Journal> journal_;
  Options options_;
  const base::Clock& clock_;
  std::vector<chat::AccountRecord> accounts_;
  base::AccountId last_id_;
};

}  // namespace veche::control
