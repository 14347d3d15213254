#include "tests/fakes/journal_rows.h"

#include <memory>
#include <utility>

namespace veche::fakes {

chat::Message message(std::uint64_t id, std::uint64_t room, std::string text, base::WallTime time) {
  return {
      .id = {id}, .room = {room}, .time = time, .account = {}, .sender = "Алиса", .text = std::move(text)};
}

chat::Row said(chat::Message message) {
  return chat::MessageAdded{std::make_shared<const chat::Message>(std::move(message))};
}

chat::Row said(std::uint64_t id, std::uint64_t room, std::string text, base::WallTime time) {
  return said(message(id, room, std::move(text), time));
}

chat::Row room(std::uint64_t id, std::string name) {
  return chat::RoomAdded{{{id}, std::move(name), kStart}};
}

chat::Row account(std::uint64_t id, std::string name) {
  return chat::AccountAdded{{{id}, std::move(name), "$argon2id$hash", kStart}};
}

chat::Row token(std::uint8_t first_byte, std::uint64_t account) {
  chat::TokenRecord record{{}, {account}, kStart, kStart + std::chrono::hours{1}};
  record.hash[0] = first_byte;
  return chat::TokenAdded{record};
}

chat::Row scram(std::uint64_t account, std::uint8_t byte) {
  base::ScramKeys keys;
  keys.salt.fill(byte);
  keys.iterations = 100'000;
  keys.stored_key.fill(static_cast<std::uint8_t>(byte + 1));
  keys.server_key.fill(static_cast<std::uint8_t>(byte + 2));
  return chat::ScramKeysDerived{{account}, std::make_shared<const base::ScramKeys>(keys)};
}

chat::Row certificate(char digit, std::uint64_t account, base::WallTime created) {
  return chat::CertificateAdded{{std::string(64, digit), {account}, created}};
}

chat::Row address(std::string text, std::uint64_t account, base::WallTime seen) {
  return chat::AddressRemembered{{std::move(text), {account}, seen}};
}

chat::SanctionTarget on_name(std::string folded) { return {chat::SanctionOn::name, std::move(folded), {}}; }

chat::SanctionTarget on_account(std::string folded) {
  return {chat::SanctionOn::account, std::move(folded), {}};
}

chat::SanctionTarget on_a_network() {
  const base::AddressBits bits{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 0};
  return {chat::SanctionOn::network, "192.0.2.0/24", {bits, 120}};
}

chat::SanctionRecord sanction(chat::SanctionKind kind, chat::SanctionTarget target, base::WallTime created) {
  return {kind, std::move(target), "потому что", "console", created, created + std::chrono::hours{1}};
}

chat::Row imposed(chat::SanctionRecord record) { return chat::SanctionImposed{std::move(record)}; }

std::vector<std::uint64_t> ids(const std::vector<chat::Message>& messages) {
  std::vector<std::uint64_t> out;
  for (const auto& one : messages) out.push_back(one.id.value);
  return out;
}

}  // namespace veche::fakes
