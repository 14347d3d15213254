#include "net/loop_group.h"

#include "base/check.h"

#include <pthread.h>

#include <string>
#include <utility>

namespace veche::net {

base::Result<std::unique_ptr<LoopGroup>> LoopGroup::create(std::size_t count, const base::Clock& clock,
                                                           base::Log& log, const LoopOptions& options) {
  base::check(count > 0, "a group has a loop");
  std::unique_ptr<LoopGroup> group(new LoopGroup);
  for (std::size_t i = 0; i < count; ++i) {
    auto loop = EventLoop::create(clock, log, options);
    if (!loop) return tl::unexpected(loop.error());
    group->members_.push_back(std::make_unique<Member>());
    group->members_.back()->loop = std::move(*loop);
  }
  return group;
}

LoopGroup::~LoopGroup() {
  stop();
  join();
}

void LoopGroup::start() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = *members_[i];
    base::check(!member.thread.joinable(), "a group is started once");
    member.thread = std::thread([&loop = *member.loop] { loop.run(); });
    ::pthread_setname_np(member.thread.native_handle(), ("veche-loop-" + std::to_string(i)).c_str());
  }
}

void LoopGroup::stop() {
  for (const auto& member : members_) member->loop->stop();
}

void LoopGroup::join() {
  for (const auto& member : members_)
    if (member->thread.joinable()) member->thread.join();
}

std::size_t LoopGroup::pick(Spread spread) {
  const std::size_t turn = next_.fetch_add(1, std::memory_order_relaxed) % members_.size();
  if (spread == Spread::round_robin) return turn;
  std::size_t best = turn;  // where several have the fewest, in turn
  for (std::size_t i = 1; i < members_.size(); ++i) {
    const std::size_t other = (turn + i) % members_.size();
    if (members_[other]->loop->connection_count() < members_[best]->loop->connection_count()) best = other;
  }
  return best;
}

void LoopGroup::share_out(Fd fd, const Address& peer, const HandlerFactory& make, Spread spread) {
  const std::size_t index = pick(spread);
  EventLoop& loop = *members_[index]->loop;
  loop.expect();  // counted at once: in a burst of connections the loops adopt later than we share out
  auto shared_fd = std::make_shared<Fd>(std::move(fd));  // std::function copies; a dropped post closes it
  loop.post([&loop, index, shared_fd = std::move(shared_fd), peer, make] {
    loop.adopt_expected(std::move(*shared_fd), peer, make(index, peer));
  });
}

std::size_t LoopGroup::connection_count() const {
  std::size_t count = 0;
  for (const auto& member : members_) count += member->loop->connection_count();
  return count;
}

}  // namespace veche::net
