#include "wire/proxy_header.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace veche::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::string_view kWord = "PROXY ";
constexpr std::size_t kV4Offset = 12;
constexpr std::size_t kFieldsMax = 5;  // behind "PROXY "

enum Family : unsigned { kUnspecified = 0, kInternet4 = 1, kInternet6 = 2, kUnix = 3 };
constexpr unsigned kProtocolMax = 2;  // unspecified, stream, datagram
constexpr unsigned kStream = 1;

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

/// "0" to "65535", without signs or leading zeros.
std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  return port;
}

/// Of the family that the header names.
std::optional<base::AddressBits> address_of(std::string_view text, bool v4) {
  if (v4 == (text.find(':') != text.npos)) return std::nullopt;
  return base::parse_address(text);
}

}  // namespace

ProxyHeader::State ProxyHeader::fail(std::string_view why) {
  why_ = why;
  return state_ = State::bad;
}

ProxyHeader::State ProxyHeader::take(std::string_view& bytes) {
  while (state_ == State::more && !bytes.empty()) {
    const char first = kept_ != 0 ? buffer_[0] : bytes.front();
    if (first == kSignature.front()) {
      take_binary(bytes);
    } else {
      take_line(bytes);
    }
  }
  return state_;
}

/// True once so many bytes of the header are in the buffer.
bool ProxyHeader::keep(std::string_view& bytes, std::size_t wanted) {
  const std::size_t taken = std::min(wanted - kept_, bytes.size());
  std::memcpy(buffer_.data() + kept_, bytes.data(), taken);
  kept_ = static_cast<std::uint8_t>(kept_ + taken);
  bytes.remove_prefix(taken);
  return kept_ == wanted;
}

// Version 1. ---------------------------------------------------------------------------------------------

/// Byte by byte: what is behind the line is not ours.
ProxyHeader::State ProxyHeader::take_line(std::string_view& bytes) {
  while (!bytes.empty()) {
    keep(bytes, kept_ + 1u);
    const std::string_view line(buffer_.data(), kept_);
    if (kept_ <= kWord.size() && line != kWord.substr(0, kept_))
      return fail("it begins with no PROXY header");
    if (line.ends_with("\r\n")) return read_line(line.substr(0, line.size() - 2));
    if (line.back() == '\n') return fail("a PROXY header ends with CR LF");
    if (kept_ == kLineBytesMax) return fail("a PROXY header longer than 107 bytes");
  }
  return state_;
}

ProxyHeader::State ProxyHeader::read_line(std::string_view line) {
  if (!line.starts_with(kWord)) return fail("it begins with no PROXY header");
  line.remove_prefix(kWord.size());
  std::array<std::string_view, kFieldsMax> fields{};
  std::size_t count = 0;
  bool more = true;
  while (more && count < kFieldsMax) {
    const std::size_t space = line.find(' ');
    fields[count++] = line.substr(0, space);
    more = space != line.npos;
    if (more) line.remove_prefix(space + 1);
  }
  if (fields[0] == "UNKNOWN") return state_ = State::done;  // whatever follows: "the receiver must ignore" it
  const bool v4 = fields[0] == "TCP4";
  if (!v4 && fields[0] != "TCP6") return fail("a PROXY header of an unknown protocol");
  if (count != kFieldsMax || more) return fail("a PROXY header with too few or too many fields");
  const auto from = address_of(fields[1], v4), to = address_of(fields[2], v4);
  const auto from_port = port_of(fields[3]), to_port = port_of(fields[4]);
  if (!from || !to || !from_port || !to_port) return fail("a PROXY header with a broken address or port");
  source_ = ProxySource{*from, *from_port};
  return state_ = State::done;
}

// Version 2. ---------------------------------------------------------------------------------------------

ProxyHeader::State ProxyHeader::take_binary(std::string_view& bytes) {
  if (!fixed_read_) {
    const bool whole = keep(bytes, kFixedBytes);
    const std::size_t compared = std::min<std::size_t>(kept_, kSignatureBytes);
    if (std::string_view(buffer_.data(), compared) != kSignature.substr(0, compared))
      return fail("it begins with no PROXY header");
    if (!whole || read_fixed() != State::more) return state_;
    fixed_read_ = true;
  }
  if (kept_ < kFixedBytes + address_bytes_ && !keep(bytes, kFixedBytes + address_bytes_)) return state_;
  const std::size_t skipped = std::min<std::size_t>(skip_, bytes.size());
  bytes.remove_prefix(skipped);
  skip_ -= static_cast<std::uint32_t>(skipped);
  if (skip_ != 0) return state_;
  read_addresses();
  return state_ = State::done;
}

ProxyHeader::State ProxyHeader::read_fixed() {
  const unsigned version = byte_of(buffer_[12]) >> 4u, command = byte_of(buffer_[12]) & 15u;
  const unsigned family = byte_of(buffer_[13]) >> 4u, protocol = byte_of(buffer_[13]) & 15u;
  const auto length = static_cast<std::uint16_t>(byte_of(buffer_[14]) << 8u | byte_of(buffer_[15]));
  if (version != 2) return fail("a PROXY header of an unknown version");
  if (command > 1) return fail("a PROXY header with an unknown command");
  skip_ = length;
  if (command == 0) return finish_fixed(0);  // LOCAL: whatever follows
  if (family > kUnix || protocol > kProtocolMax)
    return fail("a PROXY header of an unknown family or protocol");
  const unsigned wanted = family == kInternet4 ? 12 : family == kInternet6 ? 36 : family == kUnix ? 216 : 0;
  if (protocol != 0 && length < wanted) return fail("a PROXY header shorter than its addresses");
  return finish_fixed(protocol == kStream && family != kUnix ? wanted : 0);
}

/// So many bytes of addresses are to be looked at; none: done when all is skipped.
ProxyHeader::State ProxyHeader::finish_fixed(unsigned address_bytes) {
  address_bytes_ = static_cast<std::uint8_t>(address_bytes);
  skip_ -= address_bytes;
  if (address_bytes == 0 && skip_ == 0) state_ = State::done;
  return state_;
}

void ProxyHeader::read_addresses() {
  if (address_bytes_ == 0) return;
  const char* addresses = buffer_.data() + kFixedBytes;
  const bool v4 = address_bytes_ == 12;
  const std::size_t each = v4 ? 4 : 16;
  ProxySource source;
  if (v4) source.address[10] = source.address[11] = 0xff;
  std::memcpy(source.address.data() + (v4 ? kV4Offset : 0), addresses, each);
  const char* port = addresses + 2 * each;
  source.port = static_cast<std::uint16_t>(byte_of(port[0]) << 8u | byte_of(port[1]));
  source_ = source;
}

}  // namespace veche::wire
