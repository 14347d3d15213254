// A journal in front of another whose commits fail when the test says so: for whatever must stay right when
// the disk is full. A refused commit never reaches the journal behind. A hook may throw: then the process has
// died there, as far as the one that commits can tell. One thread.
#pragma once

#include "store/journal.h"

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace veche::fakes {

class FaultyJournal final : public store::Journal {
 public:
  explicit FaultyJournal(store::Journal& behind);

  /// The next `count` commits fail.
  void fail_next(std::size_t count) { commits_to_fail_ = count; }
  /// Commits for which `fails` holds fail; an empty function: none.
  void fail_when(std::function<bool(std::span<const chat::Row>)> fails) { fails_ = std::move(fails); }
  /// The next `count` probes fail: the disk is still full.
  void fail_next_probes(std::size_t count) { probes_to_fail_ = count; }
  /// Called with the rows of every commit that does not fail: before it reaches the journal behind, and when
  /// that has taken it. An empty function: none.
  using Hook = std::function<void(std::span<const chat::Row>)>;
  void before_commit(Hook hook) { before_ = std::move(hook); }
  void after_commit(Hook hook) { after_ = std::move(hook); }
  /// What a failure says.
  void set_error(base::Error error) { error_ = std::move(error); }

  std::size_t commits() const { return commits_; }  ///< accepted
  std::size_t failures() const { return failures_; }
  std::size_t probes() const { return probes_; }  ///< asked for

  base::Result<chat::DurableState> load(std::size_t recent_per_room) override;
  base::Result<> commit(std::span<const chat::Row> rows) override;
  base::Result<> probe() override;
  bool maintain(base::WallTime now, bool idle) override;

 private:
  store::Journal& behind_;
  std::size_t commits_to_fail_ = 0;
  std::size_t probes_to_fail_ = 0;
  std::function<bool(std::span<const chat::Row>)> fails_;
  Hook before_;
  Hook after_;
  base::Error error_{"database", "the disk is full", "free some space"};
  std::size_t commits_ = 0;
  std::size_t failures_ = 0;
  std::size_t probes_ = 0;
};

}  // namespace veche::fakes
