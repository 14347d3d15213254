// The workers of a server, and its operator's table, as a fake: passwords are hashed by fake_hash, the one
// operator is root, and his orders do nothing.
#pragma once

#include "base/result.h"
#include "chat/message.h"
#include "session/session.h"
#include "tests/fakes/fake_host.h"

#include <string>
#include <utility>
#include <variant>
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
inline void do_job(session::Session& session, const Job& job, bool busy, FakeArchive& archive) {
  struct Worker {
    session::Session& asker;
    bool busy;
    FakeArchive& archive;
    using Verdict = session::Session::Verdict;

    void operator()(const HashJob& job) { asker.on_hashed(busy ? std::string() : fake_hash(job.password)); }
    void operator()(const VerifyJob& job) { verified(job.hash == fake_hash(job.password)); }
    void operator()(const OperatorLogInJob& job) { verified(job.name == "root" && job.password == "secret"); }
    void operator()(const OperatorLineJob& job) {
      asker.on_operator_text("you said: " + job.line + "\n");
      asker.on_operator_end();
    }
    void operator()(const chat::HistoryGranted& grant) {
      if (busy) return asker.on_history(base::fail("history", "busy"));
      asker.on_history(archive.last(grant));
    }
    void operator()(const chat::SearchGranted& grant) {
      if (busy) return asker.on_history(base::fail("history", "busy"));
      asker.on_history(archive.search(grant));
    }
    void verified(bool right) {
      asker.on_verified(busy ? Verdict::busy : right ? Verdict::right : Verdict::wrong);
    }
  };
  std::visit(Worker{session, busy, archive}, job);
}

}  // namespace veche::fakes
