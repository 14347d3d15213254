#include "server/dialects.h"

#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

namespace veche::server {
namespace {

using namespace std::chrono_literals;
using base::Dialect;
using net::CloseReason;
using Lines = std::vector<std::string>;

TEST(Dialects, IrcGoesByTheConfiguration) {
  control::Config config;
  config.server.name = "chat.example.org";
  config.server.network = "Громада";
  config.server.password = "сезам";
  config.server.description = "a club";
  config.server.casemapping = "rfc1459";
  config.server.utf8_only = false;
  config.limits.ping_interval = 7s;
  config.limits.list_modes = 8;
  config.limits.monitor = 9;
  config.channels.default_room = "#tea";
  config.channels.default_modes = "+is";
  config.accounts.required = true;
  config.accounts.registration_before_connect = false;
  config.accounts.sasl = {"SCRAM-SHA-256", "PLAIN", "PLAIN"};
  config.admin = {"Ольга", "olha@example.org", "Київ"};
  const auto dialects = dialect_options_of(config, base::WallTime(5s));
  ASSERT_TRUE(dialects);
  const session::IrcOptions& irc = dialects->irc;
  EXPECT_EQ(irc.server_name, "chat.example.org");
  EXPECT_EQ(irc.network, "Громада");
  EXPECT_EQ(irc.server_password, "сезам");
  EXPECT_EQ(irc.description, "a club");
  EXPECT_EQ(irc.motd, Lines{});
  EXPECT_EQ(irc.casemapping, "rfc1459");
  EXPECT_FALSE(irc.utf8_only);
  EXPECT_EQ(irc.ping_interval, 7s);
  EXPECT_EQ(irc.list_modes, 8u);
  EXPECT_EQ(irc.monitor, 9u);
  EXPECT_EQ(irc.default_room, "#tea");
  EXPECT_EQ(irc.room_flags, chat::bit(chat::RoomFlag::invite_only) | chat::bit(chat::RoomFlag::secret));
  EXPECT_TRUE(irc.accounts_required);
  EXPECT_FALSE(irc.registration_before_connect);
  EXPECT_EQ(irc.sasl, (std::vector{session::SaslMechanism::scram_sha_256, session::SaslMechanism::plain}));
  EXPECT_EQ(irc.admin.location, "Київ");
  EXPECT_EQ(irc.created, base::WallTime(5s));
  EXPECT_TRUE(irc.version.starts_with("veche-"));
  EXPECT_EQ(dialects->line.motd, "a club");
}

TEST(Dialects, TheTextForThoseWhoConnectIsLinesInIrc) {
  const fakes::TempDir dir;
  control::Config config;
  config.server.motd_file = dir / "motd.txt";
  std::ofstream(config.server.motd_file) << "Вітаємо!\r\n\nBe kind.\n";
  const auto dialects = dialect_options_of(config, {});
  ASSERT_TRUE(dialects);
  EXPECT_EQ(dialects->irc.motd, (Lines{"Вітаємо!", "", "Be kind."}));
  EXPECT_EQ(dialects->line.motd, "Вітаємо!\r\n\nBe kind.\n");

  config.server.motd_file = dir / "missing.txt";
  const auto missing = dialect_options_of(config, {});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text().find("missing.txt: cannot be read"), std::string::npos);
}

TEST(Dialects, OnlyPeopleAtTelnetAreTakenToTheDefaultRoom) {
  const chat::Connect line = arrival(Dialect::line, {}, false);
  EXPECT_TRUE(line.enters_default_room);
  EXPECT_FALSE(line.wants_roster);
  const chat::Connect irc = arrival(Dialect::irc, {}, true);
  EXPECT_FALSE(irc.enters_default_room);
  EXPECT_TRUE(irc.wants_roster);
  EXPECT_EQ(irc.dialect, Dialect::irc);
  EXPECT_TRUE(irc.encrypted);
}

TEST(Dialects, HowSomebodyWentIsToldUnlessAPersonAtTelnetJustGoes) {
  EXPECT_EQ(departure_words(Dialect::line, CloseReason::finished), "");
  EXPECT_EQ(departure_words(Dialect::irc, CloseReason::finished), "Connection closed");
  for (const Dialect dialect : base::kDialects) {
    EXPECT_EQ(departure_words(dialect, CloseReason::reset), "Connection reset by peer");
    EXPECT_EQ(departure_words(dialect, CloseReason::slow_reader), "SendQ exceeded");
  }
}

TEST(Dialects, WhoIsTurnedAwayHearsItInHisOwn) {
  EXPECT_TRUE(server_full_words(Dialect::line).starts_with("ERR server-full "));
  EXPECT_TRUE(server_full_words(Dialect::irc).starts_with("ERROR :Closing link: "));
  for (const Dialect dialect : base::kDialects) EXPECT_TRUE(server_full_words(dialect).ends_with("\r\n"));
}

}  // namespace
}  // namespace veche::server
