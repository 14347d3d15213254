#include "wire/scram.h"

#include "base/secret.h"
#include "wire/base64.h"

#include <sodium.h>

#include <algorithm>

namespace veche::wire {
namespace {

using base::ScramKey;

std::string_view text_of(const auto& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Takes the part before the next comma, and that comma, off `rest`.
std::string_view next_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(','), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// The value of `part` if that is NAME=VALUE.
std::optional<std::string_view> value_of(std::string_view part, char name) {
  if (part.size() < 2 || part[0] != name || part[1] != '=') return std::nullopt;
  return part.substr(2);
}

/// A saslname: "=2C" is a comma, "=3D" an equals sign, and there is no other one (RFC 5802 section 5.1).
std::optional<std::string> unescaped(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    if (text.starts_with("=2C")) {
      name += ',';
      text.remove_prefix(3);
    } else if (text.starts_with("=3D")) {
      name += '=';
      text.remove_prefix(3);
    } else if (text[0] == '=' || text[0] == '\0') {
      return std::nullopt;
    } else {
      name += text[0];
      text.remove_prefix(1);
    }
  }
  return name;
}

bool is_nonce(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

ScramServer::~ScramServer() { base::wipe(&keys_, sizeof keys_); }

bool ScramServer::take_first(std::string_view message) {
  std::string_view rest = message;
  const std::string_view flag = next_part(rest);
  if (flag != "n" && flag != "y") return false;
  const std::string_view authorization = next_part(rest);
  if (!authorization.empty()) {
    const auto value = value_of(authorization, 'a');
    const auto name = value ? unescaped(*value) : std::nullopt;
    if (!name || name->empty()) return false;
    authorization_ = *name;
  }
  header_ = message.substr(0, message.size() - rest.size());
  if (std::count(header_.begin(), header_.end(), ',') != 2) return false;
  const std::string_view bare = rest;
  const auto user = value_of(next_part(rest), 'n');  // an extension that must be known (`m=`) is not
  const auto nonce = value_of(next_part(rest), 'r');
  const auto name = user ? unescaped(*user) : std::nullopt;
  if (!name || name->empty() || !nonce || !is_nonce(*nonce)) return false;
  name_ = *name;
  nonce_ = *nonce;
  signed_ = bare;
  return true;
}

std::string ScramServer::challenge(const base::ScramKeys& keys, std::string_view nonce) {
  keys_ = keys;
  nonce_ += nonce;
  std::string message =
      "r=" + nonce_ + ",s=" + to_base64(text_of(keys.salt)) + ",i=" + std::to_string(keys.iterations);
  signed_ += "," + message;
  return message;
}

std::optional<std::string> ScramServer::take_final(std::string_view message) const {
  const std::size_t comma = message.rfind(',');
  if (comma == message.npos) return std::nullopt;
  const auto proof_text = value_of(message.substr(comma + 1), 'p');
  auto proof = proof_text ? secret_from_base64(*proof_text) : std::nullopt;
  std::string_view rest = message.substr(0, comma);
  const auto binding = value_of(next_part(rest), 'c');
  const auto nonce = value_of(next_part(rest), 'r');
  if (!proof || proof->size() != ScramKey{}.size()) return std::nullopt;
  if (binding != to_base64(header_) || nonce != nonce_) return std::nullopt;

  const std::string all_signed = signed_ + "," + std::string(message.substr(0, comma));
  ScramKey client_key = base::scram_hmac(keys_.stored_key, all_signed);
  for (std::size_t i = 0; i < client_key.size(); ++i) {
    client_key[i] = static_cast<std::uint8_t>(client_key[i] ^ static_cast<unsigned char>(proof->view()[i]));
  }
  ScramKey stored_key{};
  crypto_hash_sha256(stored_key.data(), client_key.data(), client_key.size());
  base::wipe(client_key.data(), client_key.size());
  if (sodium_memcmp(stored_key.data(), keys_.stored_key.data(), stored_key.size()) != 0) return std::nullopt;
  return "v=" + to_base64(text_of(base::scram_hmac(keys_.server_key, all_signed)));
}

}  // namespace veche::wire
