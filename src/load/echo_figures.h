// What was measured of an echo server, and how it is told: in words, as JSON, as a row of a table. Pure; any
// thread.
#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace veche::load {

struct EchoFigures {
  std::size_t clients = 0;  ///< wanted; who connected is one of the next three
  std::size_t message_bytes = 0;
  std::size_t served = 0;   ///< got their first message back
  std::size_t waiting = 0;  ///< are connected, and get no answer
  std::size_t refused = 0;
  std::size_t lost = 0;  ///< of those served: disconnected, or without an answer, while it was measured
  std::string refusal;   ///< of the first, in the server's words if it had any
  std::string loss;      ///< of the first

  std::uint64_t messages = 0;  ///< there and back
  double seconds = 0;
  double latency_ms_p50 = 0, latency_ms_p99 = 0;
  double load_share = 0;  ///< processor time of the load itself, in processors

  bool of_server = false;  ///< whether its process was known: otherwise the rest is not
  double cpu_us_per_message = 0;
  double switches_per_message = 0;
  double idle_bytes_per_client = 0;
  double server_share = 0;  ///< in processors

  double messages_per_s() const { return seconds > 0 ? static_cast<double>(messages) / seconds : 0; }
  /// Every client was served to the end; otherwise the figures are those of fewer clients.
  bool complete() const { return served == clients && lost == 0; }
};

/// Why the figures are not complete: "served 8 of 50, the others waited". Empty if they are.
std::string shortfall_of(const EchoFigures& figures);
/// What puts the figures in doubt: that the load was at its limit and the server was not. Empty: nothing.
std::string doubt_of(const EchoFigures& figures);

boost::json::object json_of(const EchoFigures& figures);
/// A few lines.
std::string text_of(const EchoFigures& figures);

/// A table of models: its head, and a row that has either the figures or, in their place, what went wrong.
std::string echo_table_head();
std::string echo_table_row(std::string_view model, const EchoFigures& figures);
std::string echo_table_row(std::string_view model, std::string_view problem);

}  // namespace veche::load
