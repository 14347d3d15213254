// A chat, its store, its workers and people at the line protocol or IRC, without a socket or a thread: what a
// client sends goes through its session to the chat, is committed, and comes back as the server's loops would
// bring it.
#pragma once

#include "base/clock.h"
#include "chat/chat.h"
#include "session/irc_options.h"
#include "session/line_session.h"
#include "session/session.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_workers.h"
#include "tests/fakes/kept_rows.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace veche::fakes {

/// One thread.
class LineWorld {
 public:
  struct Client {
    Client(const base::ManualClock& clock, const session::LineOptions& options);
    Client(const base::ManualClock& clock, const session::IrcOptions& options);
    ~Client();
    base::SessionId id;
    FakeHost host;
    std::unique_ptr<session::Session> owned;
    session::Session& session;
    std::set<base::RoomId> rooms;
  };

  LineWorld();
  ~LineWorld();

  // To be changed before the first client connects.
  chat::Policy policy;
  session::LineOptions options;
  session::IrcOptions irc;

  base::ManualClock clock;
  KeptRows store;
  bool chat_works = true;     ///< otherwise commands wait
  bool workers_work = true;   ///< otherwise jobs wait, also the operator's
  bool workers_busy = false;  ///< every job is answered with "too busy"

  /// With its greeting on the way.
  /// `address`: of IPv4.
  Client& connect(const std::string& name, const std::string& address = "10.0.0.1");
  /// The same at an IRC listener.
  Client& connect_irc(const std::string& name, const std::string& address = "10.0.0.2",
                      bool encrypted = false);
  /// Registered, and its welcome is read.
  Client& enter_irc(const std::string& name, const std::string& address = "10.0.0.2");
  /// In #veche as a guest, or with a password as a new account; all that was said to it so far is read.
  Client& enter(const std::string& name, const std::string& password = "",
                const std::string& address = "10.0.0.99");
  void feed(Client& client, std::string_view bytes);
  bool knows(const std::string& name) const { return clients_.contains(name); }
  Client& operator[](const std::string& name) { return *clients_.at(name); }
  void operate(chat::CommandBody body);
  chat::OperatorAnswer order(chat::OperatorOrder order);
  /// Whom a ban or a mute is on: a guest, or an IPv4 address.
  static chat::SanctionTarget target(const std::string& who);

  /// Until nobody has anything to do but wait for a client or for time.
  void settle();
  /// Lets time pass; every timer rings when it is due.
  void pass(std::chrono::microseconds time);

  /// What everybody said so far, as "ROOM NAME TEXT".
  std::vector<std::string> said;

  std::map<std::string, std::unique_ptr<Client>>& clients() { return clients_; }

 private:
  /// The messages of the store, read as the real one's are.
  class Archive final : public FakeArchive {
   public:
    explicit Archive(const KeptRows& store) : store_(store) {}
    std::vector<chat::Message> last(const chat::HistoryGranted& grant) override;
    std::vector<chat::Message> search(const chat::SearchGranted& grant) override;

   private:
    const KeptRows& store_;
  };

  Client& add(const std::string& name, std::unique_ptr<Client> made, chat::Connect arrival);
  bool turn_chat();
  bool turn_workers();
  void apply(const chat::Command& command);
  void carry_out(const chat::ToRoom& effect, std::set<Client*>& got);
  void carry_out(const chat::ToSession& effect, std::set<Client*>&);
  void carry_out(const chat::Subscribe& effect, std::set<Client*>&);
  void carry_out(const chat::Unsubscribe& effect, std::set<Client*>&);

  Archive archive_{store};
  std::unique_ptr<chat::Chat> chat_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::map<base::SessionId, Client*> by_id_;
  std::uint64_t last_session_ = 0;
  chat::OperatorAnswer operator_answer_;
};

}  // namespace veche::fakes
