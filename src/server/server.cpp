#include "server/server.h"

#include "base/check.h"
#include "chat/chat.h"
#include "control/room_modes.h"
#include "net/connection_steps.h"
#include "net/loop_group.h"
#include "net/network_text.h"
#include "net/ticket_keys.h"
#include "server/certificates.h"
#include "server/chat_operators.h"
#include "server/chat_thread.h"
#include "server/client_loop.h"
#include "server/control_socket.h"
#include "server/dialects.h"
#include "server/gate.h"
#include "server/jobs.h"
#include "server/notices.h"
#include "server/operator.h"
#include "server/operator_commands.h"
#include "server/preface.h"
#include "server/thread_clients.h"
#include "store/cloak_key.h"
#include "store/journal.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_reader.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace veche::server {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kPasswordWorkersMax = 4;  // each takes 64 MiB or more while it works
constexpr std::size_t kQueryWorkers = 2;
constexpr auto kShutdownPoll = 20ms;

std::size_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

chat::Policy policy_of(const control::Config& config) {
  chat::Policy policy;
  policy.default_room = config.channels.default_room;
  policy.name_code_points_max = config.limits.nick_length;
  policy.room_code_points_max = config.limits.channel_length;
  policy.message_bytes_max = config.limits.message_bytes;
  policy.accounts_required = config.accounts.required;
  policy.registration = config.accounts.registration;
  policy.remember_addresses = config.accounts.remember_addresses;
  policy.guest_messages = config.accounts.guest_messages;
  policy.token_lifetime = std::chrono::duration_cast<std::chrono::seconds>(config.accounts.token_lifetime);
  policy.decoy_hash = store::decoy_hash(config.accounts.hash_cost);
  policy.failed_logins_per_minute = config.accounts.failed_logins_per_minute;
  policy.connections_per_address = config.limits.connections_per_address;
  policy.connections_per_window = config.limits.connection_rate;
  policy.connections_per_network = config.limits.connections_per_network;
  policy.network_connections_per_window = config.limits.network_connection_rate;
  policy.ipv4_network_bits = config.limits.ipv4_network;
  policy.ipv6_network_bits = config.limits.ipv6_network;
  policy.exempt.clear();
  for (const std::string& text : config.limits.exempt) {
    const auto network = net::parse_network(text);
    base::check(network.has_value(), "a configuration is checked when it is read");
    policy.exempt.push_back(*network);
  }
  policy.renames_per_minute = config.limits.nick_changes;
  policy.joins_per_minute = config.limits.joins;
  policy.history = config.history.enabled;
  policy.playback_messages = config.history.playback_limit;
  policy.query_messages = config.history.query_limit;
  policy.room_registration = config.channels.registration;
  policy.room_flags = control::checked_room_modes(config.channels.default_modes);
  policy.list_entries_max = config.limits.list_modes;
  policy.watched_max = config.limits.monitor;
  policy.past_people = config.limits.whowas;
  return policy;
}

PrefaceRulesPtr preface_rules_of(const control::Config& config, base::Log& log) {
  auto rules = std::make_shared<PrefaceRules>();
  for (const std::string& text : config.server.trusted_proxies) {
    const auto network = net::parse_network(text);
    base::check(network.has_value(), "a configuration is checked when it is read");
    rules->trusted.push_back(*network);
  }
  for (const control::WebircConfig& gateway : config.webirc)
    rules->gateways.push_back({gateway.name, gateway.password});
  if (config.limits.registration_timeout.count() != 0)
    rules->patience = std::min(rules->patience, config.limits.registration_timeout);
  rules->log = &log;
  return rules;
}

}  // namespace

chat::Policy Server::policy() const {
  chat::Policy policy = policy_of(config_);
  policy.cloak = cloak_;
  return policy;
}

Server::Server(const control::Config& config, const base::Clock& clock, base::Log& log,
               const Hardening& hardening)
    : config_(config),
      clock_(clock),
      log_(log),
      started_(clock.wall()),
      language_(config.server.language),
      ticket_keys_(std::make_shared<net::TicketKeys>(clock)),
      hardening_(hardening) {}

base::Result<std::unique_ptr<Server>> Server::start(const control::Config& config,
                                                    control::ConfigSource source, const store::DataDir& data,
                                                    const base::Clock& clock, base::Log& log, Print print,
                                                    base::Translator t, const Hardening& hardening) {
  std::unique_ptr<Server> server(new Server(config, clock, log, hardening));
  if (auto opened = server->open_store(data); !opened) return tl::unexpected(opened.error());
  if (auto opened = server->open_loops(); !opened) return tl::unexpected(opened.error());
  if (print) server->notices_->print_to(std::move(print), t);
  if (auto opened = server->open(data, std::move(source)); !opened) return tl::unexpected(opened.error());
  return server;
}

base::Result<> Server::open(const store::DataDir& data, control::ConfigSource source) {
  if (auto opened = open_doors(); !opened) return opened;
  if (auto opened = open_operator(data, std::move(source)); !opened) return opened;
  chat_thread_->start();
  loops_->start();
  return {};
}

base::Result<> Server::open_doors() {
  // Those whose port somebody named come first: a default one takes what is left.
  listeners_ = config_.listen;
  std::stable_partition(listeners_.begin(), listeners_.end(),
                        [](const auto& wanted) { return wanted.named; });
  const auto ways = entrances(config_);
  if (!ways) return tl::unexpected(ways.error());
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    if (auto opened = doors_->open(listeners_[i], (*ways)[i]); !opened) return opened;
  }
  if (!config_.tls.sts) return {};
  return dialects_of(config_).map([this](const DialectOptions& dialects) { set_dialects(dialects); });
}

/// How one comes in by each of listeners_.
base::Result<std::vector<Entrance>> Server::entrances(const control::Config& config) const {
  auto certificates = read_certificates(config, listeners_, ticket_keys_, clock_, log_);
  if (!certificates) return tl::unexpected(certificates.error());
  const PrefaceRulesPtr rules = preface_rules_of(config, log_);
  std::vector<Entrance> all;
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    const auto dialect = base::dialect_named(listeners_[i].protocol);
    base::check(dialect.has_value(), "a configuration is checked when it is read");
    all.push_back({*dialect, std::move((*certificates)[i]), rules, listeners_[i].proxy_protocol});
  }
  return all;
}

base::Result<> Server::open_store(const store::DataDir& data) {
  store::SqliteOptions options;
  options.file = data.database();
  options.durability = config_.server.power_durable ? store::Durability::power : store::Durability::process;
  options.retention = config_.history.retention;
  options.on_maintenance_error = [&log = log_](const base::Error& error) { log.warning("{}", error.text()); };
  auto journal = store::SqliteJournal::open(options);
  if (!journal) return tl::unexpected(journal.error());
  journal_ = std::move(*journal);
  auto state = journal_->load(config_.history.enabled ? config_.history.playback_limit : 0);
  if (!state) return tl::unexpected(state.error());
  if (config_.cloaks.enabled) {
    const auto key = store::open_cloak_key(data.cloak_key());
    if (!key) return tl::unexpected(key.error());
    cloak_ = std::make_shared<const base::Cloak>(*key, config_.cloaks.suffix);
  }
  const chat::Policy policy = this->policy();
  gate_ = std::make_unique<Gate>(clock_, log_, policy);
  chat_ = std::make_unique<chat::Chat>(policy, *state);

  std::vector<std::unique_ptr<store::HistoryReader>> readers;
  for (std::size_t i = 0; i < kQueryWorkers; ++i) {
    auto reader = store::SqliteReader::open(options.file);
    if (!reader) return tl::unexpected(reader.error());
    readers.push_back(std::move(*reader));
  }
  jobs_ = std::make_unique<Jobs>(std::min(cores(), kPasswordWorkersMax), config_.accounts.hash_cost,
                                 state->secret, std::move(readers));
  return {};
}

base::Result<> Server::open_loops() {
  auto dialects = dialect_options_of(config_, started_);
  if (!dialects) return tl::unexpected(dialects.error());
  auto main_loop = net::EventLoop::create(
      clock_, log_, {.send_queue_bytes = control::kAccountAnswerBytesMax, .wipe_input = true});
  if (!main_loop) return tl::unexpected(main_loop.error());
  main_loop_ = std::move(*main_loop);
  net::LoopOptions options;
  options.send_queue_bytes = config_.limits.send_queue_bytes;
  options.wipe_input = true;
  const std::size_t wanted = config_.server.loops != 0 ? config_.server.loops : cores();
  const std::size_t count = config_.server.model == "threads" ? 1 : wanted;
  auto loops = net::LoopGroup::create(count, clock_, log_, options);
  if (!loops) return tl::unexpected(loops.error());
  loops_ = std::move(*loops);
  doors_ =
      std::make_unique<Doors>(loops_->loop(0), *main_loop_,
                              [this](net::Fd client, const net::Address& peer, const Entrance& entrance) {
                                welcome(std::move(client), peer, entrance);
                              });

  operator_ = std::make_unique<Operator>(static_cast<base::LoopIndex>(count), *jobs_,
                                         [loop = main_loop_.get()] { loop->wake(); });
  main_loop_->set_hook(operator_.get());
  notices_ = std::make_unique<Notices>(*operator_);
  chat_operators_ = std::make_unique<ChatOperators>(*operator_);
  shared_.reset(new Shared{clock_, log_, *jobs_, *chat_operators_, *notices_});

  std::vector<DeliverTo> deliver = open_clients(*dialects, options);
  deliver.push_back([desk = operator_.get()](Delivery delivery) { desk->deliver(std::move(delivery)); });

  chat_thread_ = std::make_unique<ChatThread>(*chat_, *journal_, clock_, log_, std::move(deliver));
  for (const auto& clients : client_loops_) clients->connect_to(*chat_thread_);
  if (thread_clients_) thread_clients_->connect_to(*chat_thread_);
  operator_->connect_to(*chat_thread_);
  return {};
}

/// Who serves the clients, under either model: what the chat has for them goes there.
std::vector<DeliverTo> Server::open_clients(const DialectOptions& dialects, const net::LoopOptions& options) {
  std::vector<DeliverTo> deliver;
  if (config_.server.model == "threads") {
    thread_clients_ = std::make_unique<ThreadClients>(loops_->loop(ThreadClients::kIndex), *shared_, dialects,
                                                      ThreadOptions{.connection = options});
    deliver.push_back(
        [clients = thread_clients_.get()](Delivery delivery) { clients->deliver(std::move(delivery)); });
    return deliver;
  }
  for (std::size_t i = 0; i < loops_->size(); ++i) {
    net::EventLoop& loop = loops_->loop(i);
    client_loops_.push_back(std::make_unique<ClientLoop>(static_cast<base::LoopIndex>(i), *shared_, dialects,
                                                         [&loop] { loop.wake(); }));
    ClientLoop& clients = *client_loops_.back();
    loop.set_hook(&clients);
    deliver.push_back([&clients](Delivery delivery) { clients.deliver(std::move(delivery)); });
  }
  return deliver;
}

/// Takes a connection that was accepted at a door. The first loop's thread.
void Server::welcome(net::Fd client, const net::Address& peer, const Entrance& entrance) {
  // Who speaks for others is counted by those whom he speaks for, in the chat.
  const bool speaks_for_others = entrance.rules && entrance.rules->trusts(peer);
  const Gate::Verdict verdict = speaks_for_others ? Gate::Verdict{} : gate_->knock(peer.bits());
  if (verdict.arrival != chat::Arrival::welcome) {
    const base::Language language = language_.load(std::memory_order_relaxed);
    return net::refuse(client.get(), entrance.tls ? std::string()
                                                  : turned_away_words(entrance.dialect, verdict.arrival,
                                                                      verdict.retry_after, peer, language));
  }
  if (thread_clients_) return thread_clients_->adopt(std::move(client), peer, entrance);
  loops_->share_out(std::move(client), peer, [this, entrance](std::size_t loop, const net::Address&) {
    return client_loops_[loop]->make_client(entrance);
  });
}

std::size_t Server::client_count() const {
  return thread_clients_ ? thread_clients_->count() : loops_->connection_count();
}

base::Result<> Server::open_operator(const store::DataDir& data, control::ConfigSource source) {
  Workplace place{*operator_,
                  *doors_,
                  *main_loop_,
                  data,
                  clock_,
                  log_,
                  config_,
                  hardening_,
                  std::move(source),
                  [this](const control::Config& config, std::function<void()> done) {
                    return adopt(config, std::move(done));
                  },
                  [this] { return shared_->connected.load(); },
                  [this] { return gate_->turned_away(); },
                  [this] { return thread_clients_ ? thread_clients_->count() : 0; }};
  auto commands = OperatorCommands::open(std::move(place));
  if (!commands) return tl::unexpected(commands.error());
  commands_ = std::move(*commands);
  chat_operators_->connect_to(commands_.get());
  chat_operators_->set(config_.operators);
  auto control = ControlSocket::open(*main_loop_, *operator_, *commands_, data.control_socket());
  if (control) {
    control_socket_ = std::move(*control);
  } else {
    log_.warning("{}; veche ctl and veche account will not reach this server", control.error().text());
  }
  return {};
}

/// What the dialects say may depend on the doors' ports.
base::Result<DialectOptions> Server::dialects_of(const control::Config& config) const {
  const std::vector<Doors::Door>& doors = doors_->list();
  const auto door = std::find_if(doors.begin(), doors.end(), [](const Doors::Door& one) {
    return one.dialect == base::Dialect::irc && one.tls;
  });
  return dialect_options_of(config, started_, door == doors.end() ? std::uint16_t{0} : door->at.port());
}

void Server::set_dialects(const DialectOptions& dialects) {
  for (std::size_t i = 0; i < client_loops_.size(); ++i) {
    loops_->loop(i).post([clients = client_loops_[i].get(), dialects] { clients->set_dialects(dialects); });
  }
  if (thread_clients_) thread_clients_->set_dialects(dialects);
}

/// Goes by another configuration from now on; what needs a restart is the same in both.
base::Result<> Server::adopt(const control::Config& config, std::function<void()> done) {
  auto dialects = dialects_of(config);
  if (!dialects) return tl::unexpected(dialects.error());
  auto ways = entrances(config);
  if (!ways) return tl::unexpected(ways.error());
  config_ = config;
  const chat::Policy policy = this->policy();
  gate_->set_policy(policy);
  language_.store(config_.server.language, std::memory_order_relaxed);
  log_.set_level(config_.log.level);
  chat_operators_->set(config_.operators);
  set_dialects(*dialects);
  // The loops hear of clients who come by the new doors after they have heard of the dialects.
  doors_->renew(std::move(*ways), [this, policy, done = std::move(done)] {
    operator_->order(chat::SetPolicy{policy}, [done](const chat::OperatorAnswer&) { done(); });
  });
  return {};
}

std::vector<std::string> Server::people() const { return notices_->people(); }

Server::~Server() { close(); }

void Server::close() {
  if (chat_thread_) {
    doors_->pause([] {});
    operator_->shut_down();
    // Everybody hears goodbye behind what was said before, and what is owed is sent; who takes nothing is
    // left.
    const base::MonoTime deadline = clock_.mono() + base::limits::kGoodbyeTimeout;
    while (client_count() > 0 && clock_.mono() < deadline) main_loop_->run_once(kShutdownPoll);
  }
  control_socket_.reset();
  if (loops_) {
    loops_->stop();
    loops_->join();
  }
  if (thread_clients_) thread_clients_->stop();
  chat_thread_.reset();  // takes what is still in its mailbox, and keeps it
  jobs_.reset();         // workers answer to the loops and to the desk: they end first
  doors_.reset();
  gate_.reset();
  thread_clients_.reset();
  loops_.reset();
  client_loops_.clear();
  commands_.reset();
  chat_operators_.reset();
  notices_.reset();
  if (main_loop_) main_loop_->set_hook(nullptr);
  operator_.reset();
  main_loop_.reset();
}

}  // namespace veche::server
