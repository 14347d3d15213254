#include "session/irc_caps.h"

#include <algorithm>
#include <array>

namespace veche::session {
namespace {

constexpr std::array<CapInfo, 22> kCaps = {{
    {Cap::account_notify, "account-notify"},
    {Cap::account_tag, "account-tag"},
    {Cap::away_notify, "away-notify"},
    {Cap::batch, "batch"},
    {Cap::cap_notify, "cap-notify"},
    {Cap::chghost, "chghost"},
    {Cap::account_registration, "draft/account-registration"},
    {Cap::channel_rename, "draft/channel-rename"},
    {Cap::no_implicit_names, "draft/no-implicit-names"},
    {Cap::echo_message, "echo-message"},
    {Cap::extended_join, "extended-join"},
    {Cap::extended_monitor, "extended-monitor"},
    {Cap::invite_notify, "invite-notify"},
    {Cap::labeled_response, "labeled-response"},
    {Cap::message_tags, "message-tags"},
    {Cap::multi_prefix, "multi-prefix"},
    {Cap::no_implicit_names, "no-implicit-names"},
    {Cap::sasl, "sasl"},
    {Cap::server_time, "server-time"},
    {Cap::setname, "setname"},
    {Cap::standard_replies, "standard-replies"},
    {Cap::userhost_in_names, "userhost-in-names"},
}};

}  // namespace

std::span<const CapInfo> irc_caps() { return kCaps; }

std::optional<Cap> irc_cap(std::string_view name) {
  const auto found =
      std::find_if(kCaps.begin(), kCaps.end(), [&](const CapInfo& c) { return c.name == name; });
  if (found == kCaps.end()) return std::nullopt;
  return found->cap;
}

}  // namespace veche::session
