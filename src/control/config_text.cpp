// Writing the configuration: the file that `config init` makes, and what `config show` prints.
#include "control/config.h"
#include "control/config_keys.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <iterator>

namespace veche::control {
namespace {

namespace json = boost::json;

/// A port that nobody named stays out of the file: written there, it would count as named, and a busy one
/// would be an error.
bool is_left_out(const ConfigKey& key, const ListenConfig& listen) {
  return key.name == "port" && !listen.named;
}

void append_section(std::string& out, const ConfigSection& section, const Config& config,
                    const ListenConfig& listen, bool comments) {
  out += section.repeated ? fmt::format("\n[[{}]]\n", section.name) : fmt::format("\n[{}]\n", section.name);
  for (const ConfigKey& key : config_keys()) {
    if (key.section != section.name || !key.has_effect()) continue;
    if (comments) out += fmt::format("# {}\n", key.comment);
    out += fmt::format("{}{} = {}\n", is_left_out(key, listen) ? "# " : "", key.name,
                       value_text(key, key.get(config, listen)));
  }
}

bool has_effect(const ConfigSection& section) {
  for (const ConfigKey& key : config_keys()) {
    if (key.section == section.name && key.has_effect()) return true;
  }
  return false;
}

std::string text_of(const Config& config, std::string head, bool comments) {
  for (const ConfigSection& section : config_sections()) {
    if (!has_effect(section)) continue;
    if (comments && section.name == "listen")
      head += "\n# Listeners, any number; these replace the default one.";
    if (comments && section.name == "limits") head += "\n# 0 lifts a limit.";
    if (!section.repeated) {
      append_section(head, section, config, {}, comments);
      continue;
    }
    for (const ListenConfig& listen : config.listen) append_section(head, section, config, listen, comments);
  }
  return head;
}

json::value json_of(const ConfigKey& key, const KeyValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (key.kind == KeyKind::number) return std::get<std::uint64_t>(value);
  return json::string(plain_text(key, value));
}

json::object json_of(const ConfigSection& section, const Config& config, const ListenConfig& listen) {
  json::object out;
  for (const ConfigKey& key : config_keys()) {
    if (key.section == section.name && key.has_effect()) {
      out.emplace(json::string_view(key.name.data(), key.name.size()), json_of(key, key.get(config, listen)));
    }
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
    if (!has_effect(section)) continue;
    json::array entries;
    if (section.repeated) {
      for (const ListenConfig& listen : config.listen) entries.push_back(json_of(section, config, listen));
    }
    const json::string_view name(section.name.data(), section.name.size());
    if (section.repeated)
      out.emplace(name, std::move(entries));
    else
      out.emplace(name, json_of(section, config, {}));
  }
  return json::serialize(out);
}

}  // namespace veche::control
