// Who was here and has gone, or has another name now: what is told of a name that nobody has any more.
// In memory only, the latest Policy::past_people of all.
#pragma once

#include "base/clock.h"
#include "chat/event.h"
#include "chat/policy.h"
#include "chat/undo_log.h"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace veche::chat {

/// One thread: the chat's.
class PastBook {
 public:
  PastBook(const Policy& policy, UndoLog& undo) : policy_(policy), undo_(undo) {}

  /// Nobody is called `folded_name` from now on; who was, is in `line`.
  void note(std::string folded_name, Past::Line line);
  /// Those who were, latest first, at most `count`; 0: all.
  std::vector<Past::Line> find(std::string_view folded_name, std::size_t count) const;

  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  struct Entry {
    std::string folded_name;
    Past::Line line;
  };

  const Policy& policy_;
  UndoLog& undo_;
  std::deque<Entry> entries_;  // latest first
};

}  // namespace veche::chat
