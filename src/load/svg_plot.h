// A line plot as SVG, for a page without scripts. Told apart without colours: every line has dashes and marks
// of its own, and its name at its end. Read aloud: title and description are the plot's accessible name, and
// every mark has its figures. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

struct PlotPoint {
  double x = 0, y = 0;
};

struct PlotLine {
  std::string name;
  std::vector<PlotPoint> points;  ///< in the order of x; may be empty
};

struct Plot {
  std::string title;
  std::string x_label, y_label;
  std::vector<PlotLine> lines;  ///< at most as many as kinds of dashes: 6
};

/// `id` is a word that no other plot of the page has. An axis is logarithmic if all its values are above zero
/// and reach over more than a power of ten.
std::string svg_of(const Plot& plot, std::string_view id);

/// What text may hold in XML, an attribute included: & < > " ' as entities, control characters but tab and
/// newline as ?. `text` must be valid UTF-8.
std::string escaped(std::string_view text);

/// A figure for people: "251,003", "12.4", "0.031".
std::string shown(double value);

}  // namespace veche::load
