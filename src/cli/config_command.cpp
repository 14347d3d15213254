#include "cli/config_command.h"

#include "cli/exit_code.h"
#include "cli/load_config.h"
#include "control/config.h"
#include "control/text_file.h"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace veche::cli {
namespace {

constexpr const char* kDefaultFile = "veche.toml";
constexpr std::size_t kFileBytesMax = 1024 * 1024;

boost::json::array json_lines(const std::vector<std::string>& lines) {
  boost::json::array array;
  for (const std::string& line : lines) array.emplace_back(line);
  return array;
}

int check(const std::string& file, bool json, const base::Translator& t) {
  std::vector<std::string> errors;
  std::vector<std::string> idle;
  if (const auto text = control::read_text_file(file, kFileBytesMax + 1); !text) {
    errors.push_back(text.error().text());
  } else {
    if (auto config = control::parse_config(*text, file, control::CheckFiles::yes); !config)
      errors = std::move(config.error().lines);
    idle = control::keys_without_effect(*text);
  }

  if (json) {
    const boost::json::object report{{"file", file},
                                     {"ok", errors.empty()},
                                     {"errors", json_lines(errors)},
                                     {"without_effect", json_lines(idle)}};
    if (!print(boost::json::serialize(report) + '\n')) return kFailed;
    return errors.empty() ? kDone : kUsage;
  }
  for (const std::string& error : errors) print_error(error);
  std::string out;
  for (const std::string& key : idle) out += t("{}: {} has no effect in this version", file, key) + '\n';
  if (errors.empty()) out += t("{}: fine", file) + '\n';
  if (!print(out)) return kFailed;
  return errors.empty() ? kDone : kUsage;
}

int show(const std::string& file, bool json) {
  const auto config = load_config(file, "");
  if (!config) return kUsage;
  return print(json ? control::config_json(*config) + '\n' : control::config_text(*config)) ? kDone : kFailed;
}

int init(const std::string& file, const base::Translator& t) {
  if (file == "-") return print(control::default_config_text()) ? kDone : kFailed;
  if (auto made = control::make_text_file(file, control::default_config_text()); !made) {
    return report(made.error(), kFailed);
  }
  return print(t("{}: written; start the server with: veche serve --config {}", file, file) + '\n') ? kDone
                                                                                                    : kFailed;
}

}  // namespace

int run_config(const ConfigOptions& options, const base::Translator& t) {
  const std::string file = options.file.empty() ? kDefaultFile : options.file;
  switch (options.action) {
    case ConfigAction::check:
      return check(file, options.json, t);
    case ConfigAction::show:
      return show(options.file, options.json);  // without a file: the defaults, as serve takes them
    case ConfigAction::init:
      break;
  }
  return init(file, t);
}

}  // namespace veche::cli
