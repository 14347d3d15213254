// A process for every client. Nothing that a client's process does can reach another's: it may crash, and the
// others do not notice. The price, measured (bench/README.md): 70 KiB of memory a client that the parent does
// not share, beside a process of the kernel's; a context switch for every message; with 5,000 clients four
// times the processor time of an event loop for each message; and an end: the system has room for so many
// processes
// (`ulimit -u`, kernel.pid_max), and who comes then is refused.
//
// fork() copies one thread, and every lock in the state in which the others had it. So the parent must have
// no other thread, and the child uses no logger: what it has to say goes through a pipe. The parent sees that
// a child has ended at its pidfd, which becomes readable then, next to everything else that it waits for; a
// SIGCHLD could get lost behind another.
#pragma once

#include "base/result.h"
#include "net/model.h"

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace veche::net {

class ForkModel final : public Model {
 public:
  /// Fails if the process is out of descriptors.
  static base::Result<std::unique_ptr<Model>> start(ModelParts parts);
  ~ForkModel() override;

  void serve(Fd socket, const Address& peer) override;
  Counts counts() const override { return {children_.size(), 0}; }
  /// Children get a SIGTERM, and those that do not heed it a SIGKILL.
  void stop() override;

 private:
  /// One child, until it is reaped.
  class Child;
  /// The reading end of the pipe that all children write to.
  class Reports;

  explicit ForkModel(ModelParts parts);
  [[noreturn]] void run_child(Fd socket, const Address& peer);
  void reap(Child& child);

  const ModelParts parts_;
  std::unique_ptr<Reports> reports_;
  std::unordered_map<pid_t, std::unique_ptr<Child>> children_;
};

}  // namespace veche::net
