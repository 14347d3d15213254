#include "server/operator_task.h"

#include "session/line_words.h"

namespace veche::server {

void OperatorTask::text(std::string_view lines) {
  if (const auto reply = reply_.lock()) reply->text(lines);
}

void OperatorTask::finish() {
  if (const auto reply = reply_.lock()) reply->end(0);
}

void OperatorTask::end_with(const std::string& lines) {
  text(lines);
  finish();
}

void OperatorTask::done(const std::string& sentence, control::Record facts) {
  audit("done");
  if (order_.json) {
    facts.insert(facts.begin(), {"done", "", control::Value::yes_no(true, "")});
    return end_with(json_of(facts));
  }
  end_with(sentence + "\n");
}

void OperatorTask::fail(base::Error error) {
  audit(error.why);
  const auto reply = reply_.lock();
  if (!reply) return;
  reply->error(error);
  reply->end(1);
}

void OperatorTask::fail(std::string why, std::string hint) {
  fail(base::Error{std::string(order_.command->name), std::move(why), std::move(hint)});
}

void OperatorTask::fail(chat::Refusal why) { fail(t(session::words_for(why).english)); }

bool OperatorTask::begin() {
  const auto written =
      records_.audit.write({records_.clock.wall(), caller_.who, caller_.via, line_, "begun"});
  if (written) return true;
  fail(written.error());
  return false;
}

void OperatorTask::audit(const std::string& result) {
  if (!order_.command->audited) return;
  const auto written = records_.audit.write({records_.clock.wall(), caller_.who, caller_.via, line_, result});
  if (!written)
    records_.log.error("{}: '{}' by {} ({}) is not in it", written.error().text(), line_, caller_.who,
                       result);
  records_.log.info("{} ({}): {}: {}", caller_.who, caller_.via, line_, result);
}

}  // namespace veche::server
