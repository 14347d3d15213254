#include "net/ticket_keys.h"

#include "base/limits.h"
#include "base/secret.h"

#include <openssl/rand.h>

#include <utility>

namespace veche::net {
namespace {

bool make_random(TicketKeys::Key& key) {
  return RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1 &&
         RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) == 1 &&
         RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1;
}

void wipe(TicketKeys::Key& key) { base::wipe(&key, sizeof key); }

}  // namespace

TicketKeys::TicketKeys(const base::Clock& clock) : clock_(clock) {}

TicketKeys::~TicketKeys() {
  wipe(current_);
  if (old_) wipe(*old_);
}

/// Nobody need come at the right moment: whoever comes first after it does what is due.
bool TicketKeys::rotate() {
  using base::limits::kTlsTicketKeyLifetime;
  const base::MonoTime now = clock_.mono();
  if (since_ && now < *since_ + kTlsTicketKeyLifetime) return true;
  Key next;
  if (!make_random(next)) return false;
  if (old_) wipe(*old_);
  old_.reset();
  if (since_ && now < *since_ + 2 * kTlsTicketKeyLifetime) old_ = current_;
  current_ = next;
  wipe(next);
  since_ = now;
  return true;
}

std::optional<TicketKeys::Key> TicketKeys::sealing() {
  const std::lock_guard lock(mutex_);
  if (!rotate()) return std::nullopt;
  return current_;
}

std::optional<TicketKeys::Opening> TicketKeys::opening(const Name& name) {
  const std::lock_guard lock(mutex_);
  if (!rotate()) return std::nullopt;
  if (name == current_.name) return Opening{current_, false};
  if (old_ && name == old_->name) return Opening{*old_, true};
  return std::nullopt;
}

}  // namespace veche::net
