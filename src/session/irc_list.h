// Lists on an IRC line: targets that commas divide, and the conditions of LIST (ELIST, modern.ircdocs.horse).
// Pure.
#pragma once

#include "base/clock.h"
#include "chat/event.h"

#include <span>
#include <string>
#include <string_view>

namespace veche::session {

/// Calls `visit` with each word between commas; empty ones are passed over.
template <class Visit>
void for_each_target(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(word.size() < list.size() ? word.size() + 1 : list.size());
    if (!word.empty()) visit(word);
  }
}

/// Whether a channel meets all of `conditions`: `>N` and `<N` count members, `C>N` and `C<N` the minutes
/// since it was made, `T>N` and `T<N` those since its topic was set, `MASK` must match its name, `!MASK` must
/// not.
bool meets(const chat::RoomsView::Line& room, std::span<const std::string> conditions, base::WallTime now);

}  // namespace veche::session
