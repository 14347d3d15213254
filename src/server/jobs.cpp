#include "server/jobs.h"

#include "base/limits.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace veche::server {

namespace limits = base::limits;
using Verdict = session::Session::Verdict;

namespace {

constexpr int kWorkerNiceness = 19;  // a conversation goes before a log-in

std::size_t as_many_as(std::size_t count) { return count == 0 ? std::numeric_limits<int>::max() : count; }

base::Error busy() { return {"history", "too many queries at once", "try again"}; }

}  // namespace

Jobs::Jobs(std::size_t password_workers, store::HashCost cost, const base::ScramKey& secret,
           std::vector<std::unique_ptr<store::HistoryReader>> readers)
    : cost_(cost),
      secret_(secret),
      readers_(std::move(readers)),
      passwords_(password_workers, limits::kPasswordJobsMax, kWorkerNiceness),
      queries_(readers_.size(), limits::kQueryJobsMax, kWorkerNiceness) {}

void Jobs::hash(JobOwner owner, base::Secret password, AnswerTo answer) {
  const auto job = [this, owner, password = std::move(password), answer](std::size_t) mutable {
    if (owner.gone->load()) return;
    auto hash = store::hash_password(password, cost_);
    base::ScramKeysPtr scram;
    if (hash) scram = store::derive_scram_keys(password, cost_);
    password.clear();
    answer({owner.session, Hashed{hash ? std::move(*hash) : std::string(), std::move(scram)}});
  };
  if (!passwords_.submit(owner.fairness_key, job)) answer({owner.session, Hashed{}});
}

void Jobs::verify(JobOwner owner, std::string hash, base::Secret password, bool wants_scram,
                  AnswerTo answer) {
  verify_by(store::verify_password, std::move(owner), std::move(hash), std::move(password), wants_scram,
            std::move(answer));
}

void Jobs::verify_operator(JobOwner owner, std::string hash_or_password, base::Secret password,
                           AnswerTo answer) {
  verify_by(store::verify_hash_or_plain, std::move(owner), std::move(hash_or_password), std::move(password),
            false, std::move(answer));
}

void Jobs::verify_by(Check check, JobOwner owner, std::string kept, base::Secret password, bool wants_scram,
                     AnswerTo answer) {
  const auto job = [this, check, owner, kept = std::move(kept), password = std::move(password), wants_scram,
                    answer](std::size_t) mutable {
    if (owner.gone->load()) return;
    const bool right = check(kept, password);
    base::ScramKeysPtr scram;
    if (right && wants_scram) scram = store::derive_scram_keys(password, cost_);
    password.clear();
    answer({owner.session, Verified{right ? Verdict::right : Verdict::wrong, std::move(scram)}});
  };
  if (!passwords_.submit(owner.fairness_key, job)) answer({owner.session, Verified{Verdict::busy}});
}

base::ScramKeys Jobs::decoy_scram_keys(std::string_view folded_name) const {
  return base::decoy_scram_keys(secret_, folded_name, store::scram_rounds(cost_));
}

void Jobs::history(JobOwner owner, chat::HistoryGranted grant, AnswerTo answer) {
  const auto job = [this, owner, grant = std::move(grant), answer](std::size_t worker) {
    if (owner.gone->load()) return;
    answer({owner.session,
            HistoryRead{readers_[worker]->last(grant.room, grant.up_to, as_many_as(grant.count))}});
  };
  if (!queries_.submit(owner.fairness_key, job)) answer({owner.session, HistoryRead{tl::unexpected(busy())}});
}

void Jobs::search(JobOwner owner, chat::SearchGranted grant, AnswerTo answer) {
  const auto job = [this, owner, grant = std::move(grant), answer](std::size_t worker) {
    if (owner.gone->load()) return;
    std::vector<base::RoomId> rooms;
    for (const chat::NamedRoom& room : grant.rooms) rooms.push_back(room.id);
    answer({owner.session,
            HistoryRead{readers_[worker]->search(rooms, grant.words, grant.up_to, as_many_as(grant.count))}});
  };
  if (!queries_.submit(owner.fairness_key, job)) answer({owner.session, HistoryRead{tl::unexpected(busy())}});
}

}  // namespace veche::server
