// What was typed behind options of the command line, put where it belongs.
#pragma once

#include "base/i18n.h"
#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace veche::cli {

/// Each method takes the text of one option: an empty one (nothing typed) leaves `to` as it is. After the
/// first that is wrong the others do nothing, and error() says what.
class OptionValues {
 public:
  explicit OptionValues(const base::Translator& t) : t_(t) {}

  void duration(std::chrono::milliseconds& to, const char* option, const std::string& text, bool may_be_0);
  void number(std::uint64_t& to, const char* option, const std::string& text, std::uint64_t min,
              std::uint64_t max);
  /// 1 to `max` bytes.
  void size(std::size_t& to, const char* option, const std::string& text, std::size_t max);

  const std::optional<base::Error>& error() const { return error_; }

 private:
  void refuse(const char* option, const std::string& text, std::string why, std::string hint = {});

  const base::Translator& t_;
  std::optional<base::Error> error_;
};

}  // namespace veche::cli
