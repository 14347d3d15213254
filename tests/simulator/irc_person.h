// What somebody's IRC client knows: only what the server has sent it, kept as clients keep it. Who is in
// which channel with which rank, its modes and topic, and who of the watched is there; held against the chat
// when nothing is on its way. And what a client answers by itself: PING, and the challenge of SCRAM.
#pragma once

#include "chat/room_state.h"
#include "tests/fakes/scram_client.h"
#include "tests/simulator/ledger.h"
#include "wire/irc_message.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace veche::simulator {

/// One thread.
class IrcPerson {
 public:
  explicit IrcPerson(const Ledger& ledger) : ledger_(ledger) {}

  struct Channel {
    std::string name;                            ///< as the server writes it
    std::map<std::string, chat::Ranks> members;  ///< by folded nick; all of them once `is_complete`
    bool is_complete = false;
    bool has_all_ranks = false;                          ///< of each: he had multi-prefix when he came
    std::optional<std::map<char, std::string>> modes{};  ///< with their parameters; none: never asked for
    std::string topic{};
  };

  /// The next token that will be seen.
  void expect(std::string token) { expected_.push_back(std::move(token)); }
  /// Bytes from his connection, split anywhere.
  void read(std::string_view bytes);
  /// He has got everything that was sent to him so far.
  void check_nothing_is_missing() const;
  /// What his client says to what it has read.
  std::string take_answers() { return std::exchange(answers_, {}); }
  /// His client begins SCRAM.
  void begin_scram(const std::string& name, const std::string& password) { scram_.emplace(name, password); }
  /// The line that a service asks for before it does what cannot be undone; empty: none.
  std::string take_confirmation() { return std::exchange(confirmation_, {}); }
  std::uint64_t next_label() { return ++labels_; }
  void forget_watched() { watches_ = false; }

  bool is_welcome() const { return !nick_.empty(); }
  bool is_closed() const { return closed_; }
  bool has_cap(const std::string& cap) const { return caps_.contains(cap); }
  /// Folded.
  const std::string& nick() const { return nick_; }
  const std::map<std::string, Channel>& channels() const { return channels_; }
  /// A channel where he has at least that rank; empty: none. The server's own is nobody's.
  std::string channel_with(chat::Rank least) const;
  /// Whether they are there, by folded nick.
  const std::map<std::string, bool>& watched() const { return watched_; }
  bool knows_watched() const { return watches_; }

 private:
  using Params = std::span<const std::string_view>;
  void read_line(std::string_view line);
  void numeric(std::string_view number, Params p);
  void happens(std::string_view command, const std::string& who, Params p);
  void take_names(Params p);
  void end_names(std::string_view channel);
  void change_modes(Channel& channel, Params p);
  void joins(std::string_view channel, const std::string& who);
  void leaves(std::string_view channel, const std::string& who);
  void authenticate(std::string_view text);
  void watch(std::string_view list, bool there);
  Channel* channel_called(std::string_view name);
  Channel& channel_of(std::string_view name);

  const Ledger& ledger_;
  std::deque<std::string> expected_;
  std::string unfinished_;
  std::string answers_;
  std::string confirmation_;
  std::set<std::string> caps_;
  std::string nick_;
  std::map<std::string, Channel> channels_;
  std::map<std::string, std::map<std::string, chat::Ranks>> names_;  // of lists that have no end yet
  std::map<std::string, bool> watched_;
  std::optional<fakes::ScramClient> scram_;
  bool scram_begun_ = false;
  bool watches_ = true;
  bool closed_ = false;
  std::uint64_t labels_ = 0;
  std::uint64_t last_label_ = 0;  // that was answered
};

/// Modes as 324 tells them.
std::map<char, std::string> modes_of(std::span<const std::string_view> letters_and_parameters);

}  // namespace veche::simulator
