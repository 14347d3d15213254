// What an echo comparison says, in sentences: "what happens with very many processes or threads?". Every
// figure in them was measured; what was not, is not spoken of. Pure; any thread.
#pragma once

#include "load/echo_compare.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

/// What is compared.
struct EchoMetric {
  std::string_view id;     ///< a word
  std::string_view title;  ///< "Processor time a message"
  std::string_view unit;   ///< of its values: "us"
  std::string_view why;    ///< where the difference between the models comes from
  double (*value)(const EchoFigures&);
};
std::span<const EchoMetric> echo_metrics();

/// Two or three sentences about one of them: how the models compare with the most clients that at least two
/// of them served, and how each changed from the fewest to its most.
std::string finding_of(const EchoMetric& metric, const EchoComparison& comparison);

/// The answer to the question, a paragraph each: memory, switching, what did not work. At least one.
std::vector<std::string> echo_answers(const EchoComparison& comparison);

}  // namespace veche::load
