// Short ways to write the changes of a room in tests.
#pragma once

#include "chat/room_state.h"

#include <cstdint>
#include <string>
#include <utility>

namespace veche::fakes {

inline chat::RoomChange flag(chat::RoomFlag flag, bool on = true) {
  return {.what = chat::RoomChange::What::flag, .on = on, .flag = flag};
}
inline chat::RoomChange rank(std::string name, chat::Rank rank, bool on = true) {
  return {.what = chat::RoomChange::What::rank, .on = on, .rank = rank, .text = std::move(name)};
}
/// Empty: none.
inline chat::RoomChange key(std::string key) {
  const bool on = !key.empty();
  return {.what = chat::RoomChange::What::key, .on = on, .text = std::move(key)};
}
/// 0: none.
inline chat::RoomChange limit(std::uint32_t limit) {
  return {.what = chat::RoomChange::What::limit, .on = limit != 0, .limit = limit};
}
/// 0: none.
inline chat::RoomChange slow(std::uint32_t seconds) {
  return {.what = chat::RoomChange::What::slow, .on = seconds != 0, .limit = seconds};
}
/// 0: none.
inline chat::RoomChange joining(std::uint16_t joins, std::uint16_t seconds) {
  return {.what = chat::RoomChange::What::joining, .on = joins != 0, .joining = {joins, seconds}};
}
/// Empty: to none.
inline chat::RoomChange forward(std::string room) {
  const bool on = !room.empty();
  return {.what = chat::RoomChange::What::forward, .on = on, .text = std::move(room)};
}
inline chat::RoomChange mask(chat::MaskList list, std::string pattern, bool on = true,
                             chat::MaskOn kind = chat::MaskOn::person) {
  return {.what = chat::RoomChange::What::mask,
          .on = on,
          .list = list,
          .mask_on = kind,
          .text = std::move(pattern)};
}
inline chat::RoomChange ban(std::string pattern, bool on = true) {
  return mask(chat::MaskList::bans, std::move(pattern), on);
}

}  // namespace veche::fakes
