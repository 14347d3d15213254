#include "scan/progress_bar.h"

#include "scan/words.h"

#include <fmt/core.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace veche::scan {
namespace {

using base::Translator;

constexpr double kSmoothing_s = 2;
constexpr std::chrono::milliseconds kWarmUp{200};

constexpr int kBarColumnsMin = 10;
constexpr int kBarColumnsMax = 30;
constexpr std::string_view kGap = "  ";

/// More is no estimate any more.
constexpr double kTimeLeftMax_s = 100 * 24 * 3600.0;

enum Part : unsigned { kBar = 1, kPercent = 2, kHost = 4, kRate = 8, kOpenSoFar = 16, kLeft = 32 };

/// What is shown, from the widest terminal to the narrowest. The open ports stand above the bar anyway, and
/// the bar says what the percent does.
constexpr std::array<unsigned, 6> kShapes = {
    kBar | kPercent | kHost | kRate | kOpenSoFar | kLeft,
    kBar | kPercent | kRate | kOpenSoFar | kLeft,
    kBar | kPercent | kOpenSoFar | kLeft,
    kBar | kPercent | kLeft,
    kPercent | kLeft,
    kPercent,
};

/// From 0 to 1; 1 only when nothing is left to do.
double share_of(const Progress& progress) {
  if (progress.ports == 0) return 0;
  if (progress.decided >= progress.ports) return 1;
  return std::min(static_cast<double>(progress.decided) / static_cast<double>(progress.ports), 0.9999);
}

std::string bar_of(double share, int columns, bool has_blocks) {
  const int full = static_cast<int>(share * columns);
  std::string bar;
  for (int i = 0; i < columns; ++i) {
    if (has_blocks) {
      bar += i < full ? "█" : "░";
    } else {
      bar += i < full ? '#' : '.';
    }
  }
  return bar;
}

/// "0:04", "12:34", "1:02:03".
std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string left_text(const Progress& progress, std::optional<double> ports_per_s, const BarLook& look,
                      const Translator& t) {
  if (progress.decided >= progress.ports) return t("{} left", clock_text(0));
  const double ports = static_cast<double>(progress.ports - progress.decided);
  const double seconds = ports_per_s && *ports_per_s > 0 ? ports / *ports_per_s : kTimeLeftMax_s;
  if (seconds < kTimeLeftMax_s) return t("{} left", clock_text(seconds));
  return t("{} left", look.has_blocks ? "—" : "-");
}

/// A part's text; empty: there is nothing to say. Not of the bar.
std::string text_of(Part part, const Progress& progress, std::optional<double> ports_per_s,
                    const BarLook& look, const Translator& t) {
  switch (part) {
    case kBar:
      break;
    case kPercent:
      return fmt::format("{:>3}%", static_cast<int>(share_of(progress) * 100));
    case kHost:
      if (progress.hosts < 2) break;
      return t("host {} of {}", grouped(std::min(progress.hosts_done + 1, progress.hosts), t),
               grouped(progress.hosts, t));
    case kRate: {
      if (!ports_per_s) break;
      const auto rate = static_cast<std::uint64_t>(std::llround(*ports_per_s));
      return t.plural("{1} port/s", "{1} ports/s", rate, grouped(rate, t));
    }
    case kOpenSoFar:
      return t.plural("{1} open", "{1} open", progress.open, grouped(progress.open, t));
    case kLeft:
      return left_text(progress, ports_per_s, look, t);
  }
  return {};
}

}  // namespace

void RateMeter::add(const Progress& progress) {
  const double seconds = std::chrono::duration<double>(progress.elapsed - elapsed_).count();
  if (seconds <= 0) return;
  const std::uint64_t ports = progress.decided - std::min(progress.decided, decided_);
  const double share = 1 - std::exp(-seconds / kSmoothing_s);
  average_ += share * (static_cast<double>(ports) / seconds - average_);
  weight_ += share * (1 - weight_);
  decided_ = progress.decided;
  elapsed_ = progress.elapsed;
}

std::optional<double> RateMeter::ports_per_s() const {
  if (elapsed_ < kWarmUp) return std::nullopt;
  return average_ / weight_;
}

std::string render_bar(const Progress& progress, std::optional<double> ports_per_s, const BarLook& look,
                       const Translator& t) {
  for (const unsigned shape : kShapes) {
    std::string line;
    for (const Part part : {kPercent, kHost, kRate, kOpenSoFar, kLeft}) {
      if ((shape & part) == 0) continue;
      const std::string text = text_of(part, progress, ports_per_s, look, t);
      if (!text.empty()) line.append(line.empty() ? "" : kGap).append(text);
    }
    const int room = look.columns - columns_of(line);
    if ((shape & kBar) == 0) {
      if (room >= 0) return line;
      continue;
    }
    const int bar_columns = std::min(room - static_cast<int>(kGap.size()), kBarColumnsMax);
    if (bar_columns < kBarColumnsMin) continue;
    return bar_of(share_of(progress), bar_columns, look.has_blocks).append(kGap).append(line);
  }
  return {};
}

int columns_of(std::string_view utf8) {
  int columns = 0;
  while (!utf8.empty()) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                                    static_cast<utf8proc_ssize_t>(utf8.size()), &code_point);
    columns += bytes > 0 ? utf8proc_charwidth(code_point) : 1;
    utf8.remove_prefix(bytes > 0 ? static_cast<std::size_t>(bytes) : 1);
  }
  return columns;
}

}  // namespace veche::scan
