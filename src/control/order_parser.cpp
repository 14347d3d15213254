#include "control/order_parser.h"

#include "base/text.h"
#include "base/units.h"
#include "chat/name.h"
#include "net/network_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace veche::control {
namespace {

using base::Error;
using base::fail;
using base::Result;
using base::Translator;
using std::chrono::milliseconds;

/// One command's words, taken from the front.
class OrderReader {
 public:
  OrderReader(std::span<const std::string> words, const Translator& t) : words_(words), t_(t) {}

  Result<Order> read() {
    if (auto done = read_command(); !done) return tl::unexpected(done.error());
    for (const Positional& positional : order_.command->positionals) {
      if (auto done = read_options(); !done) return tl::unexpected(done.error());
      if (auto done = read_positional(positional); !done) return tl::unexpected(done.error());
    }
    if (auto done = read_options(); !done) return tl::unexpected(done.error());
    if (!words_.empty()) return wrong(t_("'{}' is one word too many", words_.front()));
    return std::move(order_);
  }

 private:
  tl::unexpected<Error> wrong(std::string why) const {
    return fail(std::string(order_.command->name), std::move(why), usage_of(*order_.command));
  }
  std::string take() {
    std::string word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }

  Result<> read_command() {
    if (words_.empty()) return fail("command", t_("there is none"), "help");
    const std::string first = take();
    std::vector<std::string_view> names;
    for (const OperatorCommand& row : operator_commands()) {
      const auto [word, second] = base::split_word(row.name);
      if (second.empty()) names.push_back(row.name);
      if (word != first) continue;
      if (second.empty()) {
        if (order_.command == nullptr) order_.command = &row;
      } else if (!words_.empty() && words_.front() == second) {
        order_.command = &row;
      }
    }
    if (order_.command != nullptr) {
      if (order_.command->name.find(' ') != std::string_view::npos) take();
      return {};
    }
    const auto near = base::nearest(first, names);
    const std::string shown = base::printable(first);
    return fail(shown.empty() ? "command" : shown, t_("unknown command"),
                near ? t_("did you mean {}?", *near) : "help");
  }

  /// Those that come next. "--" ends them for good: what follows is text though it may look like one.
  Result<> read_options() {
    while (!options_over_ && !words_.empty() && words_.front().starts_with('-')) {
      const std::string name = take();
      if (name == "--") {
        options_over_ = true;
        return {};
      }
      if (auto done = read_option(name); !done) return done;
    }
    return {};
  }

  Result<> read_option(const std::string& name) {
    const auto& allowed = order_.command->options;
    std::vector<std::string_view> names;
    for (const OptionInfo& info : operator_options()) {
      const bool has = info.option == Option::json ||
                       std::find(allowed.begin(), allowed.end(), info.option) != allowed.end();
      if (!has) continue;
      names.push_back(info.name);
      if (info.name != name) continue;
      if (info.value.empty()) return set_flag(info.option);
      if (words_.empty()) return wrong(t_("the value of {} is missing", name));
      return set_value(info, take());
    }
    const auto near = base::nearest(name, names);
    if (near)
      return fail(std::string(order_.command->name), t_("unknown option {}", name),
                  t_("did you mean {}?", *near));
    return wrong(t_("unknown option {}", name));
  }

  Result<> set_flag(Option option) {
    if (option == Option::json) order_.json = true;
    if (option == Option::yes) order_.yes = true;
    if (option == Option::follow) order_.follow = true;
    return {};
  }

  Result<> set_value(const OptionInfo& info, const std::string& value) {
    if (info.option == Option::lines) {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), order_.lines);
      if (error == std::errc{} && end == value.data() + value.size()) return {};
      return wrong(t_("{} takes a number, not '{}'", info.name, value));
    }
    if (info.option == Option::level) {
      using base::LogLevel;
      for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
        if (value != base::level_name(level)) continue;
        order_.level = level;
        return {};
      }
      return fail("logs --level", t_("'{}' is no level", value), "debug, info, warning, error");
    }
    auto duration = read_duration(value);
    if (!duration) return tl::unexpected(duration.error());
    (info.option == Option::since ? order_.since : order_.delay) = *duration;
    return {};
  }

  Result<milliseconds> read_duration(const std::string& word) const {
    auto duration = base::parse_duration(word);
    if (duration) return *duration;
    return fail(std::string(order_.command->name), fmt::format("'{}': {}", word, duration.error().why),
                duration.error().hint);
  }

  Result<> read_positional(const Positional& positional) {
    if (positional.part == Part::nothing) return {};
    if (words_.empty()) {
      if (!positional.required) return {};
      return wrong(t_("something is missing"));
    }
    switch (positional.part) {
      case Part::nothing:
        break;
      case Part::who:
        return read_who();
      case Part::target: {
        auto target = parse_target(take());
        if (!target) return tl::unexpected(target.error());
        order_.target = *std::move(target);
        return {};
      }
      case Part::room:
      case Part::file:
        order_.word = take();
        return {};
      case Part::delay:  // `drain back in an hour` has a text and no delay
        if (auto delay = base::parse_duration(words_.front())) {
          order_.delay = *delay;
          take();
          return {};
        }
        return order_.command->positionals[1].part == Part::text ? Result<>() : read_interval();
      case Part::interval:
        return read_interval();
      case Part::text:
        order_.text = rest();
        return {};
      case Part::command:
        order_.word = rest();
        return {};
      case Part::lockdown:
        return read_lockdown();
    }
    return {};
  }

  Result<> read_who() {
    order_.word = take();
    if (order_.word.starts_with(':')) {
      const auto session = parse_session(order_.word);
      if (!session) return wrong(t_("'{}' is no session; 'sessions' lists them", order_.word));
      order_.kick.session = *session;
    } else {
      order_.kick.name = order_.word;
    }
    return {};
  }

  Result<> read_lockdown() {
    const std::string word = take();
    const auto found = std::find(kLockdownWords.begin(), kLockdownWords.end(), word);
    if (found == kLockdownWords.end()) return wrong(t_("'{}' is none of these", word));
    order_.lockdown = static_cast<chat::Lockdown>(found - kLockdownWords.begin());
    return {};
  }

  Result<> read_interval() {
    auto interval = read_duration(take());
    if (!interval) return tl::unexpected(interval.error());
    order_.delay = *interval;
    return {};
  }

  std::string rest() {
    std::string text = fmt::format("{}", fmt::join(words_, " "));
    words_ = {};
    return text;
  }

  std::span<const std::string> words_;
  const Translator& t_;
  Order order_;
  bool options_over_ = false;
};

constexpr std::string_view kName = "name:", kAccount = "account:";

}  // namespace

Result<Order> parse_order(std::span<const std::string> words, const Translator& t) {
  return OrderReader(words, t).read();
}

Result<chat::SanctionTarget> parse_target(std::string_view text) {
  using chat::SanctionOn;
  const bool account = text.starts_with(kAccount);
  const bool name = text.starts_with(kName);
  if (!account && !name && net::looks_like_network(text)) {
    const auto network = net::parse_network(text);
    if (!network) return tl::unexpected(network.error());
    return chat::SanctionTarget{SanctionOn::network, net::network_text(*network), *network};
  }
  if (account) text.remove_prefix(kAccount.size());
  if (name) text.remove_prefix(kName.size());
  const auto parsed = chat::parse_name(text, chat::kAnyLength, true);
  if (!std::holds_alternative<chat::Name>(parsed)) {
    return fail(fmt::format("'{}'", base::printable(text)), "not a name, an address or a network",
                "for example: Bob, account:Bob, 192.0.2.7, 192.0.2.0/24");
  }
  return chat::SanctionTarget{
      account ? SanctionOn::account : SanctionOn::name, std::get<chat::Name>(parsed).folded, {}};
}

std::string target_text(const chat::SanctionTarget& target) {
  if (target.on == chat::SanctionOn::account) return fmt::format("{}{}", kAccount, target.text);
  const bool ambiguous = target.on == chat::SanctionOn::name &&
                         (net::looks_like_network(target.text) || target.text.starts_with(kAccount) ||
                          target.text.starts_with(kName));
  return ambiguous ? fmt::format("{}{}", kName, target.text) : target.text;
}

std::string session_text(base::SessionId session) {
  return fmt::format(":{}.{}", base::loop_of(session), session.value & ((std::uint64_t{1} << 56) - 1));
}

std::optional<base::SessionId> parse_session(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (!text.starts_with(':') || dot == text.npos) return std::nullopt;
  base::LoopIndex loop = 0;
  std::uint64_t serial = 0;
  const auto read = [](std::string_view digits, auto& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (!read(text.substr(1, dot - 1), loop) || !read(text.substr(dot + 1), serial)) return std::nullopt;
  const base::SessionId session = base::make_session_id(loop, serial);
  return session_text(session) == text ? std::optional(session) : std::nullopt;
}

}  // namespace veche::control
