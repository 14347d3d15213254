// For the tests of this folder: a pseudo-terminal, and what a person would see on it.
#pragma once

#include "base/text.h"
#include "net/fd.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <termios.h>
#include <utf8proc.h>

#include <sys/ioctl.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cwchar>
#include <string>
#include <string_view>
#include <vector>

namespace veche::control::testing {

/// Both ends; the server's is `terminal`.
struct Pty {
  explicit Pty(int columns = 40, int rows = 10) {
    ::setenv("TERM", "xterm", 1);
    winsize size{.ws_row = static_cast<unsigned short>(rows),
                 .ws_col = static_cast<unsigned short>(columns),
                 .ws_xpixel = 0,
                 .ws_ypixel = 0};
    int person_fd = -1, terminal_fd = -1;
    EXPECT_EQ(::openpty(&person_fd, &terminal_fd, nullptr, nullptr, &size), 0);
    person = net::Fd(person_fd);
    terminal = net::Fd(terminal_fd);
  }
  termios modes() const {
    termios modes{};
    EXPECT_EQ(::tcgetattr(terminal.get(), &modes), 0);
    return modes;
  }
  void resize(int columns, int rows) const {
    const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    EXPECT_EQ(::ioctl(terminal.get(), TIOCSWINSZ, &size), 0);
  }

  net::Fd person, terminal;
};

inline bool same_modes(const termios& a, const termios& b) {
  return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag &&
         a.c_lflag == b.c_lflag && std::equal(std::begin(a.c_cc), std::end(a.c_cc), std::begin(b.c_cc));
}

/// As much of an xterm as libedit uses: it wraps late (after the last column the cursor waits there), and
/// inserts and deletes characters. It has no bottom: rows come as they are needed.
class Screen {
 public:
  explicit Screen(int columns = 40) : columns_(static_cast<std::size_t>(columns)) {}

  void show(std::string_view bytes) {
    held_ += bytes;  // a sequence may come in pieces
    std::size_t at = 0;
    while (at < held_.size()) {
      const std::size_t used = step(std::string_view(held_).substr(at));
      if (used == 0) break;
      at += used;
    }
    held_.erase(0, at);
  }

  /// Without blanks at its end.
  std::string row(std::size_t index) const {
    std::string text;
    if (index < rows_.size())
      for (const std::string& cell : rows_[index]) text += cell;
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }
  std::size_t cursor_row() const { return row_; }
  std::size_t cursor_column() const { return column_; }
  /// The last row that holds something.
  std::string last_row() const {
    for (std::size_t i = rows_.size(); i-- > 0;)
      if (!row(i).empty()) return row(i);
    return {};
  }
  /// All of it.
  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < rows_.size(); ++i) all += row(i) + '\n';
    all.erase(all.find_last_not_of('\n') + 1);
    return all + '\n';
  }

 private:
  using Row =
      std::vector<std::string>;  // a cell is a character and its marks; behind a wide one an empty one

  Row& here() {
    while (rows_.size() <= row_) rows_.emplace_back(columns_, " ");
    return rows_[row_];
  }

  std::size_t step(std::string_view bytes) {
    const char c = bytes.front();
    if (c == '\033') return escape(bytes);
    if (c == '\r') column_ = 0;
    if (c == '\n') column_ = 0, ++row_;  // ONLCR
    if (c == '\b' && column_ > 0) column_ = std::min(column_, columns_ - 1) - 1;
    if (c == '\t') column_ = std::min((column_ / 8 + 1) * 8, columns_ - 1);
    if (static_cast<unsigned char>(c) < 0x20) return 1;
    utf8proc_int32_t code_point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                                       static_cast<utf8proc_ssize_t>(bytes.size()), &code_point);
    if (size <= 0) return bytes.size() < 4 ? 0 : 1;
    put(std::string(bytes.substr(0, static_cast<std::size_t>(size))),
        ::wcwidth(static_cast<wchar_t>(code_point)));
    return static_cast<std::size_t>(size);
  }

  void put(const std::string& character, int width) {
    if (width == 0) {
      if (column_ > 0) here()[column_ - 1] += character;
      return;
    }
    const auto cells = static_cast<std::size_t>(std::max(width, 1));
    if (column_ + cells > columns_) column_ = 0, ++row_;
    Row& row = here();
    if (inserting_) {
      row.insert(row.begin() + static_cast<std::ptrdiff_t>(column_), cells, " ");
      row.resize(columns_);
    }
    row[column_] = character;
    for (std::size_t i = 1; i < cells; ++i) row[column_ + i] = "";
    column_ += cells;
  }

  std::size_t escape(std::string_view bytes) {
    if (bytes.size() < 2) return 0;
    if (bytes[1] != '[') return 2;
    const std::size_t end = bytes.find_first_not_of("0123456789;?", 2);
    if (end == std::string_view::npos) return 0;
    const std::string parameters(bytes.substr(2, end - 2));
    const auto number = static_cast<std::size_t>(std::max(1, std::atoi(parameters.c_str())));
    Row& row = here();
    column_ = std::min(column_, columns_ - 1);
    const auto at = static_cast<std::ptrdiff_t>(column_);
    switch (bytes[end]) {
      case 'A':
        row_ -= std::min(row_, number);
        break;
      case 'C':
        column_ = std::min(column_ + number, columns_ - 1);
        break;
      case 'D':
        column_ -= std::min(column_, number);
        break;
      case 'G':
        column_ = number - 1;
        break;
      case 'J':
        rows_.resize(row_ + 1);
        [[fallthrough]];
      case 'K':
        std::fill(rows_[row_].begin() + at, rows_[row_].end(), " ");
        break;
      case 'P':
        row.erase(row.begin() + at,
                  row.begin() + at + static_cast<std::ptrdiff_t>(std::min(number, columns_ - column_)));
        row.resize(columns_, " ");
        break;
      case '@':
        row.insert(row.begin() + at, number, " ");
        row.resize(columns_);
        break;
      case 'h':
        inserting_ = inserting_ || parameters == "4";
        break;
      case 'l':
        inserting_ = inserting_ && parameters != "4";
        break;
      default:
        ADD_FAILURE() << "the screen does not know ESC" << bytes.substr(1, end);
    }
    return end + 1;
  }

  std::size_t columns_;
  std::vector<Row> rows_;
  std::size_t row_ = 0, column_ = 0;
  bool inserting_ = false;
  std::string held_;
};

}  // namespace veche::control::testing
