// The bookkeeper of a simulated run: what people typed, what the store took, what the chat sends. It holds
// these against each other after every batch and never asks the chat what it thinks; everything that somebody
// types has a token of its own ("<m12>"), by which it is known wherever it turns up.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "chat/chat.h"
#include "chat/command.h"
#include "chat/records.h"
#include "server/chat_thread.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace veche::simulator {

/// The operator's commands come from here and his answers go here; the clients' loops are 0 and 1.
inline constexpr std::size_t kClientLoops = 2;
inline const base::SessionId kOperator = base::make_session_id(kClientLoops, 1);

/// All passwords begin so, and no name that anybody means to take: so it is seen at once where one turns up.
inline constexpr std::string_view kPasswordMark = "pw-";
/// The IRC server's.
inline constexpr const char* kServerName = "irc.test";

/// Something that somebody typed.
struct Typed {
  char kind;  ///< m: a message, e: what he does (/me), n: a notice, p: a private message, a: an announcement
  base::SessionId by;
  std::string text;  ///< as others must see it, with its token
  std::string to;    ///< of a private message: whom, folded
};

/// The token in `text`: "<m12>" gives 12. Nothing: there is none.
std::optional<std::size_t> token_in(std::string_view text);
/// The same as it is written: "<m12>"; empty: there is none.
std::string token_of(std::string_view text);

/// One thread.
class Ledger {
 public:
  /// Notes what `by` is about to type; gives the text with its token.
  std::string note(char kind, base::SessionId by, std::string_view before, std::string_view after,
                   std::string to = {});
  /// What `text` was typed as; null: nobody typed it.
  const Typed* typed(std::string_view text) const;

  /// The passwords and tokens in what `by` is about to type: without the right one he is nobody's account.
  void note_secrets(base::SessionId by, std::string_view text);

  // --- the store's side
  void keeps_history(bool yes) { history_ = yes; }
  /// The rows of a commit that was accepted.
  void committed(std::span<const chat::Row> rows);
  bool is_kept(std::string_view text) const;
  /// The room's messages, of every room that has any, must be those that were committed.
  using ReadRoom = std::function<std::vector<chat::Message>(base::RoomId)>;
  void check_history(const ReadRoom& read) const;
  base::MessageId last_message() const {
    return messages_.empty() ? base::MessageId{} : messages_.back()->id;
  }

  // --- the chat's side: a batch is begun, delivered to each loop, and ended
  void begin_batch(std::span<const chat::Command> commands, base::WallTime now);
  void delivered(std::size_t loop, std::span<const chat::Effect> effects);
  void end_batch();
  /// The sessions, names and rooms that the chat says there are must be those that its effects told of.
  void check_sessions(chat::Chat& chat, base::WallTime now) const;
  /// The process has died: nobody is here any more.
  void died();
  /// The wall clock was set back: what was over may hold again or not.
  void clock_stepped_back();

  bool is_logged_in(base::SessionId id) const;
  bool is_guest(base::SessionId id) const;
  /// Folded; empty: he is not logged in.
  std::string name_of(base::SessionId id) const;
  std::size_t session_count() const { return here_.size(); }
  std::size_t room_count(base::SessionId id) const { return here_.at(id).rooms.size(); }
  /// Whether somebody of that folded name is here.
  bool is_here(const std::string& folded) const;
  /// What the store keeps of the rules of a registered room is what they are.
  void check_kept(const std::string& room, const chat::RoomState& live) const;
  /// The folded names that have been seen to be accounts'.
  const std::set<std::string>& accounts() const { return accounts_; }

 private:
  struct Here {
    base::AddressBits bits{};
    std::string address;
    std::string name;  // empty: he has not said it yet
    std::string folded;
    bool guest = false;
    base::AccountId proved;  // to be his, before he comes in
    std::vector<base::RoomId> rooms;
  };
  struct Account {
    base::AccountId id;
    std::string folded;
    std::string hash;
  };
  struct Token {
    base::AccountId account;
    base::WallTime expires;
  };
  /// Of a registered room.
  struct Kept {
    chat::Charter charter;
    chat::RoomState state{};
  };
  struct Sanction {
    chat::SanctionRecord record;
    bool sure = true;  // no clock was set back since
  };
  struct Counts {
    std::size_t says = 0, tells = 0;  // asked for
    std::size_t said = 0, told = 0, not_said = 0, not_told = 0;
  };
  /// Of the present batch.
  struct Batch {
    base::WallTime now;
    std::vector<chat::MessagePtr> committed;
    std::vector<chat::MessagePtr> said[kClientLoops];
    std::map<base::SessionId, Counts> counts;
    std::map<std::size_t, std::vector<base::SessionId>> got;  // private messages and announcements, by token
    std::vector<std::pair<std::size_t, base::RoomId>> changed_rooms;  // of which loop's sessions
    std::vector<base::SessionId> new_names;
    std::vector<std::string> new_people;                           // names, folded
    std::vector<std::pair<base::SessionId, std::string>> tellers;  // of private messages, and as whom
    std::vector<chat::SanctionTarget> new_sanctions;
    std::vector<base::RoomId> new_paces;
    std::vector<Account> old_accounts;  // that have gone, or have another password now
    std::vector<std::pair<std::string, Token>> old_tokens;
    std::set<base::RoomId> new_charters;
  };

  void account_row(const chat::Row& row);
  void charter_row(const chat::Row& row);
  const Account* account_called(std::string_view folded) const;
  void check_logged_in(base::SessionId id, const Here& who, const std::string& name) const;
  bool has_proof(base::SessionId id, const Account& account) const;
  void check_rank(base::SessionId id, const Here& who, const chat::Joined& joined) const;

  void on(std::size_t loop, const chat::ToRoom& effect);
  void on(std::size_t loop, const chat::ToSession& effect);
  void on(std::size_t loop, const chat::Subscribe& effect);
  void on(std::size_t loop, const chat::Unsubscribe& effect);
  void check_said(const chat::Message& message, const Typed& typed);
  void check_told(base::SessionId receiver, const chat::Told& told);
  void check_tellers() const;
  void check_nobody_is_left_out();
  void check_counts() const;
  void check_bans() const;
  void name(base::SessionId id, Here& who, const std::string& name);
  const chat::SanctionRecord* sanction_on(chat::SanctionKind kind, std::string_view folded, bool account,
                                          const base::AddressBits& bits, bool new_ones_too) const;
  Here& at(base::SessionId id, const char* what);

  bool history_ = true;
  std::vector<Typed> typed_;
  std::vector<chat::MessagePtr> messages_;
  std::vector<bool> kept_;  // by token
  std::set<base::RoomId> rooms_;
  std::map<std::pair<chat::SanctionKind, chat::SanctionTarget>, Sanction> sanctions_;
  std::map<base::RoomId, std::chrono::seconds> paces_;
  std::map<std::pair<base::RoomId, std::string>, base::WallTime> spoken_;
  std::map<base::SessionId, Here> here_;
  std::set<std::pair<base::RoomId, std::string>> owners_;  // who has ever made a room by coming first
  std::set<std::string> officers_;  // folded names of those who have been operators of the server
  std::set<std::string> accounts_;
  std::map<base::AccountId, Account> known_;
  std::map<std::string, Token> tokens_;  // by their text
  std::map<base::SessionId, std::set<std::string>> secrets_;
  std::map<base::RoomId, std::string> room_names_;  // folded
  std::map<base::RoomId, Kept> charters_;
  Batch batch_;
};

}  // namespace veche::simulator
