// A session fed with anything, split anywhere, while the chat, the workers and the clock answer in any order
// and any way that they may. Held to: what it sends is text; it asks for nothing behind its end (FakeHost);
// after the FIN it comes to an end; passwords sent ahead never become a message, whatever is refused; and
// nobody gives an operator's commands who is none.
#include "base/check.h"
#include "base/text.h"
#include "chat/name.h"
#include "session/line_session.h"
#include "tests/fakes/fake_host.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace veche::session {
namespace {

using base::check;
using namespace std::chrono_literals;

constexpr std::string_view kPassword = "pa55word";

// What a program sends ahead that knows what the server will ask; the server may ask for something else.
constexpr std::array<std::string_view, 7> kScripts = {
    "ann\npa55word\n",
    "ann\npa55word\npa55word\n",
    "ann\npa55word\npa55word\n/password\npa55word\npa55word2\npa55word2\n",
    "ann\npa55word\nhello\n/password\npa55word\n",
    "ann\n\n/password\npa55word\npa55word\npa55word\n",
    "/bare\nann\npa55word\npa55word\n/password\npa55word\npa55word2\npa55word2\n",
    "ann\n\n/oper root pa55word\n/kick bob\n/help\n",
};

/// The fuzzer's bytes as choices; zeros when they are used up.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  bool empty() const { return rest_.empty(); }
  unsigned byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  bool coin() { return (byte() & 1) != 0; }
  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

/// The world around one session.
class Play {
 public:
  Play(Choices& choices, const LineOptions& options)
      : choices_(choices), host_(clock_), session_(host_, options) {
    session_.opened();
    session_.deliver(
        chat::Greeting{choices_.coin() ? std::vector<std::string>{"ann"} : std::vector<std::string>{},
                       choices_.coin(), choices_.coin()});
  }

  void run(bool scripted) {
    std::string script;
    if (scripted) {
      script = kScripts[choices_.byte() % kScripts.size()];
      script += "hello\nhello\n";
      const std::size_t at = choices_.byte() % script.size();
      receive(std::string_view(script).substr(0, at));
      receive(std::string_view(script).substr(at));
    }
    while (!choices_.empty() && !host_.finished) {
      switch (choices_.byte() % 10) {
        case 0:
        case 1:
          receive(scripted ? "hello\n" : choices_.bytes(choices_.byte()));
          break;
        case 2:
        case 3:
        case 4:
          answer_chat();
          break;
        case 5:
        case 6:
          answer_worker();
          break;
        case 7:
          pass_time(std::chrono::milliseconds(choices_.byte() * 100));
          break;
        case 8:
          toggle_busy();
          break;
        case 9:
          event();
          break;
      }
      look(scripted);
    }
    end();
    look(scripted);
    check(host_.finished, "a session ends after the FIN");
  }

 private:
  void receive(std::string_view bytes) {
    if (!host_.finished && !fin_) session_.received(bytes);
  }

  void toggle_busy() {
    host_.chat_busy = !host_.chat_busy;
    if (!host_.chat_busy) session_.chat_is_free();
  }

  void pass_time(std::chrono::milliseconds time) {
    clock_.advance(time);
    if (host_.timer_is_due()) session_.on_timer();
  }

  /// Everything that is owed, and a FIN.
  void end() {
    if (host_.chat_busy) toggle_busy();
    fin_ = true;
    if (!host_.finished) session_.peer_finished();
    for (int turns = 0; !host_.finished && turns < 100'000; ++turns) {
      if (!host_.commands.empty()) {
        answer_chat();
      } else if (!host_.jobs.empty()) {
        answer_worker();
      } else {
        pass_time(30s);
      }
    }
  }

  void look(bool scripted) {
    std::string text;
    const std::string sent = host_.take_sent();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (sent[i] != '\xff') {
        text += sent[i];
        continue;
      }
      const std::string_view command = std::string_view(sent).substr(i, 3);
      const bool refusal_or_echo =
          command.size() == 3 && (command[1] == '\xfb' || command[1] == '\xfc' || command[1] == '\xfe');
      check(refusal_or_echo || command == std::string_view("\xff\xfd\0", 3),
            "of telnet only WILL, WONT, DONT and DO BINARY are spoken");
      i += 2;
    }
    check(base::is_utf8(text), "what is sent is text");
    bare_ = bare_ || LineStyle::of(session_.variant({})).bare;
    if (!bare_) check(text.find('\x1b') == text.npos, "a person is sent no escapes");
    if (!scripted) return;
    for (const std::string& said : said_)
      check(said.find(kPassword) == said.npos, "a password is no message");
  }

  template <class Body>
  void refuse(const Body&) {
    const auto why =
        static_cast<chat::Refusal>(choices_.byte() % (static_cast<unsigned>(chat::Refusal::not_stored) + 1));
    session_.deliver(chat::Refused{why, chat::kind_of<Body>(), some_time(), some_reason()});
  }

  std::chrono::seconds some_time() { return std::chrono::seconds{choices_.byte() * choices_.byte()}; }
  std::string some_reason() { return choices_.coin() ? "spam {}\x1b[2J\r\n" : ""; }

  void answer_chat() {
    if (host_.commands.empty()) return;
    const chat::CommandBody body = std::move(host_.commands.front().body);
    host_.commands.pop_front();
    if (!gone_) std::visit([this](const auto& one) { answer(one); }, body);
  }

  // Each as the chat might answer it.
  void answer(const chat::Disconnect&) {
    gone_ = true;
    session_.deliver(chat::Closed{chat::CloseCause::asked, {}});
  }
  void answer(const chat::Identify& body) {
    if (choices_.byte() % 4 == 0) return refuse(body);
    const auto state = static_cast<chat::NameState>(choices_.byte() % 3);
    session_.deliver(chat::Identified{"ann", state, {1}, "hash"});
  }
  void answer(const chat::LogInFailed&) {
    session_.deliver(chat::LogInRefused{choices_.coin() ? 0ms : 1500ms});
  }
  void answer(const chat::LogInWithToken& body) {
    choices_.coin() ? logged_in(false, false) : answer(chat::LogInFailed{body.name});
  }
  void answer(const chat::LogIn& body) { choices_.coin() ? logged_in(false, false) : refuse(body); }
  void answer(const chat::EnterAsGuest& body) { choices_.coin() ? logged_in(true, false) : refuse(body); }
  void answer(const chat::Register& body) {
    if (choices_.byte() % 4 == 0) return refuse(body);
    if (!here_) return logged_in(false, true);
    session_.deliver(chat::LoggedIn{"ann", false, true, 1});
  }
  void logged_in(bool guest, bool new_account) {
    here_ = true;
    session_.deliver(chat::LoggedIn{"ann", guest, new_account, 1u + choices_.byte() % 2});
    if (choices_.byte() % 8 == 0) return refuse(chat::Join{});
    joined("#veche");
    if (choices_.coin()) joined("#Чай");
  }
  base::RoomId room_id(std::string_view name) const {
    return {std::hash<std::string>{}(chat::fold_name(name).value_or("")) | 1};
  }
  void joined(const std::string& name) {
    rooms_.push_back(name);
    const auto message = std::make_shared<const chat::Message>(
        chat::Message{{1}, room_id(name), clock_.wall(), chat::MessageKind::text, {}, "bob", "\x1b[2J{}"});
    session_.deliver(chat::Joined{room_id(name), name, "ann", 1u + choices_.byte() % 3, {"bob"}, {message}});
  }
  void left(const std::string& name) { session_.deliver(chat::Left{room_id(name), name, "somebody"}); }
  void answer(const chat::Join& body) {
    if (!body.room.starts_with('#') || base::has_unseen(body.room)) return refuse(body);
    joined(body.room);
  }
  void answer(const chat::Leave& body) {
    for (const std::string& name : rooms_) {
      if (room_id(name) == body.room) return left(name);
    }
    refuse(body);
  }
  void answer(const chat::Say& body) {
    said_.push_back(body.text);
    if (choices_.byte() % 4 == 0) refuse(body);
  }
  void answer(const chat::Tell& body) {
    said_.push_back(body.text);
    if (choices_.byte() % 4 == 0) refuse(body);
  }
  void answer(const chat::Rename& body) {
    if (choices_.coin()) refuse(body);
  }
  void answer(const chat::AskCredentials& body) {
    choices_.byte() % 4 == 0 ? refuse(body) : session_.deliver(chat::Credentials{"ann", "hash"});
  }
  void answer(const chat::SetPassword& body) {
    choices_.coin() ? refuse(body) : session_.deliver(chat::PasswordSet{});
  }
  void answer(const chat::KeepToken& body) {
    choices_.coin() ? refuse(body) : session_.deliver(chat::TokenKept{clock_.wall() + 24h});
  }
  void answer(const chat::Forget& body) {
    choices_.coin() ? refuse(body) : session_.deliver(chat::Forgotten{body.everything});
  }
  void answer(const chat::AskMembers& body) {
    choices_.coin() ? refuse(body)
                    : session_.deliver(chat::Members{body.room ? "#veche" : "", {"ann", "bob"}});
  }
  void answer(const chat::AskRooms&) {
    session_.deliver(choices_.coin() ? chat::Rooms{} : chat::Rooms{{{"#veche", 2}}});
  }
  void answer(const chat::AskHistory& body) {
    if (choices_.coin()) return refuse(body);
    session_.deliver(chat::HistoryGranted{body.room, "#veche", {9}, body.count, choices_.coin()});
  }
  void answer(const chat::AskSearch& body) {
    if (choices_.coin()) return refuse(body);
    session_.deliver(chat::SearchGranted{{{{3}, "#veche"}, {{5}, "#Чай"}}, body.words, {9}, 100});
  }
  template <class Other>
  void answer(const Other&) {
    check(false, "a session asks for nothing that is the operator's, and connects nobody");
  }

  void answer_worker() {
    if (host_.jobs.empty()) return;
    const fakes::Job job = std::move(host_.jobs.front());
    host_.jobs.pop_front();
    const unsigned choice = choices_.byte();
    if (std::holds_alternative<fakes::OperatorLogInJob>(job)) {
      const auto verdict = static_cast<Session::Verdict>(choice % 3);
      is_operator_ = is_operator_ || verdict == Session::Verdict::right;
      return session_.on_verified(verdict, {});
    }
    if (const auto* order = std::get_if<fakes::OperatorLineJob>(&job)) {
      check(is_operator_, "only an operator gives his commands");
      for (unsigned i = 0; i < choice % 4; ++i) session_.on_operator_text(order->line + "\x1b[2J {}\n\n");
      if (choice % 8 < 6) return session_.on_operator_end();
      return host_.jobs.push_front(job);  // there is more to come
    }
    if (std::holds_alternative<fakes::HashJob>(job))
      return session_.on_hashed(choice % 4 == 0 ? "" : "hash", {});
    if (std::holds_alternative<fakes::VerifyJob>(job)) {
      return session_.on_verified(static_cast<Session::Verdict>(choice % 3), {});
    }
    if (choice % 4 == 0) return session_.on_history(base::fail("history", "busy"));
    std::vector<chat::Message> messages;
    for (std::uint64_t room = 1; room <= choice % 8; ++room) {
      messages.push_back({{room}, {room}, clock_.wall(), chat::MessageKind::action, {}, "bob", "\x1b[2J{}"});
    }
    session_.on_history(messages);
  }

  /// What nobody here has asked for.
  void event() {
    if (gone_) return;
    if (choices_.byte() % 32 == 0) {
      gone_ = true;
      const auto causes = static_cast<unsigned>(chat::CloseCause::identities_cleared) + 1;
      return session_.deliver(
          chat::Closed{static_cast<chat::CloseCause>(choices_.byte() % causes), some_time(), some_reason()});
    }
    if (!here_) return;
    switch (choices_.byte() % 8) {
      case 0:
        return session_.deliver(chat::Told{"bob", "\x1b]0;title\a {}", clock_.wall() - 48h});
      case 1:
        return session_.deliver(chat::Renamed{"ann", "eve"});
      case 2:
        return joined("#other");
      case 3:
        return rooms_.empty() ? void() : left(std::string(rooms_.back()));
      case 4:
        return session_.deliver(chat::Announced{"\x1b[2J\nMSG {}"});
      case 5:
        return session_.deliver(chat::Muted{choices_.coin(), some_time(), some_reason()});
      case 6:
        return shared_event(chat::Slowed{"#veche", some_time()});
      case 7:
        return shared_event(chat::Quit{"bob", some_reason()});
    }
  }

  /// A room's, encoded by its variant and not by the session.
  void shared_event(const chat::Event& event) {
    std::string bytes;
    encode(event, session_.variant({}), {clock_.wall(), {}}, bytes);
    if (!host_.finished) host_.send(bytes);
  }

  Choices& choices_;
  base::ManualClock clock_;
  fakes::FakeHost host_;
  LineSession session_;
  bool here_ = false;  // logged in
  bool gone_ = false;  // the chat knows the session no more
  bool fin_ = false;
  bool is_operator_ = false;
  bool bare_ = false;
  std::vector<std::string> rooms_;
  std::vector<std::string> said_;
};

}  // namespace
}  // namespace veche::session

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche;
  session::Choices choices(data, size);
  session::LineOptions options;
  const unsigned wishes = choices.byte();
  if ((wishes & 1) != 0) options.server_password = "open sesame";
  if ((wishes & 2) != 0) options.command_rate = 0;
  if ((wishes & 4) != 0) options.idle_timeout = std::chrono::seconds{60};
  if ((wishes & 8) != 0) options.recv_queue_bytes = 64;
  options.motd = "Be kind.\n\n";
  options.language = base::kLanguages[(wishes >> 4) % 3];
  session::Play(choices, options).run(wishes >= 128);
  return 0;
}
