// Chat: the operator's emergency switch, and who still comes in.
#include "chat/chat.h"

namespace veche::chat {

Chat::Outcome Chat::operate(const SetLockdown& order) {
  if (order.lockdown == Lockdown::known && !policy_.remember_addresses) return Refusal::addresses_unknown;
  undo_.keep_value(lockdown_);
  lockdown_ = order.lockdown;
  return Affected{};
}

bool Chat::lets_in(const base::AddressBits& address) const {
  if (lockdown_ < Lockdown::known || is_exempt(policy_, address)) return true;
  return !accounts_.names_at(base::address_text(address)).empty();
}

}  // namespace veche::chat
