#include "base/i18n.h"

#include "base/catalogs.h"
#include "base/mo_reader.h"

#include <array>
#include <cstdlib>
#include <iterator>

namespace veche::base {

// Defined by cmake/EmbedFile.cmake, which names them after their files.
extern const unsigned char kCatalog_ru[];
extern const unsigned long kCatalog_ru_size;
extern const unsigned char kCatalog_uk[];
extern const unsigned long kCatalog_uk_size;

namespace {

constexpr std::array<std::string_view, std::size(kLanguages)> kCodes = {"en", "ru", "uk"};

const MoReader& catalog(Language language) {
  static const std::array<MoReader, std::size(kLanguages)> catalogs = {
      MoReader(), MoReader(catalog_bytes(Language::ru)), MoReader(catalog_bytes(Language::uk))};
  return catalogs[static_cast<std::size_t>(language)];
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::span<const unsigned char> catalog_bytes(Language language) {
  switch (language) {
    case Language::en:
      break;
    case Language::ru:
      return {kCatalog_ru, kCatalog_ru_size};
    case Language::uk:
      return {kCatalog_uk, kCatalog_uk_size};
  }
  return {};
}

std::string_view language_code(Language language) { return kCodes[static_cast<std::size_t>(language)]; }

std::optional<Language> parse_language(std::string_view code) {
  code = code.substr(0, code.find_first_of("_-.@"));
  for (const Language language : kLanguages) {
    const std::string_view ours = language_code(language);
    if (code.size() == 2 && lower(code[0]) == ours[0] && lower(code[1]) == ours[1]) return language;
  }
  return std::nullopt;
}

Language language_from_environment() {
  // The first that is set decides, whatever it says (POSIX, 8.2).
  for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value && *value) return parse_language(value).value_or(Language::en);
  }
  return Language::en;
}

std::string_view translate(Language language, std::string_view english) {
  if (english.empty()) return english;  // the empty key is the catalog's header, no words for people
  const std::string_view found = catalog(language).find_form(english, 0);
  return found.empty() ? english : found;
}

std::string_view translate_plural(Language language, std::string_view english_one,
                                  std::string_view english_many, std::uint64_t count) {
  if (!english_one.empty()) {
    const std::string_view found = catalog(language).find_form(english_one, plural_form(language, count));
    if (!found.empty()) return found;
  }
  return plural_form(Language::en, count) == 0 ? english_one : english_many;
}

int plural_form(Language language, std::uint64_t count) {
  if (language == Language::en) return count == 1 ? 0 : 1;
  // Russian and Ukrainian, as Plural-Forms in po/*.po: 1 21 31..., 2-4 22-24..., the rest with 11-14.
  const std::uint64_t units = count % 10;
  const std::uint64_t tens = count % 100;
  if (units == 1 && tens != 11) return 0;
  if (units >= 2 && units <= 4 && (tens < 10 || tens >= 20)) return 1;
  return 2;
}

}  // namespace veche::base
