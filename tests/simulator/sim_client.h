// A simulated client: a real session, of lines or of IRC, over a host that is a plain record, a network that
// brings what is typed in pieces or not at all, and a reader who may stop reading.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "server/fanout.h"
#include "session/irc_session.h"
#include "session/line_session.h"
#include "tests/fakes/fake_host.h"
#include "tests/simulator/irc_person.h"
#include "tests/simulator/reader.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace veche::simulator {

/// Every token that it makes is another one. And it knows what is asked for, as a client on the other side
/// would: a telnet is told when to hide what is typed; a program knows that a password follows its name, and
/// follows whatever password is refused, until it is refused an empty line in place of one.
class SimHost final : public fakes::FakeHost {
 public:
  SimHost(const base::ManualClock& clock, std::uint64_t& tokens) : FakeHost(clock), tokens_(tokens) {}
  std::string make_token() override { return "TOKEN-" + std::to_string(++tokens_); }

  bool secret_is_asked() const { return secret_is_asked_; }
  /// The chat tells that a name was taken; people are prompted.
  void name_was_taken(bool bare) { secret_is_asked_ = secret_is_asked_ || bare; }
  /// The network has brought what the client typed.
  void brought(std::string_view bytes) {
    last_two_ += bytes;
    if (last_two_.size() > 2) last_two_.erase(0, last_two_.size() - 2);
  }
  void send(std::string_view bytes) override {
    if (bytes == "\xff\xfb\x01") secret_is_asked_ = true;  // IAC WILL ECHO
    if (bytes == "\xff\xfc\x01") secret_is_asked_ = false;
    const bool differ = bytes.starts_with("ERR passwords-differ ");  // then the first of them is asked for
    if (bytes.starts_with("ERR ") && !differ && last_two_ == "\n\n") secret_is_asked_ = false;
    FakeHost::send(bytes);
  }

 private:
  std::uint64_t& tokens_;
  bool secret_is_asked_ = false;
  std::string last_two_ = "\n";  // bytes; two line ends: an empty line
};

/// One thread.
class SimClient final : public server::Receiver {
 public:
  SimClient(base::SessionId its_id, const base::ManualClock& clock, const session::LineOptions& options,
            std::uint64_t& tokens, const Ledger& ledger)
      : id(its_id),
        host(clock, tokens),
        owned_(std::make_unique<session::LineSession>(host, options)),
        session(*owned_),
        reader(ledger),
        ledger_(ledger) {}
  SimClient(base::SessionId its_id, const base::ManualClock& clock, const session::IrcOptions& options,
            std::uint64_t& tokens, const Ledger& ledger)
      : id(its_id),
        host(clock, tokens),
        owned_(std::make_unique<session::IrcSession>(host, options)),
        session(*owned_),
        irc(std::make_unique<IrcPerson>(ledger)),
        reader(ledger),
        ledger_(ledger) {}

  const base::SessionId id;
  SimHost host;

 private:
  const std::unique_ptr<session::Session> owned_;

 public:
  session::Session& session;
  const std::unique_ptr<IrcPerson> irc;  ///< null: a line client, and then `reader` reads
  Reader reader;
  std::string typed;          ///< and not brought by the network yet
  bool reads = true;          ///< otherwise what is sent to him piles up
  bool finished = false;      ///< his FIN is sent
  std::string name;           ///< the last that the server took for his, while he logs in
  bool name_refused = false;  ///< the last that he gave and meant
  bool is_slowed = false;     ///< his password was wrong, which he is told when some time has passed

  /// What the network brings of what was typed.
  void bring(std::string_view bytes) {
    host.brought(bytes);
    session.received(bytes);
  }
  /// Where his name should be.
  bool sees_his_password() const { return name.starts_with(kPasswordMark); }
  /// Programs' lines can be foretold whole.
  bool is_bare() const { return !irc && session::LineStyle::of(session.variant({})).bare; }
  /// What has come out of his connection; his client may have something to say to it.
  void read(std::string_view bytes) {
    if (!irc) return reader.read(bytes);
    irc->read(bytes);
    if (!finished) typed += irc->take_answers();
  }
  void check_nothing_is_missing() const {
    irc ? irc->check_nothing_is_missing() : reader.check_nothing_is_missing();
  }
  /// What one says oneself is not shown.
  bool typed_it(std::string_view text) const {
    const Typed* found = ledger_.typed(text);
    return found != nullptr && found->by == id;
  }
  session::Variant variant(base::RoomId room) const override { return session.variant(room); }
  void receive(const net::SharedBytes& bytes, std::size_t offset, std::size_t length, bool) override {
    if (!host.finished) host.sent.append(*bytes, offset, length);
  }

 private:
  const Ledger& ledger_;
};

}  // namespace veche::simulator
