// Chat: the rules of a room and the ranks in it, and who may change which.
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {
namespace {

constexpr RoomFlags kHalfOperatorsFlags = bit(RoomFlag::moderated) | bit(RoomFlag::topic_locked) |
                                          bit(RoomFlag::invite_only) | bit(RoomFlag::members_only);

/// What one must be to make a change; of a rank, to give or take it.
Rank rank_for(const RoomChange& change) {
  using enum RoomChange::What;
  switch (change.what) {
    case flag:
      return (kHalfOperatorsFlags & bit(change.flag)) != 0 ? Rank::half_operator : Rank::oper;
    case key:
    case limit:
      return Rank::half_operator;
    case forward:
    case slow:
    case joining:
      return Rank::oper;
    case rank:
      if (change.rank == Rank::voice) return Rank::half_operator;
      return std::max(change.rank, Rank::oper);  // half operators make no others
    case mask:
      return change.list == MaskList::bans || change.list == MaskList::mutes ? Rank::half_operator
                                                                             : Rank::oper;
  }
  return Rank::founder;
}

}  // namespace

/// One ChangeRoom under way: a copy of the state that is put in its place at the end.
class Chat::RoomEditor {
 public:
  RoomEditor(Chat& chat, const Asker& asker, Room& room, const std::string& name)
      : chat_(chat), asker_(asker), room_(room), name_(name), own_(rights_in(room, *asker.user)) {}

  void change(const RoomChange& change) {
    if (!may(change)) return;
    using enum RoomChange::What;
    switch (change.what) {
      case flag:
        return change_flag(change);
      case key:
        return change_key(change);
      case limit:
        return change_limit(change);
      case forward:
        return change_forward(change);
      case rank:
        return change_rank(change);
      case mask:
        return change_mask(change);
      case slow:
        return change_slow(change);
      case joining:
        return change_joining(change);
    }
  }

  void finish() {
    if (edited_) chat_.set_state(room_, std::make_shared<const RoomState>(std::move(*edited_)));
    if (done_.empty()) return;
    chat_.to_room_and(
        asker_, room_,
        make_event(RoomChanged{room_.name.text, std::move(done_), chat_.look_of(*asker_.user), chat_.now_}));
  }

 private:
  /// Who has no rank at all is told so once, however much he wants.
  bool may(const RoomChange& change) {
    using enum RoomChange::What;
    const bool is_his_own =
        change.what == rank && !change.on && fold_name(change.text) == asker_.user->name.folded;
    if (is_his_own || at_least(own_, rank_for(change))) return change.what == rank || may_keep();
    if (at_least(own_, Rank::half_operator) || !was_refused_) refuse(Refusal::rank_needed, name_);
    was_refused_ = true;
    return false;
  }
  /// In a registered room, while the store is closed: told once.
  bool may_keep() {
    if (!room_.charter || chat_.store_is_open()) return true;
    if (!was_refused_) chat_.may_keep(asker_, room_, name_);
    was_refused_ = true;
    return false;
  }
  void refuse(Refusal why, const std::string& subject) { chat_.refuse(asker_.id, why, subject); }

  const RoomState& state() const {
    static const RoomState kNone;
    if (edited_) return *edited_;
    return room_.state ? *room_.state : kNone;
  }
  RoomState& edit() {
    if (!edited_) edited_ = state();
    return *edited_;
  }

  void change_flag(const RoomChange& change) {
    if (state().has(change.flag) == change.on) return;
    edit().flags ^= bit(change.flag);
    done_.push_back(change);
  }

  void change_key(const RoomChange& change) {
    if (change.on && change.text.empty()) return;
    RoomChange done = change;
    if (!change.on) done.text = state().key;  // whatever he wrote there
    if (state().key == (change.on ? change.text : std::string())) return;
    edit().key = change.on ? change.text : std::string();
    done_.push_back(std::move(done));
  }

  void change_limit(const RoomChange& change) {
    const std::uint32_t limit = change.on ? change.limit : 0;
    if (state().limit == limit) return;
    edit().limit = limit;
    done_.push_back(change);
  }

  /// Kept: the store has to be open.
  void change_slow(const RoomChange& change) {
    const std::chrono::seconds slow{change.on ? change.limit : 0};
    if (room_.slow == slow) return;
    if (chat_.store_closed_) return refuse(*chat_.store_closed_, name_);
    chat_.set_slow(room_, slow);
    edit().slow = slow;
    done_.push_back(change);
  }

  void change_joining(const RoomChange& change) {
    const JoinLimit limit = change.on ? change.joining : JoinLimit{};
    if (state().joining == limit) return;
    edit().joining = limit;
    done_.push_back(change);
  }

  void change_forward(const RoomChange& change) {
    RoomChange done = change;
    if (change.on) {
      const Room* other = chat_.room_called(change.text);
      if (other == nullptr || other->id == room_.id) return refuse(Refusal::bad_forward, change.text);
      const bool is_his = at_least(rights_in(*other, *asker_.user), Rank::oper);
      if (!is_his) return refuse(Refusal::rank_needed, change.text);
      done.text = other->name.text;
    } else {
      done.text.clear();
    }
    if (state().forward == done.text) return;
    edit().forward = done.text;
    done_.push_back(std::move(done));
  }

  void change_rank(const RoomChange& change) {
    User* member = chat_.member_called(asker_, room_, change.text);
    if (member == nullptr) return;
    const bool has = (member->membership(room_.id)->ranks & bit(change.rank)) != 0;
    if (has == change.on) return;
    chat_.undo_.push([&chat = chat_, id = room_.id] { chat.rooms_.at(id).roster.reset(); });
    chat_.undo_.keep(chat_.users_, member->id);
    member->membership(room_.id)->ranks ^= bit(change.rank);
    room_.roster.reset();
    done_.push_back(change);
    done_.back().text = member->name.text;
  }

  void change_mask(const RoomChange& change) {
    RoomChange done = change;
    if (change.mask_on == MaskOn::guests) done.text.clear();
    if (change.mask_on != MaskOn::guests && change.text.empty()) return;
    const auto which = static_cast<std::size_t>(change.list);
    const auto& entries = state().lists[which];
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const MaskEntry& entry) {
      return entry.on == change.mask_on && is_same_mask(entry.pattern, done.text);
    });
    if ((found != entries.end()) == change.on) return;
    if (change.on) {
      if (entries.size() >= chat_.policy_.list_entries_max) return refuse(Refusal::list_full, done.text);
      edit().lists[which].push_back(
          {change.mask_on, done.text, mask_of(*chat_.look_of(*asker_.user)), chat_.now_});
    } else {
      const auto at = found - entries.begin();  // edit() makes another list of it
      done.text = found->pattern;
      auto& edited = edit().lists[which];
      edited.erase(edited.begin() + at);
    }
    done_.push_back(std::move(done));
  }

  Chat& chat_;
  const Asker& asker_;
  Room& room_;
  const std::string& name_;  // as he wrote it
  const Ranks own_;
  bool was_refused_ = false;
  std::optional<RoomState> edited_;
  std::vector<RoomChange> done_;
};

void Chat::handle(const Asker& asker, const ChangeRoom& command) {
  Room* room = room_to_govern(asker, command.room);
  if (room == nullptr) return;
  RoomEditor editor(*this, asker, *room, command.room);
  for (const RoomChange& change : command.changes) editor.change(change);
  editor.finish();
}

}  // namespace veche::chat
