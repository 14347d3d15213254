// The configuration that a command works with: a file's, or the defaults, and what the command line changes.
#pragma once

#include "control/config.h"

#include <optional>
#include <string>

namespace veche::cli {

/// The file's configuration (the defaults if `file` is empty), with `data_dir` put in unless that is empty.
/// Any thread.
tl::expected<control::Config, control::ConfigErrors> read_config(const std::string& file,
                                                                 const std::string& data_dir);
/// The same; what is wrong goes to standard error, and nothing is given back.
std::optional<control::Config> load_config(const std::string& file, const std::string& data_dir);

}  // namespace veche::cli
