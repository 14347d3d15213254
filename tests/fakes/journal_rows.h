// Short ways to write the journal's rows in tests. Texts are people's, times count from a fixed moment.
#pragma once

#include "base/clock.h"
#include "chat/message.h"
#include "chat/records.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace veche::fakes {

inline constexpr base::WallTime kStart{std::chrono::seconds{1'750'000'000}};

chat::Message message(std::uint64_t id, std::uint64_t room, std::string text, base::WallTime time = kStart);
chat::Row said(chat::Message message);
chat::Row said(std::uint64_t id, std::uint64_t room, std::string text, base::WallTime time = kStart);
chat::Row room(std::uint64_t id, std::string name);
chat::Row account(std::uint64_t id, std::string name);
chat::Row token(std::uint8_t first_byte, std::uint64_t account);
/// With SCRAM keys that are made of `byte`.
chat::Row scram(std::uint64_t account, std::uint8_t byte);
/// 64 times that hexadecimal digit.
chat::Row certificate(char digit, std::uint64_t account, base::WallTime created = kStart);
chat::Row address(std::string text, std::uint64_t account, base::WallTime seen = kStart);

chat::SanctionTarget on_name(std::string folded);
chat::SanctionTarget on_account(std::string folded);
/// 192.0.2.0/24.
chat::SanctionTarget on_a_network();
/// For an hour.
chat::SanctionRecord sanction(chat::SanctionKind kind, chat::SanctionTarget target,
                              base::WallTime created = kStart);
chat::Row imposed(chat::SanctionRecord record);

std::vector<std::uint64_t> ids(const std::vector<chat::Message>& messages);

}  // namespace veche::fakes
