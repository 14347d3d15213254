#include "cli/command_line.h"

#include "base/text.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace veche::cli {
namespace {

using base::fail;
using base::Result;
using base::Translator;
using chat::AccountAction;

/// Shows what a command takes beside its options, where CLI11 does not know of it.
class UsageFormatter final : public CLI::Formatter {
 public:
  explicit UsageFormatter(std::string rest) : rest_(std::move(rest)) {}

  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string usage = CLI::Formatter::make_usage(app, std::move(name));
    usage.erase(usage.find_last_not_of('\n') + 1);
    return usage + ' ' + rest_ + '\n';
  }

 private:
  const std::string rest_;
};

/// The commands and the options that they fill. Lives as long as the parsing.
class CommandLine {
 public:
  explicit CommandLine(const Translator& t) : t_(t), app_(t("veche: a chat server of your own"), "veche") {
    app_.set_help_flag("-h,--help", t("Show this help"));
    app_.add_flag("--version", version_, t("Show the version"));
    app_.require_subcommand(0,
                            1);  // what follows a command is its own, even a word that is a command elsewhere
    label(*app_.get_formatter());
    add_serve();
    add_echo();
    add_scan();
    add_ctl();
    add_account();
    add_config();
    add_bench();
    help_ = app_.add_subcommand("help", t("Show the help of a command"));
    help_->add_option("COMMAND", help_about_, t("The command"))->type_name("");
  }

  Result<Invocation> parse(std::vector<std::string> arguments) {
    cut_at_mark(arguments);
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return page(app_.help());
    } catch (const CLI::ExtrasError&) {
      return unknown();
    } catch (const CLI::ArgumentMismatch& error) {  // "--data: 1 required DIR missing"
      const std::string_view words = error.what();
      return fail(std::string(words.substr(0, words.find(':'))), t_("its value is missing"),
                  try_help(*chosen()));
    } catch (const CLI::RequiredError&) {
      return fail(name_of(*chosen()), t_("the account's name is missing"), try_help(*chosen()));
    } catch (const CLI::ExcludesError& error) {
      return fail_excluded(error.what());
    } catch (const CLI::ParseError& error) {
      return fail(name_of(*chosen()), error.what(), try_help(*chosen()));
    }
    return invocation();
  }

 private:
  void label(CLI::FormatterBase& formatter) const {
    formatter.label("Usage", t_("Usage"));
    formatter.label("OPTIONS", t_("OPTIONS"));
    formatter.label("SUBCOMMAND", t_("SUBCOMMAND"));
    formatter.label("Positionals", t_("Positionals"));
    formatter.label("Options", t_("Options"));
    formatter.label("Subcommands", t_("Subcommands"));
  }

  void add_config_file(CLI::App& command, std::string& config_file) {
    command.add_option("--config", config_file, t_("Configuration file; without it: the defaults"))
        ->type_name("FILE");
  }

  void add_place(CLI::App& command, std::string& config_file, std::string& data_dir) {
    add_config_file(command, config_file);
    command.add_option("--data", data_dir, t_("Data directory, instead of the configuration's"))
        ->type_name("DIR");
  }

  void add_serve() {
    serve_ = app_.add_subcommand("serve", t_("Run the chat server"));
    add_place(*serve_, serve_options_.config_file, serve_options_.data_dir);
    serve_
        ->add_option("--listen", serve_options_.listen,
                     t_("Where to listen, for example line://0.0.0.0:1898 (telnet and nc), "
                        "irc://0.0.0.0:6667 or ircs://0.0.0.0:6697 (TLS); may be given several times"))
        ->type_name("PROTOCOL://ADDRESS:PORT")
        ->expected(1)
        ->take_all();
    serve_->add_option("--tls-cert", serve_options_.tls_cert, t_("Certificate for TLS, a PEM file"))
        ->type_name("FILE");
    serve_
        ->add_option("--tls-key", serve_options_.tls_key,
                     t_("Its private key, a PEM file; if not given, it is in the same one"))
        ->type_name("FILE");
    serve_->add_option("--model", serve_options_.model, t_("How clients are served: events or threads"))
        ->type_name("MODEL");
    serve_->add_option("--loops", serve_options_.loops, t_("Number of event loops; 0: one per core"))
        ->type_name("N");
    serve_->add_flag("--no-console", serve_options_.no_console, t_("Take no commands from standard input"));
  }

  void add_echo() {
    echo_ = app_.add_subcommand("echo", t_("Talk to an echo service, or be one"));
    echo_->require_subcommand(0, 1);
    const auto add = [this](const char* name, std::string& value, const std::string& help, const char* type) {
      echo_->add_option(name, value, help)->type_name(type);
    };
    EchoOptions& o = echo_options_;
    echo_
        ->add_option("HOST:PORT", o.target,
                     t_("The service, a name or an address; 127.0.0.1 and 7007 if not given"))
        ->type_name("");
    add("--connect-timeout", o.connect_timeout, t_("How long to try to connect; 5s if not given"), "D");
    add("--read-timeout", o.read_timeout, t_("How long to wait for a reply; 5s if not given"), "D");
    add("--retry", o.retry, t_("How often to connect again after a timeout or a loss; 0 if not given"), "N");
    add("--retry-delay", o.retry_delay, t_("How long to wait before that; 1s if not given"), "D");
    add("--count", o.count, t_("Send so many messages of its own, and sum up how it went"), "N");
    add("--size", o.size, t_("Bytes in each of them; 64 if not given"), "BYTES");
    add("--interval", o.interval, t_("From one of them to the next; 1s if not given"), "D");
    add_echo_serve();
  }

  void add_echo_serve() {
    echo_serve_ = echo_->add_subcommand("serve", t_("Run an echo service"));
    const auto add = [this](const char* name, std::string& value, const std::string& help, const char* type) {
      echo_serve_->add_option(name, value, help)->type_name(type);
    };
    EchoServeOptions& o = echo_serve_options_;
    add("--listen", o.listen, t_("Where to listen; 127.0.0.1:7007 if not given"), "ADDRESS:PORT");
    add("--model", o.model, t_("How clients are served: events, coroutines, pool, threads or fork"), "MODEL");
    add("--workers", o.workers, t_("Number of threads in the pool"), "N");
    add("--loops", o.loops, t_("Number of event loops; 0: one per core"), "N");
    add("--max-clients", o.max_clients, t_("So many clients at once, and no more"), "N");
    add("--idle-timeout", o.idle_timeout, t_("A client who says nothing for so long is let go"), "D");
    add("--backlog", o.backlog, t_("How many new connections may wait to be accepted"), "N");
    add("--queue-timeout", o.queue_timeout, t_("How long a client may wait for a thread of the pool"), "D");
    echo_serve_->add_flag("--quiet", o.quiet, t_("No lines about who comes and goes"));
  }

  /// The options of the client mean nothing to the service.
  Result<Invocation> echo() {
    if (!echo_serve_->parsed()) return echo_options_;
    for (const CLI::Option* option : echo_->get_options()) {
      if (option->count() > 0) {
        return fail(option->results().front(), t_("does not belong before serve"), try_help(*echo_serve_));
      }
    }
    return echo_serve_options_;
  }

  void add_scan() {
    scan_ = app_.add_subcommand("scan", t_("Find the open TCP ports of hosts"));
    ScanOptions& o = scan_options_;
    const auto add = [this](const char* name, std::string& value, const std::string& help, const char* type) {
      return scan_->add_option(name, value, help)->type_name(type);
    };
    const auto flag = [this](const char* name, bool& value, const std::string& help) {
      return scan_->add_flag(name, value, help);
    };
    scan_
        ->add_option("HOST", o.hosts,
                     t_("Names, addresses, networks (192.0.2.0/24) and ranges (192.0.2.1-20), also with "
                        "commas between"))
        ->type_name("");
    add("-p,--ports", o.ports, t_("Ports, ranges and services: 22,8000-8100,https; - or nothing: all"),
        "PORTS");
    add("--top", o.top, t_("Only the N ports that are open most often"), "N")->excludes("--ports");
    scan_->add_option("-f,--file", o.files, t_("Read hosts from a file; - for standard input"))
        ->type_name("FILE")
        ->expected(1)
        ->take_all();
    scan_->add_option("--exclude", o.exclude, t_("Hosts to leave out, written as HOST"))
        ->type_name("HOSTS")
        ->expected(1)
        ->take_all();
    CLI::Option* all = flag("--all", o.all, t_("Show closed and filtered ports too"));
    flag("--open", o.open, t_("Leave out hosts that have no open port"))->excludes(all);
    flag("--banner", o.banner, t_("Show what open ports say first"));
    CLI::Option* json = flag("--json", o.json, t_("As JSON, an object for each host"));
    CLI::Option* jsonl = flag("--jsonl", o.jsonl, t_("As JSON, a line for each port"));
    CLI::Option* greppable = flag("--greppable", o.greppable, t_("A line for each host"));
    CLI::Option* csv = flag("--csv", o.csv, t_("As CSV"));
    jsonl->excludes(json);
    greppable->excludes(json)->excludes(jsonl);
    csv->excludes(json)->excludes(jsonl)->excludes(greppable);
    flag("--no-progress", o.no_progress, t_("No progress bar"));
    flag("--sequential", o.sequential, t_("One port at a time"));
    add("--resume", o.resume, t_("Go on where an interrupted scan has stopped, as it said"), "ADDRESS:PORT");
    add("--lang", o.lang, t_("Language of the results: en, ru or uk"), "LANG");
    add("--timeout", o.timeout, t_("How long to wait for an answer; adapts itself if not given"), "D");
    add("--retries", o.retries, t_("How often to ask a silent port again; adapts itself if not given"), "N");
    add("--window", o.window, t_("So many ports at once; adapts itself if not given"), "N");
    CLI::Option* rate = add("--rate", o.rate, t_("Ask so many ports a second, whatever gets lost"), "N");
    add("--max-rate", o.max_rate, t_("Ask at most so many ports a second"), "N")->excludes(rate);
    add("--threads", o.threads, t_("Number of threads; one per core, up to 4, if not given"), "N");
    scan_->footer(
        t_("Scan only what is yours, or what you were asked to: to others it may look like an attack."));
  }

  /// From its first word on, the operator's command is the server's to understand, options and all.
  void add_ctl() {
    ctl_ = app_.add_subcommand("ctl", t_("Operator commands for a running server"));
    ctl_->prefix_command();
    auto formatter = std::make_shared<UsageFormatter>("COMMAND...");
    label(*formatter);
    ctl_->formatter(formatter);
    ctl_->footer(t_("veche ctl help lists the commands"));
    add_place(*ctl_, ctl_options_.config_file, ctl_options_.data_dir);
    CLI::Option* socket = ctl_->add_option("--socket", ctl_options_.socket,
                                           t_("Control socket, instead of the data directory's veche.sock"));
    socket->type_name("FILE")->excludes("--config")->excludes("--data");
  }

  void add_account() {
    account_ =
        app_.add_subcommand("account", t_("Add, change and list accounts, of a running or a stopped server"));
    account_->require_subcommand(0, 1);
    add_place(*account_, account_options_.config_file, account_options_.data_dir);
    add_account_action("add", AccountAction::add,
                       t_("Make an account; the password is asked, or read from standard input"));
    add_account_action("passwd", AccountAction::set_password, t_("Give an account a new password"));
    add_account_action("remove", AccountAction::remove, t_("Remove an account"));
    CLI::App* list = add_account_action("list", AccountAction::list, t_("List the accounts"));
    list->add_flag("--json", account_options_.json, t_("As JSON"));
    hash_ = account_->add_subcommand("hash", t_("Print the hash of a password, for [[operator]]"));
    add_config_file(*hash_, account_options_.config_file);
  }

  CLI::App* add_account_action(std::string name, AccountAction action, std::string description) {
    CLI::App* command = account_->add_subcommand(std::move(name), std::move(description));
    if (action != AccountAction::list) {
      command->add_option("NAME", account_options_.name, t_("The account"))
          ->type_name("")
          ->required()
          ->option_text(" ");
    }
    add_place(*command, account_options_.config_file, account_options_.data_dir);
    account_actions_.emplace_back(command, action);
    return command;
  }

  void add_config() {
    config_ = app_.add_subcommand("config", t_("Check, show and make configuration files"));
    config_->require_subcommand(0, 1);
    add_config_action("check", ConfigAction::check,
                      t_("Check a file (veche.toml), and tell everything that is wrong"), true);
    add_config_action("show", ConfigAction::show, t_("Show what a file comes to; without one: the defaults"),
                      true);
    add_config_action("init", ConfigAction::init,
                      t_("Write a new file (veche.toml) that explains every key; - for standard output"),
                      false);
  }

  void add_config_action(std::string name, ConfigAction action, std::string description, bool has_json) {
    CLI::App* command = config_->add_subcommand(std::move(name), std::move(description));
    command->add_option("FILE", config_options_.file, t_("The file"))->type_name("");
    if (has_json) command->add_flag("--json", config_options_.json, t_("As JSON"));
    config_actions_.emplace_back(command, action);
  }

  void add_bench() {
    bench_ = app_.add_subcommand("bench", t_("Load a server and measure it"));
    bench_->require_subcommand(0, 1);
    chat_bench_ = bench_->add_subcommand(
        "chat", t_("Rooms full of listeners and some who speak: what a delivery costs, how long it takes"));
    ChatBenchOptions& o = chat_bench_options_;
    const auto add = [this](const char* name, auto& value, const std::string& help, const char* type) {
      chat_bench_->add_option(name, value, help)->type_name(type);
    };
    add("--target", o.target, t_("The server; 127.0.0.1:1898 if not given"), "ADDRESS:PORT");
    add("--protocol", o.protocol, t_("What it speaks: line, irc, redis, nats or floor"), "NAME");
    add("--mode", o.mode, t_("saturate, paced, idle, logins or rush"), "MODE");
    add("--pid", o.pid, t_("The server's process, to look up its processor time and memory"), "PID");
    add("--rooms", o.rooms, t_("Rooms"), "N");
    add("--members", o.members, t_("Listeners in each room"), "N");
    add("--senders", o.senders, t_("Those who speak, shared out over the rooms"), "N");
    add("--window", o.window, t_("Messages of each sender in flight, or clients that log in, at a time"),
        "N");
    add("--rate", o.rate, t_("Messages a second, with --mode paced"), "N");
    add("--bytes", o.bytes, t_("Bytes in a message"), "N");
    add("--duration", o.duration, t_("How long; 5s if not given"), "D");
    chat_bench_->add_flag("--json", o.json, t_("As JSON"));
    add_bench_echo();
    add_bench_scan();
  }

  void add_bench_echo() {
    echo_bench_ = bench_->add_subcommand(
        "echo",
        t_("An echo server, or the models of veche echo serve one after the other: messages and their cost"));
    EchoBenchOptions& o = echo_bench_options_;
    const auto add = [this](const char* name, auto& value, const std::string& help, const char* type) {
      echo_bench_->add_option(name, value, help)->type_name(type);
    };
    add("--target", o.target, t_("A server that runs already"), "ADDRESS:PORT");
    add("--pid", o.pid, t_("The server's process, to look up its processor time and memory"), "PID");
    add("--models", o.models, t_("Models to start and compare: all, or some with commas between"), "MODELS");
    add("--workers", o.workers, t_("Workers of the pool"), "N");
    add("--report", o.report, t_("Write the comparison as a page with plots (HTML)"), "FILE");
    add("--clients", o.clients, t_("How many at once; several numbers with commas between for a comparison"),
        "N,...");
    add("--size", o.size, t_("Bytes in a message; 64 if not given"), "BYTES");
    add("--duration", o.duration, t_("How long for each; 5s if not given, 3s in a comparison"), "D");
    echo_bench_->add_flag("--json", o.json, t_("As JSON"));
  }

  void add_bench_scan() {
    scan_bench_ =
        bench_->add_subcommand("scan", t_("Scan all ports of this machine's loopback, and check the result"));
    ScanBenchOptions& o = scan_bench_options_;
    scan_bench_->add_option("--rounds", o.rounds, t_("How many scans; 5 if not given"))->type_name("N");
    scan_bench_
        ->add_option("--threads", o.threads, t_("Number of threads; one per core, up to 4, if not given"))
        ->type_name("N");
    scan_bench_->add_flag("--json", o.json, t_("As JSON"));
  }

  Result<Invocation> invocation() {
    if (version_) return Text{"veche " VECHE_VERSION "\n"};
    if (help_->parsed()) return help();
    if (serve_->parsed()) return serve_options_;
    if (ctl_->parsed()) return operator_command();
    if (echo_->parsed()) return echo();
    if (scan_->parsed()) return scan_options_;
    if (hash_->parsed()) return HashOptions{account_options_.config_file};
    for (const auto& [command, action] : account_actions_) {
      if (!command->parsed()) continue;
      account_options_.action = action;
      return account_options_;
    }
    for (const auto& [command, action] : config_actions_) {
      config_options_.action = action;
      if (command->parsed()) return config_options_;
    }
    if (chat_bench_->parsed()) return chat_bench_options_;
    if (echo_bench_->parsed()) return echo_bench_options_;
    if (scan_bench_->parsed()) return scan_bench_options_;
    return fail(name_of(*chosen()), t_("a command is missing"),
                fmt::format("{}", fmt::join(commands(*chosen()), ", ")));
  }

  /// `ctl -- COMMAND`: CLI11 would give what follows the mark back to the program itself. Inside COMMAND the
  /// mark is a word like others.
  void cut_at_mark(std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front() != ctl_->get_name()) return;
    const auto mark = std::find(arguments.begin(), arguments.end(), "--");
    behind_mark_.assign(mark, arguments.end());
    arguments.erase(mark, arguments.end());
  }

  Result<Invocation> operator_command() {
    std::vector<std::string>& words = ctl_options_.words;
    words = ctl_->remaining();
    if (!words.empty() && words.front().size() > 1 && words.front().starts_with('-')) {
      return unknown_option(*ctl_, words.front());
    }
    const bool is_word = !words.empty();
    if (!behind_mark_.empty()) {
      words.insert(words.end(), behind_mark_.begin() + (is_word ? 0 : 1), behind_mark_.end());
    }
    if (words.empty())
      return fail("ctl", t_("a command is missing"), t_("veche ctl help lists the commands"));
    return ctl_options_;
  }

  /// Without the empty lines that CLI11 ends with.
  static Text page(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return Text{text + '\n'};
  }

  Result<Invocation> help() {
    const CLI::App* about = &app_;
    for (const std::string& word : help_about_) {
      const auto names = commands(*about);
      if (std::find(names.begin(), names.end(), word) == names.end()) {
        return fail(word, t_("unknown command"), did_you_mean(word, names));
      }
      about = about->get_subcommand(word);
    }
    const std::string usage = about == &app_ ? "veche" : "veche " + name_of(*about);
    return page(about->get_formatter()->make_help(about, usage, CLI::AppFormatMode::Normal));
  }

  /// "--socket excludes --config"
  Result<Invocation> fail_excluded(const std::string& words) {
    const std::string one = words.substr(0, words.find(' '));
    const std::string other = words.substr(words.rfind(' ') + 1);
    return fail(one, t_("cannot be given together with {}", other), try_help(*chosen()));
  }

  /// What CLI11 did not understand: a command, an option, or one word too many.
  Result<Invocation> unknown() {
    const CLI::App& command = *chosen();
    const std::string word = app_.remaining(true).front();
    if (word.starts_with('-')) return unknown_option(command, word);
    if (&command == echo_) {  // its first word is a host, whatever it is; the second, as of telnet, a port
      const bool is_number = word.find_first_not_of("0123456789") == word.npos;
      return fail(
          word, t_("one word too many"),
          is_number ? fmt::format("veche echo {}:{}", echo_options_.target, word) : try_help(command));
    }
    const auto names = commands(command);
    if (!names.empty()) return fail(word, t_("unknown command"), did_you_mean(word, names));
    return fail(word, t_("one word too many"), try_help(command));
  }

  tl::unexpected<base::Error> unknown_option(const CLI::App& command, const std::string& word) const {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options()) {
      if (option->nonpositional()) names.push_back(option->get_name());
    }
    const std::string name = word.substr(0, word.find('='));
    return fail(name, t_("unknown option"), did_you_mean(name, names));
  }

  /// The deepest command on the line.
  const CLI::App* chosen() const {
    const CLI::App* command = &app_;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    return command;
  }

  static std::vector<std::string> commands(const CLI::App& of) {
    std::vector<std::string> names;
    for (const CLI::App* command : of.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
    return names;
  }

  /// "account add".
  std::string name_of(const CLI::App& command) const {
    const CLI::App* parent = command.get_parent();
    if (!parent) return t_("command line");
    if (!parent->get_parent()) return command.get_name();
    return name_of(*parent) + ' ' + command.get_name();
  }

  std::string try_help(const CLI::App& command) const {
    return command.get_parent() ? fmt::format("veche help {}", name_of(command)) : "veche help";
  }

  std::string did_you_mean(const std::string& word, const std::vector<std::string>& names) const {
    if (const auto near = base::nearest(word, names)) return t_("did you mean {}?", *near);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  const Translator& t_;
  CLI::App app_;
  bool version_ = false;
  CLI::App* help_ = nullptr;
  std::vector<std::string> help_about_;
  CLI::App* serve_ = nullptr;
  ServeOptions serve_options_;
  CLI::App* echo_ = nullptr;
  EchoOptions echo_options_;
  CLI::App* echo_serve_ = nullptr;
  EchoServeOptions echo_serve_options_;
  CLI::App* scan_ = nullptr;
  ScanOptions scan_options_;
  CLI::App* ctl_ = nullptr;
  CtlOptions ctl_options_;
  std::vector<std::string> behind_mark_;  // of ctl: "--" and what follows
  CLI::App* account_ = nullptr;
  AccountOptions account_options_;
  std::vector<std::pair<CLI::App*, AccountAction>> account_actions_;
  CLI::App* hash_ = nullptr;
  CLI::App* config_ = nullptr;
  ConfigOptions config_options_;
  CLI::App* bench_ = nullptr;
  CLI::App* chat_bench_ = nullptr;
  ChatBenchOptions chat_bench_options_;
  CLI::App* echo_bench_ = nullptr;
  EchoBenchOptions echo_bench_options_;
  CLI::App* scan_bench_ = nullptr;
  ScanBenchOptions scan_bench_options_;
  std::vector<std::pair<CLI::App*, ConfigAction>> config_actions_;
};

}  // namespace

Result<Invocation> parse_command_line(std::span<const char* const> arguments, const Translator& t) {
  return CommandLine(t).parse({arguments.begin(), arguments.end()});
}

}  // namespace veche::cli
