#include "net/threads_model.h"

#include "net/connection_steps.h"

#include <cerrno>
#include <string>
#include <utility>

namespace veche::net {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024;  // of address space; memory is what is touched of it

}  // namespace

void ThreadsModel::serve(Fd socket, const Address& peer) {
  const int descriptor = socket.get();
  const auto refuse_him = [&](std::string_view why) {
    refuse(descriptor, kNoRoom);
    parts_.book.went(peer, "refused: no thread for him: " + std::string(why));
  };
  Fd waker = make_waker();
  if (!waker) return refuse_him(base::errno_text(errno));

  const std::uint64_t number = ++last_number_;
  Client& client = clients_[number];
  client.connection = std::make_unique<ThreadConnection>(std::move(socket), std::move(waker), peer,
                                                         parts_.clock, parts_.connection);
  {
    const std::lock_guard lock(mutex_);
    ++served_;
  }
  auto thread =
      SmallThread::start("veche-client", kStackBytes,
                         [this, number, &connection = *client.connection] { run(number, connection); });
  if (thread) {
    client.thread = std::move(*thread);
    return;
  }
  refuse_him(thread.error().why);
  clients_.erase(number);
  const std::lock_guard lock(mutex_);
  --served_;
}

/// A client's thread, from its first to its last call.
void ThreadsModel::run(std::uint64_t number, ThreadConnection& connection) {
  connection.open(parts_.make(parts_.book));
  connection.run();
  {
    const std::lock_guard lock(mutex_);
    --served_;
    ended_.push_back(number);
  }
  parts_.front.post([this] { join_ended(); });  // nobody can join himself
}

void ThreadsModel::join_ended() {
  std::vector<std::uint64_t> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (const std::uint64_t number : ended) clients_.erase(number);
}

Counts ThreadsModel::counts() const {
  const std::lock_guard lock(mutex_);
  return {served_, 0};
}

void ThreadsModel::stop() {
  for (auto& [number, client] : clients_) client.connection->stop();
  clients_.clear();  // joins
  const std::lock_guard lock(mutex_);
  ended_.clear();
}

}  // namespace veche::net
