// The configuration as values: read once, checked whole, then never changed (a reload makes a new one).
// Every key of the file is a row of the table in config_keys.cpp, which feeds reading, `config init` and
// `config show` alike. Any thread.
#pragma once

#include "base/i18n.h"
#include "base/log.h"
#include "base/result.h"
#include "store/password.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::control {

struct ListenConfig {
  std::string protocol = "line";  ///< as base::dialect_named knows it
  std::string address = "127.0.0.1";
  std::uint16_t port = 1898;
  bool named =
      false;  ///< the operator chose this port: if it is taken, that is an error, not a reason to move on
  bool tls = false;
  std::filesystem::path tls_cert{};     ///< empty: that of [tls] (config_tls.h)
  std::filesystem::path tls_key{};      ///< empty: in the certificate's file
  std::string tls_client_cert = "off";  ///< off, ask or require
  bool proxy_protocol = false;          ///< only proxies come here, and say whom they speak for
};

/// Where each protocol is spoken if nobody says otherwise.
std::vector<ListenConfig> default_listeners();
std::uint16_t default_port(std::string_view protocol, bool tls);

/// Who may use the operator's commands, and which of them.
struct OperatorConfig {
  std::string name;                        ///< no two are the same by casefold (chat::fold_name)
  std::string password;                    ///< plain, or an Argon2 hash, which begins with '$'; never empty
  std::vector<std::string> grants{"all"};  ///< each one that control::check_grant knows
};

/// A gateway from the web to IRC: its WEBIRC is believed, if it comes from ServerConfig::trusted_proxies.
struct WebircConfig {
  std::string name;
  std::string password;  ///< plain; empty: where it comes from is enough
};

struct ServerConfig {
  std::string name = "localhost";
  std::string network = "Veche";
  std::filesystem::path data_dir = "veche-data";
  std::filesystem::path motd_file;
  std::string password;  ///< connection password; empty: none
  std::string description;
  std::string casemapping = "ascii";
  bool utf8_only = true;
  base::Language language = base::Language::en;
  std::string model = "events";
  unsigned loops = 0;                          ///< 0: one per core
  std::vector<std::string> trusted_proxies{};  ///< networks, as net::parse_network reads them
  bool power_durable = false;
  std::string user;  ///< to become, if started as root; empty: nobody else
  bool core_dumps = false;
  std::string landlock = "off";
  std::vector<std::string> landlock_write;  ///< directories beside data_dir
};

struct TlsConfig {
  std::filesystem::path cert;  ///< of the listeners that have none of their own; empty: there is none
  std::filesystem::path key;   ///< empty: in the certificate's file
  bool sts = false;            ///< IRC clients are told to come by TLS
  std::chrono::milliseconds sts_duration = std::chrono::days{30};
  std::uint16_t sts_port = 0;  ///< 0: that of the first listener for IRC over TLS
  bool sts_preload = false;
};

/// One more certificate for every listener with TLS, for clients that name a host which it is for.
struct CertificateConfig {
  std::filesystem::path cert;
  std::filesystem::path key{};  ///< empty: in the certificate's file
};

struct CloaksConfig {
  bool enabled = true;
  std::string suffix = "veche";
};

struct LimitsConfig {  // 0 lifts a limit
  unsigned connections_per_address = 128;
  unsigned connection_rate = 512;
  unsigned connections_per_network = 512;
  unsigned network_connection_rate = 2048;
  unsigned ipv4_network = 24;
  unsigned ipv6_network = 64;
  std::vector<std::string> exempt{"127.0.0.0/8", "::1"};  ///< each as net::parse_network reads it
  unsigned command_rate = 2;
  unsigned command_burst = 10;
  unsigned nick_changes = 5;
  unsigned joins = 100;
  std::chrono::milliseconds registration_timeout{30'000};
  std::chrono::milliseconds ping_interval{90'000};
  std::chrono::milliseconds idle_timeout{0};
  std::uint64_t send_queue_bytes = 1024 * 1024;
  std::uint64_t recv_queue_bytes = 16 * 1024;
  unsigned nick_length = 32;
  unsigned channel_length = 64;
  unsigned topic_length = 390;
  unsigned kick_length = 390;
  unsigned away_length = 200;
  unsigned message_bytes = 4096;
  unsigned list_modes = 60;
  unsigned monitor = 100;
  unsigned whowas = 100;
};

struct AccountsConfig {
  bool required = false;
  bool registration = true;
  bool registration_before_connect = true;
  std::vector<std::string> sasl = {"PLAIN", "SCRAM-SHA-256", "EXTERNAL"};
  std::string nick_protection = "strict";
  store::HashCost hash_cost = store::HashCost::interactive;
  unsigned failed_logins_per_minute = 3;
  std::chrono::milliseconds token_lifetime = std::chrono::days{30};
  bool remember_addresses = true;
  bool guest_messages = true;
};

struct ChannelsConfig {
  std::string default_room = "#veche";
  std::string default_modes = "+nt";  ///< as parse_room_modes (room_modes.h) reads them
  bool registration = true;           ///< of rooms, by their operators
};

struct HistoryConfig {
  bool enabled = true;
  std::chrono::milliseconds retention{0};  ///< 0: for ever
  unsigned query_limit = 100;              ///< 0: no limit
  unsigned playback_limit = 20;
};

struct LogConfig {
  base::LogTarget target = base::LogTarget::file;
  base::LogLevel level = base::LogLevel::info;
  base::LogFormat format = base::LogFormat::text;
};

struct AdminConfig {
  std::string name;
  std::string email;
  std::string location;
};

struct Config {
  ServerConfig server;
  std::vector<ListenConfig> listen = default_listeners();
  TlsConfig tls;
  std::vector<CertificateConfig> certificates;
  std::vector<WebircConfig> webirc;
  std::vector<OperatorConfig> operators;
  CloaksConfig cloaks;
  LimitsConfig limits;
  AccountsConfig accounts;
  ChannelsConfig channels;
  HistoryConfig history;
  LogConfig log;
  AdminConfig admin;
};

/// Everything that is wrong with a file, each as `FILE:LINE:COLUMN: KEY: WHY (HINT)`.
struct ConfigErrors {
  std::vector<std::string> lines;
};

/// Reads the configuration again, as the server was started with it: the file and what the command line puts
/// over it. Blocks while it reads the file; any thread.
using ConfigSource = std::function<tl::expected<Config, ConfigErrors>()>;

/// Reads and checks the file at `path` whole, and the certificates that it names. Relative paths in it are
/// relative to the working directory.
tl::expected<Config, ConfigErrors> read_config(const std::filesystem::path& path);
/// The same for text that was read already; `name` stands for the file in errors.
enum class CheckFiles : std::uint8_t { no, yes };
tl::expected<Config, ConfigErrors> parse_config(std::string_view toml, std::string_view name,
                                                CheckFiles files = CheckFiles::no);

/// The keys that are known, read and checked, but have no effect in this version; for `config check`.
std::vector<std::string> keys_without_effect(std::string_view toml);

/// A file with every key that has an effect, its default and a comment, as `veche config init` writes it.
std::string default_config_text();
/// `config` as such a file, for `veche config show`: without comments, and "(hidden)" for each password,
/// which parse_config refuses, so that nobody runs a server with that for a password.
std::string config_text(const Config& config);
/// `config` as one JSON object, for `veche config show --json`; the passwords likewise.
std::string config_json(const Config& config);

/// `line://ADDRESS:PORT` of the command line (`line://` alone: the protocol's default address and port);
/// `lines://` and the like are the forms with TLS.
/// Errors name the protocols known in this version.
base::Result<ListenConfig> parse_listen(std::string_view text);

}  // namespace veche::control
