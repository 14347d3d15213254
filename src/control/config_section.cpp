#include "control/config_section.h"

#include "chat/name.h"

#include <fmt/core.h>

#include <algorithm>

namespace veche::control {
namespace {

std::string taken(const ListenConfig& listen) {
  return fmt::format("address {} and port {} are taken by a listener above", listen.address, listen.port);
}

std::string label(const OperatorConfig& person) { return chat::fold_name(person.name).value_or(person.name); }
std::string taken(const OperatorConfig& person) {
  return fmt::format("the name '{}' is taken by an operator above", label(person));
}

const std::string& label(const CertificateConfig& further) { return further.cert.native(); }
std::string taken(const CertificateConfig& further) {
  return fmt::format("{} is the certificate of an entry above, too", further.cert.native());
}

const std::string& label(const WebircConfig& gateway) { return gateway.name; }
std::string taken(const WebircConfig& gateway) {
  return fmt::format("the name '{}' is taken by a gateway above", gateway.name);
}

/// The entries that `list` holds.
template <class Entry, std::vector<Entry> Config::*list>
constexpr ConfigEntries entries_in() {
  ConfigEntries entries{};
  entries.make = [] { return ConfigEntry(Entry{}); };
  entries.list = [](const Config& config) {
    return std::vector<ConfigEntry>((config.*list).begin(), (config.*list).end());
  };
  entries.replace = [](Config& config, std::span<const ConfigEntry> fresh) {
    (config.*list).clear();
    for (const ConfigEntry& entry : fresh) (config.*list).push_back(std::get<Entry>(entry));
  };
  entries.taken = [](const ConfigEntry& entry) { return taken(std::get<Entry>(entry)); };
  if constexpr (requires(const Entry& entry) { label(entry); }) {
    entries.label = [](const ConfigEntry& entry) { return label(std::get<Entry>(entry)); };
  }
  return entries;
}

constexpr ConfigEntries kListeners = entries_in<ListenConfig, &Config::listen>();
constexpr ConfigEntries kCertificates = entries_in<CertificateConfig, &Config::certificates>();
constexpr ConfigEntries kGateways = entries_in<WebircConfig, &Config::webirc>();
constexpr ConfigEntries kOperators = entries_in<OperatorConfig, &Config::operators>();

constexpr ConfigSection kSections[] = {
    {"server"},
    {"listen", "Listeners, any number; these replace the default ones.", &kListeners},
    {"tls", "The certificate, and what IRC clients are told of it."},
    {"certificate",
     "Further certificates, any number, of every listener with TLS: for clients that name another host.",
     &kCertificates},
    {"webirc", "Gateways from the web to IRC, any number, that may say whom they speak for (WEBIRC).",
     &kGateways},
    {"operator", "Who may use the operator's commands, any number.", &kOperators},
    {"cloaks"},
    {"limits", "0 lifts a limit."},
    {"accounts"},
    {"channels"},
    {"history"},
    {"multiline"},
    {"log"},
    {"admin"},
};

}  // namespace

std::string ConfigSection::header() const {
  return repeated ? fmt::format("[[{}]]", name) : fmt::format("[{}]", name);
}

std::span<const ConfigSection> config_sections() { return kSections; }

const ConfigSection* find_section(std::string_view name) {
  const auto all = config_sections();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& section) { return section.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<ConfigEntry> entries_of(const ConfigSection& section, const Config& config) {
  if (section.repeated) return section.repeated->list(config);
  return {ConfigEntry{}};
}

}  // namespace veche::control
