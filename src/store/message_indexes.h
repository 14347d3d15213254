// The writing side of the two indexes over messages: by word, for searches, and by room. Keeping them where a
// message is committed would cost four times what its row costs (by word 45 us beside 12 in batches of one,
// 6-8 beside 4 in batches of 1,000; by room another 2.5 where many rooms talk, for each has a page of its own
// to be written in every commit). So both are filled later, in large slices; until then readers scan the rows
// behind (sqlite_reader.cpp).
//
// Invariant: in every committed state exactly the messages with ids up to meta.indexed_up_to are in the
// indexes.
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "store/sqlite.h"

#include <cstddef>
#include <string_view>

namespace veche::store {

/// Lives on the journal's thread and connection.
class MessageIndexes {
 public:
  explicit MessageIndexes(const Database& database);

  /// Reads how far the indexes have come; first of all.
  base::Result<> load();

  base::MessageId indexed_up_to() const { return indexed_up_to_; }
  /// Committed messages that are not indexed.
  std::size_t rows_behind() const { return rows_behind_; }
  void note_committed(std::size_t messages) { rows_behind_ += messages; }

  /// Indexes the next messages, at most `rows`, in a transaction of its own.
  base::Result<> index_slice(Database& database, std::size_t rows);

  /// Call in the transaction that deletes the message: takes it out of the indexes if it is there.
  base::Result<> remove(base::MessageId message, base::RoomId room, std::string_view text);
  /// Deleted messages that were not indexed, once their transaction is committed.
  void note_deleted(std::size_t unindexed_messages) { rows_behind_ -= unindexed_messages; }

 private:
  Statement position_, count_behind_, next_rows_, insert_words_, insert_room_, remove_words_, remove_room_,
      move_;
  base::MessageId indexed_up_to_;
  std::size_t rows_behind_ = 0;
};

}  // namespace veche::store
