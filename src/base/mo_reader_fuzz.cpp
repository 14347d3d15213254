// A damaged catalog reads as empty or as strings inside its bytes, never outside. Raw bytes hardly ever get
// past the magic number, so an input with an odd first byte is patches, (offset, value) pairs, to a good
// catalog.
#include "base/check.h"
#include "base/mo_reader.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace {

using namespace veche::base;

// Two strings: "" -> "h", and the plural "a NUL b" -> "x NUL y".
constexpr unsigned char kGood[] = {
    0xde, 0x12, 0x04, 0x95, 0,  0,   0, 0,   2,  0,   0, 0, 28, 0, 0, 0,
    44,   0,    0,    0,    0,  0,   0, 0,   60, 0,   0, 0,               // header
    0,    0,    0,    0,    60, 0,   0, 0,   3,  0,   0, 0, 61, 0, 0, 0,  // originals
    1,    0,    0,    0,    65, 0,   0, 0,   3,  0,   0, 0, 67, 0, 0, 0,  // translations
    0,    'a',  0,    'b',  0,  'h', 0, 'x', 0,  'y', 0};

std::vector<unsigned char> damaged(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || data[0] % 2 == 0) return {data, data + size};
  std::vector<unsigned char> file(std::begin(kGood), std::end(kGood));
  for (std::size_t i = 1; i + 1 < size; i += 2) file[data[i] % file.size()] = data[i + 1];
  return file;
}

void check_inside(const std::vector<unsigned char>& file, std::string_view text) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
  check(begin >= file.data() && begin + text.size() <= file.data() + file.size(), "a string is inside");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(MoReader(kGood).size() == 2 && MoReader(kGood).find_form("a", 1) == "y", "the good catalog is good");

  const std::vector<unsigned char> file = damaged(data, size);
  const MoReader reader(file);
  for (std::size_t i = 0; i < reader.size(); ++i) {
    const auto [original, translation] = reader.entry(i);
    check_inside(file, original);
    check_inside(file, translation);
    check(reader.find(original).data() == translation.data(), "every key is found");
    for (int form = 0; form < 4; ++form) reader.find_form(original, form);
  }
  reader.find({reinterpret_cast<const char*>(data), size});
  return 0;
}
