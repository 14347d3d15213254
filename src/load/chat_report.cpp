#include "load/chat_report.h"

#include <boost/json.hpp>
#include <fmt/core.h>

#include <cmath>
#include <string_view>

namespace veche::load {
namespace {

std::string_view mode_name(LoadMode mode) { return mode_names()[static_cast<std::size_t>(mode)]; }

double rounded(double value) { return std::round(value * 10'000) / 10'000; }

boost::json::object object_of(const RushPhase& phase) {
  return {{"seconds", rounded(phase.seconds)},
          {"bytes", phase.bytes},
          {"cpu_seconds", rounded(phase.cpu_seconds)},
          {"worst_ms", rounded(phase.worst_ms)}};
}

std::string text_of(std::string_view name, const RushPhase& phase) {
  return fmt::format(
      "{}: {:.2f} s, {} bytes, {:.2f} s of the server's processor; elsewhere a message took {:.2f} ms at "
      "worst\n",
      name, phase.seconds, phase.bytes, phase.cpu_seconds, phase.worst_ms);
}

}  // namespace

std::string json_of(const ChatLoadOptions& options, const ChatLoadResult& result) {
  boost::json::object object{
      {"mode", boost::json::string_view(mode_name(options.mode).data(), mode_name(options.mode).size())},
      {"protocol", options.protocol}};
  if (options.mode == LoadMode::logins) {
    object["logins"] = result.messages;
    object["logins_per_s"] = std::round(result.logins_per_s);
    object["cpu_us_per_login"] = rounded(result.cpu_us_per_login);
    return boost::json::serialize(object) + "\n";
  }
  if (options.mode == LoadMode::rush) {
    object["members"] = options.crowd.members;
    object["rate"] = options.rate;
    object["join"] = object_of(result.rush.join);
    object["quit"] = object_of(result.rush.quit);
    return boost::json::serialize(object) + "\n";
  }
  object["rooms"] = options.crowd.rooms;
  object["members"] = options.crowd.members;
  if (options.mode == LoadMode::idle) {
    object["idle_bytes_per_client"] = std::round(result.idle_bytes_per_client);
    return boost::json::serialize(object) + "\n";
  }
  object["senders"] = options.crowd.senders;
  object["bytes"] = options.message_bytes;
  object["messages"] = result.messages;
  object["deliveries"] = result.deliveries;
  object["deliveries_per_s"] = std::round(static_cast<double>(result.deliveries) / result.seconds);
  object["cpu_us_per_delivery"] = rounded(result.cpu_us_per_delivery);
  object["switches_per_message"] = rounded(result.switches_per_message);
  if (options.mode == LoadMode::saturate) {
    object["window"] = options.window;
  } else {
    object["rate"] = options.rate;
    object["median_ms"] = rounded(result.latency_ms_median);
    object["p99_ms"] = rounded(result.latency_ms_p99);
    object["p999_ms"] = rounded(result.latency_ms_p999);
    object["max_ms"] = rounded(result.latency_ms_max);
  }
  return boost::json::serialize(object) + "\n";
}

std::string text_of(const ChatLoadOptions& options, const ChatLoadResult& result) {
  switch (options.mode) {
    case LoadMode::logins:
      return fmt::format(
          "{} log-ins in {:.1f} s: {:.0f} a second, {:.1f} us of the server's processor each\n",
          result.messages, result.seconds, result.logins_per_s, result.cpu_us_per_login);
    case LoadMode::idle:
      return fmt::format("{:.0f} bytes of the server's memory a client\n", result.idle_bytes_per_client);
    case LoadMode::rush:
      return text_of("join", result.rush.join) + text_of("quit", result.rush.quit);
    case LoadMode::saturate:
      return fmt::format(
          "{} messages, {} deliveries in {:.1f} s: {:.0f} a second, {:.4f} us of the server's processor "
          "each\n",
          result.messages, result.deliveries, result.seconds,
          static_cast<double>(result.deliveries) / result.seconds, result.cpu_us_per_delivery);
    case LoadMode::paced:
      break;
  }
  return fmt::format("{} deliveries: median {:.2f} ms, 99 % {:.2f}, 99.9 % {:.2f}, worst {:.2f}\n",
                     result.deliveries, result.latency_ms_median, result.latency_ms_p99,
                     result.latency_ms_p999, result.latency_ms_max);
}

}  // namespace veche::load
