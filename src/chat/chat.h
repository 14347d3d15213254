// The chat itself: a pure, deterministic state machine. `apply(command, now, outbox)` is all there is: no
// socket, clock, lock, thread or chance inside, and everything that a client may see is an effect in the
// outbox. So the whole chat is tested without a socket and any run can be replayed.
//
// Who is who: a *session* is a connection, a *user* somebody present (a guest, or an account with all its
// sessions), an *account* is kept in the store. Rooms have users as members; all of a user's sessions are
// subscribed to all of his rooms.
//
// Commands come in batches. After a batch the owner commits outbox.rows and calls `committed()`; or, if the
// store took nothing, `roll_back()`, `close_store()`, and applies the same commands again.
#pragma once

#include "base/clock.h"
#include "base/dialect.h"
#include "base/ids.h"
#include "base/short_list.h"
#include "chat/account_book.h"
#include "chat/admission.h"
#include "chat/charter.h"
#include "chat/command.h"
#include "chat/event.h"
#include "chat/name.h"
#include "chat/outbox.h"
#include "chat/pace_book.h"
#include "chat/past_book.h"
#include "chat/person.h"
#include "chat/policy.h"
#include "chat/records.h"
#include "chat/room_state.h"
#include "chat/roster.h"
#include "chat/sanction_book.h"
#include "chat/undo_log.h"
#include "chat/watch_book.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace veche::chat {

/// One thread: the chat's.
class Chat {
 public:
  Chat(Policy policy, const DurableState& state);
  ~Chat();

  Chat(const Chat&) = delete;
  Chat& operator=(const Chat&) = delete;

  /// Does what `command` asks, at the time `now`, and appends its effects and rows to `outbox`. A command
  /// that cannot be done is answered with Refused and changes nothing.
  void apply(const Command& command, base::WallTime now, Outbox& outbox);

  /// The rows since the last call are in the store.
  void committed() { undo_.forget(); }
  /// Takes back everything applied since the last `committed()`.
  void roll_back() { undo_.roll_back(); }
  /// Between batches: memory that only the next large one would need.
  void give_memory_back() { undo_.give_memory_back(); }

  /// Until `open_store`, whatever needs the store is refused with `why`.
  void close_store(Refusal why) { store_closed_ = why; }
  void open_store() { store_closed_.reset(); }
  bool store_is_open() const { return !store_closed_; }

  std::size_t session_count() const { return sessions_.size(); }
  std::size_t user_count() const { return users_.size(); }

  /// The whole state as sorted lines, for comparing two chats in tests; `live`: with who is here.
  std::string describe(bool live = true) const;

 private:
  /// Whole ones since 1970, UTC, in 4 bytes (until 2106).
  using Seconds = std::chrono::sys_time<std::chrono::duration<std::uint32_t>>;
  struct Session {
    base::UserId user;  // nobody: not logged in yet
    base::AddressBits address{};
    Seconds connected{};
    Seconds last_heard{};
    bool enters_default_room = false;
    bool wants_roster = false;
    base::Dialect dialect = base::Dialect::line;
    base::AccountId account{};  // whose owner he has proved to be, and has not come in yet
    bool encrypted = false;
  };
  /// A user's place in a room.
  struct Membership {
    base::RoomId room;
    Ranks ranks = 0;
  };
  struct User {
    const Membership* membership(base::RoomId room) const;  // null: he is not in it
    Membership* membership(base::RoomId room);
    void leave(base::RoomId room);

    base::UserId id;
    Name name;
    base::AccountId account;  // nobody: a guest
    base::ShortList<base::SessionId> sessions;
    base::ShortList<Membership> rooms;  // in the order of joining
    ProfilePtr profile{};               // null: the defaults
    PersonPtr person{};                 // made when it is needed, kept for who speaks; null after a change
    Seconds asked{};                    // when he was told last of somebody whom he has not accepted
  };
  struct Knocker {
    base::UserId user;
    Seconds time{};
  };
  struct Room {
    bool has(RoomFlag flag) const { return state && state->has(flag); }

    base::RoomId id;
    Name name;
    base::WallTime created;
    bool kept = false;  // its row is in the store: it has a history
    std::vector<base::UserId> members;
    std::deque<MessagePtr> recent;
    std::chrono::seconds slow{0};  // between two messages of one member; in `state` too
    std::unordered_map<base::UserId, base::WallTime> spoken;  // in slow mode: when he did last
    RoomStatePtr state{};                                     // null: no topic, no rules
    RateLimit<base::WallTime> arrivals{};                     // of RoomState::joining
    CharterPtr charter{};                                     // null: it is not registered
    std::vector<base::UserId> invited{};                      // who may come in past the rules, once
    std::vector<Knocker> knocked{};                           // lately
    std::optional<Roster> roster{};                           // made when it is needed
  };
  /// The session that asks, for the length of one command.
  struct Asker {
    base::SessionId id;
    Session& session;
    User* user;  // null: not logged in
  };

  // chat.cpp: coming and going
  void handle(base::SessionId id, const Connect& command);
  void handle(const Asker& asker, const Disconnect&);
  void drop_session(base::SessionId id, CloseCause cause, const std::string& reason = {}, bool tell = true,
                    std::chrono::seconds retry_after = {});
  void drop_banned(base::SessionId id, const SanctionRecord& ban);
  void leave_user(base::SessionId id, User& user, Quit how, bool tell);
  void refuse(base::SessionId id, Refusal why, std::string subject = {});
  void refuse_for(base::SessionId id, Refusal why, std::chrono::seconds left, std::string subject);

  // chat_login.cpp: who one is
  void handle(const Asker& asker, const Identify& command);
  void handle(const Asker& asker, const LogIn& command);
  void handle(const Asker& asker, const LogInFailed& command);
  void handle(const Asker& asker, const LogInWithToken& command);
  void handle(const Asker& asker, const LogInWithCertificate& command);
  void handle(const Asker& asker, const Register& command);
  void handle(const Asker& asker, const EnterAsGuest& command);
  void handle(const Asker& asker, const Rename& command);
  void call_user(const Asker& asker, const Name& name, base::AccountId account);
  void register_guest(const Asker& asker, const Register& command);
  void enter(const Asker& asker, const Name& name, base::AccountId account, bool new_account,
             const IntroductionPtr& introduction = {});
  bool enter_account(const Asker& asker, const AccountRecord& account, const IntroductionPtr& introduction);
  void remember_address(const Asker& asker, base::AccountId account);

  // chat_proving.cpp: whose account is whose
  void handle(const Asker& asker, const AskSecrets& command);
  void handle(const Asker& asker, const EnterAccount& command);
  bool log_in(const Asker& asker, const AccountRecord& account, const auto& command);
  bool prove(const Asker& asker, base::AccountId account, bool new_account);
  void become(const Asker& asker, const AccountRecord& account);
  void change_user(const Asker& asker, const AccountRecord& account);

  // chat_account.cpp: one's account
  void handle(const Asker& asker, const AskCredentials&);
  void handle(const Asker& asker, const SetPassword& command);
  void handle(const Asker& asker, const KeepToken& command);
  void handle(const Asker& asker, const Forget& command);
  void handle(const Asker& asker, const AddCertificate& command);
  void handle(const Asker& asker, const RemoveCertificate& command);
  void handle(const Asker& asker, const ListCertificates&);
  void handle(const Asker& asker, const AskAccount& command);
  void handle(const Asker& asker, const DropAccount& command);
  void remove_account(base::AccountId account);
  bool may_change_account(const Asker& asker);

  // chat_rooms.cpp: rooms, who leaves them, their history
  void handle(const Asker& asker, const Leave& command);
  void handle(const Asker& asker, const AskHistory& command);
  void handle(const Asker& asker, const AskSearch& command);
  Room* room_called(std::string_view name);
  Room& room_named(const Name& name);
  Room* room_of_member(const Asker& asker, base::RoomId id);
  void add_member(Room& room, base::UserId user);
  void remove_member(Room& room, base::UserId user);
  void keep_room(Room& room);
  const Roster& roster_of(Room& room);
  void to_all_who_see(const User& user, const EventPtr& event, base::SessionId except = {});
  void to_room_and(const Asker& asker, const Room& room, const EventPtr& event);
  void to_ranks(const Room& room, Ranks least, const EventPtr& event, base::SessionId except);
  static bool keeps_order(const User& user) { return profile_of(user).keeps_order; }
  static Ranks ranks_in(const Room& room, const User& user);
  static Ranks rights_in(const Room& room, const User& user);

  // chat_joining.cpp: who may come in, and coming in
  void handle(const Asker& asker, const Join& command);
  void enter_room(const Asker& asker, const Join& command, bool by_himself);
  std::optional<Refusal> why_not_in(const User& user, const Room& room, std::string_view key) const;
  RoomStatePtr fresh_state();
  void join(User& user, Room& room);
  void show_room(base::SessionId session, User& user, Room& room, bool again = false);

  // chat_masks.cpp: whom the lists of a room mean
  bool is_on(const User& user, const std::vector<MaskEntry>& list) const;
  static bool is_same_mask(std::string_view one, std::string_view other);

  // chat_speech.cpp: what is said
  struct Speech;
  void handle(const Asker& asker, const Say& command);
  void handle(const Asker& asker, const Tell& command);
  void handle(const Asker& asker, const Speak& command);
  bool can_be_said(const Asker& asker, const Speech& speech);
  void say(const Asker& asker, Room& room, const Speech& speech);
  std::optional<Refusal> why_not_said(const User& user, const Room& room, const Speech& speech) const;
  void remember_message(Room& room, MessagePtr message);
  void tell(const Asker& asker, const Speech& speech);
  void accept_answers(User& sender, const User& receiver);
  bool takes_messages(const Asker& asker, User& receiver);
  bool may_speak(const Asker& asker, const std::string& target = {});
  const std::string& words_of(const Asker& asker, const std::string& text) const;
  bool may_speak_again(const Asker& asker, const Room& room, const std::string& target);
  void note_spoken(Room& room, base::UserId user);

  // chat_governance.cpp: how rooms are governed
  void handle(const Asker& asker, const Expel& command);
  void handle(const Asker& asker, const SetTopic& command);
  void handle(const Asker& asker, const Invite& command);
  void handle(const Asker& asker, const Knock& command);
  void handle(const Asker& asker, const RenameRoom& command);
  Room* room_to_govern(const Asker& asker, const std::string& name);
  User* member_called(const Asker& asker, const Room& room, const std::string& name);
  void set_state(Room& room, RoomStatePtr state);
  void set_slow(Room& room, std::chrono::seconds slow);
  static std::string mask_of(const Person& person);

  // chat_charters.cpp: rooms that are registered
  void handle(const Asker& asker, const RegisterRoom& command);
  void handle(const Asker& asker, const DropRoom& command);
  void handle(const Asker& asker, const TransferRoom& command);
  void handle(const Asker& asker, const SetStandingRank& command);
  void handle(const Asker& asker, const ClaimRanks& command);
  void handle(const Asker& asker, const AskCharter& command);
  void load_charters(const DurableState& state);
  Room* registered_room(const Asker& asker, const std::string& name);
  Room* founded_room(const Asker& asker, const std::string& name);
  const AccountRecord* account_called(const Asker& asker, const std::string& name);
  static Ranks standing_in(const Room& room, const User& user);
  void show_charter(const Asker& asker, const Room& room, std::string account = {});
  void put_charter(Room& room, CharterPtr charter);
  void found_room(Room& room, base::AccountId founder);
  void drop_charter(Room& room);
  void put_standing_rank(Room& room, base::AccountId account, Ranks rank);
  void keep_state(const Room& room, const RoomState& before, const RoomState& after);
  bool may_keep(const Asker& asker, const Room& room, const std::string& subject);
  User* member_of_account(const Room& room, base::AccountId account);
  void change_ranks(const Asker* asker, Room& room, User& member, Ranks give, Ranks take);
  void give_standing_ranks(const Asker& asker);
  void release_rooms(base::AccountId account);
  void release_all_rooms();

  // chat_rules.cpp: the rules of a room, and the ranks in it
  class RoomEditor;
  void handle(const Asker& asker, const ChangeRoom& command);

  // chat_views.cpp: which rooms there are, and who is in them
  void handle(const Asker& asker, const AskMembers& command);
  void handle(const Asker& asker, const AskRooms&);
  void handle(const Asker& asker, const AskRoom& command);
  void handle(const Asker& asker, const AskRoomsView& command);
  static bool is_hidden(const Room& room, const User& user, bool in_lists);
  static bool meet(const User& one, const User& other);
  Roster roster_for(const User& user, Room& room);

  // chat_people.cpp: what people are to each other
  void handle(const Asker& asker, const SetAway& command);
  void handle(const Asker& asker, const SetRealname& command);
  void handle(const Asker& asker, const SetFlags& command);
  void handle(const Asker& asker, const Accept& command);
  void handle(const Asker& asker, const HoldOffice& command);
  void handle(const Asker& asker, const Wallop& command);
  void handle(const Asker&, const Nothing&) {}
  /// What others see of him now, kept for the next time: for who speaks.
  PersonPtr person_of(User& user);
  /// The same, not kept: idle people are many.
  PersonPtr look_of(const User& user) const;
  /// Call after a change of what person_of() gives, of a user that is kept in the undo log.
  void look_changed(User& user);
  /// What others see of an address.
  std::string host_of(const base::AddressBits& address) const;
  static const Profile& profile_of(const User& user);
  static const std::string& username_of(const Profile& profile);
  void put_profile(User& user, Profile profile);
  void describe_people(std::vector<std::string>& lines) const;

  // chat_directory.cpp: who there is
  void handle(const Asker& asker, const AskPeople& command);
  void handle(const Asker& asker, const AskPast& command);
  void handle(const Asker& asker, const AskCounts&);
  struct Sight;
  std::vector<const User*> users_like(std::string_view mask, const Sight& sight) const;
  bool is_like(const User& user, std::string_view folded_mask) const;
  PersonView view_of(const User& user, const Sight& sight, base::RoomId only) const;
  void count_profile(const Profile& profile, int change);
  void count_unknown(int change);
  /// Before he goes or takes another name.
  void note_past(const User& user, const PersonPtr& person);

  // chat_watch.cpp: names that are watched
  void handle(const Asker& asker, const Watch& command);
  void tell_watchers_present(const User& user);
  void tell_watchers_absent(const Name& name);
  void to_all_who_follow(const User& user, const EventPtr& event, base::SessionId except);

  // chat_operator.cpp: what the operator orders
  using Outcome = std::variant<OperatorResult, Refusal>;
  void handle(base::SessionId id, const Operate& command);
  void handle(base::SessionId id, const ShutDown&);
  Outcome operate(const ManageAccount& order);
  Outcome operate(const Kick& order);
  Outcome operate(const Impose& order);
  Outcome operate(const Lift& order);
  Outcome operate(const SlowDown& order);
  Outcome operate(const Announce& order);
  Outcome operate(const Dismiss& order);
  Outcome operate(const ClearIdentities& order);
  Outcome operate(const SetPolicy& order);
  Outcome operate(const AskStatus&);
  Outcome operate(const AskSessions&);
  Outcome operate(const AskRoomList&);
  Outcome operate(const AskIdentities&);
  Outcome operate(const AskSanctions& order);
  std::vector<base::SessionId> sessions_oldest_first() const;
  void forget_recent();

  // chat_lockdown.cpp
  Outcome operate(const SetLockdown& order);
  bool lets_in(const base::AddressBits& address) const;

  const SanctionRecord* sanction_on(SanctionKind kind, const Session& session, const User* user) const;
  const SanctionRecord* ban_on(const Session& session, const Name& name, bool account) const;
  User* user_named(std::string_view folded);
  Room* room_of(base::RoomId id);
  base::UserId add_user(User user);
  void remove_user(base::UserId id);
  Outbox& out() { return *outbox_; }

  Policy policy_;
  UndoLog undo_;
  AccountBook accounts_{undo_};
  ConnectionCounter connections_{policy_, undo_};
  GuessCounter guesses_{policy_, undo_};
  PaceBook paces_{policy_, undo_};
  SanctionBook sanctions_{undo_};
  PastBook past_{policy_, undo_};
  WatchBook watches_{policy_, undo_};

  std::unordered_map<base::SessionId, Session> sessions_;
  std::unordered_map<base::UserId, User> users_;
  std::unordered_map<std::string, base::UserId> users_by_name_;
  std::unordered_map<base::RoomId, Room> rooms_;
  std::unordered_map<std::string, base::RoomId> rooms_by_name_;
  base::UserId last_user_;
  base::RoomId last_room_;
  base::MessageId last_message_;
  std::uint64_t last_serial_ = 0;                             // of what is told to one person, or to programs
  RoomStatePtr fresh_state_{};                                // a new room's; one for all
  std::unordered_map<base::AccountId, std::size_t> founded_;  // how many rooms

  /// So that counting people, which many ask on entering, is not going over all of them.
  struct Tally {
    std::size_t users_max = 0;
    std::size_t unknown = 0;  // sessions
    std::size_t invisible = 0;
    std::size_t operators = 0;
    std::size_t rooms = 0;  // with people in them
  };
  Tally tally_;

  std::optional<Refusal> store_closed_;
  bool shutting_down_ = false;
  Lockdown lockdown_ = Lockdown::off;

  const EventPtr done_;  // one for all

  // For the length of one apply().
  base::WallTime now_{};
  Outbox* outbox_ = nullptr;
  std::size_t kind_ = 0;  // of the command, for Refused
};

}  // namespace veche::chat
