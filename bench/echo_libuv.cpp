// An echo server as libuv's own users write it: what was read is first offered to the socket (uv_try_write),
// and only what that does not take is copied and queued. Reads go into one buffer for everybody. Prints its
// port.
#include <uv.h>

#include <arpa/inet.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

std::array<char, 65536> buffer;

struct Write {
  uv_write_t request{};
  std::string bytes;
};

void on_closed(uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); }

void close(uv_stream_t* stream) {
  auto* handle = reinterpret_cast<uv_handle_t*>(stream);
  if (uv_is_closing(handle) == 0) uv_close(handle, on_closed);
}

void on_buffer(uv_handle_t*, std::size_t, uv_buf_t* to) { *to = uv_buf_init(buffer.data(), buffer.size()); }

void on_written(uv_write_t* request, int status) {
  if (status < 0) close(request->handle);
  delete static_cast<Write*>(request->data);
}

void on_shut_down(uv_shutdown_t* request, int) {
  close(request->handle);
  delete request;
}

void on_read(uv_stream_t* stream, ssize_t got, const uv_buf_t* from) {
  if (got == 0) return;
  if (got == UV_EOF) {  // what is queued goes out before
    auto* request = new uv_shutdown_t{};
    if (uv_shutdown(request, stream, on_shut_down) == 0) return;
    delete request;
  }
  if (got < 0) return close(stream);
  uv_buf_t bytes = uv_buf_init(from->base, static_cast<unsigned>(got));
  const int sent = uv_try_write(stream, &bytes, 1);
  if (sent == got) return;
  if (sent < 0 && sent != UV_EAGAIN) return close(stream);
  const std::size_t taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  auto* write = new Write{{}, std::string(from->base + taken, static_cast<std::size_t>(got) - taken)};
  write->request.data = write;
  bytes = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  uv_write(&write->request, stream, &bytes, 1, on_written);
}

void on_connection(uv_stream_t* listener, int status) {
  if (status < 0) return;
  auto* client = new uv_tcp_t{};
  uv_tcp_init(listener->loop, client);
  auto* stream = reinterpret_cast<uv_stream_t*>(client);
  if (uv_accept(listener, stream) != 0) return close(stream);
  uv_tcp_nodelay(client, 1);
  uv_read_start(stream, on_buffer, on_read);
}

}  // namespace

int main() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);

  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0);
  if (uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, on_connection) != 0) return 1;
  int size = sizeof address;
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  uv_run(loop, UV_RUN_DEFAULT);
}
