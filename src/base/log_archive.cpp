#include "base/log_archive.h"

#include "base/check.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <unistd.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veche::base {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kArchivePrefix = "log-";
constexpr std::string_view kPartialSuffix = ".partial";

using FileId = std::pair<dev_t, ino_t>;

fs::path directory_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : "."; }

tl::unexpected<Error> failed(std::string_view what, const fs::path& path, int error, std::string hint = {}) {
  return fail(fmt::format("{} {}", what, path.string()), errno_text(error), std::move(hint));
}

/// The regular file of this name itself, not what a symbolic link names.
std::optional<FileId> regular_file(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileId(status.st_dev, status.st_ino);
}

/// Which of the log's files has this name: 0 for veche.log, 2 for veche.2.log. All that are there are the
/// log's, even those beyond the number that it keeps today.
std::optional<std::size_t> rotation_of(std::string_view name, const fs::path& log_file) {
  if (name == log_file.filename().string()) return 0;
  const std::string before = log_file.stem().string() + ".";
  const std::string behind = log_file.extension().string();
  if (name.size() <= before.size() + behind.size() || !name.starts_with(before) || !name.ends_with(behind))
    return std::nullopt;
  const std::string_view digits = name.substr(before.size(), name.size() - before.size() - behind.size());
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '0')
    return std::nullopt;
  return index;
}

/// The entries of a directory; none if there is no such directory.
Result<std::vector<fs::path>> entries_of(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error && error != std::errc::no_such_file_or_directory)
    return failed("directory", directory, error.value());
  return entries;
}

/// The log's files, newest first.
Result<std::vector<fs::path>> files_of_log(const fs::path& log_file) {
  auto entries = entries_of(directory_of(log_file));
  if (!entries) return entries;
  std::vector<std::pair<std::size_t, fs::path>> found;
  for (fs::path& path : *entries)
    if (const auto index = rotation_of(path.filename().string(), log_file))
      found.emplace_back(*index, std::move(path));
  std::sort(found.begin(), found.end());
  std::vector<fs::path> files;
  for (auto& [index, path] : found) files.push_back(std::move(path));
  return files;
}

/// Sees a file's bytes, or a directory's names, on the disk.
Result<> sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed("cannot open", path, errno);
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error != 0) return failed("cannot write to the disk", path, error);
  return {};
}

/// `directory` with its parents, each on the disk.
Result<> make_directories(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  const fs::path parent = directory_of(directory);
  if (auto made = make_directories(parent); !made) return made;
  if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST)
    return failed("cannot make directory", directory, errno);
  return sync(parent);
}

/// A fresh .partial directory whose final name is free, too.
Result<fs::path> make_partial(const fs::path& backups, WallTime now) {
  const std::string name =
      fmt::format("{}{:%Y%m%d-%H%M%S}", kArchivePrefix, std::chrono::floor<std::chrono::seconds>(now));
  for (int number = 1;; ++number) {
    const fs::path archive = backups / (number == 1 ? name : fmt::format("{}-{}", name, number));
    fs::path partial = archive;
    partial += kPartialSuffix;
    std::error_code error;
    if (fs::exists(fs::symlink_status(archive, error))) continue;
    if (::mkdir(partial.c_str(), 0700) == 0) return partial;
    if (errno != EEXIST) return failed("cannot make directory", partial, errno);
  }
}

Result<> link_into(const fs::path& file, const fs::path& directory) {
  if (!regular_file(file)) return fail("cannot move " + file.string(), "it is not a regular file");
  const fs::path link = directory / file.filename();
  if (::link(file.c_str(), link.c_str()) != 0) {
    const int error = errno;
    return failed("cannot link to", file, error,
                  error == EXDEV ? "the log and its backups must be on one file system" : "");
  }
  return sync(link);
}

Result<> link_all(const std::vector<fs::path>& files, const fs::path& directory) {
  for (const fs::path& file : files)
    if (auto linked = link_into(file, directory); !linked) return linked;
  return sync(directory);
}

Result<> remove_tree(const fs::path& directory) {
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) return failed("cannot remove", directory, error.value());
  return {};
}

}  // namespace

Result<fs::path> link_log(const fs::path& log_file, const fs::path& backups, WallTime now) {
  const auto files = files_of_log(log_file);
  if (!files) return tl::unexpected(files.error());
  if (files->empty()) return fs::path();
  if (auto made = make_directories(backups); !made) return tl::unexpected(made.error());
  auto partial = make_partial(backups, now);
  if (!partial) return partial;
  if (auto linked = link_all(*files, *partial); !linked) {
    remove_tree(*partial);  // if that fails, the next start removes it
    return tl::unexpected(linked.error());
  }
  return partial;
}

Result<fs::path> publish_archive(const fs::path& partial) {
  check(partial.extension() == kPartialSuffix, "a partial archive is published");
  fs::path archive = partial;
  archive.replace_extension();
  if (::rename(partial.c_str(), archive.c_str()) != 0) {
    const int error = errno;
    remove_tree(partial);
    return failed("cannot rename", partial, error);
  }
  // Until the new name is on the disk the originals are what a power cut leaves.
  if (auto synced = sync(directory_of(archive)); !synced) {
    remove_tree(archive);
    return tl::unexpected(synced.error());
  }
  return archive;
}

Result<> unlink_archived(const fs::path& log_file, const fs::path& archive) {
  const auto originals = files_of_log(log_file);
  if (!originals) return tl::unexpected(originals.error());
  const auto archived = entries_of(archive);
  if (!archived) return tl::unexpected(archived.error());
  std::vector<FileId> ids;
  for (const fs::path& file : *archived)
    if (const auto id = regular_file(file)) ids.push_back(*id);

  // Not synced: an unlinking that a power cut undoes is done again at the next start.
  for (const fs::path& file : *originals) {
    const auto id = regular_file(file);
    if (!id || std::find(ids.begin(), ids.end(), *id) == ids.end()) continue;
    if (::unlink(file.c_str()) != 0)
      return failed("cannot remove", file, errno, "it is also in " + archive.string());
  }
  return {};
}

Result<fs::path> archive_log(const fs::path& log_file, const fs::path& backups, WallTime now) {
  const auto partial = link_log(log_file, backups, now);
  if (!partial || partial->empty()) return partial;
  auto archive = publish_archive(*partial);
  if (!archive) return archive;
  if (auto unlinked = unlink_archived(log_file, *archive); !unlinked) return tl::unexpected(unlinked.error());
  return archive;
}

Result<> finish_interrupted_clear(const fs::path& log_file, const fs::path& backups) {
  const auto entries = entries_of(backups);
  if (!entries) return tl::unexpected(entries.error());
  for (const fs::path& path : *entries) {
    std::error_code error;
    if (!path.filename().string().starts_with(kArchivePrefix)) continue;
    if (!fs::is_directory(fs::symlink_status(path, error))) continue;
    const bool partial = path.extension() == kPartialSuffix;
    if (auto done = partial ? remove_tree(path) : unlink_archived(log_file, path); !done) return done;
  }
  return {};
}

}  // namespace veche::base
