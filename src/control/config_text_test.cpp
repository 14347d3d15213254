#include "control/config.h"
#include "control/config_keys.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace veche::control {
namespace {

TEST(ConfigText, TheDefaultFileIsFineAndChangesNothing) {
  const std::string text = default_config_text();
  const auto config = parse_config(text, "veche.toml");
  ASSERT_TRUE(config) << config.error().lines.front();
  EXPECT_EQ(config_text(*config), config_text(Config{}));
  EXPECT_FALSE(config->listen.at(0).named);
  EXPECT_TRUE(keys_without_effect(text).empty());
}

TEST(ConfigText, TheDefaultFileExplainsEveryKeyWithAnEffect) {
  const std::string text = default_config_text();
  for (const ConfigKey& key : config_keys()) {
    if (!key.has_effect()) continue;
    EXPECT_NE(text.find("# " + key.comment + '\n'), std::string::npos) << key.full_name();
    EXPECT_FALSE(key.comment.empty()) << key.full_name();
  }
}

TEST(ConfigText, NoKeyStandsTwiceInTheTableAndEachHasASection) {
  std::set<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.full_name()).second) << key.full_name();
    EXPECT_NE(find_section(key.section), nullptr) << key.full_name();
    EXPECT_TRUE(check_value(key, key.example)) << key.full_name();
  }
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
  config.listen = {{"line", "0.0.0.0", 4000, true}, {"line", "::1", 1898, false}};

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
}

}  // namespace
}  // namespace veche::control
