// One simulated client's eyes. It is told what the chat has sent him, in the chat's order, and reads what
// comes out of his connection: nothing may be missing, double, out of order or malformed.
#pragma once

#include "tests/simulator/ledger.h"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace veche::simulator {

/// One thread.
class Reader {
 public:
  explicit Reader(const Ledger& ledger) : ledger_(ledger) {}

  /// The next of the lines that can be foretold: all of it to a program (/bare), to a person what holds its
  /// token. `ERR CODE` stands for any line that begins with it.
  void expect(std::string text) { expected_.push_back({std::move(text), false}); }
  /// A person may be shown it or not: the history.
  void may_see(std::string text) { expected_.push_back({std::move(text), true}); }

  /// Bytes from his connection, split anywhere.
  void read(std::string_view bytes);
  /// He has got everything that was sent to him so far.
  void check_nothing_is_missing() const;

 private:
  struct Expected {
    std::string text;
    bool optional;
  };
  void read_line(std::string_view line);
  void read_bare(std::string_view line);
  void meet(std::string_view line);

  const Ledger& ledger_;
  std::deque<Expected> expected_;
  std::string unfinished_;
  bool bare_ = false;
};

/// The code words of refusals that only the chat gives: a session has none of its own that are the same.
bool only_the_chat_says(std::string_view code);

}  // namespace veche::simulator
