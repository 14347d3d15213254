#include "tests/fakes/chat_commands.h"

#include "base/ids.h"
#include "chat/name.h"
#include "tests/fakes/address_bits.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace veche::fakes {

std::size_t SeededChoice::operator()(std::size_t below) {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::size_t>((z ^ (z >> 31)) % below);
}

chat::Policy small_policy(Choice& choose) {
  chat::Policy policy;
  policy.name_code_points_max = 4;
  policy.message_bytes_max = 8;
  policy.accounts_required = choose(6) == 0;
  policy.registration = choose(6) != 0;
  policy.remember_addresses = choose(6) != 0;
  policy.token_lifetime = std::chrono::seconds{100};
  policy.decoy_hash = "decoy";
  policy.failed_logins_per_minute = 2;
  policy.connections_per_address = 4;
  policy.connections_per_window = 20;
  policy.history = choose(6) != 0;
  policy.playback_messages = choose(4);
  policy.query_messages = 5;
  policy.watched_max = 2;
  policy.past_people = choose(4);
  if (choose(3) == 0) policy.room_flags = static_cast<chat::RoomFlags>(1u << choose(15));
  policy.room_registration = choose(6) != 0;
  policy.list_entries_max = 2;
  policy.connections_per_network = 40;
  policy.renames_per_minute = 6;
  policy.joins_per_minute = 20;
  if (choose(8) == 0) policy.exempt.clear();
  return policy;
}

namespace {

/// One command after another, of the sessions and tokens that there have been so far.
class Draw {
 public:
  Draw(Choice& choose, std::uint64_t& last_session, std::uint64_t& last_token)
      : choose_(choose), last_session_(last_session), last_token_(last_token) {}

  chat::Command next() {
    if (last_session_ == 0 || choose_(8) == 0) return {{++last_session_}, connect()};
    return {some_session(), body()};
  }

 private:
  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& list) {
    return list[choose_(N)];
  }
  base::SessionId some_session() {
    return {last_session_ - std::min<std::uint64_t>(last_session_ - 1, choose_(10))};
  }
  base::RoomId some_room() { return {choose_(6)}; }
  std::string some_name() {
    return one_of(
        std::array<const char*, 9>{"ann", "Ann", "боб", "БОБ", "eve", "dan", "veche", "", "long-name"});
  }
  std::string some_room_name() {
    return one_of(std::array<const char*, 5>{"#veche", "#a", "#A", "#b", "no-hash"});
  }
  std::string some_hash() { return one_of(std::array<const char*, 2>{"hash-1", "hash-2"}); }
  std::string some_text() { return one_of(std::array<const char*, 4>{"hi", "привет, всем", "", "bye"}); }
  chat::TokenHash token(std::uint64_t serial) {
    chat::TokenHash hash{};
    for (std::size_t i = 0; i < 8; ++i) hash[i] = static_cast<std::uint8_t>(serial >> (8 * i));
    return hash;
  }

  chat::Connect connect() {
    const std::size_t host = choose_(4) == 0 ? choose_(40) : choose_(3);
    return {host_bits(host), choose_(2) == 0, choose_(2) == 0};
  }

  chat::IntroductionPtr some_introduction() {
    if (choose_(2) == 0) return nullptr;
    return std::make_shared<const chat::Introduction>(chat::Introduction{"~" + some_name(), some_text()});
  }
  std::vector<std::string> some_names() {
    std::vector<std::string> names;
    for (std::size_t left = choose_(4); left > 0; --left) names.push_back(some_name());
    return names;
  }
  chat::UserFlags some_flags() { return static_cast<chat::UserFlags>(choose_(64)); }

  chat::CommandBody body() {
    if (choose_(4) == 0) return about_people();
    if (choose_(8) == 0) return about_accounts();
    if (choose_(8) == 0) return about_charters();
    switch (choose_(40)) {
      case 0:
        return chat::Disconnect{};
      case 1:
        return chat::Identify{some_name()};
      case 2:
      case 3:
        return chat::LogIn{{choose_(5)}, some_hash(), some_introduction(), some_scram(), choose_(3) == 0};
      case 4:
        return chat::LogInFailed{some_name()};
      case 5:
        return chat::LogInWithToken{choose_(2) == 0 ? some_name() : "", token(choose_(last_token_ + 1)),
                                    some_introduction(), choose_(3) == 0};
      case 6:
      case 7:
        return chat::Register{some_name(), some_hash(), some_scram(), choose_(3) == 0};
      case 8:
      case 9:
        return chat::EnterAsGuest{some_name(), some_introduction()};
      case 10:
        return chat::Rename{some_name()};
      case 11:
        return chat::AskCredentials{};
      case 12:
        return chat::SetPassword{some_hash(), some_scram()};
      case 13:
        return chat::KeepToken{token(++last_token_)};
      case 14:
        return chat::Forget{choose_(2) == 0};
      case 15:
      case 16:
      case 17:
        return chat::Join{some_room_name(), choose_(4) == 0 ? some_name() : std::string()};
      case 18:
        return chat::Leave{some_room(), some_text()};
      case 19:
        return chat::Tell{some_name(), some_text()};
      case 20:
        return chat::AskMembers{some_room()};
      case 21:
        return chat::AskRooms{};
      case 22:
        return chat::AskHistory{some_room(), choose_(10)};
      case 23:
        return chat::AskSearch{some_text()};
      case 24:
        return operators_wish();
      case 25:
      case 26:
      case 27:
      case 28:
      case 29:
      case 30:
        return governing();
      case 31:
      case 32:
        return chat::Speak{choose_(2) == 0 ? some_name() : some_room_name(), some_utterance()};
      default:
        return chat::Say{some_room(), some_kind(), some_text(), choose_(2) == 0};
    }
  }

  base::ScramKeysPtr some_scram() {
    if (choose_(2) == 0) return nullptr;
    base::ScramKeys keys;
    keys.salt[0] = static_cast<std::uint8_t>(choose_(3));
    return std::make_shared<const base::ScramKeys>(keys);
  }
  /// One of three, or none.
  std::string some_fingerprint() {
    return std::string(choose_(8) == 0 ? 63 : 64, one_of(std::array{'a', 'B', '3'}));
  }

  chat::CommandBody about_accounts() {
    switch (choose_(11)) {
      case 8:
      case 9:
        return chat::AskAccount{some_name()};
      case 10:
        return chat::DropAccount{some_hash()};
      case 0:
        return chat::AskSecrets{some_name()};
      case 1:
      case 2:
        return chat::EnterAccount{some_introduction()};
      case 3:
        return chat::LogInWithCertificate{choose_(2) == 0 ? some_name() : "",
                                          chat_fingerprint(some_fingerprint()), some_introduction(),
                                          choose_(2) == 0};
      case 4:
      case 5:
        return chat::AddCertificate{some_fingerprint()};
      case 6:
        return chat::RemoveCertificate{some_fingerprint()};
      default:
        return chat::ListCertificates{};
    }
  }
  /// As a session hands it over.
  static std::string chat_fingerprint(std::string text) {
    for (char& c : text) c = c == 'B' ? 'b' : c;
    return text;
  }

  chat::CommandBody about_charters() {
    const auto rank = [this] { return choose_(4) == 0 ? chat::Ranks{0} : chat::Ranks(1u << choose_(5)); };
    switch (choose_(10)) {
      case 0:
      case 1:
      case 2:
        return chat::RegisterRoom{some_room_name()};
      case 3:
        return chat::DropRoom{some_room_name()};
      case 4:
        return chat::TransferRoom{some_room_name(), some_name()};
      case 5:
      case 6:
        return chat::SetStandingRank{some_room_name(), some_name(), rank()};
      case 7:
      case 8:
        return chat::ClaimRanks{some_room_name(), choose_(2) == 0 ? "" : some_name(), rank(),
                                choose_(3) != 0};
      default:
        return chat::AskCharter{some_room_name()};
    }
  }

  chat::CommandBody about_people() {
    switch (choose_(12)) {
      case 0:
        return chat::SetAway{some_text()};
      case 1:
        return chat::SetRealname{some_text()};
      case 2:
        return chat::SetFlags{some_flags(), some_flags()};
      case 3:
      case 4:
        return chat::Accept{some_names(), some_names()};
      case 5:
        return chat::HoldOffice{one_of(std::array<const char*, 3>{"root", "mod", ""}), choose_(2) == 0};
      case 6:
        return chat::Wallop{some_text()};
      case 7: {
        const auto by = chat::AskPeople::By{static_cast<std::uint8_t>(choose_(3))};
        if (by == chat::AskPeople::By::names) return chat::AskPeople{by, some_names()};
        const bool room = by == chat::AskPeople::By::room;
        return chat::AskPeople{
            by, {room ? some_room_name() : one_of(std::array<const char*, 3>{"*", "A*", "~?"})}};
      }
      case 8:
        return chat::AskPast{some_name(), choose_(3)};
      case 9:
        return chat::AskCounts{};
      default:
        return chat::Watch{some_names(), some_names(), choose_(8) == 0};
    }
  }

  chat::MessageKind some_kind() { return chat::MessageKind{static_cast<std::uint8_t>(choose_(3))}; }

  chat::UtterancePtr some_utterance() {
    chat::Utterance utterance{some_kind(), some_text(), choose_(2) == 0 ? "" : "+x=1"};
    utterance.tags_only = choose_(4) == 0;
    if (choose_(4) == 0) utterance.to = static_cast<chat::Ranks>(1u << choose_(5));
    utterance.echo = choose_(2) == 0;
    return std::make_shared<const chat::Utterance>(std::move(utterance));
  }

  chat::CommandBody governing() {
    switch (choose_(12)) {
      case 0:
        return chat::Expel{some_room_name(), some_name(), some_text()};
      case 1:
        return chat::SetTopic{some_room_name(), some_text()};
      case 2:
        return chat::Invite{some_room_name(), some_name()};
      case 3:
        return chat::Knock{some_room_name(), some_text()};
      case 4:
        return chat::RenameRoom{some_room_name(), some_room_name(), some_text()};
      case 5:
        return chat::AskRoom{some_room_name(), choose_(2) == 0};
      case 6:
        return chat::AskRoomsView{choose_(2) == 0 ? std::vector<std::string>{}
                                                  : std::vector{some_room_name(), some_room_name()}};
      default: {
        chat::ChangeRoom command{some_room_name(), {}};
        for (std::size_t left = 1 + choose_(3); left > 0; --left) command.changes.push_back(some_change());
        return command;
      }
    }
  }

  chat::RoomChange some_change() {
    using enum chat::RoomChange::What;
    chat::RoomChange change;
    change.what = one_of(std::array{flag, key, limit, forward, rank, rank, mask, mask, slow, joining});
    change.on = choose_(3) != 0;
    change.flag = static_cast<chat::RoomFlag>(1u << choose_(15));
    change.rank = static_cast<chat::Rank>(1u << choose_(5));
    change.list = static_cast<chat::MaskList>(choose_(chat::kMaskLists));
    change.mask_on = static_cast<chat::MaskOn>(choose_(3));
    change.limit = static_cast<std::uint32_t>(choose_(3));
    if (change.what == joining) change.joining = {1, static_cast<std::uint16_t>(1 + choose_(100))};
    switch (change.what) {
      case forward:
        change.text = some_room_name();
        break;
      case mask:
        change.text = one_of(std::array<const char*, 5>{"*", "*!*@10.*", "ANN!*", "б*", ""});
        break;
      default:
        change.text = some_name();
    }
    return change;
  }

  chat::CommandBody operators_wish() {
    if (choose_(400) == 0) return chat::ShutDown{};
    return chat::Operate{1, std::make_shared<const chat::OperatorOrder>(order())};
  }

  chat::OperatorOrder order() {
    const auto kind = [&] { return chat::SanctionKind{static_cast<std::uint8_t>(choose_(2))}; };
    switch (choose_(14)) {
      case 0:
        return chat::Kick{some_name(), {}, some_text()};
      case 1:
        return chat::Kick{{}, some_session(), some_text()};
      case 2:
      case 3:
        return chat::Impose{{kind(), some_target(), some_text(), "root", {}, {}},
                            std::chrono::seconds{choose_(3) * 50}};
      case 4:
      case 5:
        return chat::Lift{kind(), some_target()};
      case 6:
        return chat::SlowDown{some_room_name(), std::chrono::seconds{choose_(3) * 20}};
      case 7:
        return chat::Announce{some_text()};
      case 8:
        return chat::Dismiss{choose_(3), some_text()};
      case 9:
        return choose_(4) == 0 ? chat::OperatorOrder(chat::ClearIdentities{choose_(8)})
                               : chat::OperatorOrder(chat::AskIdentities{});
      case 10:
        return chat::AskSanctions{kind()};
      case 11:
        return choose_(2) == 0 ? chat::OperatorOrder(chat::AskSessions{})
                               : chat::OperatorOrder(chat::AskStatus{});
      case 12:
        if (choose_(2) == 0) return chat::AskRoomList{};
        return chat::SetLockdown{choose_(12) == 0 ? static_cast<chat::Lockdown>(choose_(4))
                                                  : chat::Lockdown::off};
      default:
        return chat::ManageAccount{chat::AccountAction{static_cast<std::uint8_t>(choose_(4))}, some_name(),
                                   some_hash(), some_scram()};
    }
  }

  chat::SanctionTarget some_target() {
    if (choose_(2) == 0) {
      const auto prefix = static_cast<std::uint8_t>(choose_(2) == 0 ? 128 : 126);
      const base::AddressBits network = base::Network::masked(host_bits(choose_(4)), prefix);
      return {chat::SanctionOn::network,
              base::address_text(network) + "/" + std::to_string(prefix - 96),
              {network, prefix}};
    }
    return {choose_(2) == 0 ? chat::SanctionOn::name : chat::SanctionOn::account,
            chat::fold_name(some_name()).value_or(""),
            {}};
  }

  Choice& choose_;
  std::uint64_t& last_session_;
  std::uint64_t& last_token_;
};

}  // namespace

chat::Command CommandSource::next() { return Draw(choose_, last_session_, last_token_).next(); }

}  // namespace veche::fakes
