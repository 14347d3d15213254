// DATA/veche.sock: where `veche ctl` and `veche account` talk to a running server (control/ctl_protocol.h,
// control/account_protocol.h). Only the server's own user can open it: the file's mode is 0600. Should
// somebody change that, the kernel's word on who connects (SO_PEERCRED) decides: that user and root.
#pragma once

#include "base/result.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "server/operator.h"
#include "server/operator_commands.h"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace veche::server {

/// Lives on the main thread, in its loop.
class ControlSocket final : public net::Source {
 public:
  /// Listens at `path`. A file that is there is a dead server's: whoever calls this holds the data
  /// directory's lock.
  static base::Result<std::unique_ptr<ControlSocket>> open(net::EventLoop& loop, Operator& desk,
                                                           OperatorCommands& commands,
                                                           const std::filesystem::path& path);
  /// Takes the file away.
  ~ControlSocket() override;

  void ready(std::uint32_t events) override;
  void expired(net::Timer&) override;

 private:
  ControlSocket(net::EventLoop& loop, Operator& desk, OperatorCommands& commands, std::filesystem::path path,
                net::Fd socket);

  net::EventLoop& loop_;
  Operator& desk_;
  OperatorCommands& commands_;
  const std::filesystem::path path_;
  net::Fd socket_;
  net::Timer retry_{*this};
};

}  // namespace veche::server
