#include "control/config_keys.h"

#include "base/check.h"
#include "base/cloak.h"
#include "base/limits.h"
#include "control/config_checks.h"
#include "control/operator_command.h"
#include "control/room_modes.h"

#include <algorithm>
#include <chrono>
#include <type_traits>

namespace veche::control {
namespace {

using base::fail;
using base::Result;
using std::chrono::milliseconds;
namespace limits = base::limits;

using Words = std::vector<std::string_view>;
using Strings = std::vector<std::string>;

// How a field's type is spelled in the file.
template <class Field>
constexpr KeyKind kKindOf = std::is_same_v<Field, bool>            ? KeyKind::flag
                            : std::is_same_v<Field, std::uint64_t> ? KeyKind::size
                            : std::is_same_v<Field, milliseconds>  ? KeyKind::duration
                            : std::is_same_v<Field, Strings>       ? KeyKind::list
                            : std::is_integral_v<Field>            ? KeyKind::number
                                                                   : KeyKind::text;

template <class Field>
KeyValue to_value(const Field& field) {
  if constexpr (std::is_same_v<Field, milliseconds>)
    return static_cast<std::uint64_t>(field.count());
  else if constexpr (std::is_same_v<Field, bool> || std::is_same_v<Field, Strings>)
    return field;
  else if constexpr (std::is_integral_v<Field>)
    return std::uint64_t{field};
  else
    return std::string(field);
}

template <class Field>
void assign(Field& field, const KeyValue& value) {
  if constexpr (std::is_same_v<Field, milliseconds>)
    field = milliseconds(std::get<std::uint64_t>(value));
  else if constexpr (std::is_same_v<Field, bool> || std::is_same_v<Field, Strings>)
    field = std::get<Field>(value);
  else if constexpr (std::is_integral_v<Field>)
    field = static_cast<Field>(std::get<std::uint64_t>(value));
  else
    field = std::get<std::string>(value);
}

constexpr std::uint64_t in_ms(milliseconds duration) { return static_cast<std::uint64_t>(duration.count()); }
constexpr std::size_t kPathBytesMax = 4000;
constexpr std::size_t kAdminBytesMax = 200;  // each is a line of its own
constexpr std::uint64_t kLongestMs = in_ms(std::chrono::days{36'500});

KeyRange default_range(KeyKind kind) {
  if (kind == KeyKind::duration) return {in_ms(std::chrono::seconds{1}), kLongestMs, true};
  return {};
}

/// The rows of one section, each in one call.
class Rows {
 public:
  Rows(std::vector<ConfigKey>& keys, std::string_view section) : keys_(keys), section_(section) {}

  /// A key that fills `field` of `part`.
  template <class Part, class Field>
  ConfigKey& key(std::string_view name, Part Config::*part, Field Part::*field, std::string comment) {
    return add<Field>(
        name, std::move(comment), ConfigEntry{},
        [=](const Config& config, const ConfigEntry&) { return to_value(config.*part.*field); },
        [=](Config& config, ConfigEntry&, const KeyValue& value) { assign(config.*part.*field, value); });
  }

  /// A key that fills `field` of the entry it stands in.
  template <class Entry, class Field>
  ConfigKey& key(std::string_view name, Field Entry::*field, std::string comment) {
    return add<Field>(
        name, std::move(comment), Entry{},
        [=](const Config&, const ConfigEntry& entry) { return to_value(std::get<Entry>(entry).*field); },
        [=](Config&, ConfigEntry& entry, const KeyValue& value) {
          assign(std::get<Entry>(entry).*field, value);
        });
  }

  /// A key whose words stand for the values 0, 1, ... of `field`.
  template <class Part, class Enum>
  ConfigKey& choice(std::string_view name, Part Config::*part, Enum Part::*field, Words words,
                    std::string comment) {
    ConfigKey& row = add<std::string>(
        name, std::move(comment), ConfigEntry{},
        [=](const Config& config, const ConfigEntry&) -> KeyValue {
          const auto index = static_cast<std::size_t>(config.*part.*field);
          base::check(index < words.size(), "a choice of the configuration has a word");
          return std::string(words[index]);
        },
        [=](Config& config, ConfigEntry&, const KeyValue& value) {
          const auto found = std::find(words.begin(), words.end(), std::get<std::string>(value));
          config.*part.*field = static_cast<Enum>(found - words.begin());
        });
    row.kind = KeyKind::choice;
    row.words = std::move(words);
    return row;
  }

  /// A key that is read and checked, but has no effect in this version.
  ConfigKey& idle(std::string_view name, KeyKind kind, KeyValue example) {
    ConfigKey& row = keys_.emplace_back();
    row.section = section_;
    row.name = name;
    row.kind = kind;
    row.range = default_range(kind);
    row.example = std::move(example);
    return row;
  }
  void idle_choice(std::string_view name, Words words) {
    idle(name, KeyKind::choice, std::string(words.front())).words = words;
  }

  /// The section's rows so far, one after the other.
  template <class Function>
  void for_each(Function function) {
    for (ConfigKey& row : keys_) {
      if (row.section == section_) function(row);
    }
  }

 private:
  template <class Field, class Get, class Set>
  ConfigKey& add(std::string_view name, std::string comment, const ConfigEntry& fresh, Get get, Set set) {
    const Config config;
    ConfigKey& row = idle(name, kKindOf<Field>, get(config, fresh));
    row.comment = std::move(comment);
    row.get = get;
    row.set = set;
    return row;
  }

  std::vector<ConfigKey>& keys_;
  std::string_view section_;
};

auto text_up_to(std::size_t bytes_max) {
  return [=](const KeyValue& value) { return check_text(std::get<std::string>(value), bytes_max); };
}

/// One that has to be named.
Result<> check_path(const KeyValue& value) {
  if (std::get<std::string>(value).empty()) return fail("", "the path is empty");
  return check_text(std::get<std::string>(value), kPathBytesMax);
}

/// A key that a running server cannot take over.
ConfigKey& restart(ConfigKey& row) {
  row.needs_restart = true;
  return row;
}

ConfigKey& secret(ConfigKey& row) {
  row.secret = true;
  return row;
}

template <Result<> (*check)(std::string_view)>
Result<> checked(const KeyValue& value) {
  return check(std::get<std::string>(value));
}

template <Result<> (*check)(std::string_view)>
Result<> checked_each(const KeyValue& value) {
  for (const std::string& one : std::get<Strings>(value)) {
    if (auto fine = check(one); !fine) return fine;
  }
  return {};
}

/// A limit that nothing may lift beyond `max`: 0 and `max` mean the same, so 0 is read as `max`.
template <class Part>
void hard_limit(ConfigKey& row, Part Config::*part, unsigned Part::*field, std::size_t max) {
  row.range = {1, max, true};
  row.set = [=](Config& config, ConfigEntry&, const KeyValue& value) {
    const auto number = static_cast<unsigned>(std::get<std::uint64_t>(value));
    config.*part.*field = number == 0 ? static_cast<unsigned>(max) : number;
  };
}

/// What the process gives up before it serves (server/hardening.h).
void protection_rows(Rows rows) {
  using S = ServerConfig;
  constexpr auto part = &Config::server;
  restart(
      rows.key("user", part, &S::user,
               "Started as root, the server becomes this user, whose the data directory must be; empty: it "
               "stays who it is."))
      .check = text_up_to(64);
  restart(rows.key("core_dumps", part, &S::core_dumps,
                   "Whether the process may be dumped and debugged; a dump holds what people have typed."));
  ConfigKey& landlock = restart(
      rows.key("landlock", part, &S::landlock,
               "Whether the kernel keeps the server from all files but its own: off, auto (if it can) "
               "or require."));
  landlock.kind = KeyKind::choice;
  landlock.words = {"off", "auto", "require"};
  restart(rows.key("landlock_write", part, &S::landlock_write,
                   "Directories that it may write beside data_dir, for backups; they must be there."));
}

void server_rows(Rows rows) {
  using S = ServerConfig;
  constexpr auto part = &Config::server;
  rows.key("name", part, &S::name, "Host name that clients see.").check = checked<check_host_name>;
  rows.key("network", part, &S::network, "Name of the chat, as people know it.").check =
      [](const KeyValue& value) {
        if (std::get<std::string>(value).empty()) return Result<>(fail("", "a chat needs a name"));
        return check_text(std::get<std::string>(value), 64);
      };
  restart(rows.key("data_dir", part, &S::data_dir,
                   "Where accounts, history and log are kept; relative to the working directory."))
      .check = check_path;
  rows.key("motd_file", part, &S::motd_file, "Text file shown to everyone who connects; empty: none.").check =
      text_up_to(kPathBytesMax);
  secret(rows.key("password", part, &S::password,
                  "Connection password, asked before anything else; empty: none."))
      .check = checked<check_server_password>;
  rows.key("description", part, &S::description, "A line about this chat.").check = text_up_to(400);
  ConfigKey& casemapping =
      rows.key("casemapping", part, &S::casemapping,
               "Which letters are the same to IRC clients: ascii, rfc1459 or precis (only told; names are "
               "unique by casefold anyway).");
  casemapping.kind = KeyKind::choice;
  casemapping.words = {"ascii", "rfc1459", "precis"};
  rows.key("utf8_only", part, &S::utf8_only,
           "Whether IRC clients are told that only UTF-8 is taken; it is never passed on otherwise.");
  rows.choice("language", part, &S::language, {"en", "ru", "uk"},
              "Default language for people: en, ru or uk.");
  ConfigKey& model =
      restart(rows.key("model", part, &S::model,
                       "How clients are served: events (event loops) or threads (a thread for each)."));
  model.kind = KeyKind::choice;
  model.words = {"events", "threads"};
  restart(rows.key("loops", part, &S::loops, "Number of event loops, a thread each; 0: one per core."))
      .range = {0, 255, false};
  ConfigKey& proxies = rows.key(
      "trusted_proxies", part, &S::trusted_proxies,
      "Networks of the proxies that are believed when they say whom they speak for: the PROXY protocol "
      "(proxy_protocol of a [[listen]]) and WEBIRC ([[webirc]]). Everything counts the address that they "
      "tell.");
  proxies.example = Strings{"10.0.0.0/8"};
  proxies.check = checked_each<check_network>;
  rows.idle("resolve_hostnames", KeyKind::flag, false);
  restart(rows.choice(
      "durability", part, &S::power_durable, {"process", "power"},
      "What a message survives: process (the server being killed) or power (power loss too; slower)."));
  protection_rows(rows);
}

/// A key of [[listen]] by which the port goes that nobody has named.
void default_port_follows(ConfigKey& row) {
  row.set = [assign_row = row.set](Config& config, ConfigEntry& entry, const KeyValue& value) {
    assign_row(config, entry, value);
    auto& listen = std::get<ListenConfig>(entry);
    if (!listen.named) listen.port = default_port(listen.protocol, listen.tls);
  };
}

void listen_rows(Rows rows) {
  using L = ListenConfig;
  ConfigKey& protocol = rows.key("protocol", &L::protocol, "What is spoken: line (telnet and nc) or irc.");
  protocol.kind = KeyKind::choice;
  protocol.words = {"line", "irc"};
  protocol.later = {"web"};
  default_port_follows(protocol);
  rows.key("address", &L::address,
           "Numeric IPv4 or IPv6 address; 127.0.0.1 is this machine alone, 0.0.0.0 every interface.")
      .check = checked<check_address>;
  ConfigKey& port = rows.key(
      "port", &L::port, "If no port is written here and the default is taken, the next free one is used.");
  port.range = {1, 65535, false};
  port.set = [assign_port = port.set](Config& config, ConfigEntry& entry, const KeyValue& value) {
    assign_port(config, entry, value);
    std::get<ListenConfig>(entry).named = true;
  };
  default_port_follows(
      rows.key("tls", &L::tls, "Whether what is said here is encrypted; it needs a certificate."));
  rows.key("tls_cert", &L::tls_cert,
           "PEM file with the certificate, and behind it those that signed it; empty: the one of [tls]. "
           "`reload` reads it again.")
      .check = text_up_to(kPathBytesMax);
  rows.key("tls_key", &L::tls_key, "PEM file with its private key; empty: it is in the same file.").check =
      text_up_to(kPathBytesMax);
  ConfigKey& client_cert =
      rows.key("tls_client_cert", &L::tls_client_cert,
               "Whether clients are asked for a certificate, by which they may log in: off, ask or require. "
               "Any is taken, even one that has expired: it is known by its fingerprint.");
  client_cert.kind = KeyKind::choice;
  client_cert.words = {"off", "ask", "require"};
  rows.key("proxy_protocol", &L::proxy_protocol,
           "Whether this port is behind a proxy (HAProxy's send-proxy or send-proxy-v2): every connection "
           "begins with "
           "its header, and only those of server.trusted_proxies are taken.");
  rows.idle("allowed_origins", KeyKind::list, Strings{"chat.example.org"});
  rows.for_each(restart);
}

void tls_rows(Rows rows) {
  using T = TlsConfig;
  constexpr auto part = &Config::tls;
  rows.key("cert", part, &T::cert,
           "PEM file with the certificate of listeners that name none, and behind it those that signed it; "
           "`reload` reads it again. With it, IRC is also spoken over TLS at port 6697 of this machine, "
           "unless "
           "a listener of yours says where.")
      .check = text_up_to(kPathBytesMax);
  rows.key("key", part, &T::key, "PEM file with its private key; empty: it is in the same file.").check =
      text_up_to(kPathBytesMax);
  rows.key(
      "sts", part, &T::sts,
      "Whether IRC clients are told to come by TLS, now and later (IRCv3 sts). Only with a certificate that "
      "they trust: for so long they will not come otherwise.");
  rows.key("sts_duration", part, &T::sts_duration,
           "How long they are to remember it; 0: they forget it at their next visit.");
  rows.key("sts_port", part, &T::sts_port,
           "The port that they are sent to; 0: that of the first listener for IRC over TLS.")
      .range = {0, 65535, false};
  rows.key("sts_preload", part, &T::sts_preload, "Whether clients may be shipped with this knowledge.");
}

void certificate_rows(Rows rows) {
  using C = CertificateConfig;
  ConfigKey& cert = rows.key(
      "cert", &C::cert,
      "PEM file with the certificate, and behind it those that signed it; who names a host which it is for "
      "(and the listener's own is not) gets it. `reload` reads it again.");
  cert.required = true;
  cert.example = "other.example.org.pem";
  cert.check = check_path;
  rows.key("key", &C::key, "PEM file with its private key; empty: it is in the same file.").check =
      text_up_to(kPathBytesMax);
}

void webirc_rows(Rows rows) {
  using W = WebircConfig;
  ConfigKey& name = rows.key("name", &W::name, "What the log calls the gateway; two cannot share a name.");
  name.required = true;
  name.example = "kiwi";
  name.check = [](const KeyValue& value) {
    if (std::get<std::string>(value).empty()) return Result<>(fail("", "a gateway needs a name"));
    return check_text(std::get<std::string>(value), 64);
  };
  ConfigKey& password = secret(
      rows.key("password", &W::password,
               "What its WEBIRC begins with; long and random, such as `openssl rand -hex 24` prints. Empty: "
               "that it comes from server.trusted_proxies is enough."));
  password.example = "openssl rand -hex 24";  // refused as it stands: a password is one word
  password.check = checked<check_webirc_password>;
}

void operator_rows(Rows rows) {
  using O = OperatorConfig;
  ConfigKey& name = rows.key("name", &O::name, "What the operator is called; two cannot share a name.");
  name.required = true;
  name.example = "root";
  name.check = checked<check_operator_name>;
  ConfigKey& password = secret(
      rows.key("password", &O::password,
               "Plain, or better a hash, as `veche account hash` prints it; empty: /oper is closed to him."));
  password.example = "$argon2id$...";  // no hash: nobody gets in by the example
  password.check = checked<check_operator_password>;
  rows.key("grants", &O::grants,
           "What the operator may do: all, view, moderate, manage, and single commands by name.")
      .check = [](const KeyValue& value) -> Result<> {
    for (const std::string& grant : std::get<Strings>(value)) {
      if (auto known = check_grant(grant); !known) return known;
    }
    return {};
  };
}

void cloaks_rows(Rows rows) {
  using C = CloaksConfig;
  constexpr auto part = &Config::cloaks;
  restart(rows.key(
      "enabled", part, &C::enabled,
      "Whether people see a name that is always the same in place of somebody's address; operators see both. "
      "Its key is cloak.key in the data directory."));
  restart(rows.key("suffix", part, &C::suffix, "What these names end with.")).check =
      [](const KeyValue& value) -> Result<> {
    const std::string& suffix = std::get<std::string>(value);
    if (suffix.size() > base::kCloakSuffixMax) {
      return fail("", "longer than " + std::to_string(base::kCloakSuffixMax) + " characters");
    }
    return check_host_name(suffix);
  };
}

void limits_rows(Rows rows) {
  using L = LimitsConfig;
  constexpr auto part = &Config::limits;
  rows.key("connections_per_address", part, &L::connections_per_address,
           "Connections from one address at a time.");
  rows.key("connection_rate", part, &L::connection_rate, "New connections from one address in ten minutes.");
  rows.key("connections_per_network", part, &L::connections_per_network,
           "Connections from one network at a time.");
  rows.key("network_connection_rate", part, &L::network_connection_rate,
           "New connections from one network in ten minutes.");
  rows.key("ipv4_network", part, &L::ipv4_network,
           "How large a network is for these two: bits of the prefix of IPv4 addresses.")
      .range = {1, 32, false};
  rows.key("ipv6_network", part, &L::ipv6_network,
           "The same of IPv6 addresses; a customer gets a /64 or more.")
      .range = {1, 128, false};
  rows.key("exempt", part, &L::exempt, "Networks from which as many may connect as like to.").check =
      checked_each<check_network>;
  rows.key(
      "command_rate", part, &L::command_rate,
      "Commands a second from one client, after a burst; those that take much work count several times.");
  rows.key("command_burst", part, &L::command_burst, "Commands that a client may send at once.");
  rows.key("nick_changes", part, &L::nick_changes, "Changes of name of one person in a minute.");
  rows.key("joins", part, &L::joins, "Rooms that one person may enter in a minute.");
  rows.key("registration_timeout", part, &L::registration_timeout, "How long a client may take to log in.");
  rows.key("ping_interval", part, &L::ping_interval,
           "How long an IRC client may be silent before it is asked whether it is still there; after as long "
           "again it is disconnected.");
  rows.key("idle_timeout", part, &L::idle_timeout, "A client that is silent for longer is disconnected.");
  constexpr KeyRange kQueue{2 * limits::kLineBytesMax, 1ull << 40, true};
  restart(rows.key("send_queue", part, &L::send_queue_bytes,
                   "What may wait for a slow reader; past it, the client is cut."))
      .range = kQueue;
  rows.key("recv_queue", part, &L::recv_queue_bytes, "What a client may send ahead; past it, reading waits.")
      .range = kQueue;
  hard_limit(rows.key("nick_length", part, &L::nick_length, "Characters in a person's name."), part,
             &L::nick_length, limits::kNameCodePointsMax);
  hard_limit(
      rows.key("channel_length", part, &L::channel_length, "Characters in a room's name, without its '#'."),
      part, &L::channel_length, limits::kRoomCodePointsMax);
  hard_limit(rows.key("topic_length", part, &L::topic_length, "Bytes in a room's topic."), part,
             &L::topic_length, limits::kTopicBytesMax);
  hard_limit(rows.key("kick_length", part, &L::kick_length, "Bytes in the reason for a kick."), part,
             &L::kick_length, limits::kKickReasonBytesMax);
  hard_limit(rows.key("away_length", part, &L::away_length, "Bytes in an away message."), part,
             &L::away_length, limits::kAwayBytesMax);
  hard_limit(rows.key("message_bytes", part, &L::message_bytes, "Bytes in a message."), part,
             &L::message_bytes, limits::kMessageBytesMax);
  hard_limit(rows.key("list_modes", part, &L::list_modes,
                      "Entries in each list of a room: its bans, exceptions and so on."),
             part, &L::list_modes, limits::kListEntriesMax);
  hard_limit(rows.key("monitor", part, &L::monitor, "Names that one client may watch (IRC's MONITOR)."), part,
             &L::monitor, limits::kWatchedMax);
  hard_limit(rows.key("whowas", part, &L::whowas,
                      "People who have gone and can still be asked about (IRC's WHOWAS)."),
             part, &L::whowas, limits::kPastPeopleMax);
}

void accounts_rows(Rows rows) {
  using A = AccountsConfig;
  constexpr auto part = &Config::accounts;
  rows.key("required", part, &A::required, "true: nobody joins without an account.");
  rows.key("registration", part, &A::registration, "Whether people may make accounts themselves.");
  rows.key("registration_before_connect", part, &A::registration_before_connect,
           "Whether an IRC client may make an account before it has come in.");
  rows.key("sasl", part, &A::sasl,
           "How IRC clients may log in by SASL; EXTERNAL (a certificate) only where there is TLS. Empty: not "
           "at "
           "all.")
      .words = {"PLAIN", "SCRAM-SHA-256", "EXTERNAL"};
  restart(rows.choice(
      "hash_cost", part, &A::hash_cost, {"lowest", "interactive", "moderate"},
      "Cost of a password check: interactive (64 MiB, 0.2 s), moderate (256 MiB, 1.3 s), lowest (tests)."));
  ConfigKey& nick_protection =
      rows.key("nick_protection", part, &A::nick_protection,
               "strict: an account's name is taken by nobody but its owner, in any dialect.");
  nick_protection.kind = KeyKind::choice;
  nick_protection.words = {"strict"};
  rows.idle("sessions", KeyKind::text, "shared");
  rows.idle_choice("always_on", {"opt-in", "off", "opt-out"});
  rows.key("failed_logins_per_minute", part, &A::failed_logins_per_minute,
           "Wrong passwords a minute from one address before it has to wait; 0: no limit.");
  rows.key("token_lifetime", part, &A::token_lifetime, "How long a session token lets its owner in.")
      .range = {in_ms(std::chrono::minutes{1}), kLongestMs, false};
  rows.key("remember_addresses", part, &A::remember_addresses,
           "Greet a client by the name that its address last logged in with.");
  rows.key(
      "guest_messages", part, &A::guest_messages,
      "Whether people without an account may write to single persons; if not, only to operators and to those "
      "who have accepted them (IRC's ACCEPT).");
}

void remaining_rows(std::vector<ConfigKey>& keys) {
  tls_rows({keys, "tls"});
  certificate_rows({keys, "certificate"});
  webirc_rows({keys, "webirc"});
  operator_rows({keys, "operator"});
  cloaks_rows({keys, "cloaks"});
  limits_rows({keys, "limits"});
  accounts_rows({keys, "accounts"});

  Rows channels(keys, "channels");
  channels
      .key("default", &Config::channels, &ChannelsConfig::default_room, "The room that everybody lands in.")
      .check = checked<check_room>;
  channels
      .key("default_modes", &Config::channels, &ChannelsConfig::default_modes,
           "Rules of a new room, by IRC's letters: " + room_mode_help() + ".")
      .check = [](const KeyValue& value) -> Result<> {
    return parse_room_modes(std::get<std::string>(value)).map([](chat::RoomFlags) {});
  };
  channels.key(
      "registration", &Config::channels, &ChannelsConfig::registration,
      "Whether operators of a room may register it: then it keeps its rules, topic and ranks. Operators "
      "of the server always may.");

  using H = HistoryConfig;
  constexpr auto part = &Config::history;
  Rows history(keys, "history");
  history.key("enabled", part, &H::enabled, "Whether messages are kept.");
  restart(history.key("retention", part, &H::retention, "How long they are kept; 0: for ever."));
  history.key("query_limit", part, &H::query_limit,
              "Messages that one /history or /search gives; 0: no limit.");
  history.key("playback_limit", part, &H::playback_limit, "Messages shown on entering a room.").range = {
      0, 1000, false};
  history.idle("redaction", KeyKind::flag, true);

  Rows multiline(keys, "multiline");
  multiline.idle("max_bytes", KeyKind::number, std::uint64_t{4096});
  multiline.idle("max_lines", KeyKind::number, std::uint64_t{32});

  using base::LogTarget;
  Rows log(keys, "log");
  restart(log.choice(
      "target", &Config::log, &LogConfig::target, {"file", "stderr", "journal"},
      "file (veche.log in the data directory, rotated), stderr, or journal (the service manager's)."));
  log.choice("level", &Config::log, &LogConfig::level, {"debug", "info", "warning", "error"},
             "The least that is logged: debug, info, warning or error.");
  restart(log.choice("format", &Config::log, &LogConfig::format, {"text", "json"},
                     "text, or json (an object a line)."));

  Rows admin(keys, "admin");
  admin.key("name", &Config::admin, &AdminConfig::name, "Who runs this server; IRC's ADMIN tells it.").check =
      text_up_to(kAdminBytesMax);
  admin.key("email", &Config::admin, &AdminConfig::email, "How to reach them.").check =
      text_up_to(kAdminBytesMax);
  admin.key("location", &Config::admin, &AdminConfig::location, "Where the server stands.").check =
      text_up_to(kAdminBytesMax);
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> rows;
    server_rows({rows, "server"});
    listen_rows({rows, "listen"});
    remaining_rows(rows);
    return rows;
  }();
  return keys;
}

std::vector<const ConfigKey*> keys_with_effect(const ConfigSection& section) {
  std::vector<const ConfigKey*> keys;
  for (const ConfigKey& key : config_keys()) {
    if (key.section == section.name && key.has_effect()) keys.push_back(&key);
  }
  return keys;
}

const ConfigKey* find_key(std::string_view section, std::string_view name) {
  const auto all = config_keys();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const auto& key) { return key.section == section && key.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace veche::control
