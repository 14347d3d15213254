// Any text: what is read is ascending, unique and without port 0, reads back from its numbers, and does not
// depend on the order of the parts; what is refused has words.
#include "base/check.h"
#include "scan/port_list.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche;
  using base::check;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const base::Translator t(base::kLanguages[size % std::size(base::kLanguages)]);

  const auto ports = scan::parse_ports(text, t);
  if (!ports) {
    check(!ports.error().what.empty() && !ports.error().why.empty(), "an error has words");
    return 0;
  }
  check(!ports->empty() && ports->front() != 0, "there is a port, and none is 0");
  check(std::adjacent_find(ports->begin(), ports->end(), std::greater_equal<>()) == ports->end(),
        "ascending, each once");

  // All 65,535 would be a list of 400 KB: its ends are enough then.
  std::string written;
  for (const std::uint16_t port : *ports) {
    if (ports->size() <= 100 || port == ports->front() || port == ports->back()) {
      written.insert(0, std::to_string(port) + (written.empty() ? "" : ","));
    }
  }
  const auto again = scan::parse_ports(written, t);
  check(again && again->front() == ports->front() && again->back() == ports->back(), "it reads back");
  check(ports->size() > 100 || *again == *ports, "it reads back whole");
  const auto both = scan::parse_ports(written + " , " + text, t);
  check(both && *both == *ports, "a list with its own ports is the same list");
  return 0;
}
