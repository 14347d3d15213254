// Writing the configuration: the file that `config init` makes, and what `config show` prints.
#include "control/config.h"
#include "control/config_keys.h"

#include <boost/json.hpp>
#include <fmt/core.h>

#include <utility>
#include <vector>

namespace veche::control {
namespace {

namespace json = boost::json;

/// A port that nobody named stays out of the file: written there, it would count as named, and a busy one
/// would be an error.
bool is_left_out(const ConfigKey& key, const ConfigEntry& entry) {
  const auto* listen = std::get_if<ListenConfig>(&entry);
  return listen && key.name == "port" && !listen->named;
}

std::string comment_of(const ConfigKey& key) {
  if (!key.needs_restart) return key.comment;
  const std::size_t end = key.comment.find_last_not_of('.') + 1;
  return key.comment.substr(0, end) + "; needs a restart.";
}

void append_entry(std::string& out, const ConfigSection& section, const Config& config,
                  const ConfigEntry& entry, bool comments) {
  out += fmt::format("{}\n", section.header());
  for (const ConfigKey* key : keys_with_effect(section)) {
    if (comments) out += fmt::format("# {}\n", comment_of(*key));
    out += fmt::format("{}{} = {}\n", is_left_out(*key, entry) ? "# " : "", key->name,
                       value_text(*key, shown(*key, key->get(config, entry))));
  }
}

/// An entry that has no effect until its lines lose their "# ".
void append_example(std::string& out, const ConfigSection& section) {
  out += fmt::format("# {}\n", section.header());
  for (const ConfigKey* key : keys_with_effect(section)) {
    out += fmt::format("# # {}\n# {} = {}\n", comment_of(*key), key->name, value_text(*key, key->example));
  }
}

std::string text_of(const Config& config, std::string out, bool comments) {
  for (const ConfigSection& section : config_sections()) {
    if (keys_with_effect(section).empty()) continue;
    const std::vector<ConfigEntry> entries = entries_of(section, config);
    std::string head = "\n";
    if (comments && !section.comment.empty()) head += fmt::format("# {}\n", section.comment);
    for (const ConfigEntry& entry : entries) {
      append_entry(out += std::exchange(head, "\n"), section, config, entry, comments);
    }
    if (comments && entries.empty()) append_example(out += head, section);
  }
  return out;
}

json::value json_of(const ConfigKey& key, const KeyValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    return json::array(list->begin(), list->end());
  }
  if (key.kind == KeyKind::number) return std::get<std::uint64_t>(value);
  return json::string(plain_text(key, value));
}

json::object json_of(const ConfigSection& section, const Config& config, const ConfigEntry& entry) {
  json::object out;
  for (const ConfigKey* key : keys_with_effect(section)) {
    out.emplace(json::string_view(key->name.data(), key->name.size()),
                json_of(*key, shown(*key, key->get(config, entry))));
  }
  return out;
}

}  // namespace

std::string default_config_text() {
  return text_of(Config{},
                 "# The configuration of veche. Every key has its default here and may be left out.\n"
                 "# Durations: 250ms, 5s, 2m, 1h, 7d (a bare number: seconds). Sizes: 64KiB, 1MiB (a bare "
                 "number: bytes).\n",
                 true);
}

std::string config_text(const Config& config) {
  std::string text = text_of(config, "", false);
  return text.substr(text.find_first_not_of('\n'));
}

std::string config_json(const Config& config) {
  json::object out;
  for (const ConfigSection& section : config_sections()) {
    if (keys_with_effect(section).empty()) continue;
    json::array entries;
    for (const ConfigEntry& entry : entries_of(section, config)) {
      entries.push_back(json_of(section, config, entry));
    }
    out.emplace(json::string_view(section.name.data(), section.name.size()),
                section.repeated ? json::value(std::move(entries)) : std::move(entries.front()));
  }
  return json::serialize(out);
}

}  // namespace veche::control
