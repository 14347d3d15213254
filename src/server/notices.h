// Arrivals and departures, for the operator's console: from the clients' loops to the main thread.
#pragma once

#include "base/i18n.h"
#include "base/ids.h"
#include "net/handler.h"
#include "server/operator.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace veche::server {

struct Notice {
  enum class What : std::uint8_t { came, logged_in, went };
  What what = What::came;
  base::SessionId session;
  std::string address;
  std::string name;  ///< of logged_in
  net::CloseReason reason = net::CloseReason::finished;
  std::size_t connected = 0;  ///< clients now
};

class Notices {
 public:
  explicit Notices(Operator& desk) : desk_(desk) {}

  /// Before the loops run: where lines go, on the main thread. Without it, notices are not made.
  void print_to(std::function<void(std::string_view lines)> print, base::Translator t);
  bool wanted() const { return print_ != nullptr; }

  /// Any thread, if they are wanted. Past kWaitingMax that wait to be printed, the rest are counted.
  void add(Notice notice);
  static constexpr std::size_t kWaitingMax = 10'000;

  /// Main thread. The names of those who are logged in, for completion.
  std::vector<std::string> people() const;

 private:
  void show(const Notice& notice);

  Operator& desk_;
  std::function<void(std::string_view)> print_;
  base::Translator t_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::size_t> skipped_{0};
  std::unordered_map<base::SessionId, std::string> names_;
};

}  // namespace veche::server
