// One connection to the control socket: one request, its answer, and out.
#pragma once

#include "control/ctl_protocol.h"
#include "control/reply.h"
#include "net/handler.h"
#include "server/operator.h"
#include "server/operator_commands.h"
#include "wire/line_decoder.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace veche::server {

/// Lives on the main thread.
class ControlClient final : public net::Handler {
 public:
  /// `who`: the peer, as the audit log names him.
  ControlClient(Operator& desk, OperatorCommands& commands, std::string who);
  ~ControlClient() override;

  void opened(net::Connection& connection) override;
  void received(std::string_view bytes) override;
  void peer_finished() override;
  void timer() override;
  void closed(net::CloseReason) override {}

 private:
  class CtlReply;

  void take(std::string_view line);
  void manage_account(std::string_view line);
  void operate(std::string_view line);
  void refuse(const base::Error& error);
  void finish();

  Operator& desk_;
  OperatorCommands& commands_;
  const std::string who_;
  wire::LineDecoder lines_;
  net::Connection* connection_ = nullptr;
  bool asked_ = false;               // the request has come
  std::shared_ptr<CtlReply> reply_;  // of `operate`, until it ends
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace veche::server
