#include "chat/past_book.h"

#include <utility>

namespace veche::chat {

void PastBook::note(std::string folded_name, Past::Line line) {
  if (policy_.past_people != 0) {
    entries_.push_front({std::move(folded_name), std::move(line)});
    undo_.push([this] { entries_.pop_front(); });
  }
  while (entries_.size() > policy_.past_people) {  // several, if the operator has lowered it
    undo_.push([this, oldest = std::move(entries_.back())] { entries_.push_back(oldest); });
    entries_.pop_back();
  }
}

std::vector<Past::Line> PastBook::find(std::string_view folded_name, std::size_t count) const {
  std::vector<Past::Line> lines;
  for (const Entry& entry : entries_) {
    if (count != 0 && lines.size() == count) break;
    if (entry.folded_name == folded_name) lines.push_back(entry.line);
  }
  return lines;
}

std::vector<std::string> PastBook::describe() const {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& [name, line] = entries_[i];
    lines.push_back("past " + std::to_string(i) + " " + name + " " + line.person->name + "!" +
                    line.person->username + "@" + line.person->host + " " + line.person->account + " " +
                    line.realname + " " + std::to_string(line.gone.time_since_epoch().count()));
  }
  return lines;
}

}  // namespace veche::chat
