#include "control/json_line.h"

#include "base/secret.h"

#include <cstddef>
#include <new>
#include <utility>

namespace veche::control {

namespace json = boost::json;

namespace {

constexpr std::size_t kScratchBytes = 4096;

class WipingMemory final : public json::memory_resource {
  // Nothing in JSON wants a greater alignment than new gives; and the library does not always free with the
  // one that it has allocated with.
  void* do_allocate(std::size_t bytes, std::size_t) override { return ::operator new(bytes); }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    base::wipe(memory, bytes);
    ::operator delete(memory);
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace

std::optional<json::object> object_in_line(std::string_view line, std::size_t bytes_max) {
  if (line.size() > bytes_max) return std::nullopt;
  json::error_code error;
  json::parse_options options;
  options.max_depth = 4;
  base::WipingVector<unsigned char> scratch(kScratchBytes);
  json::parser parser({}, options, scratch.data(), scratch.size());
  parser.reset(json::make_shared_resource<WipingMemory>());
  parser.write(json_view(line), error);
  if (error) return std::nullopt;
  json::value value = parser.release();
  if (!value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::string> text_of(const json::value& value) {
  if (!value.is_string()) return std::nullopt;
  return std::string(value.get_string().data(), value.get_string().size());
}

std::optional<std::string> text_of(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(json_view(member));
  return value ? text_of(*value) : std::nullopt;
}

std::string line_of(const json::object& object) { return json::serialize(object) + '\n'; }

tl::unexpected<base::Error> malformed_request(std::string why) {
  return base::fail("control request", std::move(why));
}

tl::unexpected<base::Error> misunderstood_answer() {
  return base::fail("control socket", "its answer is not understood",
                    "is the running server of another version?");
}

}  // namespace veche::control
