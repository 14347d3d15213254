// N event loops, each on a thread of its own, serve all clients: a loop sleeps until some of its sockets have
// something to say, and then works through just those. Measured (bench/README.md): an idle client is some 290
// bytes and no thread at all, 19,000 of them take 4.4 MB; a message costs 3 us of processor time whether
// there are 50 clients or 5,000, and one context switch serves fifty to five hundred messages. The price: a
// handler must never block, for the whole loop would wait with it.
#pragma once

#include "base/result.h"
#include "net/loop_group.h"
#include "net/model.h"

#include <cstddef>
#include <memory>

namespace veche::net {

class EventsModel final : public Model {
 public:
  /// Fails if the process is out of descriptors.
  static base::Result<std::unique_ptr<Model>> start(ModelParts parts, std::size_t loops);
  ~EventsModel() override { stop(); }

  void serve(Fd socket, const Address& peer) override;
  Counts counts() const override { return {loops_->connection_count(), 0}; }
  void stop() override;

 private:
  EventsModel(ModelParts parts, std::unique_ptr<LoopGroup> loops)
      : parts_(std::move(parts)), loops_(std::move(loops)) {}

  const ModelParts parts_;
  const std::unique_ptr<LoopGroup> loops_;
};

}  // namespace veche::net
