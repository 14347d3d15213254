// The world of a session without a server: what the session asked for is there to be looked at, and a test
// gives the answers.
#pragma once

#include "base/clock.h"
#include "session/session.h"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace veche::fakes {

/// What a worker, or the operator's table, was asked for and has not answered yet.
struct HashJob {
  std::string password;
};
struct VerifyJob {
  std::string hash;
  std::string password;
  bool wants_scram = false;
};
struct OperatorLogInJob {
  std::string name;
  std::string password;
};
/// What an operator has ordered.
struct OperatorLineJob {
  std::string line;
};
using Job = std::variant<HashJob, VerifyJob, chat::HistoryGranted, chat::SearchGranted, OperatorLogInJob,
                         OperatorLineJob>;

/// What a session asks of the chat.
struct Asked {
  Asked(chat::CommandBody its_body, bool its_acknowledge = false);  // NOLINT: a body is one
  chat::CommandBody body;
  bool acknowledge = false;
};

/// What the fake workers make of a password.
std::string fake_hash(std::string_view password);
/// And its keys for SCRAM, which are right ones.
base::ScramKeysPtr fake_scram(std::string_view password);

/// One thread.
class FakeHost : public session::Host {
 public:
  explicit FakeHost(const base::ManualClock& clock);
  ~FakeHost() override;

  // What the session did. A test may change all of it.
  std::deque<Asked> commands;  ///< that the chat has not taken yet
  std::deque<Job> jobs;        ///< that no worker has answered yet
  std::string sent;
  bool finished = false;
  bool accepts_input = true;
  std::vector<bool> accept_input_calls;
  std::optional<base::MonoTime> timer;  ///< when it is due

  // What it is told.
  bool chat_busy = false;
  bool operator_may_ = true;
  std::string host_name = "10.0.0.1";
  bool encrypted = false;
  std::chrono::seconds offset{0};
  std::string token = "TOKEN-1";  ///< the next one made
  std::string certificate{};      ///< the fingerprint of the one that the client has shown

  /// What was sent since the last call.
  std::string take_sent() { return std::exchange(sent, {}); }
  /// Whether the timer is due; if so it is taken off.
  bool timer_is_due();

  void command(chat::CommandBody body, bool acknowledge) override;
  bool operator_may(std::string_view) const override { return operator_may_; }
  std::string peer_host() const override { return host_name; }
  bool is_encrypted() const override { return encrypted; }
  bool chat_is_busy() override { return chat_busy; }
  void send(std::string_view bytes) override;
  void finish() override;
  void accept_input(bool yes) override;
  void set_timer(std::chrono::milliseconds delay) override;
  void cancel_timer() override { timer.reset(); }
  void hash_password(base::Secret password) override;
  void verify_password(std::string hash, base::Secret password, bool wants_scram) override;
  base::ScramKeys decoy_scram_keys(std::string_view folded_name) const override;
  std::string client_certificate() const override { return certificate; }
  void become_operator(std::string name, base::Secret password) override;
  void operate(std::string line) override;
  void read_history(const chat::HistoryGranted& grant) override;
  void search(const chat::SearchGranted& grant) override;
  std::string make_token() override { return token; }
  std::optional<chat::TokenHash> hash_token(std::string_view text) override;
  base::MonoTime now() const override { return clock_.mono(); }
  base::WallTime wall_time() const override { return clock_.wall(); }
  std::chrono::seconds utc_offset(base::WallTime) const override { return offset; }

 private:
  void not_behind_finish() const;

  const base::ManualClock& clock_;
};

}  // namespace veche::fakes
