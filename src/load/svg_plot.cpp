#include "load/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace veche::load {
namespace {

constexpr double kWidth = 720, kHeight = 340;
constexpr double kLeft = 80, kRight = 590, kTop = 20, kBottom = 280;  // of the field; names stand right of it
constexpr double kNameHeight = 16;

struct Style {
  std::string_view colour, dashes, mark;  // the mark is a path around 0,0
};
constexpr std::array<Style, 6> kStyles{{
    {"#0b3d91", "none", "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z"},
    {"#b03a00", "9 4", "M-4,-4h8v8h-8z"},
    {"#00633b", "2 4", "M0,-5l5,9h-10z"},
    {"#7a1fa2", "12 4 2 4", "M0,-5l5,5l-5,5l-5,-5z"},
    {"#5d4a00", "5 3 1 3 1 3", "M-5,-1h4v-4h2v4h4v2h-4v4h-2v-4h-4z"},
    {"#333333", "16 6", "M0,5l5,-9h-10z"},
}};

/// One axis: from values to places.
class Axis {
 public:
  Axis(std::vector<double> values, double from, double to) : from_(from), to_(to) {
    if (values.empty()) values = {0, 1};
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    log_ = *least > 0 && *most / *least > 10;
    low_ = log_ ? std::pow(10, std::floor(std::log10(*least) + 1e-9)) : std::min(0.0, *least);
    high_ = log_ ? *most * 1.1 : *most;
    if (high_ <= low_) high_ = low_ + 1;
  }

  double place(double value) const {
    const double part =
        log_ ? std::log(value / low_) / std::log(high_ / low_) : (value - low_) / (high_ - low_);
    return from_ + part * (to_ - from_);
  }

  std::vector<double> ticks() const {
    std::vector<double> ticks;
    if (log_) {
      const bool many = high_ / low_ > 1e4;
      for (double power = low_; power <= high_; power *= 10) {
        for (const double factor : {1, 2, 5}) {
          if (power * factor <= high_ && (factor == 1 || !many)) ticks.push_back(power * factor);
        }
      }
      return ticks;
    }
    const double rough = (high_ - low_) / 5;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
    for (double tick = std::ceil(low_ / step) * step; tick <= high_ * (1 + 1e-9); tick += step)
      ticks.push_back(tick);
    return ticks;
  }

  bool is_log() const { return log_; }

 private:
  double from_, to_, low_ = 0, high_ = 1;
  bool log_ = false;
};

class Drawing {
 public:
  Drawing(const Plot& plot, std::string_view id)
      : plot_(plot),
        id_(escaped(id)),
        x_(values([](const PlotPoint& point) { return point.x; }), kLeft, kRight),
        y_(values([](const PlotPoint& point) { return point.y; }), kBottom, kTop) {}

  std::string draw() {
    add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" "
        "aria-labelledby=\"{}-title {}-desc\" font-family=\"sans-serif\" font-size=\"13\">\n"
        "<title id=\"{}-title\">{}</title>\n<desc id=\"{}-desc\">{}</desc>\n",
        kWidth, kHeight, id_, id_, id_, escaped(plot_.title), id_, escaped(description()));
    grid();
    for (std::size_t i = 0; i < plot_.lines.size(); ++i) line(plot_.lines[i], kStyles[i % kStyles.size()]);
    names();
    return svg_ + "</svg>\n";
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Args>(args)...);
  }

  template <class Of>
  std::vector<double> values(Of of) const {
    std::vector<double> all;
    for (const PlotLine& one : plot_.lines) {
      for (const PlotPoint& point : one.points) all.push_back(of(point));
    }
    return all;
  }

  std::string description() const {
    std::string text = fmt::format("{} against {}{}.", plot_.y_label, plot_.x_label,
                                   y_.is_log() ? ", on a logarithmic axis" : "");
    for (const PlotLine& one : plot_.lines) {
      if (one.points.empty()) continue;
      text += fmt::format(" {}:", one.name);
      for (const PlotPoint& point : one.points)
        text += fmt::format(" {} at {};", shown(point.y), shown(point.x));
      text.back() = '.';
    }
    return text;
  }

  void grid() {
    add("<g stroke=\"#bbbbbb\" fill=\"none\">\n");
    for (const double tick : x_.ticks()) {
      add("<path d=\"M{0:.1f},{1}V{2}\"/>\n", x_.place(tick), kTop, kBottom);
    }
    for (const double tick : y_.ticks())
      add("<path d=\"M{0},{1:.1f}H{2}\"/>\n", kLeft, y_.place(tick), kRight);
    add("<path stroke=\"#000000\" d=\"M{},{}V{}H{}\"/>\n</g>\n<g aria-hidden=\"true\">\n", kLeft, kTop,
        kBottom, kRight);
    for (const double tick : x_.ticks()) {
      add("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x_.place(tick), kBottom + 18,
          shown(tick));
    }
    for (const double tick : y_.ticks()) {
      add("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kLeft - 6, y_.place(tick) + 4,
          shown(tick));
    }
    add("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (kLeft + kRight) / 2, kBottom + 42,
        escaped(plot_.x_label));
    add("<text transform=\"translate(16,{}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n</g>\n",
        (kTop + kBottom) / 2, escaped(plot_.y_label));
  }

  void line(const PlotLine& one, const Style& style) {
    if (one.points.empty()) return;
    std::string path;
    for (const PlotPoint& point : one.points) {
      path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? 'M' : 'L', x_.place(point.x), y_.place(point.y));
    }
    add("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"/>\n", path,
        style.colour, style.dashes);
    for (const PlotPoint& point : one.points) {
      add("<path transform=\"translate({:.1f},{:.1f})\" d=\"{}\" fill=\"{}\"><title>{}: {} at "
          "{}</title></path>\n",
          x_.place(point.x), y_.place(point.y), style.mark, style.colour, escaped(one.name), shown(point.y),
          shown(point.x));
    }
  }

  /// At the ends of the lines, moved apart where they would cover each other.
  void names() {
    struct Name {
      std::size_t line;
      double y;
    };
    std::vector<Name> names;
    for (std::size_t i = 0; i < plot_.lines.size(); ++i) {
      if (!plot_.lines[i].points.empty()) names.push_back({i, y_.place(plot_.lines[i].points.back().y)});
    }
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.y < b.y; });
    for (std::size_t i = 1; i < names.size(); ++i)
      names[i].y = std::max(names[i].y, names[i - 1].y + kNameHeight);
    double below = kBottom + kNameHeight;
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
      name->y = std::min(name->y, below - kNameHeight);
      below = name->y;
    }
    for (const Name& name : names) {
      const Style& style = kStyles[name.line % kStyles.size()];
      add("<path transform=\"translate({:.1f},{:.1f})\" d=\"{}\" fill=\"{}\"/>\n"
          "<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">{}</text>\n",
          kRight + 14, name.y, style.mark, style.colour, kRight + 24, name.y + 4, style.colour,
          escaped(plot_.lines[name.line].name));
    }
  }

  const Plot& plot_;
  const std::string id_;
  const Axis x_, y_;
  std::string svg_;
};

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:  // XML 1.0 has no other control characters, not even as entities
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' ? '?' : c;
    }
  }
  return out;
}

std::string shown(double value) {
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size < 100) {
    // Three digits that count.
    const int digits = std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 6);
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }
  std::string text = fmt::format("{:.0f}", value);
  const int first = value < 0 ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

std::string svg_of(const Plot& plot, std::string_view id) { return Drawing(plot, id).draw(); }

}  // namespace veche::load
