// The data directory: everything that a server keeps, and the lock by which no two servers share it.
#pragma once

#include "base/result.h"

#include <filesystem>

namespace veche::store {

/// Holds the directory's lock as long as it lives. The lock (flock on DATA/veche.lock, which names the
/// holder's pid) goes with the process, by kill -9 too: the file stays behind and means nothing without it.
/// Any thread.
class DataDir {
 public:
  /// Makes the directory if there is none (for its owner alone, parents as usual) and locks it. Refused, with
  /// what to do: a directory that another server uses, a file, one that cannot be written.
  static base::Result<DataDir> open(const std::filesystem::path& path);

  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

  /// Absolute, so that it holds wherever the process goes.
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "veche.db"; }
  std::filesystem::path log() const { return path_ / "veche.log"; }
  std::filesystem::path audit_log() const { return path_ / "audit.log"; }
  std::filesystem::path cloak_key() const { return path_ / "cloak.key"; }
  /// A directory for backups that nobody named a file for. Made by whoever writes the first.
  std::filesystem::path backups() const { return path_ / "backups"; }
  std::filesystem::path control_socket() const { return path_ / "veche.sock"; }
  std::filesystem::path lock_file() const { return path_ / "veche.lock"; }

 private:
  DataDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_;  // -1: moved from
};

/// Whether DataDir::open failed because another server holds the directory. Any thread.
bool is_in_use(const base::Error& error);

}  // namespace veche::store
