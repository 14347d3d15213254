#include "base/mo_reader.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <utility>
#include <vector>

namespace veche::base {
namespace {

using Strings = std::vector<std::pair<std::string, std::string>>;

const Strings kCatalog = {{"", "Language: ru\n"},
                          {"Bye.", "Пока."},
                          {std::string("{} person\0{} people", 19), std::string("один\0два\0пять", 24)}};

/// The .mo file of `strings`, which are in the order of their keys; `big` for big-endian.
std::vector<unsigned char> mo_file(const Strings& strings, bool big = false) {
  std::vector<unsigned char> file;
  const auto number = [&file, big](std::size_t value) {
    for (int i = 0; i < 4; ++i) file.push_back(static_cast<unsigned char>(value >> 8 * (big ? 3 - i : i)));
  };
  const std::size_t n = strings.size();
  for (const std::size_t value :
       {std::size_t{0x950412de}, std::size_t{0}, n, std::size_t{28}, 28 + 8 * n, std::size_t{0}, 28 + 16 * n})
    number(value);
  std::size_t at = 28 + 16 * n;
  const auto table = [&](auto member) {
    for (const auto& pair : strings) {
      number((pair.*member).size());
      number(at);
      at += (pair.*member).size() + 1;
    }
  };
  table(&Strings::value_type::first);
  table(&Strings::value_type::second);
  const auto text = [&file](const std::string& string) {
    file.insert(file.end(), string.begin(), string.end());
    file.push_back(0);
  };
  for (const auto& pair : strings) text(pair.first);
  for (const auto& pair : strings) text(pair.second);
  return file;
}

void poke(std::vector<unsigned char>& file, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<unsigned char>(value >> 8 * i);
}

TEST(MoReader, FindsWhatTheCatalogHolds) {
  for (const bool big : {false, true}) {
    const auto file = mo_file(kCatalog, big);
    const MoReader reader(file);
    EXPECT_EQ(reader.size(), 3u);
    EXPECT_EQ(reader.find("Bye."), "Пока.");
    EXPECT_EQ(reader.find(""), "Language: ru\n");
    for (const char* const absent : {"Bye", "Bye..", "A", "zzz", "{} people"})
      EXPECT_EQ(reader.find(absent), "");
  }
}

TEST(MoReader, PluralIsFoundByTheOneThing) {
  const auto file = mo_file(kCatalog);
  const MoReader reader(file);
  EXPECT_EQ(reader.find_form("{} person", 0), "один");
  EXPECT_EQ(reader.find_form("{} person", 1), "два");
  EXPECT_EQ(reader.find_form("{} person", 2), "пять");
  EXPECT_EQ(reader.find_form("{} person", 3), "");
  EXPECT_EQ(reader.find_form("Bye.", 0), "Пока.");
  EXPECT_EQ(reader.find_form("Bye.", 1), "");
  EXPECT_EQ(reader.find_form("absent", 0), "");
}

TEST(MoReader, EveryEntryOfALargeCatalogIsFound) {
  Strings strings;
  for (int i = 100; i < 600; ++i)
    strings.emplace_back("key " + std::to_string(i), "value " + std::to_string(i));
  const auto file = mo_file(strings);
  const MoReader reader(file);
  ASSERT_EQ(reader.size(), 500u);
  for (std::size_t i = 0; i < strings.size(); ++i) {
    EXPECT_EQ(reader.find(strings[i].first), strings[i].second);
    EXPECT_EQ(reader.entry(i).original, strings[i].first);
    EXPECT_EQ(reader.entry(i).translation, strings[i].second);
  }
}

TEST(MoReader, NothingIsAnEmptyCatalog) {
  EXPECT_EQ(MoReader().find("Bye."), "");
  EXPECT_EQ(MoReader(std::span<const unsigned char>{}).size(), 0u);
  EXPECT_EQ(MoReader(mo_file({})).size(), 0u);
}

TEST(MoReader, ACatalogCutAnywhereIsEmpty) {
  const auto file = mo_file(kCatalog);
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_EQ(MoReader(std::span(file).first(size)).size(), 0u) << size;
}

TEST(MoReader, ACatalogThatLiesAboutItsPlacesIsEmpty) {
  struct Lie {
    const char* what;
    std::size_t at;
    std::uint32_t value;
  };
  const Lie lies[] = {
      {"magic", 0, 0x12345678},
      {"revision 2.0", 4, 0x20000},
      {"too many strings", 8, 1000},
      {"count overflows", 8, ~0u},
      {"originals outside", 12, ~0u},
      {"translations outside", 16, ~0u - 7},
      {"length outside", 28, ~0u},
      {"offset outside", 32, ~0u},
      {"no NUL at the end", 36, 2},
      {"wrong order", 32, 0x4c + 10},
      {"translation outside", 52, 100'000},
  };
  for (const Lie& lie : lies) {
    auto file = mo_file(kCatalog);
    ASSERT_EQ(MoReader(file).size(), 3u);
    poke(file, lie.at, lie.value);
    EXPECT_EQ(MoReader(file).size(), 0u) << lie.what;
  }
}

}  // namespace
}  // namespace veche::base
