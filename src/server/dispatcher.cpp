#include "server/dispatcher.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace veche::server {

void Dispatcher::count(const chat::Subscribe& effect, int change) {
  auto& counts = subscribed_[effect.room];
  counts.resize(per_loop_.size());
  std::uint32_t& sessions = counts.at(base::loop_of(effect.session));
  base::check(change > 0 || sessions > 0, "only a subscribed session is unsubscribed");
  sessions += static_cast<std::uint32_t>(change);
  if (change < 0 && std::all_of(counts.begin(), counts.end(), [](auto n) { return n == 0; })) {
    subscribed_.erase(effect.room);
  }
}

void Dispatcher::sort(std::vector<chat::Effect>& effects) {
  for (chat::Effect& effect : effects) {
    if (auto* room = std::get_if<chat::ToRoom>(&effect)) {
      const auto counts = subscribed_.find(room->room);
      if (counts == subscribed_.end()) continue;
      for (std::size_t loop = 0; loop < per_loop_.size(); ++loop) {
        if (counts->second[loop] > 0) per_loop_[loop].push_back(*room);
      }
    } else if (auto* one = std::get_if<chat::ToSession>(&effect)) {
      per_loop_.at(base::loop_of(one->session)).push_back(std::move(*one));
    } else if (auto* came = std::get_if<chat::Subscribe>(&effect)) {
      count(*came, +1);
      per_loop_.at(base::loop_of(came->session)).push_back(*came);
    } else if (auto* went = std::get_if<chat::Unsubscribe>(&effect)) {
      count({went->session, went->room}, -1);
      per_loop_.at(base::loop_of(went->session)).push_back(*went);
    }
  }
  effects.clear();
}

}  // namespace veche::server
