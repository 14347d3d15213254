// One thread of a scan: takes hosts from the queue, asks their ports as each host's schedule says, and writes
// down what they answer.
//
// All its sockets that ever had to wait are in one epoll, edge-triggered, from then to the end; those of a
// host so near that connect() finds the answer there never are. An event only says "look": what happened
// connect() tells (probe_socket.h), and one that comes late for a socket that has another port by then costs
// a look and nothing else.
#pragma once

#include "base/clock.h"
#include "net/fd.h"
#include "scan/banner_reader.h"
#include "scan/host_queue.h"
#include "scan/pacer.h"
#include "scan/plan.h"
#include "scan/probe_schedule.h"
#include "scan/probe_socket.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace veche::scan {

class ScanThread {
 public:
  /// `finished` is called, on the thread that runs, when it finishes a host. `stop` ends it.
  ScanThread(unsigned number, const Plan& plan, HostQueue& queue, const std::atomic<bool>& stop,
             std::function<void()> finished);
  ~ScanThread();

  /// Whether there were descriptors for what it needs beside sockets; else errno tells.
  bool is_ready() const { return epoll_ && wake_ && banners_.fd() >= 0; }
  /// Blocks until no host is left, or `stop`, of which wake() tells.
  void run();
  /// For any thread.
  void wake();

 private:
  using SlotNumber = std::uint32_t;
  static constexpr SlotNumber kNoSlot = 0xffff'ffff;

  struct Lane;
  /// A socket and what it asks.
  struct Slot {
    net::Fd fd;
    int family = 0;
    bool is_watched = false;  // by the epoll
    Lane* lane = nullptr;     // none: idle
    Probe probe;
  };

  bool take_host(base::MonoTime now);
  bool has_room_for_host() const;
  void expire(Lane& lane);
  bool send(Lane& lane, base::MonoTime now);
  bool launch(Lane& lane, const Probe& probe, base::MonoTime& now);
  bool watch(SlotNumber slot);
  void hear(SlotNumber slot, Answer answer, base::MonoTime now);
  void hear_open(SlotNumber slot, base::MonoTime now);
  void read_banner(Lane& lane, const Probe& probe, net::Fd connected, base::MonoTime now);
  void decide(Lane& lane, const Probe& probe, Verdict verdict, base::MonoTime now);
  void no_room(Lane& lane, const Probe& probe, int error, base::MonoTime now);
  net::Address address_of(const Lane& lane, const Probe& probe) const;
  bool finish(Lane& lane, base::MonoTime now);
  void abandon(Lane& lane);

  SlotNumber idle_slot(const net::Address& address);
  void release(SlotNumber slot);

  void wait(bool is_busy, base::MonoTime now);
  base::MonoTime next_wake(base::MonoTime now) const;

  const unsigned number_;
  const Plan& plan_;
  HostQueue& queue_;
  const std::atomic<bool>& stop_;
  const std::function<void()> finished_;

  net::Fd epoll_;
  net::Fd wake_;
  Pacer pacer_;
  BannerReader banners_;
  std::vector<Slot> slots_;
  std::vector<SlotNumber> idle_;
  std::size_t sockets_max_;
  base::MonoTime seen_;  // what had come by then was looked at
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace veche::scan
