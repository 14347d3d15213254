#include "scan/scanner.h"

#include <pthread.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace veche::scan {

Scanner::Scanner(Plan plan, TargetList targets)
    : plan_(std::move(plan)),
      queue_(std::move(targets), plan_),
      news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Scanner::~Scanner() { stop(); }

base::Result<> Scanner::start() {
  if (!news_) return base::fail("scan", base::errno_text(errno));
  for (unsigned number = 0; number < plan_.threads; ++number) {
    auto scan = std::make_unique<ScanThread>(number, plan_, queue_, stop_, [this] { tell(); });
    if (!scan->is_ready()) return base::fail("scan", base::errno_text(errno));
    scans_.push_back(std::move(scan));
  }
  for (unsigned number = 0; number < plan_.threads; ++number) {
    running_.fetch_add(1);
    try {
      threads_.emplace_back([this, number] {
        scans_[number]->run();
        running_.fetch_sub(1, std::memory_order_release);
        tell();
      });
    } catch (const std::system_error& error) {
      running_.fetch_sub(1);
      return base::fail("scan", error.code().message());
    }
    ::pthread_setname_np(threads_.back().native_handle(), ("veche-scan-" + std::to_string(number)).c_str());
  }
  return {};
}

void Scanner::stop() {
  stop_.store(true);
  for (const auto& scan : scans_) scan->wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Scanner::tell() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(news_.get(), &one, sizeof one);
}

void Scanner::take_news() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(news_.get(), &count, sizeof count);
}

}  // namespace veche::scan
