// Reading the configuration.
#include "control/config.h"

#include "base/text.h"
#include "base/units.h"
#include "control/config_keys.h"
#include "control/config_tls.h"
#include "control/text_file.h"
#include "control/toml_library.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace veche::control {
namespace {

using base::fail;
using base::Result;

constexpr std::size_t kFileBytesMax = 1024 * 1024;

std::string_view type_words(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a section";
    default:
      return "a date or a time";
  }
}

std::string_view kind_words(KeyKind kind) {
  switch (kind) {
    case KeyKind::flag:
      return "true or false";
    case KeyKind::number:
      return "a whole number";
    case KeyKind::size:
      return "a size";
    case KeyKind::duration:
      return "a duration";
    case KeyKind::list:
      return "a list of strings";
    case KeyKind::text:
    case KeyKind::choice:
      break;
  }
  return "a string";
}

std::string assignment(const ConfigKey& key) {
  return fmt::format("{} = {}", key.name, value_text(key, key.example));
}

std::string did_you_mean(std::optional<std::string_view> word) {
  return word ? fmt::format("did you mean {}?", *word) : "";
}

std::string belongs_to(const ConfigKey& key) {
  return fmt::format("it belongs to {}", find_section(key.section)->header());
}

/// `[ "a", "b" ]` as strings; nothing if anything else is among them.
std::optional<std::vector<std::string>> strings_of(const toml::array& array) {
  std::vector<std::string> strings;
  for (const toml::node& item : array) {
    const auto* text = item.as_string();
    if (!text) return std::nullopt;
    strings.push_back(text->get());
  }
  return strings;
}

/// A bare number in the file, in the unit of the key: durations are written in seconds and kept in
/// milliseconds.
Result<KeyValue> from_integer(const ConfigKey& key, std::int64_t number) {
  if (number < 0) return fail("", "a negative number", fmt::format("for example: {}", assignment(key)));
  if (key.kind != KeyKind::duration) return static_cast<std::uint64_t>(number);
  return parse_value(key, std::to_string(number));
}

Result<KeyValue> value_of(const ConfigKey& key, const toml::node& node) {
  const bool measured = key.kind == KeyKind::size || key.kind == KeyKind::duration;
  if (const auto* flag = node.as_boolean(); flag && key.kind == KeyKind::flag) return flag->get();
  if (const auto* number = node.as_integer(); number && (measured || key.kind == KeyKind::number)) {
    return from_integer(key, number->get());
  }
  if (const auto* text = node.as_string();
      text && (measured || key.kind == KeyKind::text || key.kind == KeyKind::choice)) {
    return parse_value(key, text->get());
  }
  if (const auto* array = node.as_array(); array && key.kind == KeyKind::list) {
    if (auto strings = strings_of(*array)) return *std::move(strings);
  }
  return fail("", fmt::format("expected {}, found {}", kind_words(key.kind), type_words(node)),
              fmt::format("for example: {}", assignment(key)));
}

/// One pass over a file: gathers the values, and everything that is wrong.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  void read(std::string_view text) {
    if (text.size() > kFileBytesMax) {
      complain({1, 1}, "", {"", fmt::format("longer than {}", base::format_size(kFileBytesMax)), ""});
      return;
    }
    try {
      read_root(toml::parse(text, file_));
    } catch (const toml::parse_error& error) {
      complain(error.source().begin, "", {"", std::string(error.description()), ""});
    } catch (const BrokenToml& error) {
      complain({broken_line(text), 1}, "",
               {"", error.what(), "a section is [server] or [[listen]], a text stands in \"quotes\""});
    } catch (const std::exception& error) {  // whatever else the library throws
      complain({1, 1}, "", {"", error.what(), ""});
    }
  }

  /// What the keys about TLS are together, once all is read.
  void check_tls(CheckFiles files) {
    if (!complaints_.empty()) return;  // half of a listener has more faults than it has
    add_default_tls(config_);
    for (TlsFault& fault : tls_faults(config_, files)) {
      const std::string section(fault.section);
      const std::string entry = fault.entry ? std::to_string(*fault.entry) : "";
      const auto found = places_.find({section + entry, std::string(fault.key)});
      const auto at = found != places_.end() ? found->second : places_[{section + entry, ""}];
      complain(at, fault.key.empty() ? section : fmt::format("{}.{}", section, fault.key),
               std::move(fault.error));
    }
  }

  /// Where nobody is believed, nobody could come in.
  void check_proxies() {
    if (!complaints_.empty() || !config_.server.trusted_proxies.empty()) return;
    const base::Error error{"", "there is no proxy that would be believed", "trusted_proxies in [server]"};
    for (std::size_t i = 0; i < config_.listen.size(); ++i) {
      if (config_.listen[i].proxy_protocol)
        complain(places_[{"listen" + std::to_string(i), "proxy_protocol"}], "listen.proxy_protocol", error);
    }
    for (std::size_t i = 0; i < config_.webirc.size(); ++i)
      complain(places_[{"webirc" + std::to_string(i), ""}], "webirc", error);
  }

  const std::vector<std::string>& without_effect() const { return without_effect_; }

  tl::expected<Config, ConfigErrors> result() {
    if (complaints_.empty()) return std::move(config_);
    std::stable_sort(complaints_.begin(), complaints_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    ConfigErrors errors;
    for (Complaint& complaint : complaints_) errors.lines.push_back(std::move(complaint.text));
    return tl::unexpected(std::move(errors));
  }

 private:
  struct Complaint {
    unsigned line;
    unsigned column;
    std::string text;
  };

  void complain(const toml::source_position& at, std::string_view key, base::Error error) {
    error.what = fmt::format("{}:{}:{}{}{}", file_, at.line, at.column, key.empty() ? "" : ": ", key);
    complaints_.push_back({at.line, at.column, error.text()});
  }

  /// The exception knows no place: it is in the last line of the shortest beginning of `text` that brings it.
  static unsigned broken_line(std::string_view text) {
    std::vector<std::size_t> ends;
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      ends.push_back(at);
    }
    const auto broken = std::partition_point(
        ends.begin(), ends.end(), [&](std::size_t end) { return !is_broken(text.substr(0, end)); });
    return static_cast<unsigned>(broken - ends.begin()) + 1;
  }

  static bool is_broken(std::string_view text) {
    try {
      (void)toml::parse(text);
    } catch (const BrokenToml&) {
      return true;
    } catch (const std::exception&) {  // an open string or list, perhaps: the beginning ends within
    }
    return false;
  }

  void read_root(const toml::table& root) {
    for (auto&& [key, node] : root) {
      if (const ConfigSection* section = find_section(key.str())) {
        read_section(*section, key, node);
      } else {
        complain(key.source().begin, key.str(), unknown_section(key.str(), node));
      }
    }
  }

  static base::Error unknown_section(std::string_view name, const toml::node& node) {
    if (!node.is_table() && !node.is_array_of_tables()) {
      for (const ConfigKey& key : config_keys()) {
        if (key.name == name) return {"", "stands outside of any section", belongs_to(key)};
      }
    }
    std::vector<std::string_view> names;
    for (const ConfigSection& section : config_sections()) names.push_back(section.name);
    return {"", "unknown section", did_you_mean(base::nearest(name, names))};
  }

  void read_section(const ConfigSection& section, const toml::key& key, const toml::node& node) {
    const auto* table = node.as_table();
    const auto* array = node.as_array();
    if (!section.repeated && table) {
      ConfigEntry nowhere;
      read_table(section, *table, nowhere);
    } else if (section.repeated && array && array->is_array_of_tables()) {
      read_entries(section, *array);
    } else {
      complain(key.source().begin, section.name,
               {"", fmt::format("expected a section, found {}", table ? "a single one" : type_words(node)),
                fmt::format("write it as {}", section.header())});
    }
  }

  void read_entries(const ConfigSection& section, const toml::array& array) {
    const ConfigEntries& rules = *section.repeated;
    std::vector<ConfigEntry> entries;
    std::set<std::string> taken;
    for (const toml::node& item : array) {
      const toml::table& table = *item.as_table();
      ConfigEntry entry = rules.make();
      const std::size_t complaints_before = complaints_.size();
      require_keys(section, table);
      entry_ = std::to_string(entries.size());
      read_table(section, table, entry);
      if (complaints_.size() > complaints_before) continue;
      if (const auto [words, first] = taken.insert(rules.taken(entry)); !first) {
        complain(table.source().begin, section.name, {"", *words, ""});
        continue;
      }
      entries.push_back(std::move(entry));
    }
    rules.replace(config_, entries);
    entry_.clear();
  }

  void require_keys(const ConfigSection& section, const toml::table& table) {
    for (const ConfigKey* key : keys_with_effect(section)) {
      if (!key->required || table.contains(key->name)) continue;
      complain(table.source().begin, key->full_name(),
               {"", "is missing", fmt::format("for example: {}", assignment(*key))});
    }
  }

  void read_table(const ConfigSection& section, const toml::table& table, ConfigEntry& entry) {
    places_[{std::string(section.name) + entry_, ""}] = table.source().begin;
    for (auto&& [name, node] : table) {
      if (const ConfigKey* key = find_key(section.name, name.str())) {
        places_[{std::string(section.name) + entry_, std::string(key->name)}] = node.source().begin;
        read_value(*key, node, entry);
      } else {
        complain(name.source().begin, fmt::format("{}.{}", section.name, name.str()),
                 unknown_key(section.name, name.str()));
      }
    }
  }

  static base::Error unknown_key(std::string_view section, std::string_view name) {
    std::vector<std::string_view> names;
    for (const ConfigKey& key : config_keys()) {
      if (key.section == section) names.push_back(key.name);
      if (key.name == name) return {"", "unknown key", belongs_to(key)};
    }
    return {"", "unknown key", did_you_mean(base::nearest(name, names))};
  }

  void read_value(const ConfigKey& key, const toml::node& node, ConfigEntry& entry) {
    Result<KeyValue> value = value_of(key, node);
    if (value) {
      if (auto fine = check_value(key, *value); !fine) value = tl::unexpected(fine.error());
    }
    if (!value) {
      complain(node.source().begin, key.full_name(), value.error());
    } else if (key.has_effect()) {
      key.set(config_, entry, *value);
    } else if (const std::string name = key.full_name();
               std::ranges::find(without_effect_, name) == without_effect_.end()) {
      without_effect_.push_back(name);
    }
  }

  std::string_view file_;
  Config config_;
  std::vector<Complaint> complaints_;
  std::string entry_;  ///< the place of the one that is being read in its section; empty: it is not repeated
  /// Where sections ("server", "listen0") and their keys begin; of the section itself the key is empty.
  std::map<std::pair<std::string, std::string>, toml::source_position> places_;
  std::vector<std::string> without_effect_;
};

}  // namespace

tl::expected<Config, ConfigErrors> read_config(const std::filesystem::path& path) {
  const auto file = read_text_file(path, kFileBytesMax + 1);
  if (!file) return tl::unexpected(ConfigErrors{{file.error().text()}});
  return parse_config(*file, path.native(), CheckFiles::yes);
}

tl::expected<Config, ConfigErrors> parse_config(std::string_view toml, std::string_view name,
                                                CheckFiles files) {
  Reader reader(name);
  reader.read(toml);
  reader.check_tls(files);
  reader.check_proxies();
  return reader.result();
}

std::vector<std::string> keys_without_effect(std::string_view toml) {
  Reader reader("");
  reader.read(toml);
  return reader.without_effect();
}

}  // namespace veche::control
