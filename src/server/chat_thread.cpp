#include "server/chat_thread.h"

#include "base/check.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace veche::server {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kQuietBeforeUpkeep =
    100ms;                             // a mailbox that is empty for a moment is not idleness
constexpr auto kUpkeepInterval = 60s;  // for messages past their retention, when nothing happens
constexpr auto kProbeInterval = 1s;
constexpr auto kTrimInterval = 10s;

// The store's words for it come from SQLite; only this difference matters to the people who wait.
chat::Refusal refusal_of(const base::Error& error) {
  return error.why.find("full") != std::string::npos ? chat::Refusal::disk_full : chat::Refusal::not_stored;
}

}  // namespace

ChatThread::ChatThread(chat::Chat& chat, store::Journal& journal, const base::Clock& clock, base::Log& log,
                       std::vector<DeliverTo> loops)
    : chat_(chat),
      journal_(journal),
      clock_(clock),
      log_(log),
      loops_(std::move(loops)),
      mailbox_([this] {
        {
          const std::lock_guard lock(mutex_);
          woken_ = true;
        }
        wake_.notify_one();
      }),
      dispatcher_(loops_.size()),
      deliveries_(loops_.size()) {}

ChatThread::~ChatThread() { stop(); }

void ChatThread::send(std::vector<chat::Command>& commands) { mailbox_.push_all(commands); }

void ChatThread::start() {
  thread_ = std::thread([this] { run(); });
}

void ChatThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ChatThread::run() {
  while (true) {
    if (run_once()) continue;
    if (stopping_) return;
    wait_for_mail();
  }
}

bool ChatThread::run_once() {
  mailbox_.drain(batch_);
  if (batch_.empty()) return false;
  rested_ = false;
  do_batch();
  base::clear_for_next(batch_);
  return true;
}

void ChatThread::do_batch() {
  probe_store();
  const base::WallTime now = clock_.wall();
  for (const chat::Command& command : batch_) chat_.apply(command, now, outbox_);
  commit_or_refuse();
  send_out();
  journal_.maintain(now, false);
}

void ChatThread::commit_or_refuse() {
  if (!outbox_.rows.empty()) {
    const auto stored = journal_.commit(outbox_.rows);
    if (!stored) {
      // Memory must not hold what the store lacks: the batch is undone and applied again with the store
      // closed, so that its messages are refused and all that needs no store goes on.
      log_.error("{}; taking no messages until it can be written again", stored.error().text());
      chat_.roll_back();
      outbox_.clear();
      chat_.close_store(refusal_of(stored.error()));
      next_probe_ = clock_.mono() + kProbeInterval;
      const base::WallTime now = clock_.wall();
      for (const chat::Command& command : batch_) chat_.apply(command, now, outbox_);
      base::check(outbox_.rows.empty(), "with the store closed nothing is kept");
    }
  }
  chat_.committed();
}

void ChatThread::send_out() {
  for (const chat::Command& command : batch_) {
    Delivery& delivery = deliveries_.at(base::loop_of(command.session));
    if (!std::holds_alternative<chat::Disconnect>(command.body)) ++delivery.credits;
    if (chat::reaches_many(command.body)) ++delivery.reaching_many;
  }
  dispatcher_.sort(outbox_.effects);
  outbox_.clear();
  for (std::size_t loop = 0; loop < loops_.size(); ++loop) {
    Delivery& delivery = deliveries_[loop];
    delivery.effects.swap(dispatcher_.for_loop(loop));
    if (delivery.effects.empty() && delivery.credits == 0 && delivery.reaching_many == 0) continue;
    loops_[loop](std::exchange(delivery, {}));
  }
}

void ChatThread::probe_store() {
  if (chat_.store_is_open() || clock_.mono() < next_probe_) return;
  next_probe_ = clock_.mono() + kProbeInterval;
  const auto works = journal_.probe();
  if (!works) return;
  chat_.open_store();
  log_.info("the store can be written again; messages are taken");
}

/// How long to sleep if no mail comes: until something is to be done without.
std::chrono::milliseconds ChatThread::patience() const {
  if (!chat_.store_is_open()) return kProbeInterval;
  if (!rested_) return kQuietBeforeUpkeep;
  if (!trim_owed_) return kUpkeepInterval;
  const auto until_trim = std::chrono::ceil<std::chrono::milliseconds>(next_trim_ - clock_.mono());
  return std::max(until_trim, kQuietBeforeUpkeep);
}

/// Sleeps until there is mail, and uses a quiet moment for the journal's upkeep.
void ChatThread::wait_for_mail() {
  probe_store();
  const auto longest = patience();
  if (!mailbox_.prepare_to_sleep()) return;
  bool quiet = false;
  {
    std::unique_lock lock(mutex_);
    quiet = !wake_.wait_for(lock, longest, [this] { return woken_; });
    woken_ = false;
  }
  if (!quiet || !chat_.store_is_open()) return;
  const bool was_resting = std::exchange(rested_, !journal_.maintain(clock_.wall(), true));
  if (rested_ && !was_resting) trim_owed_ = true;
  if (rested_ && trim_owed_) give_memory_back();
}

/// What a crowd or a slow reader's backlog took and gave back, malloc keeps for the next: here it goes to the
/// system, once the server has come to rest.
void ChatThread::give_memory_back() {
  const base::MonoTime now = clock_.mono();
  if (now < next_trim_) return;
  next_trim_ = now + kTrimInterval;
  trim_owed_ = false;
  outbox_ = {};
  chat_.give_memory_back();
  ::malloc_trim(0);
}

}  // namespace veche::server
