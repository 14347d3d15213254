// A value that is the default one in most of many objects, and takes a pointer in them then instead of its
// own size. Otherwise it is a value like others: a copy is its own.
#pragma once

#include <memory>
#include <utility>

namespace veche::base {

template <class T>
class Rarely {
 public:
  Rarely() = default;
  Rarely(T value) { *this = std::move(value); }  // NOLINT: stands for a T
  Rarely(const Rarely& other) { *this = *other; }
  Rarely(Rarely&&) noexcept = default;
  Rarely& operator=(const Rarely& other) { return *this = T(*other); }
  Rarely& operator=(Rarely&&) noexcept = default;
  ~Rarely() = default;

  Rarely& operator=(T value) {
    value_ = value == T() ? nullptr : std::make_unique<T>(std::move(value));
    return *this;
  }
  const T& operator*() const {
    static const T kDefault;
    return value_ ? *value_ : kDefault;
  }
  const T* operator->() const { return &**this; }

 private:
  std::unique_ptr<T> value_;  // null: the default
};

}  // namespace veche::base
