// The two streams of a scan: results on the one, on the other what is told beside them, with a progress bar
// in its last line if that is a terminal. When both are the same terminal, the bar makes way for each line
// and comes back below it, so that no line is torn.
#pragma once

#include "base/clock.h"
#include "base/i18n.h"
#include "base/result.h"
#include "scan/progress_bar.h"
#include "scan/report.h"

#include <cstdio>
#include <string>
#include <string_view>

namespace veche::scan {

/// Neither is owned.
struct OutputStreams {
  std::FILE* out = stdout;
  std::FILE* err = stderr;
};

/// Lives on one thread. SIGPIPE is ignored by the caller.
class TerminalOutput {
 public:
  /// The bar is shown if it is wanted, `streams.err` is a terminal, and TERM says that it can erase a line.
  TerminalOutput(const OutputStreams& streams, bool wants_bar, const base::Translator& t);
  /// Erases the bar.
  ~TerminalOutput();
  TerminalOutput(const TerminalOutput&) = delete;
  TerminalOutput& operator=(const TerminalOutput&) = delete;

  bool has_bar() const { return has_bar_; }

  /// Results, in whole lines; a ReportWriter's sink. A terminal has them at once, a pipe or file with the
  /// next refresh() or finish(). False if the output takes no more: `has_failed` then says whether that is an
  /// error, which has been told, or only that nobody reads it any longer (EPIPE: `| head`).
  bool print(std::string_view lines);
  bool has_failed() const { return has_failed_; }

  /// A line on the error stream, made harmless; without its LF.
  void say(std::string_view text);
  /// "veche: TEXT".
  void note(std::string_view text);
  /// "veche: WHAT: WHY (HINT)".
  void complain(const base::Error& error);

  /// To be called often; the bar is drawn anew at most every 100 ms, as wide as the terminal is then. False
  /// as that of print().
  bool refresh(const Progress& progress, base::MonoTime now);

  /// Erases the bar, until another refresh(), and lets go of all results. False as that of print().
  bool finish();

 private:
  void draw();
  bool erase();
  /// Puts the bar back where it was, once between two redraws: a flood of lines gets no bar behind each.
  void redraw(bool was_shown);
  bool flush();
  bool stop();

  const OutputStreams streams_;
  const base::Translator t_;
  const bool out_is_terminal_;
  const bool has_bar_;
  const bool has_blocks_;
  bool is_shown_ = false;
  bool is_redrawn_ = false;
  bool has_stopped_ = false;
  bool has_failed_ = false;
  Progress progress_;
  RateMeter rate_;
  base::MonoTime due_ = base::MonoTime::min();
};

}  // namespace veche::scan
