#include "net/events_model.h"

#include <utility>

namespace veche::net {

base::Result<std::unique_ptr<Model>> EventsModel::start(ModelParts parts, std::size_t loops) {
  auto group = LoopGroup::create(loops, parts.clock, parts.log, parts.connection);
  if (!group) return tl::unexpected(group.error());
  (*group)->start();
  return std::unique_ptr<Model>(new EventsModel(std::move(parts), std::move(*group)));
}

void EventsModel::serve(Fd socket, const Address& peer) {
  loops_->share_out(std::move(socket), peer,
                    [this](std::size_t, const Address&) { return parts_.make(parts_.book); });
}

void EventsModel::stop() {
  loops_->stop();
  loops_->join();
}

}  // namespace veche::net
