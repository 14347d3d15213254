#include "store/sqlite.h"

#include "base/check.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace veche::store {
namespace {

std::string file_of(sqlite3* connection) {
  const char* const name = sqlite3_db_filename(connection, "main");
  return name && *name ? name : "(memory)";
}

/// What SQLite was doing when the system failed it. (It does not keep errno past a statement's end.)
std::string input_output_error(int extended_code) {
  switch (extended_code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
      return "input/output error while reading";
    case SQLITE_IOERR_WRITE:
      return "input/output error while writing";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return "input/output error while flushing to the disk";
    default:
      return "input/output error (SQLite's code " + std::to_string(extended_code) + ")";
  }
}

/// `words`: SQLite's own, for what has none here.
base::Error error_in_words(const std::string& file, int extended_code, const char* words) {
  const std::string what = "database " + file;
  if (extended_code == SQLITE_IOERR_SHMSIZE)
    return {what, "the disk is full", "free some space"};  // for its index
  switch (extended_code & 0xFF) {
    case SQLITE_FULL:
      return {what, "the disk is full", "free some space"};
    case SQLITE_READONLY:
      return {what, "the file or its directory is read-only", "make both writable for the server"};
    case SQLITE_IOERR:
      return {what, input_output_error(extended_code), "look at the disk and the system's log"};
    case SQLITE_CORRUPT:
      return {what, "the file is damaged",
              "restore a backup, or save what can be read: sqlite3 " + file + " .recover"};
    case SQLITE_NOTADB:
      return {what, "the file is not a database or its beginning is damaged",
              "restore a backup, or save what can be read: sqlite3 " + file + " .recover"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {what, "another program holds it", "end that program"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {what, "cannot be opened", "look at its owner and mode"};
    case SQLITE_NOMEM:
      return {what, "not enough memory", {}};
    default:
      return {what, words, {}};
  }
}

}  // namespace

base::Error database_error(sqlite3* connection) {
  return error_in_words(file_of(connection), sqlite3_extended_errcode(connection),
                        sqlite3_errmsg(connection));
}

base::Error database_error(const std::string& file, int extended_code) {
  return error_in_words(file, extended_code, sqlite3_errstr(extended_code));
}

base::Result<bool> Rows::next() {
  if (!statement_) return tl::unexpected(database_error(connection_));
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      sqlite3_reset(statement_);
      return false;
    default:
      return tl::unexpected(database_error(connection_));
  }
}

std::string_view Rows::text(int column) const {
  const unsigned char* const text = sqlite3_column_text(statement_, column);
  if (!text) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::span<const std::uint8_t> Rows::blob(int column) const {
  const void* const blob = sqlite3_column_blob(statement_, column);
  if (!blob) return {};
  return {static_cast<const std::uint8_t*>(blob),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::prepare() {
  if (!statement_) {
    sqlite3_stmt* statement = nullptr;
    // An error leaves it null and is told by the connection: a damaged or full file, never bad SQL.
    sqlite3_prepare_v3(connection_, sql_, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
  } else {
    base::check(!sqlite3_stmt_busy(statement_.get()), "a statement's rows are dropped before it runs again");
    sqlite3_clear_bindings(statement_.get());
  }
}

base::Result<bool> Statement::finish(Rows rows) {
  base::Result<bool> row = rows.next();
  while (row && *row) row = rows.next();
  return row;
}

void Statement::bind(int index, std::int64_t value) {
  base::check(sqlite3_bind_int64(statement_.get(), index, value) == SQLITE_OK,
              "the statement has such a parameter");
}

void Statement::bind(int index, std::string_view value) {
  base::check(sqlite3_bind_text64(statement_.get(), index, value.data() ? value.data() : "", value.size(),
                                  SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK,
              "the statement has such a parameter");
}

void Statement::bind(int index, std::span<const std::uint8_t> value) {
  base::check(
      sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), SQLITE_STATIC) == SQLITE_OK,
      "the statement has such a parameter");
}

Database::Database(sqlite3* connection)
    : connection_(connection),
      begin_write_(connection, "BEGIN IMMEDIATE"),
      begin_read_(connection, "BEGIN"),
      commit_(connection, "COMMIT"),
      roll_back_(connection, "ROLLBACK") {}

base::Result<Database> Database::open(const std::filesystem::path& file, Access access) {
  int flags = SQLITE_OPEN_NOMUTEX;
  if (access == Access::write) {
    flags |= SQLITE_OPEN_READWRITE;
    // SQLite would create it readable by everybody, and gives its -wal and -shm files the mode that this one
    // has.
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return base::fail("database " + file.string(), base::errno_text(errno), "look at its owner and mode");
    }
    ::close(descriptor);
  } else {
    // Not even able to checkpoint: that is the writer's alone (SQLite 3.40's WAL-reset defect).
    flags |= SQLITE_OPEN_READONLY;
  }
  sqlite3* connection = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &connection, flags, nullptr);
  base::check(connection != nullptr, "there is memory for a connection");
  Database database(connection);
  if (status != SQLITE_OK) {
    base::Error error = database.error();
    error.what = "database " + file.string();  // nothing is open, so SQLite does not know the name
    if (const int cause = sqlite3_system_errno(connection); cause != 0)
      error.why += ": " + base::errno_text(cause);
    return tl::unexpected(std::move(error));
  }
  sqlite3_extended_result_codes(connection, 1);
  database.set_busy_timeout(kBusyTimeout);
  return database;
}

base::Result<> Database::execute(const char* sql) {
  if (sqlite3_exec(connection(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return tl::unexpected(error());
  return {};
}

base::Result<Transaction> Transaction::begin(Database& database, Database::Access access) {
  Statement& begin = access == Database::Access::write ? database.begin_write_ : database.begin_read_;
  if (auto begun = begin.run(); !begun) return tl::unexpected(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // A failure may have rolled back by itself; and what rolling back reports is the failure that led to it.
  if (database_ && !sqlite3_get_autocommit(database_->connection())) (void)database_->roll_back_.run();
}

base::Result<> Transaction::commit() { return database_->commit_.run(); }

}  // namespace veche::store
