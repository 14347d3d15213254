#include "base/log_line.h"

#include <utf8proc.h>

namespace veche::base {
namespace {

bool needs_no_escape(std::string_view text, LogFormat format) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) return false;
    if (format == LogFormat::json && (c == '"' || c == '\\')) return false;
  }
  return true;
}

bool misleads(utf8proc_int32_t code_point) {
  if (code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F)) return true;
  return (code_point >= 0x2028 && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace

std::string log_line(std::string_view text, LogFormat format) {
  if (needs_no_escape(text, format)) return std::string(text);

  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                                    static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (bytes <= 0) {
      out += format == LogFormat::json ? "\\\\x" : "\\x";
      out += fmt::format("{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view its_bytes = text.substr(0, static_cast<std::size_t>(bytes));
    text.remove_prefix(its_bytes.size());
    if (code_point == '\n')
      out += "\\n";
    else if (code_point == '\r')
      out += "\\r";
    else if (code_point == '\t')
      out += "\\t";
    else if (misleads(code_point))
      out += fmt::format("\\u{:04x}", code_point);
    else if (format == LogFormat::json && (code_point == '"' || code_point == '\\'))
      out.append("\\").append(its_bytes);
    else
      out += its_bytes;
  }
  return out;
}

}  // namespace veche::base
