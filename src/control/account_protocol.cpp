#include "control/account_protocol.h"

#include "control/json_line.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace veche::control {
namespace {

namespace json = boost::json;
using base::fail;
using base::Result;

constexpr std::array<std::string_view, 4> kActions = {"add", "passwd", "remove", "list"};

bool needs_password(AccountAction action) {
  return action == AccountAction::add || action == AccountAction::set_password;
}

std::optional<AccountLine> account_of(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  auto name = text_of(object, "name");
  const json::value* created = object.if_contains("created_us");
  if (!name || !created || !created->is_int64()) return std::nullopt;
  return AccountLine{*std::move(name), base::WallTime{std::chrono::microseconds{created->get_int64()}}};
}

}  // namespace

std::string encode(const AccountRequest& request) {
  json::object object{{"command", "account"}};
  const std::string_view action = kActions[static_cast<std::size_t>(request.action)];
  object["action"] = json::string_view(action.data(), action.size());
  if (request.action != AccountAction::list) object["name"] = request.name;
  if (needs_password(request.action)) object["password"] = json_view(request.password);
  return line_of(object);
}

std::string encode(const AccountAnswer& answer) {
  json::object object{{"ok", answer.has_value()}};
  if (!answer) {
    object["what"] = answer.error().what;
    object["why"] = answer.error().why;
    object["hint"] = answer.error().hint;
    return line_of(object);
  }
  json::array accounts;
  for (const AccountLine& account : *answer) {
    accounts.push_back({{"name", account.name}, {"created_us", account.created.time_since_epoch().count()}});
  }
  object["accounts"] = std::move(accounts);
  return line_of(object);
}

Result<AccountRequest> parse_account_request(std::string_view line) {
  if (line.size() > kAccountRequestBytesMax) return malformed_request("too long");
  const auto object = object_in_line(line, kAccountRequestBytesMax);
  if (!object) return malformed_request("not a JSON object");
  if (text_of(*object, "command") != "account") return malformed_request("unknown command");
  const auto action = text_of(*object, "action");
  const auto known = std::find(kActions.begin(), kActions.end(), action.value_or(""));
  if (known == kActions.end()) return malformed_request("unknown action");

  AccountRequest request;
  request.action = static_cast<AccountAction>(known - kActions.begin());
  if (request.action == AccountAction::list) return request;
  auto name = text_of(*object, "name");
  if (!name) return malformed_request("the name is missing");
  request.name = *std::move(name);
  if (!needs_password(request.action)) return request;
  const json::value* const password = object->if_contains("password");
  if (!password || !password->is_string()) return malformed_request("the password is missing");
  request.password = std::string_view(password->get_string().data(), password->get_string().size());
  return request;
}

AccountAnswer parse_account_answer(std::string_view line) {
  const auto object = object_in_line(line, kAccountAnswerBytesMax);
  if (!object) return misunderstood_answer();
  const json::value* ok = object->if_contains("ok");
  if (!ok || !ok->is_bool()) return misunderstood_answer();
  if (!ok->get_bool()) {
    auto what = text_of(*object, "what");
    auto why = text_of(*object, "why");
    if (!what || !why) return misunderstood_answer();
    return fail(*std::move(what), *std::move(why), text_of(*object, "hint").value_or(""));
  }
  const json::value* list = object->if_contains("accounts");
  if (!list || !list->is_array()) return misunderstood_answer();
  std::vector<AccountLine> accounts;
  for (const json::value& value : list->get_array()) {
    auto account = account_of(value);
    if (!account) return misunderstood_answer();
    accounts.push_back(*std::move(account));
  }
  return accounts;
}

AccountAnswer perform(AccountAdmin& admin, const AccountRequest& request) {
  const auto nothing_listed = [] { return std::vector<AccountLine>{}; };
  switch (request.action) {
    case AccountAction::add:
      return admin.add(request.name, request.password).map(nothing_listed);
    case AccountAction::set_password:
      return admin.change_password(request.name, request.password).map(nothing_listed);
    case AccountAction::remove:
      return admin.remove(request.name).map(nothing_listed);
    case AccountAction::list:
      break;
  }
  return admin.list();
}

std::string accounts_json(const std::vector<AccountLine>& accounts) {
  json::array list;
  for (const AccountLine& account : accounts) {
    list.push_back({{"name", account.name}, {"created", time_text(account.created)}});
  }
  return json::serialize(list);
}

std::string time_text(base::WallTime time) {
  // Not fmt's own formatter of time points: it throws for years that a malformed answer could name.
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace veche::control
