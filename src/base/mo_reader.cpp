#include "base/mo_reader.h"

#include "base/check.h"

#include <algorithm>

namespace veche::base {
namespace {

constexpr std::uint32_t kMagic = 0x950412de;
constexpr std::size_t kHeaderBytes = 28;
constexpr std::size_t kPairBytes = 8;

std::string_view up_to_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

}  // namespace

MoReader::MoReader(std::span<const unsigned char> bytes) : bytes_(bytes) {
  if (!well_formed()) *this = MoReader();
}

MoReader::Entry MoReader::entry(std::size_t index) const {
  check(index < count_, "a catalog's entry is below its size");
  return {up_to_nul(string(originals_, index)), string(translations_, index)};
}

std::string_view MoReader::find(std::string_view key) const {
  std::size_t low = 0;
  std::size_t high = count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (up_to_nul(string(originals_, middle)) < key)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == count_ || up_to_nul(string(originals_, low)) != key) return {};
  return string(translations_, low);
}

std::string_view MoReader::find_form(std::string_view key, int form) const {
  std::string_view forms = find(key);
  for (; form > 0; --form) {
    const std::size_t nul = forms.find('\0');
    if (nul == std::string_view::npos) return {};
    forms.remove_prefix(nul + 1);
  }
  return up_to_nul(forms);
}

std::uint32_t MoReader::number(std::size_t at) const {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t shift = 8 * (swapped_ ? 3 - i : i);
    value |= std::uint32_t{bytes_[at + i]} << shift;
  }
  return value;
}

bool MoReader::holds_string(std::size_t table, std::size_t index) const {
  const std::size_t length = number(table + index * kPairBytes);
  const std::size_t offset = number(table + index * kPairBytes + 4);
  return offset < bytes_.size() && length < bytes_.size() - offset && bytes_[offset + length] == 0;
}

std::string_view MoReader::string(std::size_t table, std::size_t index) const {
  const std::size_t length = number(table + index * kPairBytes);
  const std::size_t offset = number(table + index * kPairBytes + 4);
  return {reinterpret_cast<const char*>(bytes_.data()) + offset, length};
}

bool MoReader::well_formed() {
  if (bytes_.size() < kHeaderBytes) return false;
  swapped_ = number(0) != kMagic;  // else little-endian
  if (number(0) != kMagic) return false;
  if (number(4) >> 16 > 1) return false;  // a major revision that is not known

  count_ = number(8);
  originals_ = number(12);
  translations_ = number(16);
  for (const std::size_t table : {originals_, translations_})
    if (table > bytes_.size() || count_ > (bytes_.size() - table) / kPairBytes) return false;

  for (std::size_t i = 0; i < count_; ++i) {
    if (!holds_string(originals_, i) || !holds_string(translations_, i)) return false;
    if (i > 0 && up_to_nul(string(originals_, i - 1)) >= up_to_nul(string(originals_, i))) return false;
  }
  return true;
}

}  // namespace veche::base
