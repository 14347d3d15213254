// The floor of echoing: what it costs at least. A bare edge-triggered epoll loop on one thread that writes
// back what it reads and does nothing else: no limits, no timeouts, no handler behind an interface. One read
// into one buffer for everybody, one write of it; only what the socket does not take is kept. A short read
// means that the socket is empty, so there is no second one, unless the client has said that it is his last.
// Prints its port.
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

namespace {

struct Client {
  int fd = -1;
  std::string unsent;
};

class Floor {
 public:
  Floor() : epoll_(::epoll_create1(0)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 4096);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    epoll_event event{EPOLLIN, {.ptr = nullptr}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events;
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        auto* client = static_cast<Client*>(event.data.ptr);
        if (client == nullptr) {
          accept_all();
        } else if (!echo(*client, (event.events & EPOLLRDHUP) != 0)) {
          ::close(client->fd);
          delete client;
        }
      }
    }
  }

 private:
  void accept_all() {
    int fd = -1;
    while ((fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = new Client{fd, {}}}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
  }

  /// False when the client has gone. Nothing more is read from one who does not take what is owed to him;
  /// once he does, EPOLLOUT comes, and EPOLLRDHUP with it if his end has.
  bool echo(Client& client, bool to_the_end) {
    if (!client.unsent.empty()) {
      const ssize_t sent = send(client, client.unsent.data(), client.unsent.size());
      if (sent < 0) return false;
      client.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    while (client.unsent.empty()) {
      const ssize_t got = ::recv(client.fd, buffer_.data(), buffer_.size(), 0);
      if (got == 0) return false;
      if (got < 0) return errno == EAGAIN;
      const auto size = static_cast<std::size_t>(got);
      const ssize_t sent = send(client, buffer_.data(), size);
      if (sent < 0) return false;
      client.unsent.assign(buffer_.data() + sent, size - static_cast<std::size_t>(sent));
      if (size < buffer_.size() && !to_the_end) break;
    }
    return true;
  }

  /// How much the socket took; -1 if it is broken.
  static ssize_t send(const Client& client, const char* bytes, std::size_t size) {
    const ssize_t sent = ::send(client.fd, bytes, size, MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
  }

  int epoll_;
  int listener_;
  std::array<char, 65536> buffer_;
};

}  // namespace

int main() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  static Floor floor;
  floor.run();
}
