#include "server/dialects.h"

#include "control/room_modes.h"
#include "session/irc_session.h"
#include "session/line_words.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace veche::server {
namespace {

using base::Dialect;

base::Result<std::string> motd_of(const control::Config& config) {
  if (config.server.motd_file.empty()) return std::string();
  std::ifstream file(config.server.motd_file);
  if (!file) return base::fail("server.motd_file " + config.server.motd_file.string(), "cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The lines of a text; what no line of IRC can hold is left out.
std::vector<std::string> lines_of(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\0'; });
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

session::LineOptions line_options(const control::Config& config, const std::string& motd) {
  session::LineOptions options;
  options.server_name = config.server.name;
  options.network = config.server.network;
  options.motd = config.server.motd_file.empty() ? config.server.description : motd;
  options.server_password = config.server.password;
  options.language = config.server.language;
  options.recv_queue_bytes = config.limits.recv_queue_bytes;
  options.command_burst = config.limits.command_burst;
  options.command_rate = config.limits.command_rate;
  options.registration_timeout = config.limits.registration_timeout;
  options.idle_timeout = config.limits.idle_timeout;
  return options;
}

session::IrcOptions irc_options(const control::Config& config, const std::string& motd,
                                base::WallTime started) {
  session::IrcOptions options;
  options.server_name = config.server.name;
  options.network = config.server.network;
  options.motd = lines_of(motd);
  options.server_password = config.server.password;
  options.description = config.server.description;
  options.language = config.server.language;
  options.casemapping = config.server.casemapping;
  options.utf8_only = config.server.utf8_only;
  options.admin = {config.admin.name, config.admin.email, config.admin.location};
  options.version = "veche-" VECHE_VERSION;
  options.created = started;
  options.recv_queue_bytes = config.limits.recv_queue_bytes;
  options.command_burst = config.limits.command_burst;
  options.command_rate = config.limits.command_rate;
  options.registration_timeout = config.limits.registration_timeout;
  options.ping_interval = config.limits.ping_interval;
  options.idle_timeout = config.limits.idle_timeout;
  options.nick_length = config.limits.nick_length;
  options.channel_length = config.limits.channel_length;
  options.topic_length = config.limits.topic_length;
  options.kick_length = config.limits.kick_length;
  options.away_length = config.limits.away_length;
  options.list_modes = config.limits.list_modes;
  options.monitor = config.limits.monitor;
  options.default_room = config.channels.default_room;
  options.room_flags = control::checked_room_modes(config.channels.default_modes);
  options.accounts_required = config.accounts.required;
  options.registration = config.accounts.registration;
  options.registration_before_connect = config.accounts.registration_before_connect;
  options.sasl.clear();
  for (const std::string& name : config.accounts.sasl) {
    const auto mechanism = session::sasl_mechanism(name);
    const bool twice = mechanism && std::count(options.sasl.begin(), options.sasl.end(), *mechanism) != 0;
    if (mechanism && !twice) options.sasl.push_back(*mechanism);
  }
  return options;
}

/// IRCv3 sts. A policy of no duration takes an earlier one back, and sends nobody anywhere.
void set_sts(const control::TlsConfig& tls, std::uint16_t port, session::IrcOptions& options) {
  if (!tls.sts || port == 0) return;
  const auto duration = std::chrono::floor<std::chrono::seconds>(tls.sts_duration);
  options.sts_policy = fmt::format("duration={}{}", duration.count(), tls.sts_preload ? ",preload" : "");
  if (duration.count() != 0)
    options.sts_upgrade = fmt::format("port={}", tls.sts_port != 0 ? tls.sts_port : port);
}

}  // namespace

base::Result<DialectOptions> dialect_options_of(const control::Config& config, base::WallTime started,
                                                std::uint16_t irc_tls_port) {
  const auto motd = motd_of(config);
  if (!motd) return tl::unexpected(motd.error());
  DialectOptions options{line_options(config, *motd), irc_options(config, *motd, started)};
  set_sts(config.tls, irc_tls_port, options.irc);
  return options;
}

std::unique_ptr<session::Session> make_session(Dialect dialect, session::Host& host,
                                               const DialectOptions& options) {
  if (dialect == Dialect::irc) return std::make_unique<session::IrcSession>(host, options.irc);
  return std::make_unique<session::LineSession>(host, options.line);
}

chat::Connect arrival(Dialect dialect, const base::AddressBits& address, bool encrypted) {
  const bool irc = dialect == Dialect::irc;
  return {.address = address,
          .enters_default_room = !irc,
          .wants_roster = irc,
          .dialect = dialect,
          .encrypted = encrypted};
}

std::string departure_words(Dialect dialect, net::CloseReason reason) {
  switch (reason) {
    case net::CloseReason::finished:
    case net::CloseReason::aborted:
      return dialect == Dialect::irc ? "Connection closed" : "";  // a person in telnet just goes
    case net::CloseReason::reset:
      return "Connection reset by peer";
    case net::CloseReason::peer_dead:
      return "Connection timed out";
    case net::CloseReason::slow_reader:
      return "SendQ exceeded";
    case net::CloseReason::write_stalled:
      return "Write timeout";
    case net::CloseReason::tls_failed:
      return "TLS error";
  }
  return {};
}

std::string_view server_full_words(Dialect dialect) {
  if (dialect == Dialect::irc) {
    return "ERROR :Closing link: (The server has no room for another connection; try again later)\r\n";
  }
  return "ERR server-full The server has no room for another connection; try again later.\r\n";
}

std::string turned_away_words(Dialect dialect, chat::Arrival arrival, std::chrono::seconds retry_after,
                              const net::Address& peer, base::Language language) {
  const session::Words words = session::words_for(chat::cause_of(arrival));
  const bool irc = dialect == Dialect::irc;
  const base::Translator t(irc ? base::Language::en : language);
  const std::string text = session::sentence(t, words, retry_after, {});
  if (irc) return fmt::format("ERROR :Closing link: {} ({})\r\n", peer.ip(), text);
  return fmt::format("ERR {} {}\r\n", words.code, text);
}

}  // namespace veche::server
