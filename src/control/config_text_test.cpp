#include "control/config.h"
#include "control/config_keys.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace veche::control {
namespace {

TEST(ConfigText, TheDefaultFileIsFineAndChangesNothing) {
  const std::string text = default_config_text();
  const auto config = parse_config(text, "veche.toml");
  ASSERT_TRUE(config) << config.error().lines.front();
  EXPECT_EQ(config_text(*config), config_text(Config{}));
  for (const ListenConfig& listen : config->listen) EXPECT_FALSE(listen.named);
  EXPECT_TRUE(keys_without_effect(text).empty());
}

TEST(ConfigText, TheDefaultFileExplainsEveryKeyWithAnEffect) {
  const std::string text = default_config_text();
  for (const ConfigKey& key : config_keys()) {
    if (!key.has_effect()) continue;
    ASSERT_TRUE(key.comment.ends_with('.')) << key.full_name();
    const std::string sentence = "# " + key.comment.substr(0, key.comment.size() - 1);
    const std::string end = key.needs_restart ? "; needs a restart.\n" : ".\n";
    EXPECT_NE(text.find(sentence + end), std::string::npos) << key.full_name();
  }
}

TEST(ConfigText, NoKeyStandsTwiceInTheTableAndEachHasASection) {
  std::set<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.full_name()).second) << key.full_name();
    EXPECT_NE(find_section(key.section), nullptr) << key.full_name();
    const bool fine = check_value(key, key.example).has_value();
    const bool opens = key.full_name() == "operator.password" || key.full_name() == "webirc.password";
    EXPECT_EQ(fine, !opens) << key.full_name();  // nobody gets in by it
  }
}

TEST(ConfigText, TheExampleOperatorNeedsAPasswordOfItsOwn) {
  std::string text = default_config_text();
  const std::size_t begin = text.find("# [[operator]]\n");
  const std::size_t end = text.find("\n\n", begin);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  std::string uncommented;
  for (std::size_t at = begin; at < end; at = text.find('\n', at) + 1) {
    ASSERT_EQ(text.substr(at, 2), "# ");
    uncommented += text.substr(at + 2, text.find('\n', at) - at - 1);
  }
  text.replace(begin, end + 1 - begin, uncommented);
  const auto refused = parse_config(text, "veche.toml");
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().lines.size(), 1u);
  EXPECT_NE(refused.error().lines[0].find(": operator.password: begins with '$'"), std::string::npos);

  const std::string example = "$argon2id$...";
  text.replace(text.find(example), example.size(), "own");
  const auto config = parse_config(text, "veche.toml");
  ASSERT_TRUE(config) << config.error().lines.front();
  ASSERT_EQ(config->operators.size(), 1u);
  EXPECT_EQ(config->operators[0].name, "root");
  EXPECT_EQ(config->operators[0].grants, std::vector<std::string>{"all"});
}

TEST(ConfigText, NoPasswordIsShown) {
  Config config;
  EXPECT_NE(config_text(config).find("\npassword = \"\"\n"), std::string::npos);  // there is none to hide
  config.server.password = "сезам";
  config.operators = {{"root", "secret-1", {"all"}}, {"Ольга", "secret-2", {"moderate", "backup"}}};
  for (const std::string& shown : {config_text(config), config_json(config)}) {
    EXPECT_EQ(shown.find("сезам"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("secret"), std::string::npos) << shown;
  }
  EXPECT_NE(config_text(config).find("[[operator]]\nname = \"Ольга\"\npassword = \"(hidden)\"\n"
                                     "grants = [\"moderate\", \"backup\"]\n"),
            std::string::npos);

  const boost::json::value json = boost::json::parse(config_json(config));
  EXPECT_EQ(json.at("server").at("password").as_string(), "(hidden)");
  const auto& olha = json.at("operator").as_array().at(1);
  EXPECT_EQ(olha.at("name").as_string(), "Ольга");
  EXPECT_EQ(olha.at("password").as_string(), "(hidden)");
  EXPECT_EQ(olha.at("grants"), (boost::json::array{"moderate", "backup"}));
}

// Regression: what is shown would be a file whose passwords everybody knows.
TEST(ConfigText, WhatIsShownOfASecretIsRefusedWhenRead) {
  Config config;
  config.server.password = "сезам";
  const auto again = parse_config(config_text(config), "shown");
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().lines.at(0).find("write the password itself"), std::string::npos);
}

TEST(ConfigText, WhatIsWrittenReadsBackTheSame) {
  Config config;
  config.server.network = "a \"quoted\" \\ name";
  config.server.data_dir = "дані";
  config.server.language = base::Language::uk;
  config.server.power_durable = true;
  config.limits.idle_timeout = std::chrono::milliseconds{1500};
  config.limits.send_queue_bytes = 123'457;
  config.accounts.hash_cost = store::HashCost::lowest;
  config.log.level = base::LogLevel::error;
  config.listen = {{"line", "0.0.0.0", 4000, true}, {"irc", "::1", 6667, false}};

  const std::string text = config_text(config);
  const auto again = parse_config(text, "shown");
  ASSERT_TRUE(again) << again.error().lines.front();
  EXPECT_EQ(config_text(*again), text);
  EXPECT_EQ(again->server.network, config.server.network);
  EXPECT_EQ(again->limits.idle_timeout, config.limits.idle_timeout);
  EXPECT_EQ(again->limits.send_queue_bytes, config.limits.send_queue_bytes);
  EXPECT_EQ(again->accounts.hash_cost, config.accounts.hash_cost);
  ASSERT_EQ(again->listen.size(), 2u);
  EXPECT_TRUE(again->listen[0].named);
  EXPECT_EQ(again->listen[1].port, 6667);
  EXPECT_FALSE(again->listen[1].named);
}

TEST(ConfigText, JsonHasTheSameKeysAndValues) {
  Config config;
  config.server.network = "\"x\"\n";
  const boost::json::value json = boost::json::parse(config_json(config));
  EXPECT_EQ(json.at("server").at("network").as_string(), "\"x\"\n");
  EXPECT_EQ(json.at("server").at("durability").as_string(), "process");
  EXPECT_EQ(json.at("limits").at("registration_timeout").as_string(), "30s");
  EXPECT_EQ(json.at("limits").at("command_rate").to_number<int>(), 2);
  EXPECT_FALSE(json.at("accounts").at("required").as_bool());
  EXPECT_EQ(json.at("listen").as_array().at(0).at("port").to_number<int>(), 1898);
  EXPECT_EQ(json.at("listen").as_array().at(1).at("port").to_number<int>(), 6667);
}

}  // namespace
}  // namespace veche::control
