#include "tests/simulator/disk.h"

#include "store/sqlite_reader.h"
#include "tests/simulator/failure.h"

#include <string>
#include <utility>

namespace veche::simulator {

namespace fs = std::filesystem;

namespace {

constexpr auto kAllMessages = static_cast<std::uint64_t>(INT64_MAX);

/// In memory, if there is such a place.
fs::path fast_directory() {
  std::error_code none;
  return fs::is_directory("/dev/shm", none) ? fs::path("/dev/shm") : fs::temp_directory_path();
}

template <class T>
T value_of(base::Result<T> result) {
  require(result.has_value(), "{}", result ? std::string() : result.error().text());
  return *std::move(result);
}

}  // namespace

Disk::Disk(bool sqlite) {
  if (sqlite) {
    directory_.emplace(fast_directory());
    file_ = *directory_ / "veche0.db";
  } else {
    memory_ = std::make_unique<store::MemoryJournal>();
  }
  open();
}

void Disk::open() {
  if (directory_) {
    sqlite_ = value_of(store::SqliteJournal::open({.file = file_, .index_rows_min = 5}));
    faulty_ = std::make_unique<fakes::FaultyJournal>(*sqlite_);
  } else {
    faulty_ = std::make_unique<fakes::FaultyJournal>(*memory_);
  }
  doom_ = Doom::none;
  faulty_->before_commit([this](std::span<const chat::Row>) {
    if (doom_ == Doom::before) throw Died{};
    if (doom_ == Doom::within) log_bytes_before_ = log_bytes();
  });
  faulty_->after_commit([this](std::span<const chat::Row> rows) {
    if (doom_ == Doom::within && directory_) {
      torn_.assign(rows.begin(), rows.end());
      throw Died{};
    }
    if (on_commit_) on_commit_(rows);
    if (doom_ != Doom::none) throw Died{};
  });
}

void Disk::on_commit(fakes::FaultyJournal::Hook hook) { on_commit_ = std::move(hook); }

std::uintmax_t Disk::log_bytes() const {
  std::error_code none;
  const std::uintmax_t bytes = fs::file_size(file_.string() + "-wal", none);
  return none ? 0 : bytes;
}

std::vector<chat::Row> Disk::reopen(bool killed, fakes::SeededChoice& choose) {
  if (directory_) {
    reader_.reset();
    if (killed) {
      // What a killed process leaves are the file and its log as they are, the log's end perhaps unwritten.
      const fs::path left = *directory_ / ("veche" + std::to_string(++files_) + ".db").c_str();
      const std::string old_log = file_.string() + "-wal", new_log = left.string() + "-wal";
      fs::copy_file(file_, left);
      if (const std::uintmax_t bytes = log_bytes(); bytes > 0) {
        fs::copy_file(old_log, new_log);
        const bool grew = !torn_.empty() && bytes > log_bytes_before_;
        if (grew) fs::resize_file(new_log, bytes - choose(bytes - log_bytes_before_ + 1));
      }
      file_ = left;
    }
    faulty_.reset();
    sqlite_.reset();
  }
  std::vector<chat::Row> torn = std::exchange(torn_, {});
  open();
  return torn;
}

store::HistoryReader& Disk::reader() {
  if (!reader_ && directory_) {
    reader_ = value_of(store::SqliteReader::open(file_));
  } else if (!reader_) {
    reader_ = memory_->reader();
  }
  return *reader_;
}

std::vector<chat::Message> Disk::last(const chat::HistoryGranted& grant) {
  return value_of(reader().last(grant.room, grant.up_to, grant.count));
}

std::vector<chat::Message> Disk::search(const chat::SearchGranted& grant) {
  std::vector<base::RoomId> rooms;
  for (const chat::NamedRoom& room : grant.rooms) rooms.push_back(room.id);
  return value_of(reader().search(rooms, grant.words, grant.up_to, grant.count));
}

std::vector<chat::Message> Disk::all(base::RoomId room) {
  return value_of(reader().last(room, {kAllMessages}, 0x7FFF'FFFF));
}

}  // namespace veche::simulator
