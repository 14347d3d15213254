// The operator's `account` commands, on a running server or on a stopped one: one interface, so that the
// command line does not care which.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace veche::control {

struct AccountLine {
  std::string name;
  base::WallTime created;
};

/// One thread. Every call returns when the change is kept in the store, or with the reason why it is not.
class AccountAdmin {
 public:
  virtual ~AccountAdmin() = default;
  virtual base::Result<> add(std::string_view name, std::string_view password) = 0;
  virtual base::Result<> change_password(std::string_view name, std::string_view password) = 0;
  /// With its tokens and addresses; connected sessions of the account are closed.
  virtual base::Result<> remove(std::string_view name) = 0;
  /// By name.
  virtual base::Result<std::vector<AccountLine>> list() = 0;
};

}  // namespace veche::control
