// The floor: what fan-out costs at least. A bare edge-triggered epoll loop on one thread that relays lines in
// rooms and does nothing else: no names, no history, no limits, no timeouts. A client sends its room's four
// digits and gets "ok"; each further line goes to everybody else in the room. What a room is told in one turn
// of the loop is gathered, and each member gets it with one send. Prints its port; a socket that does not
// take everything at once is this program's end.
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct Client;

struct Room {
  std::vector<Client*> members;
  std::string said;  // in this turn
  bool busy = false;
};

struct Client {
  int fd = -1;
  Room* room = nullptr;
  std::string partial;
  // Parts of the room's turn that are his own, which he does not get.
  std::vector<std::pair<std::size_t, std::size_t>> own;
};

void send_all(int fd, const char* bytes, std::size_t size) {
  if (size > 0 && ::send(fd, bytes, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) {
    std::perror("floor: send");
    std::exit(1);
  }
}

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
        auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (client == nullptr) {
          accept_all();
        } else {
          read_all(*client);
        }
      }
      for (Room* room : busy_) flush(*room);
      busy_.clear();
    }
  }

 private:
  void accept_all() {
    int fd = -1;
    while ((fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto* client = new Client{fd, nullptr, {}, {}};
      epoll_event event{EPOLLIN | EPOLLET, {.ptr = client}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
  }

  void read_all(Client& client) {
    while (true) {
      const ssize_t got = ::recv(client.fd, buffer_.data(), buffer_.size(), 0);
      if (got <= 0) {
        if (got == 0 || errno != EAGAIN) leave(client);
        return;
      }
      client.partial.append(buffer_.data(), static_cast<std::size_t>(got));
      take_lines(client);
      if (got < static_cast<ssize_t>(buffer_.size())) return;
    }
  }

  void take_lines(Client& client) {
    const std::size_t end = client.partial.rfind('\n') + 1;
    std::size_t begin = 0;
    if (client.room == nullptr && end > 0) {
      begin = client.partial.find('\n') + 1;
      client.room = &rooms_[std::atoi(client.partial.c_str())];
      client.room->members.push_back(&client);
      send_all(client.fd, "ok\n", 3);
    }
    if (end > begin) {
      Room& room = *client.room;
      client.own.emplace_back(room.said.size(), room.said.size() + end - begin);
      room.said.append(client.partial, begin, end - begin);
      if (!room.busy) busy_.push_back(&room);
      room.busy = true;
    }
    client.partial.erase(0, end);
  }

  static void flush(Room& room) {
    for (Client* member : room.members) {
      std::size_t at = 0;
      for (const auto& [begin, end] : member->own) {
        send_all(member->fd, room.said.data() + at, begin - at);
        at = end;
      }
      send_all(member->fd, room.said.data() + at, room.said.size() - at);
      member->own.clear();
    }
    room.said.clear();
    room.busy = false;
  }

  void leave(Client& client) {
    if (client.room != nullptr) std::erase(client.room->members, &client);
    ::close(client.fd);
    delete &client;
  }

  int epoll_;
  int listener_;
  std::unordered_map<int, Room> rooms_;
  std::vector<Room*> busy_;
  std::array<char, 65536> buffer_;
};

}  // namespace

int main() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Floor().run();
}
