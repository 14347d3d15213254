#include "net/resolver.h"

#include "net/fd.h"

#include <netdb.h>
#include <poll.h>

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace veche::net {
namespace {

using base::fail;
using base::Result;
using base::Translator;
using Why = ResolveFailure::Why;

constexpr std::size_t kNameBytesMax = 253;  // RFC 1035, 2.3.4, as it is written

/// The answer of the thread that asks. Owned by it and by the one that waits, whichever is later.
struct Answer {
  std::promise<Lookup> lookup;
  Fd ready{::eventfd(0, EFD_CLOEXEC)};  // what poll can wait for, which a future is not
};

Why why_of(int code) {
  switch (code) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return Why::unknown_host;
    case EAI_AGAIN:
      return Why::no_answer;
    default:
      return Why::failed;
  }
}

tl::unexpected<ResolveFailure> failed(Why why, std::string words = {}) {
  return tl::unexpected(ResolveFailure{why, std::move(words)});
}

/// Whether it can be looked up at all: visible, and of a name's length.
bool may_be_host(std::string_view host) {
  return !host.empty() && host.size() <= kNameBytesMax && std::none_of(host.begin(), host.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '[' || c == ']' || c == '\x7f';
  });
}

}  // namespace

Result<std::uint16_t> parse_port(std::string_view text, const Translator& t) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc{} && end == text.data() + text.size() && port != 0) return port;
  return fail(t("port '{}'", text), t("must be a number from 1 to 65535"));
}

Result<HostPort> parse_host_port(std::string_view text, const Translator& t) {
  const auto wrong = [&] {
    return fail(t("host '{}'", text), t("neither a name nor an address"),
                t("write it like example.org, 192.0.2.7:7007 or [::1]:7007"));
  };
  std::string_view host = text;
  std::optional<std::string_view> port;
  const std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == text.npos) return wrong();
    host = text.substr(1, bracket - 1);
    const std::string_view rest = text.substr(bracket + 1);
    if (host.find(':') == host.npos || !(rest.empty() || rest.starts_with(':'))) return wrong();
    if (!rest.empty()) port = rest.substr(1);
  } else if (colon != text.npos && colon == text.find(':')) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  // Only an IPv6 address has colons of its own.
  if (!may_be_host(host) || (host.find(':') != host.npos && !Address::parse(host, 0))) return wrong();

  HostPort out{std::string(host), std::nullopt};
  if (!port) return out;
  const auto number = parse_port(*port, t);
  if (!number) return tl::unexpected(number.error());
  out.port = *number;
  return out;
}

std::string host_port_text(const std::string& host, std::uint16_t port) {
  const bool brackets = host.find(':') != host.npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Lookup look_up(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Lookup out;
  out.code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  out.system_error = errno;
  if (out.code != 0) return out;
  for (const addrinfo* at = list; at; at = at->ai_next)
    out.addresses.emplace_back(at->ai_addr, at->ai_addrlen);
  ::freeaddrinfo(list);
  return out;
}

tl::expected<std::vector<Address>, ResolveFailure> resolve(
    const std::string& host, std::uint16_t port, const Patience& patience,
    const std::function<Lookup(const std::string&)>& ask) {
  if (const auto numeric = Address::parse(host, port)) return std::vector{*numeric};

  pollfd stop{patience.stop_fd, POLLIN, 0};
  if (::poll(&stop, 1, 0) > 0) return failed(Why::stopped);  // nobody waits: nobody is asked

  const auto answer = std::make_shared<Answer>();
  if (!answer->ready) return failed(Why::failed, base::errno_text(errno));
  std::future<Lookup> lookup = answer->lookup.get_future();
  try {
    std::thread([answer, host, ask] {
      answer->lookup.set_value(ask(host));
      ::eventfd_write(answer->ready.get(), 1);
    }).detach();
  } catch (const std::system_error& error) {
    return failed(Why::failed, error.code().message());
  }

  pollfd fds[] = {{answer->ready.get(), POLLIN, 0}, {patience.stop_fd, POLLIN, 0}};
  poll_until(fds, patience.until);
  if (fds[0].revents == 0) return failed(fds[1].revents != 0 ? Why::stopped : Why::no_answer);

  const Lookup found = lookup.get();
  if (found.code != 0) {
    return failed(why_of(found.code), found.code == EAI_SYSTEM ? base::errno_text(found.system_error)
                                                               : std::string(::gai_strerror(found.code)));
  }
  std::vector<Address> addresses;
  for (const Address& address : found.addresses) {
    const Address whole = address.with_port(port);
    const auto same = [&](const Address& other) { return other.text() == whole.text(); };
    // A hosts file may well say the same twice.
    if (std::none_of(addresses.begin(), addresses.end(), same)) addresses.push_back(whole);
  }
  if (addresses.empty()) return failed(Why::unknown_host);
  return addresses;
}

base::Error error_of(const ResolveFailure& failure, const std::string& host, const Translator& t) {
  switch (failure.why) {
    case Why::unknown_host:
      return {host, t("unknown host"), t("is the name right?")};
    case Why::no_answer:
      return {host, t("the name server does not answer"), t("try again later, or give the address itself")};
    case Why::failed:
    case Why::stopped:
      break;
  }
  return {host, t("its address cannot be found: {}", failure.words), ""};
}

}  // namespace veche::net
