#include "control/config_diff.h"

#include "control/config_keys.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace veche::control {

bool operator==(const ConfigChange& a, const ConfigChange& b) {
  return a.key == b.key && a.before == b.before && a.after == b.after && a.needs_restart == b.needs_restart;
}
std::ostream& operator<<(std::ostream& out, const ConfigChange& change) {
  return out << change.key << ": '" << change.before << "' -> '" << change.after << '\''
             << (change.needs_restart ? " (restart)" : "");
}

namespace {

using namespace std::chrono_literals;
using Changes = std::vector<ConfigChange>;

constexpr bool kNow = false;
constexpr bool kRestart = true;

TEST(ConfigDiff, NothingDiffersFromItself) {
  Config config;
  config.operators = {{"root", "x", {"all"}}};
  EXPECT_EQ(changes(config, config), Changes{});
}

TEST(ConfigDiff, KeysAreShownAsTheFileSpellsTheirValues) {
  Config fresh;
  fresh.server.network = "Наша";
  fresh.server.loops = 3;
  fresh.server.language = base::Language::uk;
  fresh.limits.idle_timeout = 10min;
  fresh.limits.send_queue_bytes = 64 * 1024;
  fresh.accounts.required = true;
  const Changes expected = {
      {"server.network", "Veche", "Наша", kNow},
      {"server.language", "en", "uk", kNow},
      {"server.loops", "0", "3", kRestart},
      {"limits.idle_timeout", "0", "10m", kNow},
      {"limits.send_queue", "1MiB", "64KiB", kRestart},
      {"accounts.required", "false", "true", kNow},
  };
  EXPECT_EQ(changes(Config{}, fresh), expected);
}

TEST(ConfigDiff, PasswordsAreComparedButNeverShown) {
  Config running;
  running.operators = {{"root", "secret", {"all"}}};
  Config fresh = running;
  fresh.server.password = "сезам";
  fresh.operators[0].password = "another";
  EXPECT_EQ(changes(running, fresh), (Changes{{"server.password", "", "(hidden)", kNow},
                                              {"operator root.password", "(hidden)", "(hidden)", kNow}}));
}

TEST(ConfigDiff, OperatorsAreFoundByTheirNameInAnyOrder) {
  Config running;
  running.operators = {{"root", "x", {"all"}}, {"Ольга", "y", {"view"}}, {"old", "z", {"view"}}};
  Config fresh;
  fresh.operators = {
      {"new", "z", {"ban", "unban"}}, {"ОЛЬГА", "y", {"view", "moderate"}}, {"root", "x", {"all"}}};
  const Changes expected = {
      {"operator ольга.name", "Ольга", "ОЛЬГА", kNow},
      {"operator ольга.grants", "view", "view, moderate", kNow},
      {"operator old", R"x(name = "old", password = "(hidden)", grants = ["view"])x", "", kNow},
      {"operator new", "", R"x(name = "new", password = "(hidden)", grants = ["ban", "unban"])x", kNow},
  };
  EXPECT_EQ(changes(running, fresh), expected);
}

TEST(ConfigDiff, ListenersAreFoundByTheirPlace) {
  Config running;
  running.listen = {{"line", "127.0.0.1", 1898, false}, {"line", "127.0.0.1", 1899, true}};
  Config fresh = running;
  fresh.listen[1].port = 2000;
  EXPECT_EQ(changes(running, fresh), (Changes{{"listen 2.port", "1899", "2000", kRestart}}));
  fresh = running;
  fresh.listen.pop_back();
  const std::string second =
      R"(protocol = "line", address = "127.0.0.1", port = 1899, tls = false, tls_cert = "", tls_key = "", )"
      R"(tls_client_cert = "off", proxy_protocol = false)";
  EXPECT_EQ(changes(running, fresh), (Changes{{"listen 2", second, "", kRestart}}));
  EXPECT_EQ(changes(fresh, running), (Changes{{"listen 2", "", second, kRestart}}));
}

/// A configuration that differs from the default in every key with an effect, entries included.
Config all_different() {
  Config config;
  config.server = {"a",       "b", "c",     "d",  "e", "f",  "precis", false, base::Language::ru,
                   "threads", 7,   {"::1"}, true, "j", true, "auto",   {"k"}};
  config.webirc = {{"gate", "y"}};
  config.certificates = {{"c.pem", "d"}};
  config.listen = {{"irc", "::1", 4000, true, true, "j", "k", "ask", true}, {"line", "::1", 4001, true}};
  config.tls = {"l", "m", true, 48h, 5000, true};
  config.operators = {{"root", "x", {"view"}}};
  config.cloaks = {false, "h"};
  config.limits = {1,  2,  3,  4,  5,  6, {"10.0.0.0/8"}, 7, 8, 91, 92, 5s, 6s, 7s, 70'000, 80'000, 9, 10, 11,
                   12, 13, 14, 15, 16, 17};
  config.accounts = {true, false, false, {"PLAIN"}, "strict", store::HashCost::lowest, 9, 1h, false, false};
  config.channels = {"#b", "+i", false};
  config.history = {false, 24h, 8, 9};
  config.log = {base::LogTarget::stderr_, base::LogLevel::error, base::LogFormat::json};
  config.admin = {"g", "h", "i"};
  return config;
}

TEST(ConfigDiff, WhatNeedsARestartIsNotAdoptedAndIsReportedAgain) {
  const Config running;
  const Config fresh = all_different();
  const Config adopted = adopt(running, fresh);

  Changes taken_over;
  Changes left;
  for (const ConfigChange& change : changes(running, fresh)) {
    (change.needs_restart ? left : taken_over).push_back(change);
  }
  EXPECT_FALSE(taken_over.empty());
  EXPECT_EQ(changes(running, adopted), taken_over);
  EXPECT_EQ(changes(adopted, fresh), left);
  EXPECT_EQ(config_json(adopt(adopted, fresh)), config_json(adopted));
}

TEST(ConfigDiff, ExactlyTheseKeysNeedARestart) {
  std::set<std::string> keys;
  for (const ConfigKey& key : config_keys()) {
    if (key.needs_restart && key.has_effect()) keys.insert(key.full_name());
  }
  const std::set<std::string> expected = {
      "server.data_dir",
      "server.model",
      "server.loops",
      "server.durability",
      "server.user",
      "server.core_dumps",
      "server.landlock",
      "server.landlock_write",
      "listen.protocol",
      "listen.address",
      "listen.port",
      "accounts.hash_cost",
      "log.target",
      "history.retention",
      "limits.send_queue",
      "log.format",
      "listen.tls",
      "listen.tls_cert",
      "listen.tls_key",
      "listen.tls_client_cert",
      "listen.proxy_protocol",
      "cloaks.enabled",
      "cloaks.suffix",
  };
  EXPECT_EQ(keys, expected);
}

TEST(ConfigDiff, TheKeysOfARepeatedSectionAllNeedARestartOrNoneDoes) {
  for (const ConfigSection& section : config_sections()) {
    if (!section.repeated) continue;
    std::set<bool> answers;
    for (const ConfigKey* key : keys_with_effect(section)) answers.insert(key->needs_restart);
    EXPECT_EQ(answers.size(), 1u) << section.name;
  }
}

TEST(ConfigDiff, EveryKeyWithAnEffectIsCompared) {
  Config fresh = all_different();
  Config running;
  running.operators = {{"ROOT", "y", {"all"}}};
  running.webirc = {{"gate", "z"}};
  running.certificates = {{"c.pem", "e"}};
  fresh.operators[0].name = "root";
  std::set<std::string> compared;
  for (const ConfigChange& change : changes(running, fresh)) compared.insert(change.key);
  for (const ConfigKey& key : config_keys()) {
    if (!key.has_effect() || key.words.size() == 1) continue;  // a choice of one word cannot differ
    const std::string entry = key.section == "listen"        ? " 1."
                              : key.section == "operator"    ? " root."
                              : key.section == "webirc"      ? " gate."
                              : key.section == "certificate" ? " c.pem."
                                                             : ".";
    if (key.full_name() == "webirc.name" || key.full_name() == "certificate.cert")
      continue;  // by which it is found
    EXPECT_TRUE(compared.contains(std::string(key.section) + entry + std::string(key.name)))
        << key.full_name();
  }
}

}  // namespace
}  // namespace veche::control
