// An echo server on Boost.Asio, one thread, with callbacks: coroutines take a frame more. To cost Asio no
// allocation a message, it is told that one thread is all (hint 1), its executor is the concrete one and not
// any_io_executor, and each client has a buffer of his own, as Asio's asynchronous reads need. Prints its
// port.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

/// Owned by what it waits for: when that ends without another wait, the client goes.
class Client : public std::enable_shared_from_this<Client> {
 public:
  explicit Client(Socket socket) : socket_(std::move(socket)) {}

  void read() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const auto& error, std::size_t got) {
                              if (!error) self->write(got);
                            });
  }

 private:
  void write(std::size_t size) {
    asio::async_write(socket_, asio::buffer(buffer_.data(), size),
                      [self = shared_from_this()](const auto& error, std::size_t) {
                        if (!error) self->read();
                      });
  }

  Socket socket_;
  std::array<char, 16384> buffer_;
};

void accept(Acceptor& acceptor) {
  acceptor.async_accept([&acceptor](const auto& error, auto socket) {
    if (!error) {
      socket.set_option(asio::ip::tcp::no_delay(true));
      std::make_shared<Client>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

}  // namespace

int main() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);

  asio::io_context loop(1);
  Acceptor acceptor(loop, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor.listen(4096);
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  accept(acceptor);
  loop.run();
}
