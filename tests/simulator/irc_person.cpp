#include "tests/simulator/irc_person.h"

#include "base/text.h"
#include "chat/name.h"
#include "session/irc_list.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "tests/simulator/failure.h"
#include "tests/simulator/split_lines.h"
#include "wire/base64.h"

#include <charconv>
#include <utility>

namespace veche::simulator {

namespace {

constexpr std::size_t kLineBytesMax = 512;  // without its tags

std::string folded(std::string_view name) { return chat::fold_name(session::chat_name(name)).value_or(""); }
/// Of "nick!user@host".
std::string nick_in(std::string_view mask) { return folded(mask.substr(0, mask.find('!'))); }

bool has_parameter(char letter, bool on) {
  if (letter == 'k') return true;
  return on && std::string_view("Wfjl").find(letter) != std::string_view::npos;
}

}  // namespace

std::map<char, std::string> modes_of(std::span<const std::string_view> words) {
  std::map<char, std::string> modes;
  std::size_t next = 1;
  for (const char letter : words.empty() ? std::string_view() : words[0]) {
    if (letter == '+') continue;
    const bool with = has_parameter(letter, true) && next < words.size();
    modes[letter] = with ? std::string(words[next++]) : std::string();
  }
  return modes;
}

void IrcPerson::read(std::string_view bytes) {
  split_lines(unfinished_, bytes, [this](std::string_view line) { read_line(line); });
}

void IrcPerson::check_nothing_is_missing() const {
  require(expected_.empty(), "missing for one who was not cut: {}",
          expected_.empty() ? std::string() : expected_.front());
}

void IrcPerson::read_line(std::string_view line) {
  require(line.ends_with('\r') && base::is_utf8(line), "no line of IRC: {}", line);
  line.remove_suffix(1);
  require(line.find('\r') == line.npos && line.find('\0') == line.npos, "no line of IRC: {}", line);
  require(!closed_, "behind ERROR: {}", line);
  const auto message = wire::parse_irc_message(line);
  require(message.has_value(), "a line without a command: {}", line);
  const std::size_t tags = message->tags.empty() ? 0 : message->tags.size() + 2;
  require(line.size() - tags + 2 <= kLineBytesMax, "too long a line: {}", line);

  if (const auto label = wire::tag_value(message->tags, "label")) {
    std::uint64_t number = 0;
    std::from_chars(label->data(), label->data() + label->size(), number);
    require(number > last_label_ && number <= labels_, "answered twice, or in another order: {}", line);
    last_label_ = number;
  }
  const Params p = message->parameters();
  const std::string_view command = message->command;
  if (command == "PRIVMSG" || command == "NOTICE") {
    constexpr std::string_view kAsked = "To do it: /";
    const std::string_view text = p.back();
    if (const auto at = text.find(kAsked); at != text.npos) confirmation_ = text.substr(at + kAsked.size());
    if (ledger_.typed(text) == nullptr) return;
    require(is_welcome(), "before the welcome: {}", line);
    require(!expected_.empty(), "nothing was sent, and there is: {}", line);
    require(expected_.front() == token_of(text), "it was '{}' that came next, and there is: {}",
            expected_.front(), line);
    expected_.pop_front();
  } else if (!command.empty() && command[0] >= '0' && command[0] <= '9') {
    numeric(command, p);
  } else if (command == "PING") {
    answers_ += "PONG :" + std::string(p.back()) + "\r\n";
  } else if (command == "AUTHENTICATE") {
    authenticate(p[0]);
  } else if (command == "CAP") {
    if (p.size() > 2 && p[1] == "ACK") {
      for (std::string_view rest = p[2]; !rest.empty();) {
        const auto [word, more] = base::split_word(rest);
        if (!word.empty()) caps_.insert(std::string(word));
        rest = more;
      }
    }
  } else if (command == "ERROR") {
    closed_ = true;
  } else {
    happens(command, nick_in(message->source), p);
  }
}

std::string IrcPerson::channel_with(chat::Rank least) const {
  for (const auto& [name, channel] : channels_) {
    const auto me = channel.members.find(nick_);
    const bool has_it = me != channel.members.end() && chat::at_least(me->second, least);
    if (has_it && name != "#veche") return channel.name;
  }
  return {};
}

// --- answers

void IrcPerson::numeric(std::string_view number, Params p) {
  if (number == "001") {
    require(!is_welcome(), "welcome twice");
    nick_ = folded(p[0]);
  } else if (number == "353" && p.size() > 3) {
    take_names(p);
  } else if (number == "366") {
    end_names(p[1]);
  } else if (number == "332" || number == "331") {
    if (Channel* channel = channel_called(p[1])) channel->topic = number == "332" ? p[2] : "";
  } else if (number == "324") {
    if (Channel* channel = channel_called(p[1])) {
      auto modes = modes_of(p.subspan(2));
      require(!channel->modes || *channel->modes == modes, "{} has other modes than were told of: {}", p[1],
              p[2]);
      channel->modes = std::move(modes);
    }
  } else if (number == "730" || number == "731") {
    watch(p[1], number == "730");
  } else if (number == "903" || number == "904" || number == "905" || number == "906") {
    scram_.reset();
    scram_begun_ = false;
  }
}

void IrcPerson::take_names(Params p) {
  auto& names = names_[folded(p[2])];
  for (std::string_view rest = p[3]; !rest.empty();) {
    auto [word, more] = base::split_word(rest);
    rest = more;
    chat::Ranks ranks = 0;
    for (bool is_prefix = true; is_prefix && !word.empty();) {
      is_prefix = false;
      for (const session::RankLetter& row : session::rank_letters()) {
        if (word.empty() || word[0] != row.prefix) continue;
        ranks |= chat::bit(row.rank);
        word.remove_prefix(1);
        is_prefix = true;
      }
    }
    if (!word.empty()) names[nick_in(word)] = ranks;
  }
}

void IrcPerson::end_names(std::string_view name) {
  const auto names = names_.find(folded(name));
  if (names == names_.end()) return;
  if (Channel* channel = channel_called(name)) {
    // Without multi-prefix only the highest rank is shown.
    if (!channel->is_complete) channel->has_all_ranks = has_cap("multi-prefix");
    for (const auto& [nick, ranks] : names->second) {
      const auto known = channel->members.find(nick);
      require(!channel->is_complete || known != channel->members.end(), "{} is in the names of {} only", nick,
              name);
      if (!channel->is_complete) channel->members[nick] = ranks;
      require(!channel->has_all_ranks || channel->members[nick] == ranks,
              "{} has other ranks in {} than were told of", nick, name);
    }
    require(channel->members.size() == names->second.size(), "{} are in {}, and {} in its names",
            channel->members.size(), name, names->second.size());
    channel->is_complete = true;
  }
  names_.erase(names);
}

void IrcPerson::watch(std::string_view list, bool there) {
  session::for_each_target(list, [&](std::string_view one) { watched_[nick_in(one)] = there; });
}

void IrcPerson::authenticate(std::string_view text) {
  if (!scram_) return;
  if (text == "+" && !scram_begun_) {
    scram_begun_ = true;
    answers_ += "AUTHENTICATE " + wire::to_base64(scram_->first()) + "\r\n";
    return;
  }
  const std::string said = wire::from_base64(text).value_or("");
  if (said.starts_with("r=")) {
    answers_ += "AUTHENTICATE " + wire::to_base64(scram_->final(said)) + "\r\n";
  } else {
    // What was typed meanwhile may have been taken for a part of the exchange.
    answers_ += said == scram_->expected() ? "AUTHENTICATE +\r\n" : "AUTHENTICATE *\r\n";
  }
}

// --- what happens

IrcPerson::Channel* IrcPerson::channel_called(std::string_view name) {
  const auto found = channels_.find(folded(name));
  return found == channels_.end() ? nullptr : &found->second;
}

/// Something happens there, so he must be in it.
IrcPerson::Channel& IrcPerson::channel_of(std::string_view name) {
  const auto found = channels_.find(folded(name));
  if (found == channels_.end()) throw Failure{fmt::format("something happens in {}, where he is not", name)};
  return found->second;
}

void IrcPerson::happens(std::string_view command, const std::string& who, Params p) {
  const bool is_mine = who == nick_;
  // An operator of the server is told of what he does where he is not, too.
  const bool is_channels =
      command == "KICK" || command == "TOPIC" || command == "MODE" || command == "RENAME";
  if (is_channels && is_mine && channel_called(p[0]) == nullptr) return;
  if (command == "JOIN") return joins(p[0], who);
  if (command == "PART") return leaves(p[0], who);
  if (command == "KICK") return leaves(p[0], folded(p[1]));
  if (command == "QUIT") {
    for (auto& [name, channel] : channels_) channel.members.erase(who);
  } else if (command == "NICK") {
    const std::string now = folded(p[0]);
    for (auto& [name, channel] : channels_) {
      const auto member = channel.members.find(who);
      if (member == channel.members.end()) continue;
      const chat::Ranks ranks = member->second;
      channel.members.erase(member);
      require(channel.members.emplace(now, ranks).second, "two of {} in {}", now, name);
    }
    if (is_mine) nick_ = now;
  } else if (command == "TOPIC") {
    channel_of(p[0]).topic = p[1];
  } else if (command == "MODE" && p[0].starts_with('#')) {
    change_modes(channel_of(p[0]), p.subspan(1));
  } else if (command == "RENAME") {
    const auto channel = channels_.find(folded(p[0]));
    require(channel != channels_.end(), "{} is renamed, where he is not", p[0]);
    Channel renamed = std::move(channel->second);
    channels_.erase(channel);
    renamed.name = p[1];
    require(channels_.emplace(folded(p[1]), std::move(renamed)).second, "{} is renamed to one where he is",
            p[1]);
  }
}

void IrcPerson::joins(std::string_view name, const std::string& who) {
  require(is_welcome(), "JOIN {} before the welcome", name);
  if (who == nick_) {
    const auto [place, is_new] = channels_.try_emplace(folded(name));
    require(is_new, "he joins {} twice", name);
    place->second.name = name;
    return;
  }
  require(channel_of(name).members.emplace(who, chat::Ranks{0}).second, "{} joins {} twice", who, name);
}

void IrcPerson::leaves(std::string_view name, const std::string& who) {
  require(channel_of(name).members.erase(who) == 1, "{} leaves {}, and was not there", who, name);
  if (who == nick_) channels_.erase(folded(name));
}

void IrcPerson::change_modes(Channel& channel, Params p) {
  bool on = true;
  std::size_t next = 1;
  const auto parameter = [&] {
    require(next < p.size(), "a mode of {} lacks its parameter: {}", channel.name, p[0]);
    return p[next++];
  };
  for (const char letter : p[0]) {
    if (letter == '+' || letter == '-') {
      on = letter == '+';
    } else if (const auto rank = session::rank_of_letter(letter)) {
      const std::string nick = folded(parameter());
      const auto member = channel.members.find(nick);
      require(member != channel.members.end(), "{} gets a rank in {}, and is not there", nick, channel.name);
      if (on) {
        member->second |= chat::bit(*rank);
      } else {
        member->second &= static_cast<chat::Ranks>(~chat::bit(*rank));
      }
    } else if (std::string_view("beI").find(letter) != std::string_view::npos) {
      parameter();
    } else {
      const std::string value(has_parameter(letter, on) ? parameter() : std::string_view());
      if (!channel.modes) continue;
      if (on) {
        (*channel.modes)[letter] = value;
      } else {
        channel.modes->erase(letter);
      }
    }
  }
}

}  // namespace veche::simulator
