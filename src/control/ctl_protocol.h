// What `veche ctl` and a running server say to each other over DATA/veche.sock: one JSON object a line, both
// ways. A connection is one command and its answer, which may come in pieces and may ask back:
//   >
//   {"command":"operate","words":["identities","clear"],"language":"uk","directory":"/home/ann","asks":true}
//   < {"text":"3 accounts, 1 token\n"}
//   < {"confirm":{"question":"Type identities to delete them.","word":"identities"}}
//   > {"typed":"identities"}
//   < {"error":{"what":"backup /srv/b.db","why":"No space left on device","hint":""}}
//   < {"end":1}
// `end` is the last: the client's exit code. Until the client has typed, the server sends nothing more; what
// is not the word, {"typed":""} among it, does not confirm. Members that are not known are passed over.
//
// Sans-I/O and pure; any thread. Text may be any bytes: what is no UTF-8 travels as U+FFFD.
#pragma once

#include "base/i18n.h"
#include "base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace veche::control {

/// Longest lines, without their LF: of the client and of the server.
inline constexpr std::size_t kCtlRequestBytesMax = 64 * 1024;
inline constexpr std::size_t kCtlFrameBytesMax = 1024 * 1024;
/// Most text in one frame, before JSON makes of a control character six bytes ("\u001b").
inline constexpr std::size_t kCtlPieceBytes = 128 * 1024;
static_assert(6 * kCtlPieceBytes + 1024 <= kCtlFrameBytesMax, "a piece of text fits into a frame");

struct CtlRequest {
  std::vector<std::string> words;  ///< as the shell gave them; at least one
  base::Language language = base::Language::en;
  /// The client's working directory, absolute: `backup FILE` is relative to it. Empty: it has none.
  std::string directory{};
  bool asks = false;  ///< a person is at the terminal and can be asked
};

struct CtlText {
  std::string lines;  ///< whole ones, each with its LF
};
struct CtlConfirm {
  std::string question;
  std::string word;
};
struct CtlEnd {
  int exit_code = 0;  ///< 0 done, 1 not done, 2 it was no command
};
/// What a server says. An error is a frame as text is: `end` follows.
using CtlFrame = std::variant<CtlText, base::Error, CtlConfirm, CtlEnd>;

/// Lines with their LF. A request may come out longer than kCtlRequestBytesMax: the client looks.
std::string encode(const CtlRequest& request);
std::string encode_typed(std::string_view typed);
/// As many frames as the text needs with at most `piece_bytes_max` (4 or more) bytes in each, cut behind a
/// line's end where there is one; none for no text.
std::string encode(const CtlText& text, std::size_t piece_bytes_max = kCtlPieceBytes);
/// What, why and hint, question and word are cut off at 32 KiB each.
std::string encode(const base::Error& error);
std::string encode(const CtlConfirm& confirm);
std::string encode(const CtlEnd& end);

/// The command that a line of a client names ("account", "operate"); nothing if it is none.
std::optional<std::string> command_of(std::string_view line);

/// Lines without their LF. Errors say what is malformed. A language that is not ours is English.
base::Result<CtlRequest> parse_ctl_request(std::string_view line);
base::Result<std::string> parse_typed(std::string_view line);
base::Result<CtlFrame> parse_ctl_frame(std::string_view line);

}  // namespace veche::control
