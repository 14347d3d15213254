// The command line as values: what was asked for, told apart from doing it. Parsing needs CLI11, which is
// heavy and stays in command_line.cpp. Pure but for its input; any thread.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "control/account_protocol.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace veche::cli {

/// Options are texts as they were typed; empty: not given.
struct ServeOptions {
  std::string config_file;
  std::string data_dir;
  std::vector<std::string> listen;
  std::string tls_cert;
  std::string tls_key;
  std::string model;
  std::string loops;
  bool no_console = false;
};

struct AccountOptions {
  chat::AccountAction action = chat::AccountAction::list;
  std::string name;
  std::string config_file;
  std::string data_dir;
  bool json = false;
};

/// `account hash`: on no server at all.
struct HashOptions {
  std::string config_file;
};

struct CtlOptions {
  std::string socket;  ///< if it is given, neither of the next two is
  std::string config_file;
  std::string data_dir;
  std::vector<std::string> words;  ///< the command, untouched; at least one, and the first is no option
};

enum class ConfigAction : std::uint8_t { check, show, init };

struct ConfigOptions {
  ConfigAction action = ConfigAction::check;
  std::string file;
  bool json = false;
};

/// `veche bench chat`. What was not given has the load's own default.
struct ChatBenchOptions {
  std::string target;
  std::string protocol;
  std::string mode;
  std::optional<int> pid;
  std::optional<unsigned> rooms, members, senders, window, bytes;
  std::optional<double> rate;
  std::string duration;
  bool json = false;
};

/// `veche echo`, the client.
struct EchoOptions {
  std::string target;
  std::string connect_timeout, read_timeout;
  std::string retry, retry_delay;
  std::string count, size, interval;
};

struct EchoServeOptions {
  std::string listen;
  std::string model;
  std::string workers, loops, max_clients;
  std::string idle_timeout;
  std::string backlog;
  std::string queue_timeout;
  bool quiet = false;
};

/// `veche bench echo`: of one server, or a comparison of the models; texts as they were typed.
struct EchoBenchOptions {
  std::string target;
  std::string models;   ///< with commas between; "all"
  std::string clients;  ///< numbers with commas between
  std::string size, duration;
  std::optional<int> pid;
  std::optional<unsigned> workers;
  std::string report;
  bool json = false;
};

/// `veche bench scan`.
struct ScanBenchOptions {
  std::optional<unsigned> rounds, threads;
  bool json = false;
};

struct ScanOptions {
  std::vector<std::string> hosts;
  std::string ports, top;
  std::vector<std::string> files, exclude;
  bool sequential = false;
  bool open = false, all = false;
  bool banner = false;
  bool json = false, jsonl = false, greppable = false, csv = false;
  bool no_progress = false;
  std::string resume, lang;
  std::string rate, max_rate, timeout, retries, threads, window;
};

/// Help or the version: there is nothing to do but to print it.
struct Text {
  std::string text;
};

using Invocation =
    std::variant<ServeOptions, CtlOptions, AccountOptions, HashOptions, ConfigOptions, ChatBenchOptions,
                 EchoBenchOptions, EchoOptions, EchoServeOptions, ScanOptions, ScanBenchOptions, Text>;

/// `arguments` without the program's name. An error is wrong usage; it offers what was probably meant.
base::Result<Invocation> parse_command_line(std::span<const char* const> arguments,
                                            const base::Translator& t);

}  // namespace veche::cli
