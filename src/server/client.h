// One client: the glue between a connection (net), its dialect (session) and its home's doors to the chat and
// the workers. It holds no rules of its own, and does not know whether it has a thread to itself.
#pragma once

#include "base/ids.h"
#include "net/handler.h"
#include "server/client_home.h"
#include "server/fanout.h"
#include "server/jobs.h"
#include "session/session.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace veche::server {

/// Lives on its connection's thread.
class Client final : public net::Handler, public session::Host, public Receiver {
 public:
  Client(ClientHome& home, base::Dialect dialect) : home_(home), dialect_(dialect) {}
  ~Client() override;

  base::SessionId id() const { return id_; }
  session::Session& session() { return *session_; }
  /// "name (address)" once known, or the address: for the log.
  std::string who() const;
  /// A worker's or an operator's answer to what the session asked for.
  void answer(JobDone& job);
  /// An event for this client alone.
  void deliver(const chat::Event& event);

  // net::Handler
  void opened(net::Connection& connection) override;
  void received(std::string_view bytes) override;
  void peer_finished() override;
  void timer() override;
  void closed(net::CloseReason reason) override;

  // session::Host
  void command(chat::CommandBody body, bool acknowledge = false) override;
  bool chat_is_busy() override;
  void send(std::string_view bytes) override;
  void finish() override;
  void accept_input(bool yes) override;
  void set_timer(std::chrono::milliseconds delay) override;
  void cancel_timer() override;
  void hash_password(base::Secret password) override;
  void verify_password(std::string hash, base::Secret password, bool wants_scram) override;
  base::ScramKeys decoy_scram_keys(std::string_view folded_name) const override;
  void become_operator(std::string name, base::Secret password) override;
  bool operator_may(std::string_view command) const override;
  void operate(std::string line) override;
  void read_history(const chat::HistoryGranted& grant) override;
  void search(const chat::SearchGranted& grant) override;
  std::string make_token() override;
  std::optional<chat::TokenHash> hash_token(std::string_view token) override;
  std::string peer_host() const override;
  bool is_encrypted() const override { return encrypted_; }
  std::string client_certificate() const override;
  void warn(std::string_view what) override;
  base::MonoTime now() const override;
  base::WallTime wall_time() const override;
  std::chrono::seconds utc_offset(base::WallTime time) const override;

  // Receiver
  session::Variant variant(base::RoomId room) const override;
  void receive(const net::SharedBytes& bytes, std::size_t offset, std::size_t length, bool last) override;

 private:
  JobOwner job_owner();
  void verified(Verified& judged);
  /// For the operator's console, if there is one.
  void notice(Notice::What what, const std::string& name, net::CloseReason reason, std::size_t connected);

  ClientHome& home_;
  base::SessionId id_;  // from `opened` on
  const base::Dialect dialect_;
  bool encrypted_ = false;
  net::Connection* connection_ = nullptr;
  std::unique_ptr<session::Session> session_;
  /// Of those who have asked something of the workers or the operator; most have not.
  struct Errands {
    std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
    std::string wanted_operator;  // whose password is being checked
    std::string held_operator;    // empty: none
  };
  Errands& errands();
  std::unique_ptr<Errands> errands_;
};

}  // namespace veche::server
