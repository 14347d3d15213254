// The journal in one SQLite file: DATA/veche.db, with its write-ahead log. Every fact of its set-up was
// measured or has a failure behind it (docs/adr/0002-commit-then-deliver.md): WAL, this one connection writes
// and checkpoints, checkpoints when the journal says so, mmap off, the search index filled later.
#pragma once

#include "store/charter_table.h"
#include "store/checkpointer.h"
#include "store/journal.h"
#include "store/message_indexes.h"
#include "store/retention.h"
#include "store/sqlite.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace veche::store {

/// What a commit survives.
enum class Durability : std::uint8_t {
  process,  ///< the end of the process, by kill -9 too (synchronous = NORMAL)
  power,    ///< power loss too; every commit waits for the disk (synchronous = FULL)
};

struct SqliteOptions {
  std::filesystem::path file;
  Durability durability = Durability::process;
  std::chrono::milliseconds retention{0};  ///< older messages are deleted; 0: kept for ever
  /// Told when maintenance fails, which loses nothing but will be needed; on the journal's thread, once until
  /// a write succeeds again.
  std::function<void(const base::Error&)> on_maintenance_error = {};
  /// When idle, so many messages are worth an index transaction; fewer are scanned by searches in no time.
  std::size_t index_rows_min = 500;
};

class SqliteJournal final : public Journal {
 public:
  /// Opens the file, makes it if there is none, brings an older one up to date. Refuses a damaged file and
  /// one of a newer veche, naming it and what to do. Whoever opens it holds the data directory's lock.
  static base::Result<std::unique_ptr<SqliteJournal>> open(SqliteOptions options);
  /// Copies the log into the file and empties it.
  ~SqliteJournal() override;

  base::Result<chat::DurableState> load(std::size_t recent_per_room) override;
  /// An account, token or room that is there already is an error; changing or removing what is not there
  /// changes nothing. Message ids must ascend.
  base::Result<> commit(std::span<const chat::Row> rows) override;
  /// Commits a small write.
  base::Result<> probe() override;
  bool maintain(base::WallTime now, bool idle) override;

  /// Committed messages that a search still has to scan, and pages in the log: for metrics and tests.
  std::size_t rows_behind() const { return indexes_.rows_behind(); }
  std::int64_t wal_pages() const { return checkpointer_.wal_pages(); }

 private:
  SqliteJournal(SqliteOptions options, Database database);

  base::Result<> load_accounts(chat::DurableState& state);
  base::Result<> load_certificates(chat::DurableState& state);
  base::Result<> make_secret();
  base::Result<> load_secret(chat::DurableState& state);
  base::Result<> load_rooms(chat::DurableState& state, std::size_t recent_per_room);
  base::Result<> load_sanctions(chat::DurableState& state);
  base::Result<bool> maintain_slice(base::WallTime now, bool idle);

  base::Result<> write(const chat::MessageAdded& row);
  base::Result<> write(const chat::RoomAdded& row);
  base::Result<> write(const chat::AccountAdded& row);
  base::Result<> write(const chat::AccountRemoved& row);
  base::Result<> write(const chat::PasswordChanged& row);
  base::Result<> write(const chat::TokenAdded& row);
  base::Result<> write(const chat::TokenRemoved& row);
  base::Result<> write(const chat::AddressRemembered& row);
  base::Result<> write(const chat::AddressForgotten& row);
  base::Result<> write(const chat::IdentitiesCleared& row);
  base::Result<> write(const chat::SanctionImposed& row);
  base::Result<> write(const chat::SanctionLifted& row);
  base::Result<> write(const chat::RoomSlowed& row);
  base::Result<> write(const chat::RoomNameChanged& row);
  base::Result<> write(const chat::ScramKeysDerived& row);
  base::Result<> write(const chat::CertificateAdded& row);
  base::Result<> write(const chat::CertificateRemoved& row);
  template <class CharterRow>
  base::Result<> write(const CharterRow& row) {
    return charters_.write(row);
  }
  base::Result<> write_scram(base::AccountId account, const base::ScramKeysPtr& scram);

  const SqliteOptions options_;
  Database database_;
  Checkpointer checkpointer_;
  MessageIndexes indexes_;
  Retention retention_;
  CharterTable charters_;
  Statement add_message_, add_room_, add_account_, remove_account_, change_password_, add_token_,
      remove_token_, remember_address_, forget_address_, clear_tokens_, clear_addresses_, clear_accounts_,
      impose_, lift_, slow_, rename_room_, probe_, keep_scram_, add_certificate_, remove_certificate_,
      clear_certificates_;

  base::MessageId last_message_;
  bool maintenance_rests_ = false;  // after a failure, until a write succeeds: a full disk is not hammered
};

}  // namespace veche::store
