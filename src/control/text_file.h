// Small text files, read and made whole. Any thread.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace veche::control {

/// The file's bytes, at most `bytes_max` of them.
base::Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max);

/// Makes a file that its owner alone can read (a configuration may hold passwords). Never touches one that is
/// there.
base::Result<> make_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace veche::control
