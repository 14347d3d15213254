// Answers each line in upper case, until somebody says "exit" or has nothing more to say.
//
//     upper [ADDRESS:PORT]        nc 127.0.0.1 8000
#include <net/serve.h>
#include <wire/line_decoder.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <variant>

using namespace veche;

constexpr std::uint32_t kLineBytesMax = 4096;

std::string in_upper_case(std::string_view line) {
  std::string out(line);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out + "\r\n";
}

net::Task answer(net::Stream& client) {
  wire::LineDecoder lines(kLineBytesMax);
  while (const net::Got got = co_await client.read()) {
    lines.feed(got.bytes);
    while (const auto event = lines.next()) {
      const auto* line = std::get_if<wire::LineDecoder::Line>(&*event);
      if (line == nullptr) {
        co_await client.write("a line has at most 4096 bytes\r\n");
        continue;
      }
      if (line->text == "exit") co_return;
      co_await client.write(in_upper_case(line->text));
    }
  }
}

int main(int argc, char** argv) { return net::serve(argc > 1 ? argv[1] : "127.0.0.1:8000", answer); }
