#include "net/connect.h"

#include "base/check.h"
#include "base/units.h"
#include "net/connect_schedule.h"
#include "net/socket.h"

#include <poll.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace veche::net {
namespace {

using base::Translator;

/// The attempts under way. The numbers are those of the schedule.
class Race {
 public:
  explicit Race(std::vector<Address> addresses) : schedule_(addresses.size()) {
    for (Address& address : addresses) attempts_.push_back({address, 0});
  }

  /// Begins what is due.
  void begin_due() {
    while (const auto number = schedule_.take_due(mono_now())) begin(*number);
  }
  std::optional<Connected> take_winner() { return std::exchange(winner_, std::nullopt); }
  bool is_lost() const { return running_.empty() && schedule_.has_begun_all(); }

  /// Waits until one of the attempts has ended or the next is due. False: stopped.
  bool wait(const Patience& patience) {
    std::vector<pollfd> fds{{patience.stop_fd, POLLIN, 0}};
    for (const Running& running : running_) fds.push_back({running.fd.get(), POLLOUT, 0});
    poll_until(fds, std::min(patience.until, schedule_.next_at()));
    std::vector<Running> before = std::exchange(running_, {});
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (fds[i + 1].revents == 0) {
        running_.push_back(std::move(before[i]));
      } else {
        ended(before[i], take_error(before[i].fd.get()));
      }
    }
    return fds[0].revents == 0;
  }

  /// What came of it, when the time is over.
  ConnectFailure failure() && {
    for (const Running& running : running_) attempts_[running.number].error = ETIMEDOUT;
    return {std::move(attempts_), false};
  }

 private:
  struct Running {
    std::size_t number;
    Fd fd;
  };

  void begin(std::size_t number) {
    const Address& to = attempts_[number].address;
    Running running{number, Fd(::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
    if (!running.fd) return ended(running, errno);
    set_connection_options(running.fd.get());
    if (::connect(running.fd.get(), to.data(), to.size()) == 0) return ended(running, 0);
    if (errno != EINPROGRESS) return ended(running, errno);
    running_.push_back(std::move(running));
  }

  void ended(Running& running, int error) {
    ConnectAttempt& attempt = attempts_[running.number];
    // A closed port among those that the system hands out to clients can be our own end's too: TCP then
    // connects the socket to itself, and all that is sent comes back.
    const auto own = local_address(running.fd.get());
    if (error == 0 && own && own->text() == attempt.address.text()) error = ECONNREFUSED;
    if (error != 0) {
      attempt.error = error;
      schedule_.attempt_failed();
    } else if (!winner_) {
      winner_ = Connected{std::move(running.fd), attempt.address};
    }
  }

  std::vector<ConnectAttempt> attempts_;
  ConnectSchedule schedule_;
  std::vector<Running> running_;
  std::optional<Connected> winner_;
};

bool is_unreachable(int error) {
  return error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN || error == EHOSTDOWN;
}

std::string words_for(int error, std::chrono::milliseconds timeout, const Translator& t) {
  if (error == 0) return t("not tried, there was no time left");
  if (error == ECONNREFUSED) return t("connection refused");
  if (error == ETIMEDOUT) return t("no connection within {}", base::format_duration(timeout));
  if (is_unreachable(error)) return t("unreachable");
  return base::errno_text(error);
}

std::string hint_for(int error, const Translator& t) {
  if (error == ECONNREFUSED) return t("is the server running, and is the port right?");
  if (error == ETIMEDOUT) return t("is the address right? a firewall may be in between");
  if (is_unreachable(error)) return t("is this machine on the network?");
  return {};
}

}  // namespace

tl::expected<Connected, ConnectFailure> connect_to_any(const std::vector<Address>& addresses,
                                                       const Patience& patience) {
  base::check(!addresses.empty(), "there is an address to connect to");
  Race race(interleave_families(addresses));
  for (;;) {
    race.begin_due();
    if (auto winner = race.take_winner()) return *std::move(winner);
    if (race.is_lost() || mono_now() >= patience.until) return tl::unexpected(std::move(race).failure());
    if (!race.wait(patience)) return tl::unexpected(ConnectFailure{{}, true});
    if (auto winner = race.take_winner()) return *std::move(winner);
  }
}

base::Error error_of(const ConnectFailure& failure, const std::string& target,
                     std::chrono::milliseconds timeout, const Translator& t) {
  std::string why;
  for (const ConnectAttempt& attempt : failure.attempts) {
    if (!why.empty()) why += "; ";
    const std::string address = attempt.address.text();
    if (failure.attempts.size() > 1 || address != target) why += address + ": ";
    why += words_for(attempt.error, timeout, t);
  }
  const int first = failure.attempts.front().error;
  const bool all_alike = std::all_of(failure.attempts.begin(), failure.attempts.end(),
                                     [&](const ConnectAttempt& attempt) { return attempt.error == first; });
  return {t("cannot connect to {}", target), std::move(why), all_alike ? hint_for(first, t) : std::string()};
}

}  // namespace veche::net
