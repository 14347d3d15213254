#include "server/notices.h"

#include "base/text.h"

#include <set>
#include <utility>

namespace veche::server {

void Notices::print_to(std::function<void(std::string_view)> print, base::Translator t) {
  print_ = std::move(print);
  t_ = t;
}

void Notices::add(Notice notice) {
  if (waiting_.fetch_add(1) >= kWaitingMax) {
    --waiting_;
    ++skipped_;
    return;
  }
  desk_.post([this, notice = std::move(notice)] {
    --waiting_;
    show(notice);
  });
}

void Notices::show(const Notice& notice) {
  std::string text;
  if (const std::size_t skipped = skipped_.exchange(0); skipped > 0) {
    text = t_.plural("({} arrival or departure was left out)", "({} arrivals and departures were left out)",
                     skipped) +
           "\n";
  }
  switch (notice.what) {
    case Notice::What::came:
      text += t_("{} has connected ({} connected)", notice.address, notice.connected);
      break;
    case Notice::What::logged_in:
      names_[notice.session] = notice.name;
      text += t_("{} is {}", notice.address, base::printable(notice.name));
      break;
    case Notice::What::went: {
      const auto name = names_.extract(notice.session);
      const std::string who =
          name.empty() ? notice.address : base::printable(name.mapped()) + ", " + notice.address + ",";
      text += t_("{} has gone: {} ({} connected)", who, t_(net::close_reason_text(notice.reason)),
                 notice.connected);
      break;
    }
  }
  print_(text + "\n");
}

std::vector<std::string> Notices::people() const {
  std::set<std::string> names;
  for (const auto& [session, name] : names_) names.insert(name);
  return {names.begin(), names.end()};
}

}  // namespace veche::server
