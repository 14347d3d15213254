#include "store/search_index.h"

#include "store/search_words.h"

namespace veche::store {

SearchIndex::SearchIndex(const Database& database)
    : position_(database.statement("SELECT value FROM meta WHERE key = 'indexed_up_to'")),
      count_behind_(database.statement("SELECT count(*) FROM messages WHERE id > ?")),
      next_rows_(database.statement("SELECT id, text FROM messages WHERE id > ? ORDER BY id LIMIT ?")),
      insert_(database.statement("INSERT INTO message_index(rowid, text) VALUES (?, ?)")),
      remove_(database.statement(
          "INSERT INTO message_index(message_index, rowid, text) VALUES ('delete', ?, ?)")),
      move_(database.statement("UPDATE meta SET value = ? WHERE key = 'indexed_up_to'")) {}

base::Result<> SearchIndex::load() {
  const auto position = position_.number();
  if (!position) return tl::unexpected(position.error());
  const auto behind = count_behind_.number(*position);
  if (!behind) return tl::unexpected(behind.error());
  indexed_up_to_ = {static_cast<std::uint64_t>(*position)};
  rows_behind_ = static_cast<std::size_t>(*behind);
  return {};
}

base::Result<> SearchIndex::index_slice(Database& database, std::size_t rows) {
  auto transaction = Transaction::begin(database, Database::Access::write);
  if (!transaction) return tl::unexpected(transaction.error());

  std::int64_t last = static_cast<std::int64_t>(indexed_up_to_.value);
  std::size_t indexed = 0;
  {
    Rows messages = next_rows_.query(last, static_cast<std::int64_t>(rows));
    while (true) {
      const auto row = messages.next();
      if (!row) return tl::unexpected(row.error());
      if (!*row) break;
      last = messages.integer(0);
      if (auto done = insert_.run(last, index_text(messages.text(1))); !done) return done;
      ++indexed;
    }
  }
  if (auto done = move_.run(last); !done) return done;
  if (auto done = transaction->commit(); !done) return done;

  indexed_up_to_ = {static_cast<std::uint64_t>(last)};
  rows_behind_ -= indexed;
  return {};
}

base::Result<> SearchIndex::remove(base::MessageId message, std::string_view text) {
  if (message > indexed_up_to_) return {};
  return remove_.run(message, index_text(text));
}

}  // namespace veche::store
