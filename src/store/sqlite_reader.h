// History and search over SQLite, on a read-only connection of their own beside the one that writes.
#pragma once

#include "store/journal.h"
#include "store/search_words.h"
#include "store/sqlite.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace veche::store {

/// The message in a row of: id, room, time, kind, account, sender, text.
chat::Message message_from(const Rows& row);

/// The indexed messages of a room, newest first, as such rows; of: room, the highest id, how many.
extern const char* const kIndexedOfRoom;

/// One thread. The database must have been made by a SqliteJournal.
class SqliteReader final : public HistoryReader {
 public:
  static base::Result<std::unique_ptr<SqliteReader>> open(const std::filesystem::path& file);

  /// What is not indexed is scanned, as for a search.
  base::Result<std::vector<chat::Message>> last(base::RoomId room, base::MessageId up_to,
                                                std::size_t count) override;
  /// Newest first, what is not indexed is scanned (about 1 us a message) and the rest looked up; words
  /// without anything that is indexed (`++`) cost a scan of everything.
  base::Result<std::vector<chat::Message>> search(std::span<const base::RoomId> rooms, std::string_view words,
                                                  base::MessageId up_to, std::size_t count) override;

 private:
  explicit SqliteReader(Database database);

  Database database_;
  Statement newest_of_room_, indexed_of_room_, indexed_up_to_, scan_, look_up_;
};

}  // namespace veche::store
