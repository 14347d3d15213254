// Words for people, in English, Russian and Ukrainian. English is the key (gettext): `_("Bye.")` in the code,
// the others in po/LANG.po, compiled by msgfmt and embedded. The language belongs to a session, not to the
// process, so this is a small reader of .mo files and not libintl, and needs no locale of the machine's.
// Immutable after start; any thread.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veche::base {

enum class Language : std::uint8_t { en, ru, uk };
inline constexpr Language kLanguages[] = {Language::en, Language::ru, Language::uk};

/// "en", "ru", "uk".
std::string_view language_code(Language language);
/// The language of a code or a locale name ("uk", "ru_RU.UTF-8", "RU"); nothing if it is none of ours.
std::optional<Language> parse_language(std::string_view code);
/// The language that LC_ALL, LC_MESSAGES or LANG ask for; English if none of ours.
Language language_from_environment();

/// The words for `english` in `language`; `english` itself if there are none.
std::string_view translate(Language language, std::string_view english);
/// The form for `count` things; `english_one` and `english_many` are the key, as in ngettext.
std::string_view translate_plural(Language language, std::string_view english_one,
                                  std::string_view english_many, std::uint64_t count);
/// Marks a text that is translated where it is used, not where it stands (a table's), for xgettext.
constexpr std::string_view N_(std::string_view english) { return english; }
/// Which of its plural forms a language uses for `count` (0-based, in the order of its catalog).
int plural_form(Language language, std::uint64_t count);

/// The words of one person. `t("{} is here.", name)`: looks the pattern up, then fills it in (fmt syntax).
class Translator {
 public:
  explicit Translator(Language language = Language::en) : language_(language) {}

  Language language() const { return language_; }

  template <class... Args>
  std::string operator()(std::string_view english, const Args&... args) const {
    return fmt::vformat(translate(language_, english), fmt::make_format_args(args...));
  }
  /// `t.plural("{} person", "{} people", n)`; `count` is the first argument of the pattern.
  template <class... Args>
  std::string plural(std::string_view one, std::string_view many, std::uint64_t count,
                     const Args&... args) const {
    return fmt::vformat(translate_plural(language_, one, many, count), fmt::make_format_args(count, args...));
  }

 private:
  Language language_;
};

}  // namespace veche::base
