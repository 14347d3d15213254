// The smallest service: it greets whoever comes, and closes. As a coroutine; and with a second argument as a
// handler, which is what a coroutine is made of.
//
//     hello [ADDRESS:PORT] [handler]        telnet 127.0.0.1 8000
#include <net/serve.h>

#include <memory>
#include <string_view>

using namespace veche;

constexpr std::string_view kGreeting = "Hello, World!\r\n";

net::Task greet(net::Stream& client) { co_await client.write(kGreeting); }

class Greeter final : public net::Handler {
  void opened(net::Connection& client) override {
    client.send(kGreeting);
    client.finish();
  }
  void received(std::string_view) override {}
  void peer_finished() override {}
  void closed(net::CloseReason) override {}
};

int main(int argc, char** argv) {
  const std::string_view address = argc > 1 ? argv[1] : "127.0.0.1:8000";
  if (argc > 2) return net::serve(address, [] { return std::make_unique<Greeter>(); });
  return net::serve(address, greet);
}
