// Operators in the chat: who may become one (`/oper`), and the way of their commands from a client's loop to
// the main thread and back.
#pragma once

#include "base/i18n.h"
#include "base/ids.h"
#include "control/config.h"
#include "server/jobs.h"
#include "server/operator_commands.h"

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace veche::server {

/// An operator's command, given in the chat.
struct ChatOrder {
  base::SessionId session;
  std::string name;     ///< of the operator, as /oper took it
  std::string address;  ///< of his client
  base::Language language = base::Language::en;
  std::string line;
};

class ChatOperators {
 public:
  explicit ChatOperators(Operator& desk) : desk_(desk) {}

  /// Main thread. Before the first order.
  void connect_to(OperatorCommands* commands) { commands_ = commands; }
  /// Main thread. Those of the configuration, in place of the ones before; who is no longer among them has no
  /// rights from now on.
  void set(const std::vector<control::OperatorConfig>& operators);

  /// Any thread. The password of an operator, plain or hashed; empty if there is no such operator.
  std::string password_of(std::string_view name) const;
  /// Any thread. Whether the grants of that operator allow the command (its whole name).
  bool may(std::string_view name, std::string_view command) const;
  /// Any thread. `answer` gets OperatorText any number of times, the last of which says so.
  void run(ChatOrder order, AnswerTo answer);

 private:
  Operator& desk_;
  OperatorCommands* commands_ = nullptr;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, control::OperatorConfig> operators_;  // by folded name
};

}  // namespace veche::server
