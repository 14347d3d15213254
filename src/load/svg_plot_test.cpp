#include "load/svg_plot.h"

#include <gtest/gtest.h>

namespace veche::load {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(SvgPlot, FiguresHaveThreeDigitsThatCount) {
  EXPECT_EQ(shown(0), "0");
  EXPECT_EQ(shown(0.03126), "0.0313");
  EXPECT_EQ(shown(0.5), "0.5");
  EXPECT_EQ(shown(3.256), "3.26");
  EXPECT_EQ(shown(42), "42");
  EXPECT_EQ(shown(99.96), "100");
  EXPECT_EQ(shown(999.6), "1,000");
  EXPECT_EQ(shown(251003.4), "251,003");
  EXPECT_EQ(shown(-1234567), "-1,234,567");
  EXPECT_EQ(shown(-250), "-250");
  EXPECT_EQ(shown(1e-9), "0");
}

TEST(SvgPlot, NothingOfATextIsMarkup) {
  EXPECT_EQ(escaped("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  EXPECT_EQ(escaped(std::string_view("x\x01\x1b\0y\tz", 7)), "x???y\tz");
  EXPECT_EQ(escaped("вече"), "вече");
}

TEST(SvgPlot, EveryLineHasItsNameItsDashesAndItsFigures) {
  const Plot plot{"Cost", "clients", "us", {{"events", {{1, 3}, {50, 4}}}, {"threads", {{1, 5}, {50, 9.5}}}}};
  const std::string svg = svg_of(plot, "cpu");
  EXPECT_TRUE(has(svg, "<title id=\"cpu-title\">Cost</title>"));
  EXPECT_TRUE(has(svg, "aria-labelledby=\"cpu-title cpu-desc\""));
  EXPECT_TRUE(has(svg, "events: 3 at 1; 4 at 50. threads: 5 at 1; 9.5 at 50."));
  EXPECT_TRUE(has(svg, "<title>threads: 9.5 at 50</title>"));
  EXPECT_EQ(count(svg, ">events</text>"), 1u);
  EXPECT_EQ(count(svg, "stroke-dasharray=\"none\""), 1u);
  EXPECT_EQ(count(svg, "stroke-dasharray=\"9 4\""), 1u);
}

TEST(SvgPlot, AnAxisOverManyPowersOfTenIsLogarithmic) {
  const std::string wide = svg_of({"", "x", "y", {{"a", {{1, 1}, {2, 5000}}}}}, "p");
  EXPECT_TRUE(has(wide, "on a logarithmic axis"));
  EXPECT_TRUE(has(wide, ">1,000</text>"));
  const std::string narrow = svg_of({"", "x", "y", {{"a", {{1, 10}, {2, 50}}}}}, "p");
  EXPECT_FALSE(has(narrow, "logarithmic"));
  EXPECT_TRUE(has(narrow, ">0</text>"));
  EXPECT_FALSE(has(svg_of({"", "x", "y", {{"a", {{1, 0}, {2, 5000}}}}}, "p"), "logarithmic"))
      << "0 has no logarithm";
}

TEST(SvgPlot, NamesThatWouldCoverEachOtherAreMovedApart) {
  const std::string svg = svg_of({"", "x", "y", {{"a", {{1, 10}}}, {"b", {{1, 10}}}, {"c", {{1, 10}}}}}, "p");
  std::vector<double> heights;
  for (const char* name : {">a</text>", ">b</text>", ">c</text>"}) {
    const auto at = svg.rfind(" y=\"", svg.find(name));
    heights.push_back(std::stod(svg.substr(at + 4)));
  }
  std::sort(heights.begin(), heights.end());
  EXPECT_GE(heights[1] - heights[0], 15.9);
  EXPECT_GE(heights[2] - heights[1], 15.9);
}

TEST(SvgPlot, NoPointsAtAllAreAnEmptyField) {
  const std::string svg = svg_of({"Empty", "x", "y", {{"a", {}}}}, "p");
  EXPECT_TRUE(has(svg, "</svg>"));
  EXPECT_FALSE(has(svg, ">a</text>"));
  EXPECT_FALSE(has(svg, "nan"));
  EXPECT_FALSE(has(svg, "inf"));
}

TEST(SvgPlot, OnePointIsAPlot) {
  const std::string svg = svg_of({"", "x", "y", {{"a", {{50, 3}}}}}, "p");
  EXPECT_TRUE(has(svg, "<title>a: 3 at 50</title>"));
  EXPECT_FALSE(has(svg, "nan"));
}

}  // namespace
}  // namespace veche::load
