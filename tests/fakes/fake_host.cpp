#include "tests/fakes/fake_host.h"

#include "base/check.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace veche::fakes {

namespace {

constexpr std::uint32_t kFakeRounds = 2;

}  // namespace

Asked::Asked(chat::CommandBody its_body, bool its_acknowledge)
    : body(std::move(its_body)), acknowledge(its_acknowledge) {}

std::string fake_hash(std::string_view password) { return "hash of " + std::string(password); }

base::ScramKeysPtr fake_scram(std::string_view password) {
  return std::make_shared<const base::ScramKeys>(base::derive_scram_keys(password, {7}, kFakeRounds));
}

FakeHost::FakeHost(const base::ManualClock& clock) : clock_(clock) {}
FakeHost::~FakeHost() = default;

void FakeHost::not_behind_finish() const {
  base::check(!finished, "a session asks for nothing behind finish()");
}

bool FakeHost::timer_is_due() {
  if (!timer || *timer > clock_.mono()) return false;
  timer.reset();
  return true;
}

void FakeHost::command(chat::CommandBody body, bool acknowledge) {
  commands.emplace_back(std::move(body), acknowledge);
}

void FakeHost::send(std::string_view bytes) {
  not_behind_finish();
  sent += bytes;
}

void FakeHost::finish() {
  not_behind_finish();
  finished = true;
}

void FakeHost::accept_input(bool yes) {
  not_behind_finish();
  accepts_input = yes;
  accept_input_calls.push_back(yes);
}

void FakeHost::set_timer(std::chrono::milliseconds delay) {
  not_behind_finish();
  timer = clock_.mono() + delay;
}

void FakeHost::hash_password(base::Secret password) { jobs.push_back(HashJob{std::string(password.view())}); }

void FakeHost::verify_password(std::string hash, base::Secret password, bool wants_scram) {
  jobs.push_back(VerifyJob{std::move(hash), std::string(password.view()), wants_scram});
}

base::ScramKeys FakeHost::decoy_scram_keys(std::string_view folded_name) const {
  return base::decoy_scram_keys({1}, folded_name, kFakeRounds);
}

void FakeHost::become_operator(std::string name, base::Secret password) {
  not_behind_finish();
  jobs.push_back(OperatorLogInJob{std::move(name), std::string(password.view())});
}

void FakeHost::operate(std::string line) {
  not_behind_finish();
  jobs.push_back(OperatorLineJob{std::move(line)});
}

void FakeHost::read_history(const chat::HistoryGranted& grant) { jobs.push_back(grant); }

void FakeHost::search(const chat::SearchGranted& grant) { jobs.push_back(grant); }

std::optional<chat::TokenHash> FakeHost::hash_token(std::string_view text) {
  if (!text.starts_with("TOKEN-")) return std::nullopt;
  chat::TokenHash hash{};
  std::copy_n(text.begin(), std::min(text.size(), hash.size()), hash.begin());
  return hash;
}

}  // namespace veche::fakes
