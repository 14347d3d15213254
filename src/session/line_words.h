// The line protocol's words for refusals: a stable code for programs ("ERR too-long ...") and a sentence for
// people, translated where it is used; and how long something still lasts. Pure; any thread.
#pragma once

#include "base/i18n.h"
#include "chat/event.h"

#include <chrono>
#include <string>
#include <string_view>

namespace veche::session {

struct Words {
  std::string_view code;     ///< never changes
  std::string_view english;  ///< the key of its translations
  std::string_view timed{};  ///< said instead when it is known how long it lasts: {} is that time
};

Words words_for(chat::Refusal refusal);
Words words_for(chat::CloseCause cause);

/// "45 seconds", "1 hour 20 minutes": at most two units, rounded up in the smaller one. It is in the
/// accusative
/// ("1 минуту"): a sentence takes it after "in", "for" or "every". Nothing lasts less than 0 seconds.
std::string time_words(const base::Translator& t, std::chrono::seconds time);

/// The sentence of `words`, with the time that is left (0: nobody knows) and, in place of its full stop, the
/// operator's reason (UTF-8; may be empty): "You are muted for 5 minutes more: spam". One line without
/// controls.
std::string sentence(const base::Translator& t, const Words& words, std::chrono::seconds left,
                     std::string_view reason);

}  // namespace veche::session
