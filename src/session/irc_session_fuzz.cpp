// IRC clients and one from telnet in one chat, who send lines that mean something, in any order, and bytes
// that mean nothing, split anywhere. Held to: every line that IRC is sent ends with CR LF, is UTF-8, and has
// at most 512 bytes without its tags; and everybody who hangs up comes to an end.
#include "base/check.h"
#include "base/text.h"
#include "tests/fakes/line_world.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace veche::session {
namespace {

using base::check;
using fakes::LineWorld;

constexpr std::array<std::string_view, 77> kLines = {
    "CAP LS 302",
    "CAP REQ :message-tags server-time batch labeled-response echo-message account-tag",
    "CAP END",
    "CAP REQ :extended-join away-notify multi-prefix userhost-in-names invite-notify setname "
    "draft/channel-rename",
    "CAP REQ :-message-tags",
    "NICK ann",
    "NICK боб",
    "NICK a!b",
    "USER x 0 * :Real Name",
    "PASS secret",
    "PING x",
    "JOIN #a",
    "JOIN #a,#b key",
    "JOIN 0",
    "PART #a :gone",
    "TOPIC #a :words",
    "TOPIC #a",
    "NAMES #a",
    "LIST >0,#*",
    "MODE #a +mnts-i",
    "MODE #a +o ann",
    "MODE #a +bb *!*@* m:a:x",
    "MODE #a beIq",
    "MODE #a +lk 5 key",
    "MODE #a +f #b",
    "MODE ann +iBw-g",
    "MODE ann",
    "KICK #a ann :out",
    "INVITE ann #b",
    "KNOCK #a",
    "PRIVMSG #a :hello",
    "PRIVMSG ann :\x01"
    "ACTION waves\x01",
    "PRIVMSG @#a,#b,ann :hi",
    "NOTICE #a :note",
    "@label=1;+typing=active TAGMSG #a",
    "@label=x WHO #a %tcuihsnfdlaor,7",
    "WHO a*",
    "WHOIS ann",
    "WHOWAS ann",
    "USERHOST ann",
    "ISON ann боб",
    "MONITOR + ann,боб",
    "MONITOR S",
    "AWAY :lunch",
    "AWAY",
    "OPER root secret",
    "RENAME #a #c :why",
    "KILL ann :x",
    "CAP REQ :sasl draft/account-registration",
    "AUTHENTICATE PLAIN",
    "AUTHENTICATE SCRAM-SHA-256",
    "AUTHENTICATE EXTERNAL",
    "AUTHENTICATE +",
    "AUTHENTICATE *",
    "AUTHENTICATE AGFjYwBzZWNyZXQ=",  // "acc" with its password
    "AUTHENTICATE AGFjYwBndWVzcw==",  // and another
    "AUTHENTICATE biwsbj1hY2Mscj14",  // "n,,n=acc,r=x"
    "REGISTER * * secret",
    "REGISTER new * secret",
    "VERIFY new 1",
    "NS IDENTIFY acc secret",
    "NS IDENTIFY acc guess",
    "PRIVMSG NickServ :REGISTER secret",
    "NS SET PASSWORD secret other",
    "NS DROP acc secret",
    "NS INFO acc",
    "NS CERT LIST",
    "NS REGAIN acc token:x",
    "CS REGISTER #a",
    "CS DROP #a",
    "CS DROP #a 00000000",
    "CS OP #a",
    "CS DEOP #a ann",
    "CS AMODE #a +o acc",
    "CS TRANSFER #a acc",
    "PRIVMSG ChanServ :INFO #a",
    "WHOIS NickServ"};

void look(LineWorld::Client& client, bool irc) {
  const std::string sent = client.host.take_sent();
  if (!irc) return;  // telnet's options are answered in bytes that are no text: see line_session_fuzz
  check(base::is_utf8(sent), "what is sent is UTF-8");
  for (std::string_view rest = sent; !rest.empty();) {
    std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    rest.remove_prefix(line.size());
    check(line.ends_with("\r\n"), "a line ends with CR LF");
    check(line.find('\r') == line.size() - 2 && line.find('\0') == line.npos, "and has no other end");
    if (line.starts_with('@')) line.remove_prefix(line.find(' ') + 1);
    check(line.size() <= 512, "and has at most 512 bytes");
  }
}

}  // namespace
}  // namespace veche::session

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche::session;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto byte = [&rest] {
    if (rest.empty()) return 0u;
    const auto value = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    return static_cast<unsigned>(value);
  };
  LineWorld world;
  world.store.commit({veche::chat::AccountAdded{{{1}, "acc", veche::fakes::fake_hash("secret"), {}}},
                      veche::chat::CertificateAdded{{std::string(64, 'a'), {1}, {}}}});
  std::array<LineWorld::Client*, 3> clients{};
  clients[0] = &world.enter("telnet");
  clients[1] = byte() % 2 == 0 ? &world.enter_irc("ann") : &world.connect_irc("ann");
  clients[2] = &world.enter_irc("eve");
  clients[2]->host.certificate = std::string(64, 'a');
  world.settle();
  while (!rest.empty()) {
    const std::size_t who = byte() % clients.size();
    LineWorld::Client& client = *clients[who];
    const unsigned what = byte();
    if (client.host.finished) continue;
    if (what < 8) {
      world.pass(std::chrono::seconds(what * 20));
    } else if (who == 0) {
      world.feed(client, std::string(rest.substr(0, what)) + "\n");
      rest.remove_prefix(std::min<std::size_t>(what, rest.size()));
    } else if (what < 200) {
      const std::string line = std::string(kLines[what % kLines.size()]) + "\r\n";
      const std::size_t at = byte() % line.size();
      world.feed(client, std::string_view(line).substr(0, at));
      if (!client.host.finished) world.feed(client, std::string_view(line).substr(at));
    } else {
      world.feed(client, rest.substr(0, what));
      rest.remove_prefix(std::min<std::size_t>(what, rest.size()));
      if (!client.host.finished) world.feed(client, "\r\n");
    }
    for (std::size_t i = 0; i < clients.size(); ++i) look(*clients[i], i != 0);
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (!clients[i]->host.finished) clients[i]->session.peer_finished();
    world.settle();
    // A wrong password is answered late, and he who has hung up waits like others.
    if (!clients[i]->host.finished) world.pass(std::chrono::minutes(2));
    look(*clients[i], i != 0);
    check(clients[i]->host.finished, "a session ends after the FIN");
  }
  return 0;
}
