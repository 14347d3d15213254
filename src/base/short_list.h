// A list that mostly holds one: somebody's sessions, his rooms. The first element stands in the object
// itself, more go to the heap; so the list of one costs 16 bytes, where a vector costs 24 and an allocation
// of 32. Idle people are many, and this is a fifth of what each costs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace veche::base {

/// For small values that can be copied as bytes. Not shared between threads.
template <class T>
class ShortList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ShortList() {}
  ShortList(const ShortList& other) { *this = other; }
  ShortList(ShortList&& other) noexcept { swap(other); }
  ~ShortList() { release(); }
  ShortList& operator=(const ShortList& other) {
    if (this == &other) return *this;
    size_ = 0;
    reserve(other.size_);
    std::copy(other.begin(), other.end(), data());
    size_ = other.size_;
    return *this;
  }
  ShortList& operator=(ShortList&& other) noexcept {
    swap(other);
    return *this;
  }

  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t index) { return data()[index]; }
  const T& operator[](std::size_t index) const { return data()[index]; }
  T& back() { return data()[size_ - 1]; }

  void push_back(T value) {
    if (size_ == capacity_) reserve(2 * capacity_);
    data()[size_++] = value;
  }
  /// An empty list holds no memory.
  void pop_back() {
    if (--size_ == 0) release();
  }
  /// Takes out what equals `value`; the rest keeps its order.
  void erase(const T& value) {
    size_ = static_cast<std::uint32_t>(std::remove(begin(), end(), value) - begin());
    if (size_ == 0) release();
  }

 private:
  static constexpr std::uint32_t kInside = 1;

  T* data() { return capacity_ == kInside ? &place_.one : place_.many; }
  const T* data() const { return capacity_ == kInside ? &place_.one : place_.many; }

  void reserve(std::uint32_t capacity) {
    if (capacity <= capacity_) return;
    T* const moved = new T[capacity];
    std::copy(begin(), end(), moved);
    const std::uint32_t size = size_;
    release();
    place_.many = moved;
    capacity_ = capacity;
    size_ = size;
  }
  void release() {
    if (capacity_ != kInside) delete[] place_.many;
    place_.one = T{};
    capacity_ = kInside;
    size_ = 0;
  }
  void swap(ShortList& other) noexcept {
    std::swap(place_, other.place_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  union Place {
    T one{};
    T* many;
  };
  Place place_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = kInside;
};

}  // namespace veche::base
