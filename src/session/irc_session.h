// The IRC dialect ("Modern IRC Client Protocol", modern.ircdocs.horse; RFC 1459 and 2812 where it is silent;
// IRCv3): what an IRC client sends and is sent. docs/irc.md lists every command, mode, capability and
// ISUPPORT token with its source.
//
// Lines are done one after another. A line that asks something of the chat is unfinished until the chat's
// Done for the last command of it (Command::acknowledge); the lines behind it wait in the decoder. So answers
// come in the order of the questions, and what the chat sends this session meanwhile as the answer can be
// told from what just happens: an answer may have to be labelled, or be a batch (IRCv3 labeled-response).
// What is said to a room is not waited for: it is the hot path, and has no answer.
//
//   irc_session.cpp        input, output, deadlines, labels
//   irc_registration.cpp   CAP, PASS, NICK, USER, entering, the welcome
//   irc_sasl.cpp           AUTHENTICATE; irc_register.cpp: REGISTER, VERIFY
//   irc_commands.cpp       the table of commands
//   irc_channels.cpp       JOIN ... ; irc_channel_modes.cpp: MODE
//   irc_services.cpp       what is said to NickServ (irc_nickserv.cpp) and ChanServ (irc_chanserv.cpp)
//   irc_messages.cpp       PRIVMSG, NOTICE, TAGMSG
//   irc_people.cpp         WHO, WHOIS ... ; irc_self.cpp: AWAY, user modes, MONITOR ...
//   irc_server.cpp         MOTD, LUSERS, VERSION ... ; irc_operator.cpp: OPER, KILL ...
//   irc_answers.cpp, irc_channel_answers.cpp, irc_people_answers.cpp: what the chat answers
//   irc_refusals.cpp       a refusal as a numeric
#pragma once

#include "base/ids.h"
#include "base/limits.h"
#include "base/secret.h"
#include "chat/rate_limit.h"
#include "session/irc_caps.h"
#include "session/irc_numeric.h"
#include "session/irc_options.h"
#include "session/sasl.h"
#include "session/session.h"
#include "wire/irc_message.h"
#include "wire/irc_writer.h"
#include "wire/line_decoder.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::session {

struct IrcService;
struct IrcErrand;

class IrcSession final : public Session {
 public:
  IrcSession(Host& host, const IrcOptions& options);

  void opened() override;
  void received(std::string_view bytes) override;
  void peer_finished() override;
  void on_timer() override;
  void chat_is_free() override;
  void deliver(const chat::Event& event) override;
  base::Language language() const override { return options_.language; }
  Variant variant(base::RoomId) const override { return kIrcDialect | (caps_ & kCapsOfRoomEvents); }
  void on_hashed(std::string hash, base::ScramKeysPtr scram) override;
  void on_verified(Verdict verdict, base::ScramKeysPtr scram) override;
  void on_history(const base::Result<std::vector<chat::Message>>& messages) override;
  void on_operator_text(std::string_view lines) override;
  void on_operator_end() override;

 private:
  friend struct IrcCommand;  // the table's rows call the do_ functions
  friend struct IrcService;  // and the services' tables theirs
  friend struct IrcErrand;
  using Params = std::span<const std::string_view>;

  enum class Step : std::uint8_t {
    greeting,     // the chat's Greeting is on its way
    registering,  // NICK, USER, CAP ... until all is there
    entering,     // the chat has been asked
    serving,
    leaving,  // the chat was told; Closed is on its way
    closed,
  };
  enum class TimerFor : std::uint8_t { nothing, registration, verdict, rate, ping, pong };

  /// What is known before one is somebody.
  struct Registration {
    std::string nick;
    std::string username;
    std::string realname;
    base::Secret password;  // PASS
    std::string account;    // whose owner he has proved to be
    base::MonoTime deadline{};
    std::unique_ptr<chat::Identified> identified;  // the account that the name belongs to
    bool negotiating = false;                      // CAP LS or REQ, and no CAP END yet
    bool welcome = false;                          // LoggedIn is here; Counts completes it
  };
  /// The line that is being done, and what its answers need.
  struct Task {
    std::string tags;                      // of the line, as they came
    std::string label;                     // IRCv3 labeled-response; empty: none
    std::vector<std::string> held;         // the answer's lines, if they have to be labelled
    std::vector<std::string> words;        // of the command, as its answers need them
    std::string fields;                    // WHOX: what is asked for; MODE: the lists that are
    const IrcService* service = nullptr;   // that is spoken to
    const IrcErrand* errand = nullptr;     // that it does
    base::Secret password{};               // its owner's, until it is checked
    base::Secret next_password{};          // and another one
    bool flag = false;                     // what the command's own file says
    void (IrcSession::*then)() = nullptr;  // when all is answered
  };

  // --- irc_session.cpp
  void pump();
  void take(const wire::LineDecoder::Event& event);
  void take_line(std::string_view line);
  bool speaking_too_fast();
  chat::Rate<base::MonoTime> rate() const;
  void run_command(const wire::IrcMessage& message);
  void begin_task(std::string_view tags);
  void end_task();
  void complete_line();
  /// A question to the chat; the line is done when the last one that it asks is.
  void ask(chat::CommandBody body);
  /// Something that has no answer.
  void say(chat::CommandBody body);
  void wait_for_host();
  void host_answered();
  /// The name of the command that is being done, or was last.
  std::string_view doing() const;
  bool is_doing(std::string_view command) const { return doing() == command; }
  bool is_over() const { return step_ >= Step::leaving; }
  bool is_registered() const { return step_ >= Step::serving; }
  Task& task();
  void flush();
  void arm(TimerFor purpose, std::chrono::milliseconds delay);
  void arm_ping();
  void arm_registration();
  bool registration_is_late() const;
  void disarm();
  void time_passed();
  void leave(std::string reason, bool lost);
  void close_with(std::string_view reason);

  // Output. A line is written whole; the end of it is the writer's.
  /// A line of the answer to what is being done: it may be labelled.
  template <class Write>
  void answer(Write write) {
    std::string text;
    {
      wire::IrcWriter line(text);
      write(line);
    }
    answer_lines(text);
  }
  void answer_lines(std::string_view lines);
  /// Lines of what just happens.
  void happen_lines(std::string_view lines) { out_ += lines; }
  /// A numeric with its own text; each word of `words` as an echo.
  void reply(Numeric numeric, std::initializer_list<std::string_view> words = {});
  /// The same with another text as its last parameter.
  void reply_text(Numeric numeric, std::initializer_list<std::string_view> words, std::string_view text);
  void append_reply(std::string& out, Numeric numeric, std::initializer_list<std::string_view> words,
                    std::string_view text) const;
  /// Begins a numeric in `line`: source, number, the client's nickname.
  void begin_numeric(wire::IrcWriter& line, Numeric numeric) const;
  /// FAIL, WARN or NOTE (IRCv3 standard-replies), of a specification that asks for one.
  void standard_reply(std::string_view kind, std::string_view command, std::string_view code,
                      std::initializer_list<std::string_view> context, std::string_view text);
  void notice(std::string_view text);
  void need_more(std::string_view command) { reply(Numeric::err_needmoreparams, {command}); }
  bool wants(Cap cap) const { return has(caps_, cap); }
  Moment moment() const;
  /// His name as IRC shows it; `*` before he is somebody.
  std::string nick() const;
  /// Whether an event's actor is this session's own person.
  bool is_me(const chat::PersonPtr& person) const;
  bool is_my_name(std::string_view name) const;
  /// The same for a nickname from the line, in whatever letter case.
  bool is_my_nick(std::string_view nick) const;
  void show_event(const chat::Event& event, bool own);

  // --- irc_registration.cpp
  void do_cap(Params p);
  void do_pass(Params p);
  void do_nick(Params p);
  void do_user(Params p);
  void do_quit(Params p);
  void do_ping(Params p);
  void do_pong(Params p);
  void pong();
  void go_on_entering();
  void verified_as_operator(Verdict verdict);
  void cap_list(std::string_view subcommand, bool all, bool with_values);
  void cap_request(std::string_view wanted);
  void try_to_enter();
  void enter_as_guest();
  void enter_account();
  void verify_pass();
  void wrong_password();
  chat::IntroductionPtr introduction() const;
  void welcome(const chat::Counts& counts);
  void append_isupport(std::string& out) const;
  void append_lusers(std::string& out, const chat::Counts& counts) const;
  void append_motd(std::string& out) const;
  bool refused_to_enter(const chat::Refused& event);

  bool offers(Cap cap) const;
  std::string value_of(Cap cap) const;

  // --- irc_sasl.cpp
  void do_authenticate(Params p);
  bool offers(SaslMechanism mechanism) const;
  std::string sasl_mechanisms() const;
  void send_sasl(std::string_view bytes);
  void take_sasl_chunk(std::string_view chunk);
  void take_plain(std::string_view message);
  void take_password(base::Secret password);
  /// Whether an account is being proved to be his, by AUTHENTICATE or NickServ.
  bool is_proving() const { return is_doing("AUTHENTICATE") || (sasl_ && is_on_errand()); }
  void check_sasl_password();
  void sasl_verified(Verdict verdict, base::ScramKeysPtr scram);
  void take_scram(std::string_view message);
  void challenge();
  void abort_sasl();
  void fail_sasl(Numeric numeric, std::string_view text = {});
  void sasl_refused();
  bool refused_to_prove(const chat::Refused& event);

  // --- irc_register.cpp
  void do_register(Params p);
  void do_verify(Params p);
  static std::string_view password_fault(std::string_view password);
  bool registers_before_connect() const;
  std::string registration_value() const;
  bool may_have_account(std::string_view account);
  void fail_account(std::string_view code, std::string_view account, std::string_view text);
  void refuse_account(chat::Refusal why);

  // --- irc_channels.cpp, irc_channel_modes.cpp
  void do_join(Params p);
  void do_part(Params p);
  void do_kick(Params p);
  void do_topic(Params p);
  void do_names(Params p);
  void do_list(Params p);
  void do_invite(Params p);
  void do_knock(Params p);
  void do_rename(Params p);
  void do_mode(Params p);
  void change_channel_modes(std::string_view channel, Params p);
  void show_channel_modes(std::string_view channel);
  void change_user_modes(Params p);
  const chat::NamedRoom* room_called(std::string_view channel) const;

  // --- irc_messages.cpp
  void do_privmsg(Params p);
  void do_notice(Params p);
  void do_tagmsg(Params p);
  bool is_echo(std::string_view receiver);
  void speak(std::string_view command, Params p, chat::MessageKind kind, bool tags_only);
  void speak_to(std::string_view target, std::string_view text, chat::MessageKind kind, bool tags_only);

  // --- irc_people.cpp, irc_self.cpp
  void do_who(Params p);
  void end_who();
  void do_whois(Params p);
  void do_whowas(Params p);
  void do_userhost(Params p);
  void do_ison(Params p);
  void do_monitor(Params p);
  void do_away(Params p);
  void do_setname(Params p);
  void do_accept(Params p);

  // --- irc_server.cpp, irc_operator.cpp
  void do_motd(Params p);
  void do_lusers(Params p);
  void do_version(Params p);
  void do_time(Params p);
  void do_admin(Params p);
  void do_info(Params p);
  void do_stats(Params p);
  void do_links(Params p);
  void do_help(Params p);
  void do_oper(Params p);
  void do_kill(Params p);
  void kill();
  void do_wallops(Params p);
  void do_webirc(Params p);
  void do_rehash(Params p);
  void do_kline(Params p);
  void do_dline(Params p);
  void do_unkline(Params p);
  void do_undline(Params p);
  void do_veche(Params p);
  bool is_this_server(Params p, std::size_t place);
  void ban(Params p);
  void unban(Params p);
  /// Whether an operator may give that command of the table; else the client is told that he may not.
  bool may_operate(std::string_view command);
  void operate(std::string line);

  // --- irc_services.cpp
  void do_chanserv(Params p);
  void do_nickserv(Params p);
  bool is_said_to_service(std::string_view targets, std::string_view text, chat::MessageKind kind,
                          bool tags_only);
  void echo_to_service(const IrcService& service, std::string_view text, chat::MessageKind kind);
  void speak_to_service(const IrcService& service, std::string_view text);
  void service_notice(std::string_view text);
  void service_help(Params p);
  bool is_service_refused(const chat::Refused& event);
  bool is_service_shown(std::string_view nick);
  bool is_on_errand() const { return task_ && task_->errand != nullptr; }

  // --- irc_chanserv.cpp
  void cs_register(Params p);
  void cs_info(Params p);
  void cs_drop(Params p);
  void cs_transfer(Params p);
  void cs_set(Params p);
  void cs_confirm();
  void cs_op(Params p);
  void cs_deop(Params p);
  void cs_voice(Params p);
  void cs_devoice(Params p);
  void claim_ranks(Params p, chat::Ranks ranks, bool on);
  void cs_done();
  void cs_amode(Params p);
  void on_event(const chat::CharterView&);

  // --- irc_nickserv.cpp
  void ns_identify(Params p);
  void ns_regain(Params p);
  bool is_account_of_mine(std::string_view name) const;
  void log_in_by_service(std::string name, std::string_view password);
  void ns_register(Params p);
  void ns_info(Params p);
  void ns_set(Params p);
  void ns_passwd(Params p);
  void ns_drop(Params p);
  void check_own_password(std::string_view password, std::string_view then);
  void compare_own_password();
  bool own_password_verified(Verdict verdict);
  void wrong_own_password();
  void service_hashed(std::string hash, base::ScramKeysPtr scram);
  void ns_cert(Params p);
  void on_event(const chat::AccountView&);
  void on_event(const chat::Credentials&);
  void on_event(const chat::PasswordSet&);
  void on_event(const chat::Certificates&);

  // --- answers
  void on_event(const chat::Done&);
  void on_event(const chat::Greeting&);
  void on_event(const chat::Identified&);
  void on_event(const chat::Secrets&);
  void on_event(const chat::Authenticated&);
  void on_event(const chat::LoggedIn&);
  void on_event(const chat::LogInRefused&);
  void on_event(const chat::Closed&);
  void on_event(const chat::Refused&);
  void refuse(const chat::Refused& event);
  std::string letter_of_mask(std::string_view pattern) const;
  std::string names_from(std::string_view first) const;
  void on_event(const chat::Joined&);
  void on_event(const chat::Left&);
  void on_event(const chat::Renamed&);
  void on_event(const chat::Expelled&);
  void on_event(const chat::TopicSet&);
  void on_event(const chat::RoomChanged&);
  void on_event(const chat::RoomRenamed&);
  void on_event(const chat::Invited&);
  void on_event(const chat::Knocked&);
  void on_event(const chat::Forwarded&);
  void on_event(const chat::RoomView&);
  void on_event(const chat::RoomsView&);
  void on_event(const chat::Said&);
  void on_event(const chat::Told&);
  void on_event(const chat::Tagged&);
  void on_event(const chat::AwayNoted&);
  void on_event(const chat::AwayChanged&);
  void on_event(const chat::RealnameChanged&);
  void on_event(const chat::AccountChanged&);
  void on_event(const chat::AskedToBeAccepted&);
  void on_event(const chat::Accepted&);
  void on_event(const chat::FlagsChanged&);
  void on_event(const chat::Walloped&);
  void on_event(const chat::Announced&);
  void on_event(const chat::Muted&);
  void on_event(const chat::People&);
  void on_event(const chat::Past&);
  void on_event(const chat::Present&);
  void on_event(const chat::Absent&);
  void on_event(const chat::Watching&);
  void on_event(const chat::Counts&);
  template <class Other>
  void on_event(const Other& event) {  // a room's event that came for this session alone, or of no use here
    show_event(event, false);
  }

  void append_names(std::string& out, std::string_view channel, const chat::Roster& roster,
                    const chat::RoomStatePtr& state) const;
  void append_mask_list(std::string& out, char letter, const chat::RoomView& room);
  void append_topic(std::string& out, std::string_view channel, const chat::RoomStatePtr& state) const;
  void append_name_lines(std::string& out, Numeric numeric, std::span<const std::string> names) const;
  void show_monitor(std::string_view lines);
  std::int64_t idle_seconds(const chat::PersonView& view) const;
  bool may_find(const chat::PersonView& view) const;
  void show_who(const chat::PersonView& person, std::string& out);
  void show_whox(const chat::PersonView& person, std::string& out);
  void show_whois(const chat::PersonView& person, std::string& out);

  Host& host_;
  const IrcOptions& options_;
  wire::LineDecoder lines_;
  std::string out_;                              // what this turn has to send
  std::unique_ptr<Registration> registration_;   // until one is somebody
  std::unique_ptr<SaslExchange> sasl_;           // one that has begun
  std::unique_ptr<Task> task_;                   // of the line that is unfinished, and needs one
  std::unique_ptr<chat::CommandBody> question_;  // the line's last so far, not yet sent
  chat::PersonPtr self_;                         // who one is
  std::vector<chat::NamedRoom> rooms_;

  Caps caps_ = 0;
  std::uint8_t asked_ = 0;  // the row of the command that is being done
  std::uint8_t sasl_failures_ = 0;
  Step step_ = Step::greeting;
  TimerFor timer_for_ = TimerFor::nothing;
  bool waiting_ = true;          // a line is unfinished
  bool in_line_ = false;         // a handler is running
  bool unacknowledged_ = false;  // something was said since the chat's last Done
  bool cap_302_ = false;
  bool operator_ = false;
  chat::UserFlags flags_ = 0;
  bool input_open_ = true;
  bool peer_finished_ = false;
  bool pumping_ = false;

  base::MonoTime last_input_{};
  base::MonoTime pinged_{};        // when PING was sent last
  base::MonoTime last_command_{};  // PING and PONG are none
  chat::RateLimit<base::MonoTime> rate_;
};

}  // namespace veche::session
