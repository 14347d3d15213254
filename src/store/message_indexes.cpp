#include "store/message_indexes.h"

#include "store/search_words.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace veche::store {

MessageIndexes::MessageIndexes(const Database& database)
    : position_(database.statement("SELECT value FROM meta WHERE key = 'indexed_up_to'")),
      count_behind_(database.statement("SELECT count(*) FROM messages WHERE id > ?")),
      next_rows_(database.statement("SELECT id, room, text FROM messages WHERE id > ? ORDER BY id LIMIT ?")),
      insert_words_(database.statement("INSERT INTO message_index(rowid, text) VALUES (?, ?)")),
      insert_room_(database.statement("INSERT INTO room_messages(room, message) VALUES (?, ?)")),
      remove_words_(database.statement(
          "INSERT INTO message_index(message_index, rowid, text) VALUES ('delete', ?, ?)")),
      remove_room_(database.statement("DELETE FROM room_messages WHERE room = ? AND message = ?")),
      move_(database.statement("UPDATE meta SET value = ? WHERE key = 'indexed_up_to'")) {}

base::Result<> MessageIndexes::load() {
  const auto position = position_.number();
  if (!position) return tl::unexpected(position.error());
  const auto behind = count_behind_.number(*position);
  if (!behind) return tl::unexpected(behind.error());
  indexed_up_to_ = {static_cast<std::uint64_t>(*position)};
  rows_behind_ = static_cast<std::size_t>(*behind);
  return {};
}

base::Result<> MessageIndexes::index_slice(Database& database, std::size_t rows) {
  auto transaction = Transaction::begin(database, Database::Access::write);
  if (!transaction) return tl::unexpected(transaction.error());

  std::int64_t last = static_cast<std::int64_t>(indexed_up_to_.value);
  std::vector<std::pair<base::RoomId, base::MessageId>> rooms;
  {
    Rows messages = next_rows_.query(last, static_cast<std::int64_t>(rows));
    while (true) {
      const auto row = messages.next();
      if (!row) return tl::unexpected(row.error());
      if (!*row) break;
      last = messages.integer(0);
      rooms.emplace_back(messages.id<base::RoomId>(1), messages.id<base::MessageId>(0));
      if (auto done = insert_words_.run(last, index_text(messages.text(2))); !done) return done;
    }
  }
  std::sort(rooms.begin(), rooms.end());  // a room's page is written once a slice
  for (const auto& [room, message] : rooms) {
    if (auto done = insert_room_.run(room, message); !done) return done;
  }
  if (auto done = move_.run(last); !done) return done;
  if (auto done = transaction->commit(); !done) return done;

  indexed_up_to_ = {static_cast<std::uint64_t>(last)};
  rows_behind_ -= rooms.size();
  return {};
}

base::Result<> MessageIndexes::remove(base::MessageId message, base::RoomId room, std::string_view text) {
  if (message > indexed_up_to_) return {};
  if (auto done = remove_room_.run(room, message); !done) return done;
  return remove_words_.run(message, index_text(text));
}

}  // namespace veche::store
