#include "store/sqlite_journal.h"

#include "base/check.h"
#include "base/limits.h"
#include "store/password.h"
#include "store/schema.h"
#include "store/sqlite_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace veche::store {

namespace limits = base::limits;

namespace {

constexpr std::int64_t kScramRoundsMax = 100'000'000;  // more is somebody's edit

/// As the database keeps it.
template <class Enumeration>
std::int64_t number_of(Enumeration value) {
  return static_cast<std::int64_t>(value);
}

/// The sanction in a row of: kind, target_kind, target, network, prefix, reason, imposed_by, created,
/// expires. None: the row is not ours, somebody edited the file; it is on nobody.
std::optional<chat::SanctionRecord> sanction_from(const Rows& row) {
  using Kind = chat::SanctionKind;
  using On = chat::SanctionOn;
  const std::int64_t kind = row.integer(0);
  const std::int64_t on = row.integer(1);
  const auto bits = row.blob(3);
  const std::int64_t prefix = row.integer(4);
  base::Network network;
  if (kind != number_of(Kind::ban) && kind != number_of(Kind::mute)) return std::nullopt;
  if (on < number_of(On::name) || on > number_of(On::network)) return std::nullopt;
  if (bits.size() != network.bits.size() || prefix < 0 || prefix > 128) return std::nullopt;
  std::copy(bits.begin(), bits.end(), network.bits.begin());
  network.prefix = static_cast<std::uint8_t>(prefix);
  if (!network.contains(network.bits)) return std::nullopt;  // bits behind the prefix
  return chat::SanctionRecord{
      .kind = static_cast<Kind>(kind),
      .target = {.on = static_cast<On>(on), .text = std::string(row.text(2)), .network = network},
      .reason = std::string(row.text(5)),
      .by = std::string(row.text(6)),
      .created = row.time(7),
      .expires = row.time(8)};
}

template <std::size_t N>
bool take_blob(const Rows& row, int column, std::array<std::uint8_t, N>& bytes) {
  const auto blob = row.blob(column);
  if (blob.size() != N) return false;
  std::copy(blob.begin(), blob.end(), bytes.begin());
  return true;
}

/// The keys in a row of an account; null: there are none, or the row is not ours.
base::ScramKeysPtr scram_from(const Rows& row) {
  base::ScramKeys keys;
  const std::int64_t rounds = row.integer(5);
  const bool whole = take_blob(row, 4, keys.salt) && take_blob(row, 6, keys.stored_key) &&
                     take_blob(row, 7, keys.server_key);
  if (!whole || rounds <= 0 || rounds > kScramRoundsMax) return nullptr;
  keys.iterations = static_cast<std::uint32_t>(rounds);
  return std::make_shared<const base::ScramKeys>(keys);
}

}  // namespace

base::Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(SqliteOptions options) {
  auto database = Database::open(options.file, Database::Access::write);
  if (!database) return tl::unexpected(database.error());
  // Before anything is written: the file may be somebody else's.
  if (auto done = prepare_schema(*database); !done) return tl::unexpected(done.error());

  std::string mode;
  {
    Statement statement = database->statement("PRAGMA journal_mode = WAL");
    Rows rows = statement.query();
    const auto row = rows.next();
    if (!row) return tl::unexpected(row.error());
    mode = rows.text(0);
  }
  if (mode != "wal") {
    return base::fail("database " + options.file.string(),
                      "its file system has no write-ahead log (it stays " + mode + ")",
                      "put the data directory on a local disk");
  }
  const bool power = options.durability == Durability::power;
  if (auto done = database->execute(power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
      !done) {
    return tl::unexpected(done.error());
  }
  if (auto done =
          database->execute("PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                            "PRAGMA cache_size = -8000; PRAGMA trusted_schema = OFF");
      !done) {
    return tl::unexpected(done.error());
  }
  std::unique_ptr<SqliteJournal> journal(new SqliteJournal(std::move(options), std::move(*database)));
  if (auto done = journal->make_secret(); !done) return tl::unexpected(done.error());
  if (auto done = journal->indexes_.load(); !done) return tl::unexpected(done.error());
  const auto newest = journal->database_.statement("SELECT max(id) FROM messages").number();
  if (!newest) return tl::unexpected(newest.error());
  journal->last_message_ = {static_cast<std::uint64_t>(*newest)};
  return journal;
}

SqliteJournal::SqliteJournal(SqliteOptions options, Database database)
    : options_(std::move(options)),
      database_(std::move(database)),
      checkpointer_(database_),
      indexes_(database_),
      retention_(database_, options_.retention),
      charters_(database_),
      add_message_(database_.statement(
          "INSERT INTO messages(id, room, time, kind, account, sender, text) VALUES (?, ?, ?, ?, ?, ?, ?)")),
      add_room_(database_.statement("INSERT INTO rooms(id, name, created, slow) VALUES (?, ?, ?, ?)")),
      add_account_(
          database_.statement("INSERT INTO accounts(id, name, password_hash, created) VALUES (?, ?, ?, ?)")),
      remove_account_(database_.statement("DELETE FROM accounts WHERE id = ?")),
      // Keys that were derived from the old password go with it.
      change_password_(database_.statement(
          "UPDATE accounts SET password_hash = ?, scram_salt = NULL, scram_iterations = NULL,"
          " scram_stored_key = NULL, scram_server_key = NULL WHERE id = ?")),
      add_token_(
          database_.statement("INSERT INTO tokens(hash, account, created, expires) VALUES (?, ?, ?, ?)")),
      remove_token_(database_.statement("DELETE FROM tokens WHERE hash = ?")),
      remember_address_(
          database_.statement("INSERT INTO addresses(account, address, last_seen) VALUES (?, ?, ?)"
                              " ON CONFLICT(account, address) DO UPDATE SET last_seen = excluded.last_seen")),
      forget_address_(database_.statement("DELETE FROM addresses WHERE account = ? AND address = ?")),
      clear_tokens_(database_.statement("DELETE FROM tokens")),
      clear_addresses_(database_.statement("DELETE FROM addresses")),
      clear_accounts_(database_.statement("DELETE FROM accounts")),
      impose_(database_.statement(
          "INSERT OR REPLACE INTO sanctions(kind, target_kind, target, network, prefix, reason, imposed_by,"
          " created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      lift_(database_.statement("DELETE FROM sanctions WHERE kind = ? AND target_kind = ? AND target = ?")),
      slow_(database_.statement("UPDATE rooms SET slow = ? WHERE id = ?")),
      rename_room_(database_.statement("UPDATE rooms SET name = ? WHERE id = ?")),
      probe_(database_.statement("UPDATE meta SET value = value + 1 WHERE key = 'probes'")),
      keep_scram_(database_.statement("UPDATE accounts SET scram_salt = ?, scram_iterations = ?, "
                                      "scram_stored_key = ?, scram_server_key = ?"
                                      " WHERE id = ?")),
      add_certificate_(
          database_.statement("INSERT INTO certificates(fingerprint, account, created) VALUES (?, ?, ?)")),
      remove_certificate_(database_.statement("DELETE FROM certificates WHERE fingerprint = ?")),
      clear_certificates_(database_.statement("DELETE FROM certificates")) {}

SqliteJournal::~SqliteJournal() {
  (void)checkpointer_.close();  // what it cannot copy stays in the log, where the next start finds it
}

base::Result<chat::DurableState> SqliteJournal::load(std::size_t recent_per_room) {
  chat::DurableState state;
  auto snapshot = Transaction::begin(database_, Database::Access::read);
  if (!snapshot) return tl::unexpected(snapshot.error());
  if (auto done = load_accounts(state); !done) return tl::unexpected(done.error());
  if (auto done = load_rooms(state, recent_per_room); !done) return tl::unexpected(done.error());
  if (auto done = charters_.load(state); !done) return tl::unexpected(done.error());
  if (auto done = load_sanctions(state); !done) return tl::unexpected(done.error());
  if (auto done = load_certificates(state); !done) return tl::unexpected(done.error());
  if (auto done = load_secret(state); !done) return tl::unexpected(done.error());
  state.last_message = last_message_;
  return state;
}

base::Result<> SqliteJournal::load_accounts(chat::DurableState& state) {
  base::Result<bool> row;
  {
    Statement statement = database_.statement(
        "SELECT id, name, password_hash, created, scram_salt, scram_iterations, scram_stored_key,"
        " scram_server_key FROM accounts ORDER BY id");
    Rows rows = statement.query();
    while ((row = rows.next()) && *row) {
      state.accounts.push_back({rows.id<base::AccountId>(0), std::string(rows.text(1)),
                                std::string(rows.text(2)), rows.time(3), scram_from(rows)});
    }
    if (!row) return tl::unexpected(row.error());
  }
  {
    Statement statement =
        database_.statement("SELECT hash, account, created, expires FROM tokens ORDER BY created, hash");
    Rows rows = statement.query();
    while ((row = rows.next()) && *row) {
      chat::TokenRecord token{{}, rows.id<base::AccountId>(1), rows.time(2), rows.time(3)};
      const auto hash = rows.blob(0);
      if (hash.size() != token.hash.size()) continue;  // not ours: somebody edited the file; it opens nothing
      std::copy(hash.begin(), hash.end(), token.hash.begin());
      state.tokens.push_back(token);
    }
    if (!row) return tl::unexpected(row.error());
  }
  {
    Statement statement = database_.statement(
        "SELECT address, account, last_seen FROM addresses ORDER BY last_seen, account, address");
    Rows rows = statement.query();
    while ((row = rows.next()) && *row) {
      state.addresses.push_back({std::string(rows.text(0)), rows.id<base::AccountId>(1), rows.time(2)});
    }
    if (!row) return tl::unexpected(row.error());
  }
  const auto last = database_.statement("SELECT seq FROM sqlite_sequence WHERE name = 'accounts'").number();
  if (!last) return tl::unexpected(last.error());
  state.last_account = {static_cast<std::uint64_t>(*last)};
  return {};
}

base::Result<> SqliteJournal::load_certificates(chat::DurableState& state) {
  Statement statement = database_.statement(
      "SELECT fingerprint, account, created FROM certificates ORDER BY created, fingerprint");
  Rows rows = statement.query();
  base::Result<bool> row;
  while ((row = rows.next()) && *row) {
    state.certificates.push_back({std::string(rows.text(0)), rows.id<base::AccountId>(1), rows.time(2)});
  }
  if (!row) return tl::unexpected(row.error());
  return {};
}

/// Once for a file; then it is there.
base::Result<> SqliteJournal::make_secret() {
  return database_.statement("INSERT OR IGNORE INTO secrets(name, value) VALUES ('server', ?)")
      .run(random_secret());
}

base::Result<> SqliteJournal::load_secret(chat::DurableState& state) {
  Statement statement = database_.statement("SELECT value FROM secrets WHERE name = 'server'");
  Rows rows = statement.query();
  const base::Result<bool> row = rows.next();
  if (!row) return tl::unexpected(row.error());
  if (!*row || !take_blob(rows, 0, state.secret)) state.secret = random_secret();  // somebody edited the file
  return {};
}

base::Result<> SqliteJournal::load_rooms(chat::DurableState& state, std::size_t recent_per_room) {
  base::Result<bool> row;
  {
    Statement statement = database_.statement("SELECT id, name, created, slow FROM rooms ORDER BY id");
    Rows rows = statement.query();
    while ((row = rows.next()) && *row) {
      state.rooms.push_back({rows.id<base::RoomId>(0), std::string(rows.text(1)), rows.time(2),
                             std::chrono::seconds{rows.integer(3)}});
    }
    if (!row) return tl::unexpected(row.error());
  }
  // The newest, which are not indexed, once for all rooms; then one look into the index for each that lacks
  // some: what it costs does not depend on how long the history is.
  std::unordered_map<base::RoomId, std::size_t> found;
  const auto take = [&](const Rows& rows, std::size_t& count) {
    ++count;
    state.recent.push_back(std::make_shared<const chat::Message>(message_from(rows)));
  };
  {
    Statement newest = database_.statement(
        "SELECT id, room, time, kind, account, sender, text FROM messages WHERE id > ? ORDER BY id DESC");
    Rows rows = newest.query(static_cast<std::int64_t>(indexes_.indexed_up_to().value));
    while ((row = rows.next()) && *row) {
      std::size_t& count = found[rows.id<base::RoomId>(1)];
      if (count < recent_per_room) take(rows, count);
    }
    if (!row) return tl::unexpected(row.error());
  }
  Statement indexed = database_.statement(kIndexedOfRoom);
  for (const chat::RoomRecord& room : state.rooms) {
    std::size_t& count = found[room.id];
    Rows rows =
        indexed.query(room.id, indexes_.indexed_up_to(), static_cast<std::int64_t>(recent_per_room - count));
    while ((row = rows.next()) && *row) take(rows, count);
    if (!row) return tl::unexpected(row.error());
  }
  std::sort(state.recent.begin(), state.recent.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });

  const auto last = database_.statement("SELECT seq FROM sqlite_sequence WHERE name = 'rooms'").number();
  if (!last) return tl::unexpected(last.error());
  state.last_room = {static_cast<std::uint64_t>(*last)};
  return {};
}

base::Result<> SqliteJournal::load_sanctions(chat::DurableState& state) {
  Statement statement = database_.statement(
      "SELECT kind, target_kind, target, network, prefix, reason, imposed_by, created, expires FROM sanctions"
      " ORDER BY created, target_kind, target, kind");
  Rows rows = statement.query();
  base::Result<bool> row;
  while ((row = rows.next()) && *row) {
    if (auto sanction = sanction_from(rows)) state.sanctions.push_back(*std::move(sanction));
  }
  if (!row) return tl::unexpected(row.error());
  return {};
}

base::Result<> SqliteJournal::commit(std::span<const chat::Row> rows) {
  if (rows.empty()) return {};
  auto transaction = Transaction::begin(database_, Database::Access::write);
  if (!transaction) return tl::unexpected(transaction.error());
  base::MessageId last = last_message_;
  std::size_t messages = 0;
  for (const chat::Row& row : rows) {
    if (const auto* added = std::get_if<chat::MessageAdded>(&row)) {
      // Else the index, which goes by id, would pass it over.
      base::check(added->message->id > last, "message ids ascend");
      last = added->message->id;
      ++messages;
    }
    if (auto done = std::visit([this](const auto& kind) { return write(kind); }, row); !done) return done;
  }
  if (auto done = transaction->commit(); !done) return done;
  last_message_ = last;
  indexes_.note_committed(messages);
  maintenance_rests_ = false;
  return {};
}

base::Result<> SqliteJournal::probe() {
  auto done = probe_.run();
  if (done) maintenance_rests_ = false;
  return done;
}

bool SqliteJournal::maintain(base::WallTime now, bool idle) {
  if (maintenance_rests_) return false;
  const base::Result<bool> more = maintain_slice(now, idle);
  if (more) return *more;
  maintenance_rests_ = true;
  if (options_.on_maintenance_error) options_.on_maintenance_error(more.error());
  return false;
}

base::Result<bool> SqliteJournal::maintain_slice(base::WallTime now, bool idle) {
  const auto index_waits = [&] {
    return indexes_.rows_behind() >= (idle ? options_.index_rows_min : limits::kIndexBehindRowsMax);
  };
  const auto sweep_waits = [&] { return idle && retention_.due(now); };

  if (index_waits()) {
    if (auto done = indexes_.index_slice(database_, limits::kIndexSliceRows); !done)
      return tl::unexpected(done.error());
  } else if (sweep_waits()) {
    if (auto done = retention_.sweep_slice(database_, indexes_, now); !done)
      return tl::unexpected(done.error());
  }
  if (auto done = checkpointer_.run(idle); !done) return tl::unexpected(done.error());
  return index_waits() || sweep_waits();
}

base::Result<> SqliteJournal::write(const chat::MessageAdded& row) {
  const chat::Message& message = *row.message;
  return add_message_.run(message.id, message.room, message.time, static_cast<std::int64_t>(message.kind),
                          message.account, message.sender, message.text);
}

base::Result<> SqliteJournal::write(const chat::RoomAdded& row) {
  return add_room_.run(row.room.id, row.room.name, row.room.created, std::int64_t{row.room.slow.count()});
}

base::Result<> SqliteJournal::write(const chat::AccountAdded& row) {
  const chat::AccountRecord& account = row.account;
  auto done = add_account_.run(account.id, account.name, account.password_hash, account.created);
  return done ? write_scram(account.id, account.scram) : done;
}

base::Result<> SqliteJournal::write(const chat::AccountRemoved& row) {
  return remove_account_.run(row.account);  // tokens, addresses, certificates follow: ON DELETE CASCADE
}

base::Result<> SqliteJournal::write(const chat::PasswordChanged& row) {
  auto done = change_password_.run(row.password_hash, row.account);
  return done ? write_scram(row.account, row.scram) : done;
}

base::Result<> SqliteJournal::write(const chat::TokenAdded& row) {
  const chat::TokenRecord& token = row.token;
  return add_token_.run(token.hash, token.account, token.created, token.expires);
}

base::Result<> SqliteJournal::write(const chat::TokenRemoved& row) { return remove_token_.run(row.hash); }

base::Result<> SqliteJournal::write(const chat::AddressRemembered& row) {
  return remember_address_.run(row.address.account, row.address.address, row.address.last_seen);
}

base::Result<> SqliteJournal::write(const chat::AddressForgotten& row) {
  return forget_address_.run(row.account, row.address);
}

base::Result<> SqliteJournal::write(const chat::IdentitiesCleared&) {
  // Each table for itself, not by ON DELETE CASCADE: what somebody's edit left without an account goes too.
  if (auto done = charters_.clear(); !done) return done;
  for (Statement* clear : {&clear_tokens_, &clear_addresses_, &clear_certificates_, &clear_accounts_}) {
    if (auto done = clear->run(); !done) return done;
  }
  return {};
}

base::Result<> SqliteJournal::write(const chat::SanctionImposed& row) {
  const chat::SanctionRecord& sanction = row.sanction;
  const chat::SanctionTarget& target = sanction.target;
  return impose_.run(number_of(sanction.kind), number_of(target.on), target.text, target.network.bits,
                     std::int64_t{target.network.prefix}, sanction.reason, sanction.by, sanction.created,
                     sanction.expires);
}

base::Result<> SqliteJournal::write(const chat::SanctionLifted& row) {
  return lift_.run(number_of(row.kind), number_of(row.target.on), row.target.text);
}

base::Result<> SqliteJournal::write(const chat::RoomSlowed& row) {
  return slow_.run(std::int64_t{row.slow.count()}, row.room);
}

base::Result<> SqliteJournal::write(const chat::RoomNameChanged& row) {
  return rename_room_.run(row.name, row.room);
}

base::Result<> SqliteJournal::write(const chat::ScramKeysDerived& row) {
  return write_scram(row.account, row.scram);
}

base::Result<> SqliteJournal::write_scram(base::AccountId account, const base::ScramKeysPtr& scram) {
  if (!scram) return {};
  return keep_scram_.run(scram->salt, std::int64_t{scram->iterations}, scram->stored_key, scram->server_key,
                         account);
}

base::Result<> SqliteJournal::write(const chat::CertificateAdded& row) {
  const chat::CertificateRecord& certificate = row.certificate;
  return add_certificate_.run(certificate.fingerprint, certificate.account, certificate.created);
}

base::Result<> SqliteJournal::write(const chat::CertificateRemoved& row) {
  return remove_certificate_.run(row.fingerprint);
}

}  // namespace veche::store
