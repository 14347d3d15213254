// What takes too long for a loop: password hashes (a fifth of a second and 64 MiB each) and reads of the
// history. Workers do it; the answer comes back through the loop's mailbox.
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/scram_keys.h"
#include "base/secret.h"
#include "chat/event.h"
#include "chat/message.h"
#include "net/worker_pool.h"
#include "session/session.h"
#include "store/journal.h"
#include "store/password.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace veche::server {

struct Hashed {
  std::string hash;  ///< empty: busy
  base::ScramKeysPtr scram{};
};
struct Verified {
  session::Session::Verdict verdict;
  base::ScramKeysPtr scram{};  ///< of a right password, if they were wanted
};
struct HistoryRead {
  base::Result<std::vector<chat::Message>> messages;
};
/// Part of the answer to an operator's command in the chat.
struct OperatorText {
  std::string lines;
  bool ended = false;
};

/// The answer to a session's wish.
struct JobDone {
  base::SessionId session;
  std::variant<Hashed, Verified, HistoryRead, OperatorText> result;
};
/// Where answers go: any thread, does not wait.
using AnswerTo = std::function<void(JobDone)>;

/// Who asks. `gone` is set when its client has left: a job not yet begun is then not done.
struct JobOwner {
  base::SessionId session;
  std::uint64_t fairness_key = 0;  ///< of its address: one address's many log-ins do not delay another's
  std::shared_ptr<const std::atomic<bool>> gone;
};

/// Both pools. Any thread.
class Jobs {
 public:
  /// `secret`: the store's, by which decoys are made. `readers`: one per query worker.
  Jobs(std::size_t password_workers, store::HashCost cost, const base::ScramKey& secret,
       std::vector<std::unique_ptr<store::HistoryReader>> readers);

  void hash(JobOwner owner, base::Secret password, AnswerTo answer);
  void verify(JobOwner owner, std::string hash, base::Secret password, bool wants_scram, AnswerTo answer);
  /// At once: session::Host::decoy_scram_keys.
  base::ScramKeys decoy_scram_keys(std::string_view folded_name) const;
  /// The same for an operator of the configuration, whose password may be written there as it is. Empty: it
  /// is wrong.
  void verify_operator(JobOwner owner, std::string hash_or_password, base::Secret password, AnswerTo answer);
  void history(JobOwner owner, chat::HistoryGranted grant, AnswerTo answer);
  void search(JobOwner owner, chat::SearchGranted grant, AnswerTo answer);

 private:
  using Check = bool (*)(const std::string& kept, std::string_view password);
  void verify_by(Check check, JobOwner owner, std::string kept, base::Secret password, bool wants_scram,
                 AnswerTo answer);

  const store::HashCost cost_;
  const base::ScramKey secret_;
  std::vector<std::unique_ptr<store::HistoryReader>> readers_;
  net::WorkerPool passwords_;
  net::WorkerPool queries_;  // last: its workers use the readers
};

}  // namespace veche::server
