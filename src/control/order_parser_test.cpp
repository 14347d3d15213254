#include "control/order_parser.h"

#include "base/units.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::control {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

const base::Translator t;

Order order(const std::string& line) {
  const auto parsed = parse_order(words_of(line), t);
  EXPECT_TRUE(parsed) << line << ": " << (parsed ? "" : parsed.error().text());
  return parsed.value_or(Order{});
}
std::string why_not(const std::string& line) {
  const auto parsed = parse_order(words_of(line), t);
  return parsed ? "it is right" : parsed.error().text();
}

TEST(Order, IsTheCommandOfTheTable) {
  for (const OperatorCommand& command : operator_commands()) {
    std::string line(command.name);
    for (const Positional& positional : command.positionals) {
      if (!positional.required) continue;
      line += positional.part == Part::interval ? " 5s" : positional.part == Part::lockdown ? " new" : " x";
    }
    EXPECT_EQ(order(line).command, &command) << line;
    EXPECT_TRUE(order(line + (command.positionals[0].part == Part::nothing ? " --json" : "")).command)
        << line;
  }
}

TEST(Order, TellsTwoWordCommandsFromOthers) {
  EXPECT_EQ(order("logs").command->verb, Verb::logs);
  EXPECT_EQ(order("logs -n 5").command->verb, Verb::logs);
  EXPECT_EQ(order("logs clear").command->verb, Verb::clear_logs);
  EXPECT_EQ(order("identities clear --yes").command->verb, Verb::clear_identities);
  EXPECT_TRUE(order("identities clear --yes").yes);
}

TEST(Order, TakesOptionsBeforeAndBetweenTheRest) {
  const Order logs = order("  logs --follow -n 7 --level warning --since 2h --json ");
  EXPECT_TRUE(logs.follow);
  EXPECT_EQ(logs.lines, 7u);
  EXPECT_EQ(logs.level, base::LogLevel::warning);
  EXPECT_EQ(logs.since, 2h);
  EXPECT_TRUE(logs.json);
  const Order ban = order("ban Bob --for 1h being rude --json");
  EXPECT_EQ(ban.delay, 1h);
  EXPECT_EQ(ban.text, "being rude --json") << "text is text to its end";
  EXPECT_FALSE(ban.json);
  EXPECT_EQ(order("announce -- --json is an option").text, "--json is an option");
  EXPECT_EQ(order("announce don't \"panic\"").text, "don't \"panic\"");
}

TEST(Order, KnowsADelayFromText) {
  EXPECT_EQ(order("drain").delay, std::nullopt);
  EXPECT_EQ(order("drain 10s").delay, 10s);
  EXPECT_EQ(order("drain 10s back in an hour").text, "back in an hour");
  EXPECT_EQ(order("drain back in an hour").text, "back in an hour");
  EXPECT_EQ(order("shutdown 5").delay, 5s);
  EXPECT_EQ(order("slow #veche 0").delay, 0s);
}

TEST(Order, KnowsAPersonFromASession) {
  EXPECT_EQ(order("kick Bob flood").kick.name, "Bob");
  EXPECT_EQ(order("kick Bob flood").text, "flood");
  EXPECT_EQ(order("kick :1.42").kick.session, base::make_session_id(1, 42));
  EXPECT_EQ(why_not("kick :1"), "kick: ':1' is no session; 'sessions' lists them (kick WHO [WHY])");
  EXPECT_EQ(session_text(base::make_session_id(7, 9)), ":7.9");
  for (const char* text : {"", ":", ":1.", ":.1", ":256.1", ":1.2x", "1.2", ":01.2", ":-1.2"}) {
    EXPECT_FALSE(parse_session(text)) << text;
  }
}

TEST(Order, WrittenWrongIsToldWhatWouldBeRight) {
  EXPECT_EQ(why_not(""), "command: there is none (help)");
  EXPECT_EQ(why_not("statsu"), "statsu: unknown command (did you mean status?)");
  EXPECT_EQ(why_not("xyzzy"), "xyzzy: unknown command (help)");
  EXPECT_EQ(why_not("status now"), "status: 'now' is one word too many (status)");
  EXPECT_EQ(why_not("kick"), "kick: something is missing (kick WHO [WHY])");
  EXPECT_EQ(why_not("announce"), "announce: something is missing (announce TEXT)");
  EXPECT_EQ(why_not("slow #veche soon"), "slow: 'soon': " + base::parse_duration("soon").error().why + " (" +
                                             base::parse_duration("soon").error().hint + ")");
  EXPECT_EQ(why_not("shutdown now").substr(0, 15), "shutdown: 'now'");
  EXPECT_EQ(why_not("logs -n many"),
            "logs: -n takes a number, not 'many' (" + usage_of(operator_command(Verb::logs)) + ")");
  EXPECT_EQ(why_not("logs --level loud"), "logs --level: 'loud' is no level (debug, info, warning, error)");
  EXPECT_EQ(why_not("logs --folow"), "logs: unknown option --folow (did you mean --follow?)");
  EXPECT_EQ(why_not("logs --level"),
            "logs: the value of --level is missing (" + usage_of(operator_command(Verb::logs)) + ")");
  EXPECT_EQ(why_not("status --yes"), "status: unknown option --yes (status)");
  EXPECT_EQ(why_not("logs clean").substr(0, 12), "logs: 'clean") << "a second word that is none";
  EXPECT_NE(why_not("ban 10.0.0.1/24").find("did you mean 10.0.0.0/24?"), std::string::npos);
}

TEST(Target, IsANameAnAccountOrANetwork) {
  using chat::SanctionOn;
  EXPECT_EQ(parse_target("Боб")->on, SanctionOn::name);
  EXPECT_EQ(parse_target("Боб")->text, "боб");
  EXPECT_EQ(parse_target("account:Боб")->on, SanctionOn::account);
  EXPECT_EQ(parse_target("192.0.2.0/24")->on, SanctionOn::network);
  EXPECT_EQ(parse_target("192.0.2.7/32")->text, "192.0.2.7") << "one network, one text";
  EXPECT_EQ(parse_target("name:10.0.0.1")->on, SanctionOn::name);
  for (const char* text : {"10.0.0.300", "10.0.0.0/40", "#room", "a b", "account:", "name:"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
  for (const char* text : {"боб", "account:боб", "192.0.2.0/24", "::1", "name:10.0.0.1", "name:account:x"}) {
    EXPECT_EQ(target_text(*parse_target(text)), text) << "read back as it is shown";
  }
}

TEST(Grants, AreAllAKindOrACommand) {
  const auto& kick = operator_command(Verb::kick);
  EXPECT_TRUE(is_granted(kick, Words{"all"}));
  EXPECT_TRUE(is_granted(kick, Words{"view", "moderate"}));
  EXPECT_TRUE(is_granted(kick, Words{"kick"}));
  EXPECT_FALSE(is_granted(kick, Words{"view", "ban"}));
  EXPECT_FALSE(is_granted(kick, Words{}));
  EXPECT_TRUE(is_granted(operator_command(Verb::help), Words{}));
  EXPECT_FALSE(is_granted(operator_command(Verb::clear_logs), Words{"logs"})) << "looking is not clearing";
  for (const char* grant : {"all", "view", "moderate", "manage", "kick", "logs clear"})
    EXPECT_TRUE(check_grant(grant)) << grant;
  EXPECT_EQ(check_grant("moderat").error().hint, "did you mean moderate?");
  EXPECT_FALSE(check_grant("anybody"));
}

TEST(Completion, OffersWhatMayComeNext) {
  const Words people = {"Bob", "Барбара"};
  EXPECT_EQ(complete_command("st", people), Words{"status"});
  EXPECT_EQ(complete_command("un", people), (Words{"unban", "unmute"}));
  EXPECT_EQ(complete_command("logs ", people),
            (Words{"--follow", "--json", "--level", "--since", "-n", "clear"}));
  EXPECT_EQ(complete_command("logs cl", people), Words{"clear"});
  EXPECT_EQ(complete_command("identities clear --y", people), Words{"--yes"});
  EXPECT_EQ(complete_command("kick B", people), Words{"Bob"});
  EXPECT_EQ(complete_command("lockdown a", people), Words{"accounts"});
  EXPECT_EQ(complete_command("kick Б", people), Words{"Барбара"});
  EXPECT_EQ(complete_command("help an", people), Words{"announce"});
  EXPECT_EQ(complete_command("xyzzy ", people), Words{});
  EXPECT_EQ(complete_command("", people).size(), 24u);
}

TEST(Usage, ShowsOptionsAndArguments) {
  EXPECT_EQ(usage_of(operator_command(Verb::logs)), "logs [-n N] [--follow] [--level L] [--since D]");
  EXPECT_EQ(usage_of(operator_command(Verb::ban)), "ban [--for D] WHO [WHY]");
  EXPECT_EQ(usage_of(operator_command(Verb::drain)), "drain [D] [TEXT]");
  EXPECT_EQ(usage_of(operator_command(Verb::clear_identities)), "identities clear [--yes]");
}

}  // namespace
}  // namespace veche::control
