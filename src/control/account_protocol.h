// What `veche account` and a running server say to each other over DATA/veche.sock: one JSON object a line, a
// request and its answer.
//   {"command":"account","action":"add","name":"Алиса","password":"..."}     add, passwd; remove without
//   password; list alone
//   {"ok":true,"accounts":[{"name":"Алиса","created_us":1750000000000000}]}  accounts: for list, else empty
//   {"ok":false,"what":"account Алиса","why":"exists already","hint":"..."}
// Sans-I/O and pure; any thread. Lines hold secrets: wipe them (store/password.h).
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "chat/operator_order.h"
#include "control/account_admin.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace veche::control {

/// Longest lines, without their LF. An answer may list a hundred thousand accounts.
inline constexpr std::size_t kAccountRequestBytesMax = 64 * 1024;
inline constexpr std::size_t kAccountAnswerBytesMax = 16 * 1024 * 1024;

using chat::AccountAction;

struct AccountRequest {
  AccountAction action = AccountAction::list;
  std::string name;       ///< but for list
  base::Secret password;  ///< of add and passwd
};

/// What the server did: accounts for list, none for the others, or why it did not.
using AccountAnswer = base::Result<std::vector<AccountLine>>;

/// A line with its LF.
std::string encode(const AccountRequest& request);
std::string encode(const AccountAnswer& answer);

/// A line without its LF. The error says what is malformed; it never repeats the line, which may hold a
/// password.
base::Result<AccountRequest> parse_account_request(std::string_view line);
/// The answer in the line, or an error of its own if there is none.
AccountAnswer parse_account_answer(std::string_view line);

/// Does what `request` asks of `admin`: the server's half in one call.
AccountAnswer perform(AccountAdmin& admin, const AccountRequest& request);

/// `[{"name":"Алиса","created":"2025-06-15T15:06:40Z"}]`, for `veche account list --json`.
std::string accounts_json(const std::vector<AccountLine>& accounts);
/// "2025-06-15T15:06:40Z" (RFC 3339).
std::string time_text(base::WallTime time);

}  // namespace veche::control
