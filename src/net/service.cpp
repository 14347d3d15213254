#include "net/service.h"

#include "net/connection_steps.h"
#include "net/events_model.h"
#include "net/fork_model.h"
#include "net/pool_model.h"
#include "net/threads_model.h"

#include <string>
#include <utility>

namespace veche::net {
namespace {

base::Result<std::unique_ptr<Model>> start_model(const ServiceOptions& options, ModelParts parts) {
  switch (options.model) {
    case ModelKind::fork:
      return ForkModel::start(std::move(parts));
    case ModelKind::threads:
      return std::make_unique<ThreadsModel>(std::move(parts));
    case ModelKind::pool:
      return PoolModel::start(std::move(parts), options.workers, options.patience);
    default:
      return EventsModel::start(std::move(parts), options.loops);
  }
}

/// A signal ends the service.
class EndSignal final : public Source {
 public:
  EndSignal(EventLoop& loop, SignalFd& signals) : loop_(loop), signals_(signals) {
    loop_.watch(signals_.fd(), EPOLLIN, *this);
  }
  ~EndSignal() override { loop_.unwatch(signals_.fd(), *this); }
  void ready(std::uint32_t) override {
    if (signals_.take()) loop_.stop();
  }
  void expired(Timer&) override {}

 private:
  EventLoop& loop_;
  SignalFd& signals_;
};

}  // namespace

base::Result<std::unique_ptr<Service>> Service::open(const ServiceOptions& options, MakeHandler make,
                                                     Guestbook& book, const base::Clock& clock,
                                                     base::Log& log) {
  std::unique_ptr<Service> service(new Service(options, book));
  auto front = EventLoop::create(clock, log);
  if (!front) return tl::unexpected(front.error());
  service->front_ = std::move(*front);

  const ListenerOptions door{.backlog = options.backlog, .refusal = std::string(kNoRoom)};
  auto listener = Listener::open(*service->front_, options.address, door,
                                 [service = service.get()](Fd socket, const Address& peer) {
                                   service->welcome(std::move(socket), peer);
                                 });
  if (!listener) return tl::unexpected(listener.error());
  service->listener_ = std::move(*listener);

  auto model =
      start_model(options, {*service->front_, clock, log, options.connection, std::move(make), book});
  if (!model) return tl::unexpected(model.error());
  service->model_ = std::move(*model);
  return service;
}

Service::~Service() {
  listener_.reset();
  if (model_) model_->stop();
}

void Service::run(SignalFd& signals) {
  const EndSignal end(*front_, signals);
  front_->run();
}

void Service::welcome(Fd socket, const Address& peer) {
  const Counts now = model_->counts();
  if (options_.clients_max != 0 && now.served + now.waiting >= options_.clients_max) {
    refuse(socket.get(),
           "full: " + std::to_string(options_.clients_max) + " clients are served; try again later\r\n");
    return book_.refused(peer, "full");
  }
  book_.came(peer);
  model_->serve(std::move(socket), peer);
}

}  // namespace veche::net
