// A thread for every client: it sleeps in poll() until its one socket has something, and does all the work
// with this client itself. Simple to think about, since waiting for one client holds up nobody else. The
// price, measured (bench/README.md): 13.5 KiB of memory a client, and a stack of the kernel's; a context
// switch for every message; with 5,000 clients three times the processor time of an event loop for each
// message; and an end: the system has room for so many threads (`ulimit -u`, vm.max_map_count), and who comes
// then is refused.
#pragma once

#include "net/model.h"
#include "net/small_thread.h"
#include "net/thread_connection.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace veche::net {

class ThreadsModel final : public Model {
 public:
  explicit ThreadsModel(ModelParts parts) : parts_(std::move(parts)) {}
  ~ThreadsModel() override { stop(); }

  void serve(Fd socket, const Address& peer) override;
  Counts counts() const override;
  void stop() override;

 private:
  struct Client {
    std::unique_ptr<ThreadConnection> connection;
    std::unique_ptr<SmallThread> thread;
  };

  void run(std::uint64_t number, ThreadConnection& connection);
  void join_ended();

  const ModelParts parts_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, Client> clients_;  // the accepting thread's

  mutable std::mutex mutex_;
  std::vector<std::uint64_t> ended_;  // their threads have done their work; to be joined
  std::size_t served_ = 0;
};

}  // namespace veche::net
