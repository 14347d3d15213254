#include "session/sasl.h"

#include "base/limits.h"
#include "base/text.h"
#include "chat/name.h"
#include "wire/base64.h"

#include <algorithm>
#include <array>
#include <utility>

namespace veche::session {

namespace limits = base::limits;

namespace {

constexpr std::array<std::pair<SaslMechanism, std::string_view>, 3> kMechanisms = {{
    {SaslMechanism::plain, "PLAIN"},
    {SaslMechanism::scram_sha_256, "SCRAM-SHA-256"},
    {SaslMechanism::external, "EXTERNAL"},
}};

constexpr std::size_t kEncodedBytesMax = (limits::kSaslResponseBytesMax + 2) / 3 * 4;

}  // namespace

std::string_view sasl_name(SaslMechanism mechanism) {
  return kMechanisms[static_cast<std::size_t>(mechanism)].second;
}

std::optional<SaslMechanism> sasl_mechanism(std::string_view name) {
  const auto same_letter = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; };
  for (const auto& [mechanism, known] : kMechanisms) {
    if (std::equal(name.begin(), name.end(), known.begin(), known.end(), same_letter)) return mechanism;
  }
  return std::nullopt;
}

SaslResponse::Step SaslResponse::take(std::string_view chunk) {
  const bool too_long =
      chunk.size() > limits::kSaslChunkBytes || encoded_.size() + chunk.size() > kEncodedBytesMax;
  if (too_long) {
    encoded_.clear();
    return Step::too_long;
  }
  if (chunk != "+") encoded_ += chunk;
  if (chunk.size() == limits::kSaslChunkBytes) return Step::more;
  auto bytes = wire::secret_from_base64(std::exchange(encoded_, {}));
  if (!bytes) return Step::malformed;
  bytes_ = *std::move(bytes);
  return Step::whole;
}

std::vector<std::string> sasl_chunks(std::string_view bytes) {
  const std::string encoded = wire::to_base64(bytes);
  std::vector<std::string> chunks;
  for (std::size_t at = 0; at < encoded.size(); at += limits::kSaslChunkBytes) {
    chunks.push_back(encoded.substr(at, limits::kSaslChunkBytes));
  }
  if (chunks.empty() || chunks.back().size() == limits::kSaslChunkBytes) chunks.emplace_back("+");
  return chunks;
}

std::optional<SaslPlain> parse_sasl_plain(std::string_view message) {
  const std::size_t first = message.find('\0');
  const std::size_t second = first == message.npos ? first : message.find('\0', first + 1);
  if (second == message.npos || message.find('\0', second + 1) != message.npos) return std::nullopt;
  const std::string_view authorization = message.substr(0, first);
  const std::string_view name = message.substr(first + 1, second - first - 1);
  const std::string_view password = message.substr(second + 1);
  if (name.empty() || password.empty() || !base::is_utf8(message)) return std::nullopt;
  if (password.size() > limits::kPasswordBytesMax || !may_act_for(name, authorization)) return std::nullopt;
  return SaslPlain{std::string(name), password};
}

bool may_act_for(std::string_view name, std::string_view authorization) {
  return authorization.empty() || authorization == name ||
         (chat::fold_name(name) && chat::fold_name(name) == chat::fold_name(authorization));
}

}  // namespace veche::session
