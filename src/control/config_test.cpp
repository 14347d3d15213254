#include "control/config.h"

#include "store/password.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace veche::control {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

Lines errors_of(std::string_view text) {
  const auto config = parse_config(text, "v.toml");
  return config ? Lines{} : config.error().lines;
}

Config config_of(std::string_view text) {
  const auto config = parse_config(text, "v.toml");
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().lines.front());
  return config.value_or(Config{});
}

TEST(Config, EmptyFileIsTheDefaults) {
  const Config config = config_of("");
  EXPECT_EQ(config_json(config), config_json(Config{}));
  ASSERT_EQ(config.listen.size(), 2u);
  EXPECT_EQ(config.listen[0].protocol, "line");
  EXPECT_EQ(config.listen[0].port, 1898);
  EXPECT_FALSE(config.listen[0].named);
  EXPECT_EQ(config.listen[1].protocol, "irc");
  EXPECT_EQ(config.listen[1].port, 6667);
  EXPECT_FALSE(config.listen[1].named);
}

TEST(Config, EveryKeyWithAnEffectIsRead) {
  const Config config = config_of(R"(
[server]
name = "chat.example.org"
network = "Наша"
data_dir = "/srv/veche"
motd_file = "motd.txt"
password = "сезам"
description = "a club"
casemapping = "precis"
utf8_only = false
language = "uk"
model = "threads"
loops = 3
durability = "power"
[limits]
connections_per_address = 1
connection_rate = 2
command_rate = 3
command_burst = 4
registration_timeout = "5s"
ping_interval = "2m"
idle_timeout = 600
send_queue = "64KiB"
recv_queue = 32768
nick_length = 10
channel_length = 20
topic_length = 30
kick_length = 40
away_length = 50
message_bytes = 512
list_modes = 60
monitor = 70
whowas = 80
[accounts]
required = true
registration = false
hash_cost = "moderate"
failed_logins_per_minute = 9
token_lifetime = "7d"
remember_addresses = false
[[operator]]
name = "root"
password = "слово"
grants = ["moderate", "backup"]
[channels]
default = "#вече"
default_modes = "+nti"
registration = false
[history]
enabled = false
retention = "365d"
query_limit = 7
playback_limit = 8
[log]
target = "journal"
level = "debug"
format = "json"
[admin]
name = "Ольга"
email = "olha@example.org"
location = "Київ"
)");
  EXPECT_EQ(config.server.name, "chat.example.org");
  EXPECT_EQ(config.server.network, "Наша");
  EXPECT_EQ(config.server.data_dir, "/srv/veche");
  EXPECT_EQ(config.server.motd_file, "motd.txt");
  EXPECT_EQ(config.server.password, "сезам");
  EXPECT_EQ(config.server.description, "a club");
  EXPECT_EQ(config.server.casemapping, "precis");
  EXPECT_FALSE(config.server.utf8_only);
  EXPECT_EQ(config.server.language, base::Language::uk);
  EXPECT_EQ(config.server.model, "threads");
  EXPECT_EQ(config.server.loops, 3u);
  EXPECT_TRUE(config.server.power_durable);
  EXPECT_EQ(config.limits.connections_per_address, 1u);
  EXPECT_EQ(config.limits.connection_rate, 2u);
  EXPECT_EQ(config.limits.command_rate, 3u);
  EXPECT_EQ(config.limits.command_burst, 4u);
  EXPECT_EQ(config.limits.registration_timeout, 5s);
  EXPECT_EQ(config.limits.ping_interval, 2min);
  EXPECT_EQ(config.limits.idle_timeout, 10min);
  EXPECT_EQ(config.limits.send_queue_bytes, 65536u);
  EXPECT_EQ(config.limits.recv_queue_bytes, 32768u);
  EXPECT_EQ(config.limits.nick_length, 10u);
  EXPECT_EQ(config.limits.channel_length, 20u);
  EXPECT_EQ(config.limits.topic_length, 30u);
  EXPECT_EQ(config.limits.kick_length, 40u);
  EXPECT_EQ(config.limits.away_length, 50u);
  EXPECT_EQ(config.limits.message_bytes, 512u);
  EXPECT_EQ(config.limits.list_modes, 60u);
  EXPECT_EQ(config.limits.monitor, 70u);
  EXPECT_EQ(config.limits.whowas, 80u);
  EXPECT_TRUE(config.accounts.required);
  EXPECT_FALSE(config.accounts.registration);
  EXPECT_EQ(config.accounts.hash_cost, store::HashCost::moderate);
  EXPECT_EQ(config.accounts.failed_logins_per_minute, 9u);
  EXPECT_EQ(config.accounts.token_lifetime, 24h * 7);
  EXPECT_FALSE(config.accounts.remember_addresses);
  ASSERT_EQ(config.operators.size(), 1u);
  EXPECT_EQ(config.operators[0].name, "root");
  EXPECT_EQ(config.operators[0].password, "слово");
  EXPECT_EQ(config.operators[0].grants, (Lines{"moderate", "backup"}));
  EXPECT_EQ(config.channels.default_room, "#вече");
  EXPECT_EQ(config.channels.default_modes, "+nti");
  EXPECT_FALSE(config.channels.registration);
  EXPECT_FALSE(config.history.enabled);
  EXPECT_EQ(config.history.retention, 24h * 365);
  EXPECT_EQ(config.history.query_limit, 7u);
  EXPECT_EQ(config.history.playback_limit, 8u);
  EXPECT_EQ(config.log.target, base::LogTarget::journal);
  EXPECT_EQ(config.log.level, base::LogLevel::debug);
  EXPECT_EQ(config.log.format, base::LogFormat::json);
  EXPECT_EQ(config.admin.name, "Ольга");
  EXPECT_EQ(config.admin.email, "olha@example.org");
  EXPECT_EQ(config.admin.location, "Київ");
}

TEST(Config, ListenersOfTheFileReplaceTheDefaultOnes) {
  const Config config = config_of(R"(
[[listen]]
address = "::1"
[[listen]]
protocol = "line"
address = "0.0.0.0"
port = 1898
[[listen]]
protocol = "irc"
[[listen]]
port = 7000
protocol = "irc"
)");
  ASSERT_EQ(config.listen.size(), 4u);
  EXPECT_EQ(config.listen[0].address, "::1");
  EXPECT_EQ(config.listen[0].port, 1898);
  EXPECT_FALSE(config.listen[0].named);
  EXPECT_EQ(config.listen[1].address, "0.0.0.0");
  EXPECT_TRUE(config.listen[1].named);  // even though it is the default's number
  EXPECT_EQ(config.listen[2].protocol, "irc");
  EXPECT_EQ(config.listen[2].port, 6667);
  EXPECT_FALSE(config.listen[2].named);
  EXPECT_EQ(config.listen[3].port, 7000);
  EXPECT_TRUE(config.listen[3].named);
}

TEST(Config, AnOperatorMayDoEverythingUnlessGrantsAreWritten) {
  const Config config = config_of(R"(
[[operator]]
name = "root"
password = "x"
[[operator]]
name = "Ольга"
password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$h3Jhd25ieXRlc29mdGhpcnR5dHdvYnl0ZXMhISEhISE"
grants = []
)");
  ASSERT_EQ(config.operators.size(), 2u);
  EXPECT_EQ(config.operators[0].grants, Lines{"all"});
  EXPECT_EQ(config.operators[1].grants, Lines{});
  EXPECT_TRUE(config_of("").operators.empty());
}

TEST(Config, AHashThatTheServerMakesIsAnOperatorsPassword) {
  ASSERT_TRUE(store::init_crypto());
  const auto hash = store::hash_password("x", store::HashCost::lowest);
  ASSERT_TRUE(hash) << hash.error().text();
  const Config config = config_of("[[operator]]\nname = \"root\"\npassword = \"" + *hash + "\"\n");
  ASSERT_EQ(config.operators.size(), 1u);
  EXPECT_EQ(config.operators[0].password, *hash);
}

TEST(Config, AnUnliftableLimitIsItsMaximumWhenLifted) {
  const Config config = config_of(
      "[limits]\nnick_length = 0\nchannel_length = 0\nmessage_bytes = 0\nsend_queue = 0\n"
      "topic_length = 0\nlist_modes = 0\nmonitor = 0\nwhowas = 0\nping_interval = 0\n");
  EXPECT_EQ(config.limits.nick_length, 32u);
  EXPECT_EQ(config.limits.channel_length, 64u);
  EXPECT_EQ(config.limits.message_bytes, 4096u);
  EXPECT_EQ(config.limits.send_queue_bytes, 0u);
  EXPECT_EQ(config.limits.topic_length, 390u);
  EXPECT_EQ(config.limits.list_modes, 1000u);
  EXPECT_EQ(config.limits.monitor, 1000u);
  EXPECT_EQ(config.limits.whowas, 10'000u);
  EXPECT_EQ(config.limits.ping_interval, 0s);
}

TEST(Config, AllErrorsAreToldInTheOrderOfTheFile) {
  EXPECT_EQ(
      errors_of("[server]\nloops = \"many\"\nnaem = \"x\"\n[limits]\ncommand_rate = -1\n[sever]\n"),
      (Lines{"v.toml:2:9: server.loops: expected a whole number, found a string (for example: loops = 0)",
             "v.toml:3:1: server.naem: unknown key (did you mean name?)",
             "v.toml:5:16: limits.command_rate: a negative number (for example: command_rate = 2)",
             "v.toml:6:2: sever: unknown section (did you mean server?)"}));
}

struct Wrong {
  const char* text;
  const char* error;
};

class WrongConfig : public testing::TestWithParam<Wrong> {};

TEST_P(WrongConfig, IsOneErrorThatNamesThePlaceAndTheCure) {
  EXPECT_EQ(errors_of(GetParam().text), Lines{GetParam().error});
}

constexpr Wrong kWrongPlaces[] = {
    {"name = \"x\"\n", "v.toml:1:1: name: stands outside of any section (it belongs to [server])"},
    {"server = 1\n", "v.toml:1:1: server: expected a section, found a whole number (write it as [server])"},
    {"[[server]]\n", "v.toml:1:3: server: expected a section, found a list (write it as [server])"},
    {"[listen]\nport = 1\n",
     "v.toml:1:2: listen: expected a section, found a single one (write it as [[listen]])"},
    {"[listne]\n", "v.toml:1:2: listne: unknown section (did you mean listen?)"},
    {"[zzzzzzzzz]\n", "v.toml:1:2: zzzzzzzzz: unknown section"},
    {"[limits]\nretention = \"7d\"\n", "v.toml:2:1: limits.retention: unknown key (it belongs to [history])"},
    {"[log]\ntarget.x = 1\n",
     "v.toml:2:1: log.target: expected a string, found a section (for example: target = \"file\")"},
    {"[operator]\nname = \"root\"\n",
     "v.toml:1:2: operator: expected a section, found a single one (write it as [[operator]])"},
    {"[[operator]]\nname = \"a\"\npassword = \"x\"\ngrant = [\"all\"]\n",
     "v.toml:4:1: operator.grant: unknown key (did you mean grants?)"},
    {"[server]\ngrants = [\"all\"]\n", "v.toml:2:1: server.grants: unknown key (it belongs to [[operator]])"},
    {"port = 5\n", "v.toml:1:1: port: stands outside of any section (it belongs to [[listen]])"},
    {"[log]\n[[operator]]\npassword = \"x\"\n",
     "v.toml:2:1: operator.name: is missing (for example: name = \"root\")"},
};
INSTANTIATE_TEST_SUITE_P(Places, WrongConfig, testing::ValuesIn(kWrongPlaces));

constexpr Wrong kWrongTypes[] = {
    {"[server]\nname = 5\n",
     "v.toml:2:8: server.name: expected a string, found a whole number (for example: name = \"localhost\")"},
    {"[accounts]\nrequired = \"yes\"\n",
     "v.toml:2:12: accounts.required: expected true or false, found a string (for example: required = "
     "false)"},
    {"[accounts]\nsasl = \"PLAIN\"\n",
     "v.toml:2:8: accounts.sasl: expected a list of strings, found a string (for example: sasl = [\"PLAIN\", "
     "\"SCRAM-SHA-256\", \"EXTERNAL\"])"},
    {"[accounts]\nsasl = [\"PLAIN\", 5]\n",
     "v.toml:2:8: accounts.sasl: expected a list of strings, found a list (for example: sasl = [\"PLAIN\", "
     "\"SCRAM-SHA-256\", \"EXTERNAL\"])"},
    {"[limits]\ncommand_rate = 2.5\n",
     "v.toml:2:16: limits.command_rate: expected a whole number, found a number with a fraction (for "
     "example: "
     "command_rate = 2)"},
    {"[limits]\nidle_timeout = true\n",
     "v.toml:2:16: limits.idle_timeout: expected a duration, found true or false (for example: idle_timeout "
     "= \"0\")"},
    {"[limits]\nsend_queue = 1979-05-27\n",
     "v.toml:2:14: limits.send_queue: expected a size, found a date or a time (for example: send_queue = "
     "\"1MiB\")"},
    {"[admin]\nemail = 5\n",
     "v.toml:2:9: admin.email: expected a string, found a whole number (for example: email = \"\")"},
};
INSTANTIATE_TEST_SUITE_P(Types, WrongConfig, testing::ValuesIn(kWrongTypes));

constexpr Wrong kWrongValues[] = {
    {"[server]\nlanguage = \"de\"\n", "v.toml:2:12: server.language: 'de' is not known (one of: en, ru, uk)"},
    {"[server]\nmodel = \"fork\"\n",
     "v.toml:2:9: server.model: 'fork' is not known (one of: events, threads)"},
    {"[server]\nname = \"two words\"\n",
     "v.toml:2:8: server.name: a host name has 1 to 63 letters, digits, dots and hyphens (for example: "
     "chat.example.org)"},
    {"[server]\nnetwork = \"a\\nb\"\n", "v.toml:2:11: server.network: contains control characters"},
    {"[server]\nnetwork = \"\"\n", "v.toml:2:11: server.network: a chat needs a name"},
    {"[server]\ndata_dir = \"\"\n", "v.toml:2:12: server.data_dir: the path is empty"},
    {"[server]\nloops = 256\n", "v.toml:2:9: server.loops: 256 is out of range (0 to 255)"},
    {"[[listen]]\nprotocol = \"web\"\n",
     "v.toml:2:12: listen.protocol: 'web' is not in this version (one of: line, irc)"},
    {"[[listen]]\nprotocol = \"lin\"\n",
     "v.toml:2:12: listen.protocol: 'lin' is not known (one of: line, irc)"},
    {"[[listen]]\ntls = true\n",
     "v.toml:2:7: listen.tls: TLS needs a certificate (tls_cert and tls_key in this [[listen]], or cert and "
     "key in "
     "[tls])"},
    {"[[listen]]\n[[listen]]\nport = 7\ntls_cert = \"a.pem\"\n",
     "v.toml:4:12: listen.tls_cert: a certificate for a listener without TLS (tls = true)"},
    {"[[listen]]\ntls_client_cert = \"ask\"\n",
     "v.toml:2:19: listen.tls_client_cert: certificates of clients at a listener without TLS (tls = true)"},
    {"[[listen]]\ntls = true\ntls_key = \"a.pem\"\n[tls]\ncert = \"b.pem\"\n",
     "v.toml:3:11: listen.tls_key: a key without its certificate (tls_cert = \"cert.pem\")"},
    {"[[listen]]\ntls = true\ntls_cert = \"a.pem\"\ntls_client_cert = \"yes\"\n",
     "v.toml:4:19: listen.tls_client_cert: 'yes' is not known (one of: off, ask, require)"},
    {"[tls]\nkey = \"a.pem\"\n", "v.toml:2:7: tls.key: a key without its certificate (cert = \"cert.pem\")"},
    {"[tls]\nsts = true\n",
     "v.toml:2:7: tls.sts: there is no listener for IRC over TLS to send clients to (a [[listen]] with "
     "protocol = "
     "\"irc\" and tls = true)"},
    {"[tls]\nsts_port = 65536\n", "v.toml:2:12: tls.sts_port: 65536 is out of range (0 to 65535)"},
    {"[[listen]]\nport = 0\n", "v.toml:2:8: listen.port: 0 is out of range (1 to 65535)"},
    {"[[listen]]\nport = 65536\n", "v.toml:2:8: listen.port: 65536 is out of range (1 to 65535)"},
    {"[[listen]]\naddress = \"localhost\"\n",
     "v.toml:2:11: listen.address: not a numeric address (for example: 127.0.0.1, ::1, or 0.0.0.0 for every "
     "interface)"},
    {"[[listen]]\nport = 5\n[[listen]]\nport = 5\n",
     "v.toml:3:1: listen: address 127.0.0.1 and port 5 are taken by a listener above"},
    {"[limits]\nmessage_bytes = 5000\n",
     "v.toml:2:17: limits.message_bytes: 5000 is out of range (1 to 4096, or 0 for no limit)"},
    {"[limits]\nsend_queue = 100\n",
     "v.toml:2:14: limits.send_queue: 100 is out of range (8KiB to 1024GiB, or 0 for no limit)"},
    {"[limits]\nidle_timeout = \"10ms\"\n",
     "v.toml:2:16: limits.idle_timeout: 10ms is out of range (1s to 36500d, or 0 for no limit)"},
    {"[limits]\nidle_timeout = \"5 parsecs\"\n",
     "v.toml:2:16: limits.idle_timeout: unknown unit ' parsecs' in '5 parsecs' (write a whole number and ms, "
     "s, m, h "
     "or d: 250ms, 5s, 2m, 1h, 7d)"},
    {"[accounts]\ntoken_lifetime = 0\n",
     "v.toml:2:18: accounts.token_lifetime: 0 is out of range (1m to 36500d)"},
    {"[accounts]\nsasl = [\"PLAIN\", \"MD5\"]\n",
     "v.toml:2:8: accounts.sasl: 'MD5' is not known (one of: PLAIN, SCRAM-SHA-256, EXTERNAL)"},
    {"[channels]\ndefault = \"veche\"\n",
     "v.toml:2:11: channels.default: a room's name begins with '#' (for example: #veche)"},
    {"[channels]\ndefault = \"#a b\"\n",
     "v.toml:2:11: channels.default: a room's name has no spaces, controls or invisible characters (for "
     "example: "
     "#veche)"},
    {"[channels]\ndefault_modes = \"+ntk\"\n",
     "v.toml:2:17: channels.default_modes: 'k' is no letter of a room's rule (one or more of: n t m i s p C "
     "R M c N T K g)"},
    {"[server]\ncasemapping = \"unicode\"\n",
     "v.toml:2:15: server.casemapping: 'unicode' is not known (one of: ascii, rfc1459, precis)"},
    {"[limits]\ntopic_length = 400\n",
     "v.toml:2:16: limits.topic_length: 400 is out of range (1 to 390, or 0 for no limit)"},
    {"[limits]\nping_intreval = \"90s\"\n",
     "v.toml:2:1: limits.ping_intreval: unknown key (did you mean ping_interval?)"},
    {"[admin]\nname = \"a\\nb\"\n", "v.toml:2:8: admin.name: contains control characters"},
    {"[log]\nlevel = \"loud\"\n",
     "v.toml:2:9: log.level: 'loud' is not known (one of: debug, info, warning, error)"},
};
INSTANTIATE_TEST_SUITE_P(Values, WrongConfig, testing::ValuesIn(kWrongValues));

constexpr Wrong kWrongOperators[] = {
    {"[[operator]]\nname = \"two words\"\npassword = \"x\"\n",
     "v.toml:2:8: operator.name: a name has no spaces, controls or invisible characters (for example: root)"},
    {"[[operator]]\nname = \"\"\npassword = \"x\"\n",
     "v.toml:2:8: operator.name: the name is empty (for example: root)"},
    {"[[operator]]\nname = \"a\"\npassword = \"a\\nb\"\n",
     "v.toml:3:12: operator.password: contains control characters"},
    {"[[operator]]\nname = \"a\"\npassword = \"(hidden)\"\n",
     "v.toml:3:12: operator.password: (hidden) only stands for a password (write the password itself)"},
    {"[server]\npassword = \"(hidden)\"\n",
     "v.toml:2:12: server.password: (hidden) only stands for a password (write the password itself)"},
    {"[[operator]]\nname = \"a\"\npassword = \"$argon2id$v=19$m=8\"\n",
     "v.toml:3:12: operator.password: begins with '$', but is not an Argon2 hash (make one with: veche "
     "account "
     "hash; a plain password begins otherwise)"},
    {"[[operator]]\nname = \"a\"\npassword = \"x\"\ngrants = [\"view\", \"moderat\"]\n",
     "v.toml:4:10: operator.grants: 'moderat' is no right and no command (did you mean moderate?)"},
    {"[[operator]]\nname = \"a\"\npassword = \"x\"\ngrants = \"all\"\n",
     "v.toml:4:10: operator.grants: expected a list of strings, found a string (for example: grants = "
     "[\"all\"])"},
    {"[[operator]]\nname = \"Ольга\"\npassword = \"x\"\n[[operator]]\nname = \"ОЛЬГА\"\npassword = \"y\"\n",
     "v.toml:4:1: operator: the name 'ольга' is taken by an operator above"},
};
INSTANTIATE_TEST_SUITE_P(Operators, WrongConfig, testing::ValuesIn(kWrongOperators));

TEST(Config, ASyntaxErrorGivesItsPosition) {
  const Lines errors = errors_of("[server]\nname = \"open\n");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_TRUE(errors[0].starts_with("v.toml:2:")) << errors[0];
}

// Regression: in each of these toml++ 3.3 ended the program by an assertion (toml_library.h).
TEST(Config, ALineThatCannotBeReadIsAnErrorThatNamesIt) {
  const std::string words =
      ":1: this line cannot be read (a section is [server] or [[listen]], a text stands in \"quotes\")";
  EXPECT_EQ(errors_of("[[[listen]]"), Lines{"v.toml:1" + words});
  EXPECT_EQ(errors_of("# x\n[сервер]\n"), Lines{"v.toml:2" + words});
  EXPECT_EQ(errors_of("[server]\nname = [}\n[log]\n[["), Lines{"v.toml:2" + words});
  EXPECT_EQ(errors_of("[server]\nnetwork = \"\"\"\n[&\n\"\"\"\nloops = 2020-01-01T:"),
            Lines{"v.toml:5" + words});
}

// Regression: toml++ 3.3 ran into undefined behaviour at a Cyrillic letter (toml_library.h).
TEST(Config, NonLatinLettersAreReadAndMisplacedOnesRefused) {
  EXPECT_EQ(config_of("[server]\nnetwork = \"\"\"\\\n  Наша\"\"\" # громада\n").server.network, "Наша");
  for (const char* text : {"ключ = 1", "[server]\nloops = вісім", "[server]\nloops = 1ї", "x = \"\\ї\""}) {
    const Lines errors = errors_of(text);
    ASSERT_EQ(errors.size(), 1u) << text;
    EXPECT_TRUE(errors[0].starts_with("v.toml:")) << errors[0];
  }
}

TEST(Config, AnOverlongFileIsRefused) {
  EXPECT_EQ(errors_of(std::string(1024 * 1024 + 1, '\n')), Lines{"v.toml:1:1: longer than 1MiB"});
}

TEST(Config, KeysWithoutEffectAreReadAndNamedOnce) {
  constexpr std::string_view kText = R"(
[server]
resolve_hostnames = true
name = "x"
[[listen]]
allowed_origins = ["x"]
[[listen]]
port = 5
allowed_origins = ["x"]
[[operator]]
name = "a"
password = "x"
grants = ["all"]
[multiline]
max_lines = 5
)";
  EXPECT_EQ(errors_of(kText), Lines{});
  Lines names = keys_without_effect(kText);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (Lines{"listen.allowed_origins", "multiline.max_lines", "server.resolve_hostnames"}));
}

TEST(Config, ProxiesAndGatewaysAreBelievedWhereTheServerTrustsThem) {
  const Config config = config_of(R"(
[server]
trusted_proxies = ["10.0.0.0/8", "2001:db8::7"]
[[listen]]
protocol = "irc"
proxy_protocol = true
[[webirc]]
name = "kiwi"
password = "5ecret"
[[webirc]]
name = "local"
)");
  EXPECT_EQ(config.server.trusted_proxies, (Lines{"10.0.0.0/8", "2001:db8::7"}));
  EXPECT_TRUE(config.listen[0].proxy_protocol);
  ASSERT_EQ(config.webirc.size(), 2u);
  EXPECT_EQ(config.webirc[0].name, "kiwi");
  EXPECT_EQ(config.webirc[0].password, "5ecret");
  EXPECT_EQ(config.webirc[1].password, "");
}

TEST(Config, WhatIsWrongWithProxiesIsSaid) {
  EXPECT_EQ(
      errors_of("[[listen]]\nproxy_protocol = true\n"),
      Lines{
          "v.toml:2:18: listen.proxy_protocol: there is no proxy that would be believed (trusted_proxies in "
          "[server])"});
  EXPECT_EQ(
      errors_of("[[webirc]]\nname = \"kiwi\"\n"),
      Lines{"v.toml:1:1: webirc: there is no proxy that would be believed (trusted_proxies in [server])"});
  const Lines wide = errors_of("[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"10.0.0.1/8\"]\n");
  ASSERT_EQ(wide.size(), 1u);
  EXPECT_NE(wide[0].find("server.trusted_proxies: '10.0.0.1/8': "), std::string::npos) << wide[0];
  EXPECT_NE(wide[0].find("10.0.0.0/8"), std::string::npos) << wide[0];
  for (const char* password : {"two words", ":colon", "(hidden)"})
    EXPECT_EQ(errors_of("[server]\ntrusted_proxies = [\"::1\"]\n[[webirc]]\nname = \"a\"\npassword = \"" +
                        std::string(password) + "\"\n")
                  .size(),
              1u)
        << password;
}

TEST(Config, AMissingFileIsAnErrorThatNamesIt) {
  const auto config = read_config("no/such/veche.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines, Lines{"no/such/veche.toml: No such file or directory"});
  const auto directory = read_config(std::filesystem::temp_directory_path());
  ASSERT_FALSE(directory);
  EXPECT_TRUE(directory.error().lines[0].ends_with(": Is a directory")) << directory.error().lines[0];
}

}  // namespace
}  // namespace veche::control
