// Commands as a crowd of people and a careless operator would send them, right ones and wrong ones, drawn
// from a small world so that they meet: the same few names, rooms, addresses and accounts over and over.
#pragma once

#include "chat/command.h"
#include "chat/policy.h"

#include <cstddef>
#include <cstdint>

namespace veche::fakes {

/// What chance decides, wherever it comes from.
class Choice {
 public:
  virtual ~Choice() = default;
  /// One of 0 ... below - 1.
  virtual std::size_t operator()(std::size_t below) = 0;
};

/// Numbers from a seed: SplitMix64, the same on every machine.
class SeededChoice final : public Choice {
 public:
  explicit SeededChoice(std::uint64_t seed) : state_(seed) {}
  std::size_t operator()(std::size_t below) override;

 private:
  std::uint64_t state_;
};

/// Rules so tight that a short run meets all of them.
chat::Policy small_policy(Choice& choose);

/// `choose` outlives it.
class CommandSource {
 public:
  explicit CommandSource(Choice& choose) : choose_(choose) {}
  chat::Command next();

 private:
  Choice& choose_;
  std::uint64_t last_session_ = 0;
  std::uint64_t last_token_ = 0;
};

}  // namespace veche::fakes
