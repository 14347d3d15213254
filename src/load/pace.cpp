#include "load/pace.h"

#include "load/readable.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kStampChars = 16;  // a time in hexadecimal, at the head of a message

}  // namespace

base::Result<std::uint64_t> speak_at_pace(const Dialect& dialect, Crowd& crowd, const PaceOptions& options,
                                          const std::function<bool(std::uint64_t)>& goes_on,
                                          const std::function<void(const Delivery&)>& delivered) {
  Readable readable;
  crowd.watch(readable);
  std::vector<Member>& members = crowd.members();
  const Member& sender = crowd.senders().front();
  const auto listeners = static_cast<std::uint64_t>(std::count_if(
      members.begin(), members.end(), [&](const Member& member) { return member.room == sender.room; }));
  const std::string text(std::max(options.message_bytes, kStampChars), 'x');
  const std::string heard = crowd.heard(sender, text);
  const std::size_t stamp_at = heard.find(text);
  const MessageShape shape{dialect.head(), heard.size()};
  std::vector<char> buffer(1 << 16);
  std::uint64_t deliveries = 0;

  const auto start = Clock::now();
  const auto interval =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / options.rate));
  const auto take = [&](std::size_t index) -> base::Result<> {
    const bool listens = index < members.size();
    Member& member = listens ? members[index] : crowd.senders()[index - members.size()];
    const auto bytes = receive(member, buffer);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto now = Clock::now();
    const auto message = [&](std::string_view said) {
      if (!listens || member.room != sender.room) return;
      std::int64_t stamp = 0;
      std::from_chars(said.data() + stamp_at, said.data() + stamp_at + kStampChars, stamp, 16);
      ++deliveries;
      delivered({start + Clock::duration(stamp), now});
    };
    member.hearing.take(*bytes, shape, message,
                        [&](std::string_view line) { answer(dialect, member, line); });
    return {};
  };
  std::uint64_t sent = 0;
  auto due = start;  // of the next message
  for (bool speaks = true; speaks || deliveries < sent * listeners;) {
    const auto now = Clock::now();
    while (speaks && due <= now) {
      speaks = goes_on(sent);
      if (!speaks) break;
      const auto stamp = static_cast<std::uint64_t>((due - start).count());
      const std::string said = fmt::format("{:016x}{}", stamp, std::string_view(text).substr(kStampChars));
      const auto done = send_all(sender.socket.get(), dialect.say(sender.room, said));
      if (!done) return tl::unexpected(done.error());
      due = start + static_cast<std::int64_t>(++sent) * interval;
    }
    if (!speaks && now > due + options.patience) {
      return base::fail("load", fmt::format("{} deliveries did not come", sent * listeners - deliveries));
    }
    if (auto done = readable.each(speaks ? due - now : interval, take); !done)
      return tl::unexpected(done.error());
  }
  return sent;
}

}  // namespace veche::load
