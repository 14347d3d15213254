// Which sessions watch which names (IRC's MONITOR): who is to be told when somebody comes or goes. A session
// that watches nobody costs nothing. At most Policy::watched_max names a session; names by their folded form.
#pragma once

#include "base/ids.h"
#include "chat/name.h"
#include "chat/policy.h"
#include "chat/undo_log.h"

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace veche::chat {

/// One thread: the chat's. References given out hold until the next change.
class WatchBook {
 public:
  WatchBook(const Policy& policy, UndoLog& undo) : policy_(policy), undo_(undo) {}

  /// False: the session watches as many as it may, and `name` is not one of them. A name that it watches
  /// already stays as it was written.
  bool add(base::SessionId session, const Name& name);
  void remove(base::SessionId session, const std::string& folded_name);
  /// The session watches nobody any more.
  void clear(base::SessionId session);

  /// In the order of asking.
  const std::vector<Name>& watched_by(base::SessionId session) const;
  const std::set<base::SessionId>& watchers_of(const std::string& folded_name) const;

  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  using Names = std::vector<Name>;

  void put(base::SessionId session, std::size_t place, const Name& name);
  void take(base::SessionId session, std::size_t place);

  const Policy& policy_;
  UndoLog& undo_;
  std::unordered_map<base::SessionId, Names> by_session_;
  // Sets, since one name may have thousands of watchers, who all go at once.
  std::unordered_map<std::string, std::set<base::SessionId>> by_name_;
};

}  // namespace veche::chat
