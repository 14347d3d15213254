// DATA/audit.log: who did what to the server, and what came of it. No command clears it. One JSON object a
// line:
//   {"time":"2026-11-21T15:04:05Z","who":"uid 0","via":"ctl","command":"kick Bob flood","result":"done"}
// A command that destroys something has a line "begun" before it has its other one.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/fd.h"

#include <filesystem>
#include <string>

namespace veche::control {

struct AuditEntry {
  base::WallTime time;
  std::string who;      ///< "uid 0", "operator root", "signal"
  std::string via;      ///< "console", "ctl", "chat"
  std::string command;  ///< as it was typed
  std::string result;   ///< "begun", "done", or why not
};

/// One thread. Writing waits for the disk.
class AuditLog {
 public:
  /// Opens the file at `path`, made for its owner alone if there is none.
  static base::Result<AuditLog> open(const std::filesystem::path& path);

  /// Appends one line, which is on the disk when this returns.
  base::Result<> write(const AuditEntry& entry);

 private:
  AuditLog(std::filesystem::path path, net::Fd file) : path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  net::Fd file_;
};

}  // namespace veche::control
