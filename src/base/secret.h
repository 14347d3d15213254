// Memory that held a secret is overwritten before anybody else gets it: passwords, tokens, the lines in which
// they came. A dump, a swapped page or a bug that reads too far then finds nothing that opens an account.
//
// std::string cannot be trusted with that: it keeps short texts in itself, where a move leaves them, and
// frees what it has outgrown as it is. What is here keeps its bytes in one place on the heap, a move takes
// that place along, and whatever is given back is wiped before. What still escapes is in docs/adr/0016. Any
// thread, one at a time for one object.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace veche::base {

/// Overwrites memory, even if nothing reads it afterwards.
void wipe(void* memory, std::size_t bytes) noexcept;
/// The text, and what longer ones left behind its end; then it is empty.
void wipe(std::string& secret);
/// What calls that have returned left on this thread's stack, 16 KiB below the caller's frame.
[[gnu::noinline]] void wipe_stack() noexcept;

/// `Memory` is where the memory comes from; a stateless allocator.
template <class T, class Memory = std::allocator<T>>
struct WipingAllocator {
  using value_type = T;
  template <class Other>
  struct rebind {  // the standard's name
    using other =
        WipingAllocator<Other, typename std::allocator_traits<Memory>::template rebind_alloc<Other>>;
  };

  WipingAllocator() = default;
  template <class Other, class OtherMemory>
  WipingAllocator(const WipingAllocator<Other, OtherMemory>&) {}  // NOLINT: containers convert it

  T* allocate(std::size_t count) { return Memory().allocate(count); }
  void deallocate(T* memory, std::size_t count) {
    wipe(memory, count * sizeof(T));
    Memory().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

/// For elements that may be overwritten.
template <class T>
using WipingVector = std::vector<T, WipingAllocator<T>>;

/// A text that is wiped when it goes. Copies are as good as the original.
class Secret {
 public:
  Secret() = default;
  Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}  // NOLINT: a text may become one
  Secret(const char* text) : Secret(std::string_view(text)) {}         // NOLINT
  /// The string is wiped: it has given its secret away.
  Secret(std::string&& text) : Secret(std::string_view(text)) { wipe(text); }  // NOLINT
  /// So many zero bytes, to be written to.
  static Secret of_size(std::size_t size) {
    Secret secret;
    secret.bytes_.resize(size);
    return secret;
  }

  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  operator std::string_view() const { return view(); }  // NOLINT: it is read like any text
  char* data() { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  Secret& operator+=(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  void shrink(std::size_t size) { bytes_.resize(size); }
  /// Wipes at once.
  void clear() { WipingVector<char>().swap(bytes_); }

  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const Secret& a, const Text& b) {
    return a.view() == std::string_view(b);
  }

 private:
  WipingVector<char> bytes_;
};

}  // namespace veche::base
