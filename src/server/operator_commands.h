// The operator's commands, done: each row of the table in control/operator_command.h has its function here.
// The console, the control socket and operators in the chat all come through `run`.
//
// operator_commands.cpp: rights, help and the way to the functions; operator_views.cpp: what looks;
// operator_people.cpp: what keeps order; operator_state.cpp: pause, drain, shutdown; operator_upkeep.cpp:
// reload, backup and what clears.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "control/audit_log.h"
#include "control/config.h"
#include "net/event_loop.h"
#include "server/doors.h"
#include "server/hardening.h"
#include "server/operator.h"
#include "server/operator_task.h"
#include "store/data_dir.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace veche::server {

/// What the commands work on; outlives them.
struct Workplace {
  Operator& desk;
  Doors& doors;
  net::EventLoop& main_loop;
  const store::DataDir& data;
  const base::Clock& clock;
  base::Log& log;
  /// The configuration that holds.
  const control::Config& config;
  const Hardening& hardening;
  control::ConfigSource source;
  /// Makes the server go by a new configuration, which is then `config`; or fails and changes nothing.
  /// `done` is called when it holds everywhere.
  std::function<base::Result<>(const control::Config&, std::function<void()> done)> adopt;
  /// Clients connected now.
  std::function<std::size_t()> connected;
  /// Connections that were turned away at the door, since the start.
  std::function<std::uint64_t()> turned_away;
  /// Threads that serve one client each; 0 under other models.
  std::function<std::size_t()> client_threads;
};

/// Lives on the main thread.
class OperatorCommands final : public net::TimerOwner {
 public:
  static base::Result<std::unique_ptr<OperatorCommands>> open(Workplace workplace);
  ~OperatorCommands() override;

  /// Runs the command of `words`. `reply` gets the answer, now or later.
  void run(const std::vector<std::string>& words, Caller caller, const std::weak_ptr<control::Reply>& reply);
  /// Where relative FILEs of callers without a directory are.
  const std::filesystem::path& data_directory() const { return place_.data.path(); }
  /// For what is not a command but belongs into the audit log: a peer that was turned away.
  void audit(const std::string& who, const std::string& via, const std::string& what,
             const std::string& result);

  void expired(net::Timer& timer) override;

 private:
  enum class State : std::uint8_t { serving, paused, draining, drained };
  struct Follower;

  OperatorCommands(Workplace workplace, control::AuditLog audit);
  void perform(const TaskPtr& task);
  void help(const TaskPtr& task);

  // operator_views.cpp
  void status(const TaskPtr& task);
  void sessions(const TaskPtr& task);
  void rooms(const TaskPtr& task);
  void accounts(const TaskPtr& task);
  void identities(const TaskPtr& task);
  void sanctions(const TaskPtr& task, chat::SanctionKind kind);
  void logs(const TaskPtr& task);
  std::string_view state_word() const;
  void end_followers();

  // operator_people.cpp
  void kick(const TaskPtr& task);
  void impose(const TaskPtr& task, chat::SanctionKind kind);
  void lift(const TaskPtr& task, chat::SanctionKind kind);
  void slow(const TaskPtr& task);
  void announce(const TaskPtr& task);

  // operator_state.cpp
  void pause(const TaskPtr& task);
  void resume(const TaskPtr& task);
  void lockdown(const TaskPtr& task);
  void drain(const TaskPtr& task);
  void arm_drain();
  void drain_some();
  void shutdown(const TaskPtr& task);
  void call_off();
  void tell_everybody(const std::string& text);

  // operator_upkeep.cpp
  void reload(const TaskPtr& task);
  void backup(const TaskPtr& task);
  void clear_logs(const TaskPtr& task);
  void clear_identities(const TaskPtr& task);
  void copy_identities(const TaskPtr& task, int tries_left);
  void delete_identities(const TaskPtr& task, std::uint64_t version, const std::filesystem::path& copy,
                         int tries_left);

  /// Orders something of the chat, and goes on with the answer's result unless it was refused.
  template <class Result>
  void ask(const TaskPtr& task, chat::OperatorOrder order, std::function<void(const Result&)> go_on) {
    place_.desk.order(std::move(order), [task, go_on](const chat::OperatorAnswer& answer) {
      if (answer.refused) return task->fail(*answer.refused);
      go_on(std::get<Result>(answer.result));
    });
  }

  const Workplace place_;
  control::AuditLog audit_;
  const base::MonoTime started_;

  State state_ = State::serving;
  net::Timer drain_timer_{*this};
  base::MonoTime drain_end_{};
  std::size_t drain_left_ = 0;   // sessions, as far as known
  std::size_t drain_count_ = 0;  // of them in the next step
  std::string drain_text_;
  net::Timer shutdown_timer_{*this};
  base::MonoTime shutdown_at_{};
  std::vector<std::weak_ptr<Follower>> followers_;
};

}  // namespace veche::server
