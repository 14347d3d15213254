// All clients that have a thread of their own. Towards the chat they are one loop, number 0: what the chat
// has for them comes as one delivery, and is shared out here among their mailboxes, on the chat's thread. A
// client's thread is woken once by each delivery that concerns it, and encodes and sends for itself.
//
//   chat thread ── deliver ──► mailbox of A ──► thread of A ──► A
//                         └──► mailbox of B ──► thread of B ──► B
//
// Back-pressure is a loop's (client_loop.h), with one account of credits for all the threads. Who finds none
// is remembered, stops taking input, and is woken when some come back. No thread waits for another: the locks
// here are held for a look or a push, never while anything is read, encoded, sent or joined.
#pragma once

#include "base/ids.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/small_thread.h"
#include "server/chat_thread.h"
#include "server/client_home.h"
#include "server/entrance.h"
#include "server/thread_client.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace veche::server {

struct ThreadOptions {
  net::LoopOptions connection{};
  std::size_t stack_bytes = 256 * 1024;
};

class ThreadClients {
 public:
  static constexpr base::LoopIndex kIndex = 0;

  /// `loop` is where clients are accepted. All outlive it.
  ThreadClients(net::EventLoop& loop, Shared& shared, DialectOptions dialects, const ThreadOptions& options);
  ~ThreadClients() { stop(); }

  ThreadClients(const ThreadClients&) = delete;
  ThreadClients& operator=(const ThreadClients&) = delete;

  /// Before the first client: where commands go.
  void connect_to(ChatThread& chat) { chat_ = &chat; }

  /// The loop's thread. Makes a thread for a client; where there is no room for one he is told so.
  void adopt(net::Fd socket, const net::Address& peer, const Entrance& entrance);
  /// When the loop has ended. Cuts off whoever is left, and joins all threads.
  void stop();

  /// The chat's thread.
  void deliver(Delivery delivery);

  /// Any thread. Holds for those who are connected too, soon.
  void set_dialects(DialectOptions dialects);
  /// Any thread. Threads that have a client.
  std::size_t count() const;
  /// Any thread; for figures. Clients that wait for credits.
  std::size_t waiting() const;

  // For its clients; any thread.
  Shared& shared() { return shared_; }
  const AnswerTo& answers() const { return answers_; }
  /// Sends as many of `commands` to the chat as there are credits for, and takes them out; `client` is woken
  /// when the rest may have credits. A Disconnect takes all that is before it along, credits or not: its
  /// thread ends, and the account is overdrawn for the moment.
  void send(base::SessionId client, std::vector<chat::Command>& commands);
  std::size_t credits_left() const;
  /// False: `client` is woken when there are some.
  bool has_credit(base::SessionId client);

 private:
  struct Entry {
    std::unique_ptr<ThreadClient> client;
    std::unique_ptr<net::SmallThread> thread;  // goes first: joined
  };
  /// What the chat's thread knows of a session.
  struct Member {
    base::SessionId session;
    std::size_t rooms = 0;
    std::vector<ClientMail> mail;  // of this delivery
    bool touched = false;          // by it
  };

  void refuse(int socket, const Entrance& entrance, const base::Error& why);
  void post(base::SessionId client, std::vector<ClientMail>& mail);
  void ended(base::SessionId client);
  void join_ended();

  Member& touch(base::SessionId session);
  void touch(Member& member);
  void sort(const chat::ToRoom& effect);
  void sort(const chat::ToSession& effect);
  void sort(const chat::Subscribe& effect);
  void sort(const chat::Unsubscribe& effect);
  void give_back(std::size_t credits);

  net::EventLoop& loop_;
  Shared& shared_;
  const ThreadOptions options_;
  const AnswerTo answers_;
  ChatThread* chat_ = nullptr;

  // The loop's thread.
  std::uint64_t last_serial_ = 0;
  bool refusing_ = false;  // the last one had no room

  mutable std::mutex clients_mutex_;
  std::unordered_map<base::SessionId, Entry> clients_;
  std::vector<base::SessionId> ended_;  // of clients_: to be joined
  std::size_t running_ = 0;
  DialectOptionsPtr dialects_;

  mutable std::mutex credits_mutex_;
  std::ptrdiff_t credits_ = base::limits::kCommandsInFlightMax;
  std::unordered_set<base::SessionId> waiting_;

  // The chat's thread.
  std::unordered_map<base::SessionId, Member> members_;
  std::unordered_map<base::RoomId, std::vector<Member*>> rooms_;
  std::vector<Member*> touched_;
};

}  // namespace veche::server
