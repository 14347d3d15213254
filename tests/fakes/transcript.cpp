#include "tests/fakes/transcript.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace veche::fakes {
namespace {

/// The bytes that a transcript's text stands for.
std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    switch (const char c = text[++i]) {
      case 'e':
        bytes += '\x1b';
        break;
      case '0':
        bytes += '\0';
        break;
      case 'r':
        bytes += '\r';
        break;
      case 't':
        bytes += '\t';
        break;
      case 'x':
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default:
        bytes += c;
    }
  }
  return bytes;
}

/// What a client sees, as a transcript shows it.
std::string shown(std::string_view bytes) {
  std::string text;
  bool line_begun = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::string_view rest = bytes.substr(i);
    line_begun = rest[0] != '\n';
    if (rest.starts_with("\xff\xfb\x01")) {
      text += "[hide]";
      i += 2;
    } else if (rest.starts_with("\xff\xfc\x01")) {
      text += "[show]";
      i += 2;
    } else if (rest.starts_with(std::string_view("\xff\xfd\0", 3))) {
      text += "[eight bits]";
      i += 2;
    } else if (rest.starts_with("\r\n")) {
      continue;
    } else if (rest[0] == '\n') {
      while (text.ends_with(' ')) text.pop_back();  // behind a prompt that was answered ahead
      text += '\n';
    } else if (rest[0] == '\x1b') {
      text += "\\e";
    } else if (rest[0] == '\t') {
      text += "\\t";
    } else if (rest[0] == '\r') {
      text += "\\r";
    } else {
      text += rest[0];
    }
  }
  return line_begun ? text + "_\n" : text;
}

class Transcript {
 public:
  /// How what is sent is fed: whole, in two pieces, or byte by byte.
  struct Feeding {
    enum Kind { whole, split, bytes, bytes_in_turns } kind = whole;
    std::size_t at = 0;
  };
  using Setup = std::function<void(LineWorld&)>;

  Transcript(std::string_view script, const Setup& setup, Feeding feeding) : feeding_(feeding) {
    if (setup) setup(world_);
    while (!script.empty() && !testing::Test::HasFailure()) {
      const std::size_t end = std::min(script.find('\n'), script.size());
      line(script.substr(0, end));
      script.remove_prefix(std::min(end + 1, script.size()));
    }
    if (testing::Test::HasFailure()) return;
    send_chunk();
    compare();
    for (auto& [name, client] : world_.clients()) {
      EXPECT_EQ(shown(client->host.take_sent()), "") << "not written down of what " << name << " sees";
    }
  }

  /// Bytes of the longest chunk: where splitting ends.
  std::size_t longest() const { return longest_; }

 private:
  void line(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) return;
    SCOPED_TRACE(std::string(line));
    if (line.starts_with("* ")) {
      send_chunk();
      compare();
      return stage(std::string(line.substr(2)));
    }
    const std::size_t space = line.find(' ');
    const std::string who(line.substr(0, space));
    const std::string_view mark = line.substr(space + 1, 1);
    const std::string_view text = line.substr(std::min(space + 3, line.size()));
    if (mark == ">") {
      send_chunk();
      std::string& expected = expected_[who];
      if (text == "...") expected = text;
      if (text != "..." && text != "(nothing)") expected += std::string(text) + "\n";
    } else if (mark == "<") {
      compare();
      if (who != sender_) send_chunk();
      sender_ = who;
      const bool unfinished = text.ends_with("\\c");
      chunk_ += unescaped(text.substr(0, text.size() - (unfinished ? 2 : 0))) + (unfinished ? "" : "\n");
    } else {
      FAIL() << "not a transcript's line: " << line;
    }
  }

  void stage(const std::string& words) {
    const auto has = [&](std::string_view end) { return words.ends_with(end); };
    const std::string who = words.substr(0, words.find(' '));
    if (has(" connects")) {
      world_.connect(who);
    } else if (words.find(" connects from ") != words.npos) {
      world_.connect(who, words.substr(words.rfind(' ') + 1));
    } else if (has(" is here")) {
      world_.enter(who);
    } else if (has(" is here in bare")) {
      auto& client = world_.enter(who);
      world_.feed(client, "/bare\n");
      client.host.take_sent();
    } else if (words.find(" is here with password ") != words.npos) {
      world_.enter(who, words.substr(words.rfind(' ') + 1));
    } else if (has(" finishes")) {
      world_[who].session.peer_finished();
    } else if (has(" pass")) {
      world_.pass(std::chrono::seconds(std::stoi(words)));
    } else if (words.starts_with("the operator ")) {
      operator_does(base::split_word(words.substr(13)));
    } else if (who == "the") {
      if (has("chat stops")) world_.chat_works = false;
      if (has("chat goes on")) world_.chat_works = true;
      if (has("workers stop")) world_.workers_work = false;
      if (has("workers go on")) world_.workers_work = true;
      if (has("workers are busy")) world_.workers_busy = true;
      if (has("workers are free")) world_.workers_busy = false;
      if (has("disk is full")) world_.store.full = true;
    } else if (has(" is closed")) {
      EXPECT_TRUE(world_[who].host.finished) << who;
    } else if (has(" is open")) {
      EXPECT_FALSE(world_[who].host.finished) << who;
    } else {
      FAIL() << "nobody knows how to: " << words;
    }
    world_.settle();
  }

  void operator_does(const base::FirstWord& words) {
    const std::string_view deed = words.word;
    const auto [first, rest] = base::split_word(words.rest);
    const std::string who(first), text(words.rest);
    const auto number = [](std::string_view digits) { return std::atoi(std::string(digits).c_str()); };
    if (deed == "shuts") return world_.operate(chat::ShutDown{});

    chat::OperatorOrder order;
    if (deed == "removes") {
      order = chat::ManageAccount{chat::AccountAction::remove, who, {}};
    } else if (deed == "kicks") {
      order = chat::Kick{who, {}, std::string(rest)};
    } else if (deed == "announces") {
      order = chat::Announce{text};
    } else if (deed == "slows") {
      order = chat::SlowDown{who, std::chrono::seconds{number(rest)}};
    } else if (deed == "drains") {
      order = chat::Dismiss{static_cast<std::size_t>(number(first)), std::string(rest)};
    } else if (deed == "clears") {
      const auto list = std::get<chat::Identities>(world_.order(chat::AskIdentities{}).result);
      order = chat::ClearIdentities{list.version};
    } else if (deed == "bans" || deed == "mutes") {
      const auto [seconds, why] = base::split_word(rest);
      const auto kind = deed == "bans" ? chat::SanctionKind::ban : chat::SanctionKind::mute;
      order = chat::Impose{{kind, LineWorld::target(who), std::string(why), "root", {}, {}},
                           std::chrono::seconds{number(seconds)}};
    } else if (deed == "unmutes") {
      order = chat::Lift{chat::SanctionKind::mute, LineWorld::target(who)};
    } else {
      FAIL() << "no operator does this";
    }
    EXPECT_FALSE(world_.order(std::move(order)).refused);
  }

  void send_chunk() {
    if (chunk_.empty()) return;
    auto& session = world_[sender_].session;
    longest_ = std::max(longest_, chunk_.size());
    const bool one_line = std::count(chunk_.begin(), chunk_.end(), '\n') <= 1;
    ahead_ = ahead_ || !one_line;
    const std::string_view all = chunk_;
    if (feeding_.kind == Feeding::whole || (feeding_.kind == Feeding::bytes_in_turns && !one_line)) {
      session.received(all);
    } else if (feeding_.kind == Feeding::split) {
      const std::size_t at = std::min(feeding_.at, all.size());
      session.received(all.substr(0, at));
      session.received(all.substr(at));
    } else {
      for (std::size_t i = 0; i < all.size(); ++i) {
        session.received(all.substr(i, 1));
        if (feeding_.kind == Feeding::bytes_in_turns) world_.settle();
      }
    }
    chunk_.clear();
    world_.settle();
  }

  void compare() {
    for (auto& [who, expected] : expected_) {
      std::string seen = shown(world_[who].host.take_sent());
      if (expected.ends_with("...")) continue;
      // Lines sent ahead may come in one piece or not: a prompt that is answered already hides nothing.
      if (ahead_ && feeding_.kind != Feeding::whole) {
        seen = squeezed(seen);
        expected = squeezed(expected);
      }
      EXPECT_EQ(seen, expected) << "seen by " << who
                                << (feeding_.kind == Feeding::whole ? "" : ", fed in pieces");
    }
    expected_.clear();
  }
  static std::string squeezed(std::string text) {
    for (const std::string_view out : {"[hide]", "[show]", "\n", "_", " "}) {
      for (auto at = text.find(out); at != text.npos; at = text.find(out, at)) text.erase(at, out.size());
    }
    return text;
  }

  LineWorld world_;
  Feeding feeding_;
  std::string sender_;
  std::string chunk_;
  bool ahead_ = false;
  std::size_t longest_ = 0;
  std::map<std::string, std::string> expected_;
};

}  // namespace

void without_registration(LineWorld& world) {
  world.policy.registration = false;
  world.store.commit({chat::AccountAdded{{{1}, "ann", fake_hash("secret"), {}}}});
}

void expect_transcript(std::string_view script, const Transcript::Setup& setup, std::size_t step) {
  using Feeding = Transcript::Feeding;
  const std::size_t longest = Transcript(script, setup, {Feeding::whole, 0}).longest();
  Transcript(script, setup, {Feeding::bytes, 0});
  Transcript(script, setup, {Feeding::bytes_in_turns, 0});
  for (std::size_t at = 1; at < longest && !testing::Test::HasFailure(); at += step) {
    SCOPED_TRACE("split at " + std::to_string(at));
    Transcript(script, setup, {Feeding::split, at});
  }
}

}  // namespace veche::fakes
