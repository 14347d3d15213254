#include "server/control_client.h"

#include "base/secret.h"
#include "control/account_protocol.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace veche::server {
namespace {

constexpr std::chrono::seconds kRequestTimeout{10};
constexpr std::chrono::minutes kConfirmTimeout{5};

}  // namespace

/// The answer to one command, as frames.
class ControlClient::CtlReply final : public control::Reply {
 public:
  CtlReply(ControlClient& client, bool asks, base::Translator t) : client_(client), asks_(asks), t_(t) {}

  void text(std::string_view lines) override { send(control::encode(control::CtlText{std::string(lines)})); }
  void error(const base::Error& error) override { send(control::encode(error)); }
  void end(int exit_code) override {
    send(control::encode(control::CtlEnd{exit_code}));
    client_.finish();  // and with it goes this
  }
  void confirm(std::string question, std::string word, std::function<void()> agreed) override {
    if (!asks_) {
      error({t_("this command"), t_("needs confirmation"), t_("add --yes")});
      return end(1);
    }
    send(control::encode(control::CtlConfirm{std::move(question), word}));
    client_.connection_->set_timer(kConfirmTimeout);
    word_ = std::move(word);
    agreed_ = std::move(agreed);
  }
  /// What the client typed when it was asked.
  void typed(const std::string& text) {
    client_.connection_->cancel_timer();
    const auto agreed = std::exchange(agreed_, nullptr);
    if (!agreed) return;  // nobody asked
    if (text == word_) return agreed();
    this->text(t_("Nothing was done.") + "\n");
    end(1);
  }

 private:
  void send(const std::string& frames) { client_.connection_->send(frames); }

  ControlClient& client_;
  const bool asks_;
  const base::Translator t_;
  std::string word_;
  std::function<void()> agreed_;
};

ControlClient::ControlClient(Operator& desk, OperatorCommands& commands, std::string who)
    : desk_(desk),
      commands_(commands),
      who_(std::move(who)),
      lines_(std::max(control::kAccountRequestBytesMax, control::kCtlRequestBytesMax)) {}

ControlClient::~ControlClient() = default;

void ControlClient::opened(net::Connection& connection) {
  connection_ = &connection;
  connection.set_timer(kRequestTimeout);
}

void ControlClient::received(std::string_view bytes) {
  lines_.feed(bytes);
  while (const auto event = lines_.next()) {
    const auto* line = std::get_if<wire::LineDecoder::Line>(&*event);
    if (line == nullptr) {
      if (!asked_) refuse({"control socket", "the request is too long", ""});
      asked_ = true;
      continue;
    }
    take(line->text);
  }
  // The main thread has bound few functions of the shared libraries yet, and ld.so saves the registers on the
  // stack when it binds one: docs/adr/0016.
  base::wipe_stack();
}

void ControlClient::take(std::string_view line) {
  if (asked_) {
    const auto typed = control::parse_typed(line);
    const auto reply = reply_;  // outlives the call
    if (reply) reply->typed(typed.value_or(""));
    return;
  }
  asked_ = true;
  connection_->cancel_timer();
  if (control::command_of(line) == "operate") return operate(line);
  manage_account(line);
}

void ControlClient::manage_account(std::string_view line) {
  const auto answer = [this](const control::AccountAnswer& done) {
    connection_->send(control::encode(done));
    finish();
  };
  auto request = control::parse_account_request(line);
  if (!request) return answer(tl::unexpected(request.error()));
  // The client may be gone before the answer is there: then nobody hears it.
  desk_.manage(std::move(*request),
               [answer, alive = std::weak_ptr(alive_)](const control::AccountAnswer& done) {
                 if (!alive.expired()) answer(done);
               });
}

void ControlClient::operate(std::string_view line) {
  auto request = control::parse_ctl_request(line);
  if (!request) return refuse(request.error());
  Caller caller{who_, "ctl", base::Translator(request->language), request->directory};
  if (caller.directory.empty()) caller.directory = commands_.data_directory();
  reply_ = std::make_shared<CtlReply>(*this, request->asks, caller.t);
  const auto reply = reply_;  // outlives the call
  commands_.run(request->words, std::move(caller), reply);
}

void ControlClient::refuse(const base::Error& error) {
  connection_->send(control::encode(error) + control::encode(control::CtlEnd{2}));
  finish();
}

void ControlClient::finish() {
  reply_.reset();
  connection_->finish();
}

void ControlClient::peer_finished() {
  if (!asked_) finish();  // else the answer is on its way
}

void ControlClient::timer() {
  refuse({"control socket", asked_ ? "nothing was typed" : "no request came", ""});
}

}  // namespace veche::server
