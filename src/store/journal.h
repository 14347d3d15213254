// Where the chat's rows are kept, behind two doors: the Journal writes (one owner, the chat thread), a
// HistoryReader reads beside it (one per worker). Commit, then deliver: what `commit` has accepted survives
// `kill -9`, and nobody sees a message before that.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "chat/message.h"
#include "chat/records.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::store {

/// The writing side. One thread: the chat thread, or the one that starts and ends it.
class Journal {
 public:
  virtual ~Journal() = default;

  /// The kept state, with the last `recent_per_room` messages of every room.
  virtual base::Result<chat::DurableState> load(std::size_t recent_per_room) = 0;

  /// Writes all of `rows` in one transaction: all are kept, or, with an error, none is.
  virtual base::Result<> commit(std::span<const chat::Row> rows) = 0;

  /// Whether a write would succeed now; called once in a while after a commit has failed.
  virtual base::Result<> probe() = 0;

  /// Work that waits for a quiet moment: search index, checkpoint, messages past their retention. `idle`:
  /// nothing else waits. Does a slice (some milliseconds) and tells whether more is left. When not idle only
  /// what has become urgent (limits.h) is done.
  virtual bool maintain(base::WallTime now, bool idle) = 0;
};

/// The reading side. One thread each; sees every row of a commit that returned before the call.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  /// The last `count` messages of `room` with ids up to `up_to`, oldest first.
  virtual base::Result<std::vector<chat::Message>> last(base::RoomId room, base::MessageId up_to,
                                                        std::size_t count) = 0;

  /// The last `count` messages in `rooms` with ids up to `up_to` that contain every word of `words` in any
  /// letter case, oldest first. Words are taken as they are: nothing in them is query syntax. No words:
  /// nothing is found.
  virtual base::Result<std::vector<chat::Message>> search(std::span<const base::RoomId> rooms,
                                                          std::string_view words, base::MessageId up_to,
                                                          std::size_t count) = 0;
};

}  // namespace veche::store
