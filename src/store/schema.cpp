#include "store/schema.h"

#include <fmt/core.h>

#include <string>

namespace veche::store {
namespace {

// Times are microseconds since 1970, UTC. Ids are given by the chat, never twice: accounts and rooms keep the
// highest in sqlite_sequence (AUTOINCREMENT), and the newest message is never deleted.
//
// messages has no foreign keys: a message outlives its author's account. It has no index but its id, for each
// would be paid for in every commit: room_messages and message_index are filled later (message_indexes.h).
// meta.indexed_up_to is the last id in both, changed in their own transactions.
//
// message_index has no content of its own and is fed folded tokens (search_words.h), so that a search and the
// rows that are not indexed yet are compared alike. columnsize = 0: no ranking, so no table of sizes.
//
// The scram_ columns are for SCRAM-SHA-256 (RFC 5802): keys that are derived from the password beside the
// Argon2id hash, NULL until then. certificates.fingerprint is SHA-256 in lower-case hexadecimal digits.
//
// secrets.value is random, made when it is first needed, and the same ever after; it opens nothing.
//
// charters: what registered rooms keep; flags, list, mask_on and rank are numbers of chat/room_state.h. The
// entries of a list are in the order of their ids.
//
// sanctions: kind and target_kind are numbers of chat/records.h's enumerations; network is 16 bytes, of which
// the first `prefix` bits count; expires = 0: never. rooms.slow is in seconds.
constexpr Migration kMigrations[] = {
    R"sql(
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('indexed_up_to', 0), ('probes', 0);

CREATE TABLE accounts(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created INTEGER NOT NULL,
  scram_salt BLOB,
  scram_iterations INTEGER,
  scram_stored_key BLOB,
  scram_server_key BLOB
);

CREATE TABLE tokens(
  hash BLOB PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_by_account ON tokens(account);

CREATE TABLE addresses(
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  address TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (account, address)
) WITHOUT ROWID;

CREATE TABLE rooms(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  created INTEGER NOT NULL
);

CREATE TABLE messages(
  id INTEGER PRIMARY KEY,
  room INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  account INTEGER,
  sender TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX messages_by_room ON messages(room);

CREATE VIRTUAL TABLE message_index USING fts5(text, content = '', columnsize = 0, tokenize = 'ascii');
)sql",
    R"sql(
ALTER TABLE rooms ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;

CREATE TABLE sanctions(
  kind INTEGER NOT NULL,
  target_kind INTEGER NOT NULL,
  target TEXT NOT NULL,
  network BLOB NOT NULL,
  prefix INTEGER NOT NULL,
  reason TEXT NOT NULL,
  imposed_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (kind, target_kind, target)
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE room_messages(
  room INTEGER NOT NULL,
  message INTEGER NOT NULL,
  PRIMARY KEY (room, message)
) WITHOUT ROWID;
INSERT INTO room_messages
  SELECT room, id FROM messages
  WHERE id <= (SELECT value FROM meta WHERE key = 'indexed_up_to')
  ORDER BY room, id;
DROP INDEX messages_by_room;
)sql",
    R"sql(
CREATE TABLE certificates(
  fingerprint TEXT PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX certificates_by_account ON certificates(account);

CREATE TABLE secrets(
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE charters(
  room INTEGER PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
  founder INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  since INTEGER NOT NULL,
  flags INTEGER NOT NULL DEFAULT 0,
  key TEXT NOT NULL DEFAULT '',
  member_limit INTEGER NOT NULL DEFAULT 0,
  forward TEXT NOT NULL DEFAULT '',
  topic TEXT NOT NULL DEFAULT '',
  topic_by TEXT NOT NULL DEFAULT '',
  topic_at INTEGER NOT NULL DEFAULT 0,
  joins INTEGER NOT NULL DEFAULT 0,
  join_seconds INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX charters_by_founder ON charters(founder);

CREATE TABLE room_masks(
  id INTEGER PRIMARY KEY,
  room INTEGER NOT NULL REFERENCES charters ON DELETE CASCADE,
  list INTEGER NOT NULL,
  mask_on INTEGER NOT NULL,
  pattern TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL
);
CREATE INDEX room_masks_by_room ON room_masks(room, list, mask_on, pattern);

CREATE TABLE standing_ranks(
  room INTEGER NOT NULL REFERENCES charters ON DELETE CASCADE,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  rank INTEGER NOT NULL,
  PRIMARY KEY (room, account)
) WITHOUT ROWID;
CREATE INDEX standing_ranks_by_account ON standing_ranks(account);
)sql",
};

std::string file_of(const Database& database) { return sqlite3_db_filename(database.connection(), "main"); }

base::Result<> check_whole(Database& database) {
  Statement check = database.statement("PRAGMA quick_check(1)");
  Rows rows = check.query();
  const base::Result<bool> row = rows.next();
  if (!row) return tl::unexpected(row.error());
  if (rows.text(0) == "ok") return {};
  const std::string file = file_of(database);
  return base::fail("database " + file, "the file is damaged: " + std::string(rows.text(0)),
                    "restore a backup, or save what can be read: sqlite3 " + file + " .recover");
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

base::Result<> prepare_schema(Database& database, std::span<const Migration> steps) {
  const auto id = database.statement("PRAGMA application_id").number();
  if (!id) return tl::unexpected(id.error());
  const auto version = database.statement("PRAGMA user_version").number();
  if (!version) return tl::unexpected(version.error());
  const auto tables = database.statement("SELECT count(*) FROM sqlite_schema").number();
  if (!tables) return tl::unexpected(tables.error());

  const bool empty = *id == 0 && *version == 0 && *tables == 0;
  if (!empty && *id != kApplicationId) {
    return base::fail("database " + file_of(database), "it belongs to another program",
                      "name another data directory");
  }
  const auto known = static_cast<std::int64_t>(steps.size());
  if (*version > known) {
    return base::fail(
        "database " + file_of(database),
        fmt::format("made by a newer veche: its version is {}, this one knows up to {}", *version, known),
        "install the newer veche, or restore a backup from before the upgrade");
  }
  if (!empty) {
    if (auto whole = check_whole(database); !whole) return whole;
  }
  if (*version == known && !empty) return {};

  auto transaction = Transaction::begin(database, Database::Access::write);
  if (!transaction) return tl::unexpected(transaction.error());
  for (std::int64_t step = *version; step < known; ++step) {
    if (auto done = database.execute(steps[static_cast<std::size_t>(step)]); !done) return done;
  }
  const std::string stamp =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, known);
  if (auto done = database.execute(stamp.c_str()); !done) return done;
  return transaction->commit();
}

}  // namespace veche::store
