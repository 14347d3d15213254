// One operator's command under way: what was ordered, by whom, and where the answer goes. Whoever still has
// something to do for it holds it; it may be answered long after it was given. Main thread.
#pragma once

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/result.h"
#include "chat/event.h"
#include "control/answer.h"
#include "control/audit_log.h"
#include "control/order_parser.h"
#include "control/reply.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veche::server {

/// Who gives a command.
struct Caller {
  std::string who;  ///< for the audit log: "uid 0", "operator root (Bob)"
  std::string via;  ///< "console", "ctl", "chat", "signal"
  base::Translator t{};
  std::filesystem::path directory{};  ///< of relative FILEs
  std::vector<std::string> grants = {"all"};
  bool can_follow = true;               ///< it takes an answer that does not end
  std::shared_ptr<void> reply_owner{};  ///< of a reply that nobody else owns
};

/// Where tasks leave their traces; outlives them.
struct Records {
  control::AuditLog& audit;
  const base::Clock& clock;
  base::Log& log;
};

class OperatorTask {
 public:
  OperatorTask(control::Order order, Caller caller, std::string line, std::weak_ptr<control::Reply> reply,
               Records records)
      : order_(std::move(order)),
        caller_(std::move(caller)),
        line_(std::move(line)),
        reply_(std::move(reply)),
        records_(records) {}

  const control::Order& order() const { return order_; }
  const Caller& caller() const { return caller_; }
  const std::weak_ptr<control::Reply>& reply() const { return reply_; }
  /// The caller's words.
  const base::Translator& translator() const { return caller_.t; }
  template <class... Args>
  std::string t(std::string_view english, const Args&... args) const {
    return caller_.t(english, args...);
  }

  /// The answer of a command that shows something.
  void show(const control::Record& record) { end_with(order_.json ? json_of(record) : text_of(record)); }
  void show(const control::Table& table) { end_with(order_.json ? json_of(table) : text_of(table)); }
  /// Part of an answer that `finish` ends.
  void text(std::string_view lines);
  void finish();
  /// What was done: a sentence for people; for programs {"done":true} and the facts.
  void done(const std::string& sentence, control::Record facts = {});
  /// It was not done.
  void fail(base::Error error);
  void fail(std::string why, std::string hint = {});
  void fail(chat::Refusal why);

  /// Writes to the audit log that it begins; false, and it has failed, if that cannot be written.
  bool begin();

 private:
  void end_with(const std::string& lines);
  void audit(const std::string& result);

  const control::Order order_;
  const Caller caller_;
  const std::string line_;
  const std::weak_ptr<control::Reply> reply_;
  Records records_;
};

using TaskPtr = std::shared_ptr<OperatorTask>;

}  // namespace veche::server
