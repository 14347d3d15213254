// Any bytes as a name: what is accepted is stable (parsing it again changes nothing) and folds alike
// everywhere.
#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "chat/name.h"

#include <cstddef>
#include <cstdint>

using namespace veche::chat;
using veche::base::check;

namespace {

void holds(const NameOrFault& parsed, const NameOrFault& again, std::size_t code_points_max) {
  const Name* name = std::get_if<Name>(&parsed);
  if (name == nullptr) return;
  check(!veche::base::has_unseen(name->text), "every code point of a name can be seen");
  check(veche::base::code_points(name->text) <= code_points_max, "a name is short");
  check(fold_name(name->text) == name->folded, "a name is found by its fold");
  check(fold_name(name->folded) == name->folded, "folding twice changes nothing");
  const Name* same = std::get_if<Name>(&again);
  check(same != nullptr && same->text == name->text && same->folded == name->folded, "a name stays as it is");
}

NameOrFault again(const NameOrFault& parsed, auto parse) {
  const Name* name = std::get_if<Name>(&parsed);
  return name == nullptr ? NameOrFault{NameFault::empty} : parse(name->text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto person = [](std::string_view t) {
    return parse_name(t, veche::base::limits::kNameCodePointsMax);
  };
  const auto room = [](std::string_view t) {
    return parse_room_name(t, veche::base::limits::kRoomCodePointsMax);
  };
  holds(person(text), again(person(text), person), veche::base::limits::kNameCodePointsMax);
  holds(room(text), again(room(text), room), veche::base::limits::kRoomCodePointsMax + 1);
  return 0;
}
