#include "store/sqlite_reader.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace veche::store {
namespace {

/// Takes the matching messages off `rows` (newest first) until there are `count` of them.
base::Result<> take_matches(Rows rows, const std::unordered_set<base::RoomId>& rooms,
                            const SearchWords& words, std::size_t count, std::vector<chat::Message>& found) {
  while (found.size() < count) {
    const auto row = rows.next();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    if (rooms.contains(rows.id<base::RoomId>(1)) && words.in(rows.text(6)))
      found.push_back(message_from(rows));
  }
  return {};
}

}  // namespace

// CROSS JOIN: in this order, or SQLite may think of a better one.
const char* const kIndexedOfRoom =
    "SELECT m.id, m.room, m.time, m.kind, m.account, m.sender, m.text"
    " FROM room_messages r CROSS JOIN messages m ON m.id = r.message"
    " WHERE r.room = ? AND r.message <= ? ORDER BY r.message DESC LIMIT ?";

chat::Message message_from(const Rows& row) {
  return {.id = row.id<base::MessageId>(0),
          .room = row.id<base::RoomId>(1),
          .time = row.time(2),
          .kind = static_cast<chat::MessageKind>(row.integer(3)),
          .account = row.id<base::AccountId>(4),
          .sender = std::string(row.text(5)),
          .text = std::string(row.text(6))};
}

SqliteReader::SqliteReader(Database database)
    : database_(std::move(database)),
      newest_of_room_(database_.statement("SELECT id, room, time, kind, account, sender, text FROM messages"
                                          " WHERE id > ? AND id <= ? AND room = ? ORDER BY id DESC LIMIT ?")),
      indexed_of_room_(database_.statement(kIndexedOfRoom)),
      indexed_up_to_(database_.statement("SELECT value FROM meta WHERE key = 'indexed_up_to'")),
      scan_(database_.statement("SELECT id, room, time, kind, account, sender, text FROM messages"
                                " WHERE id > ? AND id <= ? ORDER BY id DESC")),
      look_up_(database_.statement("SELECT id, room, time, kind, account, sender, m.text"
                                   " FROM message_index i CROSS JOIN messages m ON m.id = i.rowid"
                                   " WHERE message_index MATCH ? AND i.rowid <= ? ORDER BY i.rowid DESC")) {}

base::Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::read);
  if (!database) return tl::unexpected(database.error());
  if (auto done = database->execute("PRAGMA query_only = ON; PRAGMA mmap_size = 0"); !done) {
    return tl::unexpected(done.error());
  }
  return std::unique_ptr<SqliteReader>(new SqliteReader(std::move(*database)));
}

base::Result<std::vector<chat::Message>> SqliteReader::last(base::RoomId room, base::MessageId up_to,
                                                            std::size_t count) {
  // One snapshot, as below.
  std::vector<chat::Message> found;
  auto snapshot = Transaction::begin(database_, Database::Access::read);
  if (!snapshot) return tl::unexpected(snapshot.error());
  const auto position = indexed_up_to_.number();
  if (!position) return tl::unexpected(position.error());
  const base::MessageId indexed_up_to{static_cast<std::uint64_t>(*position)};
  const auto take = [&](Rows rows) -> base::Result<> {
    while (true) {
      const auto row = rows.next();
      if (!row) return tl::unexpected(row.error());
      if (!*row) return {};
      found.push_back(message_from(rows));
    }
  };
  const auto missing = [&] { return static_cast<std::int64_t>(count - found.size()); };
  auto done = take(newest_of_room_.query(*position, up_to, room, missing()));
  if (done) done = take(indexed_of_room_.query(room, std::min(up_to, indexed_up_to), missing()));
  if (!done) return tl::unexpected(done.error());
  std::reverse(found.begin(), found.end());
  return found;
}

base::Result<std::vector<chat::Message>> SqliteReader::search(std::span<const base::RoomId> rooms,
                                                              std::string_view words, base::MessageId up_to,
                                                              std::size_t count) {
  const SearchWords wanted(words);
  if (wanted.empty() || rooms.empty()) return std::vector<chat::Message>{};
  const std::unordered_set<base::RoomId> wanted_rooms(rooms.begin(), rooms.end());
  const std::string query = wanted.index_query();

  // One snapshot for the index, how far it goes and the rows behind it: while messages move from the tail
  // into the index none is missed and none met twice.
  std::vector<chat::Message> found;
  auto snapshot = Transaction::begin(database_, Database::Access::read);
  if (!snapshot) return tl::unexpected(snapshot.error());
  base::MessageId indexed_up_to;
  if (!query.empty()) {
    const auto position = indexed_up_to_.number();
    if (!position) return tl::unexpected(position.error());
    indexed_up_to = {static_cast<std::uint64_t>(*position)};
  }
  auto done = take_matches(scan_.query(static_cast<std::int64_t>(indexed_up_to.value), up_to), wanted_rooms,
                           wanted, count, found);
  if (done && !query.empty()) {
    done = take_matches(look_up_.query(query, std::min(up_to, indexed_up_to)), wanted_rooms, wanted, count,
                        found);
  }
  if (!done) return tl::unexpected(done.error());
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace veche::store
