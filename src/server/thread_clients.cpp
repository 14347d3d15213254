#include "server/thread_clients.h"

#include "base/check.h"
#include "net/connection_steps.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

namespace veche::server {

using base::SessionId;

ThreadClients::ThreadClients(net::EventLoop& loop, Shared& shared, DialectOptions dialects,
                             const ThreadOptions& options)
    : loop_(loop),
      shared_(shared),
      options_(options),
      answers_([this](JobDone job) {
        const SessionId session = job.session;
        std::vector<ClientMail> mail;
        mail.push_back(std::make_unique<JobDone>(std::move(job)));
        post(session, mail);
      }),
      dialects_(std::make_shared<const DialectOptions>(std::move(dialects))) {}

// --- threads come and go

void ThreadClients::adopt(net::Fd socket, const net::Address& peer, const Entrance& entrance) {
  const int number = socket.get();
  net::Fd waker = net::make_waker();
  if (!waker) return refuse(number, entrance, {"client " + peer.text(), base::errno_text(errno), {}});
  const SessionId id = base::make_session_id(kIndex, ++last_serial_);
  ThreadClient* client = nullptr;
  {
    const std::lock_guard lock(clients_mutex_);
    Entry& entry = clients_[id];
    entry.client = std::make_unique<ThreadClient>(*this, id, entrance, std::move(socket), std::move(waker),
                                                  peer, options_.connection, dialects_);
    client = entry.client.get();
    ++running_;
  }
  auto thread = net::SmallThread::start("veche-client", options_.stack_bytes, [this, client, id] {
    client->run();
    ended(id);
  });
  const std::lock_guard lock(clients_mutex_);
  if (thread) {
    refusing_ = false;
    clients_.at(id).thread = std::move(*thread);  // it may have ended: who joins it is this loop, later
  } else {
    refuse(number, entrance, thread.error());
    clients_.erase(id);
    --running_;
  }
}

void ThreadClients::refuse(int socket, const Entrance& entrance, const base::Error& why) {
  if (!std::exchange(refusing_, true)) shared_.log.error("a client is refused: {}", why.text());
  net::refuse(socket, entrance.full_words());
}

/// The last that a client's thread does.
void ThreadClients::ended(SessionId client) {
  {
    const std::lock_guard lock(clients_mutex_);
    ended_.push_back(client);
    --running_;
  }
  loop_.post([this] { join_ended(); });
}

void ThreadClients::join_ended() {
  std::vector<Entry> entries;  // joined when the lock is free again
  const std::lock_guard lock(clients_mutex_);
  for (const SessionId client : std::exchange(ended_, {})) {
    const auto found = clients_.find(client);
    entries.push_back(std::move(found->second));
    clients_.erase(found);
  }
}

void ThreadClients::stop() {
  std::unordered_map<SessionId, Entry> left;  // joined when the lock is free again
  const std::lock_guard lock(clients_mutex_);
  for (auto& [id, entry] : clients_) entry.client->stop();
  left.swap(clients_);
  ended_.clear();
}

std::size_t ThreadClients::count() const {
  const std::lock_guard lock(clients_mutex_);
  return running_;
}

void ThreadClients::post(SessionId client, std::vector<ClientMail>& mail) {
  const std::lock_guard lock(clients_mutex_);
  const auto found = clients_.find(client);
  if (found != clients_.end()) found->second.client->post(mail);
  mail.clear();  // gone: its last effects were on their way
}

void ThreadClients::set_dialects(DialectOptions dialects) {
  const std::lock_guard lock(clients_mutex_);
  dialects_ = std::make_shared<const DialectOptions>(std::move(dialects));
  for (auto& [id, entry] : clients_) entry.client->post(ClientMail(dialects_));
}

// --- from the chat

void ThreadClients::deliver(Delivery delivery) {
  for (const chat::Effect& effect : delivery.effects)
    std::visit([this](const auto& one) { sort(one); }, effect);
  for (Member* member : touched_) {
    member->touched = false;
    if (!member->mail.empty()) post(member->session, member->mail);
    if (member->mail.capacity() > kClientMailKept) member->mail = std::vector<ClientMail>();
    if (member->rooms == 0) members_.erase(SessionId(member->session));
  }
  touched_.clear();
  if (delivery.credits > 0) give_back(delivery.credits);
}

void ThreadClients::touch(Member& member) {
  if (!std::exchange(member.touched, true)) touched_.push_back(&member);
}

ThreadClients::Member& ThreadClients::touch(SessionId session) {
  Member& member = members_[session];
  member.session = session;
  touch(member);
  return member;
}

void ThreadClients::sort(const chat::ToRoom& effect) {
  const auto room = rooms_.find(effect.room);
  if (room == rooms_.end()) return;
  for (Member* member : room->second) {
    if (member->session == effect.except) continue;
    touch(*member);
    member->mail.push_back(effect);
  }
}

void ThreadClients::sort(const chat::ToSession& effect) { touch(effect.session).mail.push_back(effect); }

void ThreadClients::sort(const chat::Subscribe& effect) {
  Member& member = touch(effect.session);
  ++member.rooms;
  rooms_[effect.room].push_back(&member);
}

void ThreadClients::sort(const chat::Unsubscribe& effect) {
  Member& member = touch(effect.session);
  const auto room = rooms_.find(effect.room);
  base::check(room != rooms_.end() && member.rooms > 0, "only a subscribed session is unsubscribed");
  --member.rooms;
  std::erase(room->second, &member);
  if (room->second.empty()) rooms_.erase(room);
}

// --- to the chat

void ThreadClients::send(SessionId client, std::vector<chat::Command>& commands) {
  if (commands.empty()) return;
  const bool leaves = std::holds_alternative<chat::Disconnect>(commands.back().body);
  const auto wanted = static_cast<std::ptrdiff_t>(commands.size()) - (leaves ? 1 : 0);
  std::ptrdiff_t granted = wanted;
  {
    const std::lock_guard lock(credits_mutex_);
    if (!leaves) granted = std::clamp<std::ptrdiff_t>(credits_, 0, wanted);
    credits_ -= granted;
    if (granted < wanted) waiting_.insert(client);
  }
  const auto stay = leaves ? commands.end() : commands.begin() + granted;
  std::vector<chat::Command> leaving(std::make_move_iterator(commands.begin()),
                                     std::make_move_iterator(stay));
  commands.erase(commands.begin(), stay);
  chat_->send(leaving);
}

std::size_t ThreadClients::credits_left() const {
  const std::lock_guard lock(credits_mutex_);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(credits_, 0));
}

bool ThreadClients::has_credit(SessionId client) {
  const std::lock_guard lock(credits_mutex_);
  if (credits_ <= 0) waiting_.insert(client);
  return credits_ > 0;
}

std::size_t ThreadClients::waiting() const {
  const std::lock_guard lock(credits_mutex_);
  return waiting_.size();
}

void ThreadClients::give_back(std::size_t credits) {
  std::unordered_set<SessionId> woken;
  {
    const std::lock_guard lock(credits_mutex_);
    credits_ += static_cast<std::ptrdiff_t>(credits);
    woken.swap(waiting_);
  }
  if (woken.empty()) return;
  const std::lock_guard lock(clients_mutex_);
  for (const SessionId client : woken) {
    const auto found = clients_.find(client);
    if (found != clients_.end()) found->second.client->wake();
  }
}

}  // namespace veche::server
