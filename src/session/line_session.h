// The line protocol: what a person sees in telnet or nc, and its plain form for programs (/bare). In short:
// a name, a password or none, then every line is a message and /commands are commands.
//
// Lines may be sent ahead. They wait in the decoder while a step is unfinished (`waiting_`): a password being
// hashed, a room being joined, the history being read. After a refusal of a login step whatever waits is
// thrown away and its sender disconnected, for it may hold a password that must not become a message. For the
// same reason a password that was refused is asked for again as a password; only an empty line leads back to
// the name.
//
// line_session.cpp holds the pump and the words' way out, line_login.cpp the dialogue about who one is,
// line_refusals.cpp what follows a refusal in it, line_commands.cpp the table of /commands, line_operator.cpp
// what an operator may do beyond it, line_answers.cpp what the chat answers, line_room_answers.cpp what it
// tells of rooms that are governed and of people.
#pragma once

#include "base/i18n.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/secret.h"
#include "chat/rate_limit.h"
#include "session/line_encoder.h"
#include "session/line_words.h"
#include "session/session.h"
#include "wire/line_decoder.h"
#include "wire/telnet.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::session {

/// The operator's wishes for all line sessions; outlives them.
struct LineOptions {
  std::string server_name = "localhost";
  std::string network = "Veche";
  std::string motd;             ///< shown after the greeting, lines separated by LF; empty: none
  std::string server_password;  ///< asked for before anything else; empty: none
  base::Language language = base::Language::en;
  std::size_t recv_queue_bytes = 16 * 1024;
  unsigned command_burst = 10;
  unsigned command_rate = 2;                               ///< a second; 0: no limit
  std::chrono::milliseconds registration_timeout{30'000};  ///< for each step of logging in; 0: none
  std::chrono::milliseconds idle_timeout{0};               ///< 0: none
  std::size_t history_lines = 20;                          ///< of /history without a number
};

class LineSession final : public Session {
 public:
  LineSession(Host& host, const LineOptions& options);

  void opened() override;
  void received(std::string_view bytes) override;
  void peer_finished() override;
  void on_timer() override;
  void chat_is_free() override { pump(); }
  void deliver(const chat::Event& event) override;
  base::Language language() const override { return t_.language(); }
  Variant variant(base::RoomId room) const override;
  void on_hashed(std::string hash, base::ScramKeysPtr scram) override;
  void on_verified(Verdict verdict, base::ScramKeysPtr scram) override;
  void on_history(const base::Result<std::vector<chat::Message>>& messages) override;
  void on_operator_text(std::string_view lines) override;
  void on_operator_end() override;

 private:
  friend struct LineCommand;  // the table's rows call the do_ functions

  /// What the next line is.
  enum class Step : std::uint8_t {
    greeting,  // nothing yet: the chat's Greeting is on its way
    server_password,
    name,
    password,
    new_password,  // or an empty line: a guest
    repeat_password,
    chatting,
    old_password,  // /password, while chatting
    changed_password,
    repeat_changed,
    leaving,  // the chat was told; Closed is on its way
    closed,
  };
  enum class TimerFor : std::uint8_t { nothing, login, verdict, rate, idle };
  /// What an unfinished step needs, for its time only: idle sessions are many.
  struct Dialogue {
    chat::Greeting greeting;                // logging in
    chat::Identified identified;            // logging in, /password
    base::Secret password;                  // the first of two
    base::MonoTime deadline{};              // of this step of logging in
    std::string refused;                    // the code of what was refused last while logging in
    unsigned lines = 0;                     // that /password has taken so far
    std::string room;                       // folded: the one that is being joined or left
    std::string token;                      // until it is kept
    std::vector<chat::NamedRoom> searched;  // for the lines of the history
    std::string operators_command;          // the word of the one that is under way
  };
  static constexpr std::uint8_t kNoCommand = 0xff;
  template <class Body>
  static constexpr std::uint8_t kKind = static_cast<std::uint8_t>(chat::kind_of<Body>());

  bool in_login() const { return step_ < Step::chatting; }
  bool in_password_change() const { return step_ > Step::chatting && step_ < Step::leaving; }
  bool is_over() const { return step_ >= Step::leaving; }

  // The pump: lines in order, as far as nothing is unfinished.
  void pump();
  void take(const wire::LineDecoder::Event& event);
  void take_line(std::string_view line);
  void take_too_long();
  void prompt_answered();
  bool speaking_too_fast();
  chat::Rate<base::MonoTime> rate() const;
  void begin_login_step();
  void arm_login();
  bool login_is_late() const;
  bool held_up();
  void time_passed();
  template <class Body>
  void ask(Body body) {  // a command whose answer the following lines wait for
    waiting_ = true;
    asked_ = kKind<Body>;
    host_.command(std::move(body));
  }
  template <class Body>
  bool waits_for() const {
    return waiting_ && asked_ == kKind<Body>;
  }
  void wait_for_worker() {
    waiting_ = true;
    asked_ = kNoCommand;
  }
  void answered();
  void leave();
  void arm(TimerFor purpose, std::chrono::milliseconds delay);
  void disarm();

  // Words.
  void tell(std::string_view text);                        // a line for people, NOTICE for programs
  void err(std::string_view code, std::string_view text);  // a sentence for people, ERR for programs
  void err(Words words) { err(words.code, t_(words.english)); }
  void raw_line(std::string_view text);
  void prompt(std::string_view text, bool hidden);
  void close_with(std::string_view code, std::string_view text);
  LineStyle style(base::RoomId room) const;
  Moment moment() const;

  // line_login.cpp
  void greet();
  void take_login_line(std::string_view line);
  void take_name(std::string_view line);
  void take_password(std::string_view line);
  void take_no_password();
  void take_new_password(std::string_view line);
  void take_repeated_password(std::string_view line);
  void log_in_with_token(std::string_view name, std::string_view token);
  void ask_for_name();
  void ask_for_password();
  bool guest_is_offered() const;
  void ask_for_server_password();
  void ask_for_old_password();
  void ask_for_changed_password();
  void verified(Verdict verdict, base::ScramKeysPtr scram);
  void hashed(std::string hash, base::ScramKeysPtr scram);
  void begin_step(Step step);
  void on_event(const chat::Greeting& event);
  void on_event(const chat::Identified& event);
  void on_event(const chat::LoggedIn& event);
  void on_event(const chat::LogInRefused& event);
  void on_event(const chat::Credentials& event);
  void on_event(const chat::PasswordSet& event);

  // line_refusals.cpp
  void wrong_password();
  void refuse_step(std::string_view code, std::string_view text);
  void refuse_change(std::string_view code, std::string_view text);
  void ask_again();

  // line_commands.cpp
  void take_chat_line(std::string_view line);
  bool is_own_password(std::string_view line);
  void take_command(std::string_view line);
  void say(chat::MessageKind kind, std::string_view text);
  void do_help(std::string_view rest);
  void do_who(std::string_view rest);
  void do_rooms(std::string_view rest);
  void do_join(std::string_view rest);
  void do_leave(std::string_view rest);
  void do_msg(std::string_view rest);
  void do_history(std::string_view rest);
  void do_search(std::string_view rest);
  void do_me(std::string_view rest);
  void do_nick(std::string_view rest);
  void do_password(std::string_view rest);
  void do_token(std::string_view rest);
  void do_forget(std::string_view rest);
  void do_lang(std::string_view rest);
  void do_bare(std::string_view rest);
  void do_topic(std::string_view rest);
  void do_invite(std::string_view rest);
  void do_remove(std::string_view rest);
  void do_register(std::string_view rest);
  void do_unregister(std::string_view rest);
  void do_transfer(std::string_view rest);
  void do_rank(std::string_view rest);
  void do_knock(std::string_view rest);
  void do_away(std::string_view rest);
  void do_quit(std::string_view rest);
  void end_answer(std::string_view command);
  const chat::NamedRoom* room_called(std::string_view name) const;
  std::string_view room_name(base::RoomId id) const;
  bool is_asked_room(std::string_view name) const;
  Dialogue& begin_dialogue();

  // line_operator.cpp
  void do_oper(std::string_view rest);
  void verified_as_operator(Verdict verdict);
  void refuse_operator(std::string_view code, std::string_view text);
  void operate(std::string_view word, std::string_view rest);

  // line_answers.cpp
  void on_event(const chat::Refused& event);
  void on_event(const chat::Closed& event);
  void on_event(const chat::TokenKept& event);
  void on_event(const chat::Forgotten& event);
  void on_event(const chat::Joined& event);
  void on_event(const chat::Left& event);
  void on_event(const chat::Members& event);
  void on_event(const chat::Rooms& event);
  void on_event(const chat::Told& event);
  void on_event(const chat::Announced& event);
  void on_event(const chat::Walloped& event);
  void on_event(const chat::Muted& event);
  void on_event(const chat::HistoryGranted& event);
  void on_event(const chat::SearchGranted& event);

  // line_room_answers.cpp
  void on_event(const chat::Forwarded& event);
  void on_event(const chat::Expelled& event);
  void on_event(const chat::RoomRenamed& event);
  void on_event(const chat::RoomView& event);
  void on_event(const chat::CharterView& event);
  void on_event(const chat::Invited& event);
  void on_event(const chat::Knocked& event);
  void on_event(const chat::Renamed& event);
  void on_event(const chat::AwayChanged& event);
  void on_event(const chat::AwayNoted& event);
  void on_event(const chat::AskedToBeAccepted& event);
  void tell_topic(std::string_view room, const chat::RoomStatePtr& state);
  void leave_room(base::RoomId id);
  template <class Shared>
  void on_event(const Shared&);  // a room's event that came for this session alone

  Host& host_;
  const LineOptions& options_;
  wire::LineDecoder lines_;
  wire::Telnet telnet_;
  base::Translator t_;
  std::unique_ptr<Dialogue> dialogue_;

  Step step_ = Step::greeting;
  TimerFor timer_for_ = TimerFor::nothing;
  std::uint8_t asked_ =
      kNoCommand;  // the command whose answer `waiting_` waits for, if it is the chat's to give
  std::uint8_t wrong_passwords_ = 0;
  bool waiting_ = true;
  bool bare_ = false;
  bool guest_ = false;
  bool operator_ = false;  // may give the operator's commands
  bool prompted_ = false;  // the cursor stands behind a prompt
  bool echo_hidden_ = false;
  bool input_open_ = true;
  bool peer_finished_ = false;
  bool pumping_ = false;
  std::size_t password_mark_ = 0;  // a hash of the password that was typed last; 0: none to look for

  std::string name_;                    // one's own, once logged in
  base::RoomId current_;                // where plain lines go
  std::vector<chat::NamedRoom> rooms_;  // in the order of joining
  chat::RateLimit<base::MonoTime> rate_;
  base::MonoTime last_input_{};
};

}  // namespace veche::session
