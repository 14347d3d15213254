#include "cli/bench_command.h"

#include "base/text.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "load/chat_load.h"
#include "load/chat_report.h"
#include "net/address.h"
#include "net/signals.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace veche::cli {
namespace {

using base::Error;
using base::fail;
using base::Result;
using load::LoadMode;

Result<LoadMode> mode_of(const std::string& word) {
  const auto modes = load::mode_names();
  const auto found = std::find(modes.begin(), modes.end(), word);
  if (found != modes.end()) return static_cast<LoadMode>(found - modes.begin());
  const auto near = base::nearest(word, modes);
  return fail("--mode " + word, "unknown",
              near ? fmt::format("did you mean {}?", *near) : fmt::format("{}", fmt::join(modes, ", ")));
}

/// At least one; `what` is the option.
template <class To, class From>
Result<> assign(To& to, const std::optional<From>& from, const char* what) {
  if (!from) return {};
  if (*from <= 0) return fail(what, "must be more than 0");
  to = static_cast<To>(*from);
  return {};
}

Result<load::ChatLoadOptions> load_of(const ChatBenchOptions& options) {
  load::ChatLoadOptions load;
  auto target = net::Address::parse(options.target.empty() ? "127.0.0.1:1898" : options.target);
  if (!target) return tl::unexpected(target.error());
  load.crowd.target = *target;
  if (!options.protocol.empty()) load.protocol = options.protocol;
  if (auto known = load::make_dialect(load.protocol); !known) return tl::unexpected(known.error());
  if (!options.mode.empty()) {
    const auto mode = mode_of(options.mode);
    if (!mode) return tl::unexpected(mode.error());
    load.mode = *mode;
  }
  if (!options.duration.empty()) {
    const auto duration = base::parse_duration(options.duration);
    if (!duration) {
      return tl::unexpected(
          Error{"--duration " + options.duration, duration.error().why, duration.error().hint});
    }
    load.duration = *duration;
  }
  for (const auto& done :
       {assign(load.crowd.rooms, options.rooms, "--rooms"),
        assign(load.crowd.members, options.members, "--members"),
        assign(load.crowd.senders, options.senders, "--senders"),
        assign(load.window, options.window, "--window"), assign(load.message_bytes, options.bytes, "--bytes"),
        assign(load.rate, options.rate, "--rate"), assign(load.pid, options.pid, "--pid")}) {
    if (!done) return tl::unexpected(done.error());
  }
  return load;
}

}  // namespace

int run_bench_chat(const ChatBenchOptions& options) {
  const auto load = load_of(options);
  if (!load) return report(load.error(), kUsage);
  net::ignore_write_signals();
  net::raise_descriptor_limit();
  const auto result = load::run_chat_load(*load);
  if (!result) return report(result.error(), kFailed);
  return print(options.json ? json_of(*load, *result) : text_of(*load, *result)) ? kDone : kFailed;
}

}  // namespace veche::cli
