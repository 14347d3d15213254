#include "server/chat_operators.h"

#include "chat/name.h"
#include "control/operator_command.h"
#include "control/reply.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace veche::server {
namespace {

/// Sends the answer to the loop of the session that asked.
class ChatReply final : public control::Reply {
 public:
  ChatReply(base::SessionId session, base::Translator t, AnswerTo answer)
      : session_(session), t_(t), answer_(std::move(answer)) {}

  void text(std::string_view lines) override { answer_({session_, OperatorText{std::string(lines), false}}); }
  void error(const base::Error& error) override { text(error.text() + "\n"); }
  void end(int) override { answer_({session_, OperatorText{{}, true}}); }
  void confirm(std::string, std::string, std::function<void()>) override {
    error({t_("that"), t_("needs confirmation"), t_("add --yes")});
    end(1);
  }

 private:
  const base::SessionId session_;
  const base::Translator t_;
  const AnswerTo answer_;
};

}  // namespace

void ChatOperators::set(const std::vector<control::OperatorConfig>& operators) {
  std::unordered_map<std::string, control::OperatorConfig> by_name;
  for (const control::OperatorConfig& one : operators) {
    by_name[chat::fold_name(one.name).value_or(one.name)] = one;
  }
  const std::lock_guard lock(mutex_);
  operators_.swap(by_name);
}

std::string ChatOperators::password_of(std::string_view name) const {
  const auto folded = chat::fold_name(name);
  const std::lock_guard lock(mutex_);
  const auto found = folded ? operators_.find(*folded) : operators_.end();
  return found == operators_.end() ? std::string() : found->second.password;
}

bool ChatOperators::may(std::string_view name, std::string_view command) const {
  const auto commands = control::operator_commands();
  const auto row =
      std::find_if(commands.begin(), commands.end(), [&](const auto& c) { return c.name == command; });
  const auto folded = chat::fold_name(name);
  const std::lock_guard lock(mutex_);
  const auto found = folded ? operators_.find(*folded) : operators_.end();
  return row != commands.end() && found != operators_.end() &&
         control::is_granted(*row, found->second.grants);
}

void ChatOperators::run(ChatOrder order, AnswerTo answer) {
  desk_.post([this, order = std::move(order), answer = std::move(answer)] {
    const base::Translator t(order.language);
    const auto reply = std::make_shared<ChatReply>(order.session, t, answer);
    Caller caller{
        fmt::format("operator {} at {}", order.name, order.address), "chat", t, {}, {}, false, reply};
    {
      const std::lock_guard lock(mutex_);
      const auto found = operators_.find(chat::fold_name(order.name).value_or(""));
      if (found != operators_.end()) caller.grants = found->second.grants;  // else a reload took them
    }
    caller.directory = commands_->data_directory();
    commands_->run(control::words_of(order.line), std::move(caller), reply);
  });
}

}  // namespace veche::server
