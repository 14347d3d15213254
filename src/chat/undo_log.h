// Inverses of a batch's changes. A batch whose commit failed is undone, then applied again with the store
// closed: so memory never holds what the store lacks, and no command needs a way back of its own
// (docs/adr/0004-undo-and-apply-again.md).
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace veche::chat {

/// One thread: the chat's.
class UndoLog {
 public:
  /// `inverse` takes back one change; run in the opposite order of the changes.
  void push(std::function<void()> inverse) { inverses_.push_back(std::move(inverse)); }

  /// Call before the entry `key` of `map` is added, changed or erased. Copies the old entry.
  template <class Map>
  void keep(Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    if (found == map.end()) {
      push([&map, key] { map.erase(key); });
    } else {
      push([&map, key, old = found->second] { map.insert_or_assign(key, old); });
    }
  }

  /// Call before `value` is changed.
  template <class T>
  void keep_value(T& value) {
    push([&value, old = value] { value = old; });
  }

  /// The batch is committed: what was done stays.
  void forget() { inverses_.clear(); }
  /// What the largest batch took.
  void give_memory_back() { inverses_.shrink_to_fit(); }

  /// Takes everything back since the last forget().
  void roll_back() {
    while (!inverses_.empty()) {
      inverses_.back()();
      inverses_.pop_back();
    }
  }

 private:
  std::vector<std::function<void()>> inverses_;
};

}  // namespace veche::chat
