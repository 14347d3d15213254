// What a load of `veche bench chat` measured, for programs and for people. Pure; any thread.
#pragma once

#include "load/chat_load.h"

#include <string>

namespace veche::load {

/// A line of JSON: what was asked for, and what belongs to its mode of the result.
std::string json_of(const ChatLoadOptions& options, const ChatLoadResult& result);
/// The same in words.
std::string text_of(const ChatLoadOptions& options, const ChatLoadResult& result);

}  // namespace veche::load
