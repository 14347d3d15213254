// The line protocol's words for refusals: a stable code for programs ("ERR too-long ...") and a sentence for
// people, translated where it is used. Pure; any thread.
#pragma once

#include "chat/event.h"

#include <string_view>

namespace veche::session {

struct Words {
  std::string_view code;     ///< never changes
  std::string_view english;  ///< the key of its translations
};

Words words_for(chat::Refusal refusal);
Words words_for(chat::CloseCause cause);

}  // namespace veche::session
