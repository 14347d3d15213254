#include "wire/irc_writer.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/text_cut.h"
#include "wire/irc_message.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace veche::wire {
namespace {

namespace limits = base::limits;

constexpr std::size_t kBodyBytesMax = limits::kIrcLineBytesMax - 2;

bool breaks_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

bool ends_key(char c) { return c == '=' || c == ';' || c == ' ' || breaks_line(c); }

/// Whether a byte below 0x0E is in `text`: CR, LF and NUL are among them, and else hardly more than the codes
/// for bold and colour. Eight bytes at a time.
bool may_break_line(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if ((word - kOnes * 0x0E) & ~word & (kOnes * 0x80)) return true;
  }
  return std::any_of(at, at + left, breaks_line);
}

void append_clean(std::string& out, std::string_view text) {
  if (!may_break_line(text)) {
    out += text;
    return;
  }
  std::remove_copy_if(text.begin(), text.end(), std::back_inserter(out), breaks_line);
}

bool is_word(std::string_view text) { return !text.empty() && text.find(' ') == text.npos; }

bool can_be_middle(std::string_view text) { return is_word(text) && text.front() != ':'; }

}  // namespace

IrcWriter& IrcWriter::tag(std::string_view key, std::string_view value) {
  base::check(!key.empty() && std::none_of(key.begin(), key.end(), ends_key), "a tag's key");
  const std::size_t size_before = out_.size();
  begin_tag();
  out_ += key;
  if (!value.empty()) {
    out_ += '=';
    escape_tag_value(value, out_);
  }
  end_tag(size_before);
  return *this;
}

IrcWriter& IrcWriter::escaped_tags(std::string_view tags) {
  const std::size_t size_before = out_.size();
  begin_tag();
  const std::size_t first = out_.size();
  append_clean(out_, tags);
  out_.erase(std::remove(out_.begin() + static_cast<std::ptrdiff_t>(first), out_.end(), ' '), out_.end());
  if (out_.size() == first) {
    out_.resize(size_before);
  } else {
    end_tag(size_before);
  }
  return *this;
}

void IrcWriter::begin_tag() {
  base::check(part_ == Part::kTags, "tags come first");
  out_ += out_.size() == line_start_ ? '@' : ';';
}

void IrcWriter::end_tag(std::size_t size_before) {
  const std::size_t with_space = out_.size() - line_start_ + 1;
  if (with_space > limits::kIrcTagsBytesMax) out_.resize(size_before);
}

/// Goes on to a part of the line proper.
void IrcWriter::begin_body(Part part) {
  base::check(part_ < part || (part == Part::kParameters && part_ == part),
              "the parts of a line have an order");
  if (part_ == Part::kTags && out_.size() > line_start_) {
    out_ += ' ';
    body_start_ = out_.size();
  }
  part_ = part;
}

/// Appends what must stay one word, as a parameter of its own or (an address may begin with ':') within one.
void IrcWriter::word(std::string_view text, bool within) {
  const std::size_t size_before = out_.size();
  append_clean(out_, text);
  const std::string_view written = std::string_view(out_).substr(size_before);
  base::check(within ? is_word(written) : can_be_middle(written), "one word, and none that begins with ':'");
}

IrcWriter& IrcWriter::source(std::string_view name) {
  begin_body(Part::kSource);
  out_ += ':';
  word(name, true);
  out_ += ' ';
  return *this;
}

IrcWriter& IrcWriter::source(std::string_view nick, std::string_view user, std::string_view host) {
  begin_body(Part::kSource);
  out_ += ':';
  word(nick, true);
  out_ += '!';
  word(user, true);
  out_ += '@';
  word(host, true);
  out_ += ' ';
  return *this;
}

IrcWriter& IrcWriter::command(std::string_view name) {
  base::check(part_ < Part::kParameters, "a line has one command");
  begin_body(Part::kParameters);
  word(name, false);
  return *this;
}

IrcWriter& IrcWriter::numeric(unsigned code) {
  base::check(code < 1000, "a numeric has three digits");
  const char digits[] = {static_cast<char>('0' + code / 100), static_cast<char>('0' + code / 10 % 10),
                         static_cast<char>('0' + code % 10)};
  return command({digits, 3});
}

IrcWriter& IrcWriter::middle(std::string_view parameter) {
  base::check(part_ == Part::kParameters, "parameters come behind the command");
  out_ += ' ';
  word(parameter, false);
  return *this;
}

IrcWriter& IrcWriter::number(std::int64_t parameter) {
  char digits[24];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), parameter);
  return middle({digits, static_cast<std::size_t>(end - digits)});
}

IrcWriter& IrcWriter::echo(std::string_view parameter) {
  const bool fits = can_be_middle(parameter) && std::none_of(parameter.begin(), parameter.end(), breaks_line);
  return middle(fits ? parameter.substr(0, base::utf8_floor(parameter, kEchoBytesMax)) : "*");
}

IrcWriter& IrcWriter::trailing(std::string_view text) {
  base::check(part_ == Part::kParameters, "the trailing parameter comes behind the command");
  part_ = Part::kTrailing;
  out_ += " :";
  return more(text);
}

IrcWriter& IrcWriter::more(std::string_view text) {
  base::check(part_ == Part::kTrailing, "there is a trailing parameter to go on with");
  const std::size_t size_before = out_.size();
  const std::size_t bytes_max = room();
  append_clean(out_, text);
  const std::string_view written = std::string_view(out_).substr(size_before);
  const std::size_t fit = base::utf8_floor(written, bytes_max);
  if (fit < written.size()) cut_ = true;
  out_.resize(size_before + fit);
  return *this;
}

std::size_t IrcWriter::room() const {
  const std::size_t used = body().size() + (part_ == Part::kTrailing ? 0 : 2);
  return cut_ || used > kBodyBytesMax ? 0 : kBodyBytesMax - used;
}

void IrcWriter::rest(std::string_view written_line) {
  base::check(part_ == Part::kTags, "the rest comes behind the tags");
  begin_body(Part::kEnded);
  out_ += written_line;
}

void IrcWriter::end() {
  if (part_ == Part::kEnded) return;
  base::check(part_ >= Part::kParameters, "a line has a command");
  part_ = Part::kEnded;
  out_.resize(body_start_ + base::utf8_floor(body(), kBodyBytesMax));
  out_ += "\r\n";
}

std::size_t max_text_bytes(std::size_t source_bytes, std::string_view command, std::string_view target) {
  const std::size_t used = std::string_view(":   :").size() + source_bytes + command.size() + target.size();
  return used < kBodyBytesMax ? kBodyBytesMax - used : 0;
}

}  // namespace veche::wire
