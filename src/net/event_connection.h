// A client's connection under the event loop. Idle it is this object, its handler and an entry in the loop's
// table: no buffer, no queue, no timer entry.
//
//            finish()              all sent: our FIN        the peer's FIN, or long enough
//   open ───────────────► flushing ───────────────► draining ───────────────► closed
//     └── abort(), reset, dead peer, slow reader: from any state ────────────────┘
//
// From `flushing` on what the peer sends is read and thrown away: input left unread would turn our close into
// a reset, and a reset can overtake the goodbye.
#pragma once

#include "net/event_loop.h"

namespace veche::net {

/// Made by EventLoop::adopt. The loop's thread.
class EventConnection final : public Connection, public Source {
 public:
  EventConnection(EventLoop& loop, Fd fd, const Address& peer, std::unique_ptr<Handler> handler);

  void send(std::string_view bytes) override;
  void send_shared(const SharedBytes& bytes, std::size_t offset, std::size_t length) override;
  void send_last(std::string_view bytes) override;
  void send_shared_last(const SharedBytes& bytes, std::size_t offset, std::size_t length) override;
  void finish() override;
  void abort(CloseReason reason) override;
  void pause_reading() override;
  void resume_reading() override;
  void set_timer(std::chrono::milliseconds delay) override;
  void cancel_timer() override;
  void tell_before_sending() override;
  const Address& peer() const override { return peer_; }
  std::size_t backlog() const override { return queue_ ? queue_->bytes() : 0; }

  void ready(std::uint32_t events) override;
  void expired(Timer& timer) override;

 private:
  friend class EventLoop;
  enum class State : std::uint8_t { open, flushing, draining, closed };

  // The loop's, in its steps.
  void start();
  void read();
  void flush();
  void bury();
  bool listed() const { return in_read_list_ || in_flush_list_; }

  bool wants_input() const {
    return !fin_received_ && (state_ == State::open ? !paused_ : state_ != State::closed);
  }
  void input_ended();
  SendQueue& queue();
  std::size_t send_at_once(std::string_view bytes);
  void queue_grew();
  void write_out();
  void after_write(bool progress);
  void say_goodbye();
  void close(CloseReason reason);
  void arm_deadline(std::chrono::milliseconds delay);
  void cancel_deadline();
  void list_for_reading();
  void list_for_flushing();

  EventLoop& loop_;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<SendQueue> queue_;  // null: owes nothing
  Timer wish_{*this};                 // the handler's set_timer
  std::unique_ptr<Timer> deadline_;   // write stall, or the end of the goodbye; null: nothing is owed
  const Address peer_;
  Fd fd_;
  std::uint32_t place_ = 0;  // in the loop's table

  State state_ = State::open;
  CloseReason reason_ = CloseReason::finished;
  bool paused_ : 1 = false;
  bool readable_ : 1 = false;     // an edge told so, and the socket has not been drained since
  bool read_to_end_ : 1 = false;  // a short read does not mean drained
  bool fin_received_ : 1 = false;
  bool blocked_ : 1 = false;      // the socket is full; an edge will tell when it is not
  bool was_blocked_ : 1 = false;  // so the handler is owed `writable`
  bool tell_before_sending_ : 1 = false;
  bool in_read_list_ : 1 = false;
  bool in_flush_list_ : 1 = false;
};

}  // namespace veche::net
