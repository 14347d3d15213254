// JSON objects a line, as the control socket speaks them. Pure; any thread.
#pragma once

#include "base/result.h"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace veche::control {

inline boost::json::string_view json_view(std::string_view text) { return {text.data(), text.size()}; }

/// The object in `line`; nothing if the line is longer than `bytes_max` or is something else. A line may hold
/// a password: what is made of it is wiped with the object, and what parsing needed at once.
std::optional<boost::json::object> object_in_line(std::string_view line, std::size_t bytes_max);

/// A text; nothing if it is something else.
std::optional<std::string> text_of(const boost::json::value& value);
/// The member as text; nothing if it is missing or something else.
std::optional<std::string> text_of(const boost::json::object& object, std::string_view member);

/// With its LF.
std::string line_of(const boost::json::object& object);

/// A request that is none, and why; an answer that is none.
tl::unexpected<base::Error> malformed_request(std::string why);
tl::unexpected<base::Error> misunderstood_answer();

}  // namespace veche::control
