// Short ways to write the journal's rows in tests. Texts are people's, times count from a fixed moment.
#pragma once

#include "chat/records.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace veche::fakes {

inline constexpr base::WallTime kStart{std::chrono::seconds{1'750'000'000}};

inline chat::Message message(std::uint64_t id, std::uint64_t room, std::string text,
                             base::WallTime time = kStart) {
  return {
      .id = {id}, .room = {room}, .time = time, .account = {}, .sender = "Алиса", .text = std::move(text)};
}

inline chat::Row said(chat::Message message) {
  return chat::MessageAdded{std::make_shared<const chat::Message>(std::move(message))};
}

inline chat::Row said(std::uint64_t id, std::uint64_t room, std::string text, base::WallTime time = kStart) {
  return said(message(id, room, std::move(text), time));
}

inline chat::Row room(std::uint64_t id, std::string name) {
  return chat::RoomAdded{{{id}, std::move(name), kStart}};
}

inline chat::Row account(std::uint64_t id, std::string name) {
  return chat::AccountAdded{{{id}, std::move(name), "$argon2id$hash", kStart}};
}

inline chat::Row token(std::uint8_t first_byte, std::uint64_t account) {
  chat::TokenRecord record{{}, {account}, kStart, kStart + std::chrono::hours{1}};
  record.hash[0] = first_byte;
  return chat::TokenAdded{record};
}

inline chat::Row address(std::string text, std::uint64_t account, base::WallTime seen = kStart) {
  return chat::AddressRemembered{{std::move(text), {account}, seen}};
}

inline chat::SanctionTarget on_name(std::string folded) {
  return {chat::SanctionOn::name, std::move(folded), {}};
}

inline chat::SanctionTarget on_account(std::string folded) {
  return {chat::SanctionOn::account, std::move(folded), {}};
}

/// 192.0.2.0/24.
inline chat::SanctionTarget on_a_network() {
  const base::AddressBits bits{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 0};
  return {chat::SanctionOn::network, "192.0.2.0/24", {bits, 120}};
}

/// For an hour.
inline chat::SanctionRecord sanction(chat::SanctionKind kind, chat::SanctionTarget target,
                                     base::WallTime created = kStart) {
  return {kind, std::move(target), "потому что", "console", created, created + std::chrono::hours{1}};
}

inline chat::Row imposed(chat::SanctionRecord record) { return chat::SanctionImposed{std::move(record)}; }

inline std::vector<std::uint64_t> ids(const std::vector<chat::Message>& messages) {
  std::vector<std::uint64_t> out;
  for (const auto& one : messages) out.push_back(one.id.value);
  return out;
}

}  // namespace veche::fakes
