#include "tests/fakes/fake_workers.h"

#include "base/result.h"

#include <string>
#include <variant>

namespace veche::fakes {
namespace {

struct Worker {
  session::Session& asker;
  bool busy;
  FakeArchive& archive;
  using Verdict = session::Session::Verdict;

  void operator()(const HashJob& job) {
    if (busy) return asker.on_hashed({}, {});
    asker.on_hashed(fake_hash(job.password), fake_scram(job.password));
  }
  void operator()(const VerifyJob& job) {
    const bool right = job.hash == fake_hash(job.password);
    verified(right, right && job.wants_scram ? fake_scram(job.password) : nullptr);
  }
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
  void verified(bool right, base::ScramKeysPtr scram = {}) {
    if (busy) return asker.on_verified(Verdict::busy, {});
    asker.on_verified(right ? Verdict::right : Verdict::wrong, std::move(scram));
  }
};

}  // namespace

void do_job(session::Session& session, const Job& job, bool busy, FakeArchive& archive) {
  std::visit(Worker{session, busy, archive}, job);
}

}  // namespace veche::fakes
