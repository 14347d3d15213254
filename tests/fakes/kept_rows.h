// A store in memory for tests of the chat: what a store makes of the rows, and what it would not stand for.
#pragma once

#include "chat/records.h"

#include <vector>

namespace veche::fakes {

/// One thread.
class KeptRows {
 public:
  chat::DurableState state;
  bool full = false;  ///< nothing is taken

  /// All of them or none. What no store would stand for fails the test.
  bool commit(const std::vector<chat::Row>& rows);
};

}  // namespace veche::fakes
