// SQLite's C interface with owners and Results: a connection, a prepared statement, the rows of one run of
// it, a transaction. Nothing more; the SQL stands where it is used. A connection and all that belongs to it
// live on one thread at a time (SQLITE_OPEN_NOMUTEX).
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace veche::store {

/// Long enough for somebody's look with the sqlite3 shell, short enough not to be felt in the chat.
inline constexpr std::chrono::milliseconds kBusyTimeout{250};

/// The connection's last error in plain words: which file, what happened, what to do.
base::Error database_error(sqlite3* connection);
/// The same for an extended result code that no connection keeps.
base::Error database_error(const std::string& file, int extended_code);

/// What one run of a statement yields; gone, the statement is ready for the next run. Read it to the end or
/// drop it soon: while it lives, so does the snapshot that it reads from.
class Rows {
 public:
  explicit Rows(sqlite3* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { sqlite3_reset(statement_); }

  /// Goes to the next row; false: there is none.
  base::Result<bool> next();

  // The columns of the current row, from 0. Texts and blobs hold until next().
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const;
  std::span<const std::uint8_t> blob(int column) const;
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  template <class Id>
  Id id(int column) const {
    return Id{static_cast<std::uint64_t>(integer(column))};  // NULL reads as 0: nobody
  }
  base::WallTime time(int column) const { return base::WallTime{std::chrono::microseconds{integer(column)}}; }

 private:
  sqlite3* connection_;
  sqlite3_stmt* statement_;  // null: it could not be prepared
};

/// Prepared when it is first run, then kept. Must not outlive its connection.
class Statement {
 public:
  /// `sql` must be a literal.
  Statement(sqlite3* connection, const char* sql) : connection_(connection), sql_(sql) {}

  /// Runs the statement with `values` as its parameters, in order. Texts and blobs must outlive the Rows.
  template <class... Values>
  Rows query(const Values&... values) {
    prepare();
    if (statement_) {
      int index = 0;
      (bind(++index, values), ...);
    }
    return Rows(connection_, statement_.get());
  }

  /// The same to the end, rows unread.
  template <class... Values>
  base::Result<> run(const Values&... values) {
    const base::Result<bool> row = finish(query(values...));
    if (!row) return tl::unexpected(row.error());
    return {};
  }

  /// The first column of the first row; 0 if there is no row or it is NULL.
  template <class... Values>
  base::Result<std::int64_t> number(const Values&... values) {
    Rows rows = query(values...);
    const base::Result<bool> row = rows.next();
    if (!row) return tl::unexpected(row.error());
    return *row ? rows.integer(0) : 0;
  }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void prepare();
  static base::Result<bool> finish(Rows rows);
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);
  void bind(int index, const char* value) = delete;  // would be taken for a number's address
  void bind(int index, std::span<const std::uint8_t> value);
  void bind(int index, base::WallTime value) { bind(index, std::int64_t{value.time_since_epoch().count()}); }
  /// Nobody is NULL. An id past what SQLite can hold is the highest it can.
  template <class Tag>
  void bind(int index, base::Id<Tag> value) {
    if (value) {
      bind(index, static_cast<std::int64_t>(std::min<std::uint64_t>(
                      value.value, std::uint64_t{std::numeric_limits<std::int64_t>::max()})));
    }
  }

  sqlite3* connection_;
  const char* sql_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

/// A connection.
class Database {
 public:
  enum class Access : std::uint8_t { write, read };

  /// Opens `file`; for `write` it is created if there is none (readable by its owner alone). Nothing has been
  /// read of it yet: whether it is a database is seen at the first query.
  static base::Result<Database> open(const std::filesystem::path& file, Access access);

  sqlite3* connection() const { return connection_.get(); }
  Statement statement(const char* sql) const { return Statement(connection(), sql); }
  /// Runs one or more statements, rows unread.
  base::Result<> execute(const char* sql);
  base::Error error() const { return database_error(connection()); }
  /// How long to wait for another connection's lock.
  void set_busy_timeout(std::chrono::milliseconds timeout) {
    sqlite3_busy_timeout(connection(), static_cast<int>(timeout.count()));
  }

 private:
  friend class Transaction;
  struct Closer {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Database(sqlite3* connection);

  std::unique_ptr<sqlite3, Closer> connection_;
  Statement begin_write_, begin_read_, commit_, roll_back_;
};

/// From begin to commit; without a commit everything is rolled back.
class Transaction {
 public:
  static base::Result<Transaction> begin(Database& database, Database::Access access);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// After an error nothing of the transaction is kept.
  base::Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace veche::store
