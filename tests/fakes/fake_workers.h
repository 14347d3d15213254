// The workers of a server, and its operator's table, as a fake: passwords are hashed by fake_hash, the one
// operator is root, and his orders do nothing.
#pragma once

#include "chat/message.h"
#include "session/session.h"
#include "tests/fakes/fake_host.h"

#include <vector>

namespace veche::fakes {

/// What the history is asked for. One thread.
class FakeArchive {
 public:
  virtual ~FakeArchive() = default;
  virtual std::vector<chat::Message> last(const chat::HistoryGranted& grant) = 0;
  virtual std::vector<chat::Message> search(const chat::SearchGranted& grant) = 0;
};

/// Does `job` and tells `session`; `busy`: every worker has too much to do.
void do_job(session::Session& session, const Job& job, bool busy, FakeArchive& archive);

}  // namespace veche::fakes
