// What it means that a message contains a word: one definition, by which the index picks candidates and which
// every candidate, every row that is not indexed yet and the in-memory journal are held against. So the three
// cannot disagree.
//
// A text is folded first: casefold and NFC (base::casefold), every apostrophe as ' (п’ять and пʼять are
// п'ять), variation selectors dropped (an emoji is one however it is drawn). Nothing else is mixed up: й is
// not и, ї not і, ё not е, é not e. A word then occurs where it stands literally and no letter, digit or mark
// goes on before or behind it: `cat` is not in `category`, `c++` not in `c`, `foo-bar` not in `foo bar`.
//
// The index gets a text's tokens with spaces between them, so FTS5 needs only its `ascii` tokenizer.
// (unicode61 knows no letter made after Unicode 6.1 and no emoji; by default it takes the breve off a
// decomposed й, and without that it sees a decomposed й as another letter than й.) A token is a run of
// letters, digits and marks, or a symbol beyond ASCII by itself. Wherever a word occurs in a text, its tokens
// follow each other in the text's.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace veche::store {

/// What somebody searches for, ready to be held against texts.
class SearchWords {
 public:
  /// The words of `query`, separated by white space. A query that is not UTF-8 has none.
  explicit SearchWords(std::string_view query);

  /// Nothing to look for: nothing is found.
  bool empty() const { return words_.empty(); }

  /// Whether `text` contains every word; false if there is no word.
  bool in(std::string_view text) const;

  /// The FTS5 query for the texts in which every word may occur; empty if the words have no token between
  /// them
  /// (`++`), so that the index cannot help.
  std::string index_query() const;

 private:
  std::vector<std::string> words_;  // folded, each once
};

/// What the index is given for `text`: its tokens, separated by spaces. Must stay as it is for texts that are
/// indexed, since taking a text out of the index needs the same tokens again.
std::string index_text(std::string_view text);

/// `text` as it is compared; empty if it is not UTF-8.
std::string fold_for_search(std::string_view text);

}  // namespace veche::store
