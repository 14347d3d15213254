// Any line is an order or an error; targets and sessions that were understood are read back as they are
// shown.
#include "base/check.h"
#include "control/order_parser.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const base::Translator t;
  const std::vector<std::string> words = control::words_of(line);
  if (const auto order = control::parse_order(words, t)) {
    base::check(order->command != nullptr, "an order has its command");
    base::check(!(order->command->verb == control::Verb::kick) ||
                    order->kick.name.empty() == static_cast<bool>(order->kick.session),
                "a kick means a person or a session");
  } else {
    base::check(!order.error().what.empty() && !order.error().why.empty(), "an error says what and why");
  }
  if (const auto target = control::parse_target(line)) {
    const auto again = control::parse_target(control::target_text(*target));
    base::check(again && *again == *target, "a target is read back as it is shown");
  }
  if (const auto session = control::parse_session(line)) {
    base::check(control::session_text(*session) == line, "a session is written in one way");
  }
  const std::vector<std::string> people = {"Bob", "Барбара"};
  for (const std::string& candidate : control::complete_command(line, people)) {
    base::check(!candidate.empty(), "a completion is something");
  }
  return 0;
}
