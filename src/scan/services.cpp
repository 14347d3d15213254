#include "scan/services.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace veche::scan {
namespace {

// It would give each of them a line of its own.
// clang-format off

// The order is a judgement, not a measurement: what surveys of the Internet and a look around home and office
// networks show again and again comes first.
constexpr Service kServices[] = {
    // Found everywhere.
    {80, "http"}, {443, "https"}, {22, "ssh"}, {8080, "http-alt"}, {445, "microsoft-ds"}, {53, "domain"},
    {139, "netbios-ssn"}, {135, "msrpc"}, {3389, "rdp"}, {21, "ftp"}, {25, "smtp"}, {3306, "mysql"},
    {8443, "https-alt"}, {23, "telnet"}, {110, "pop3"}, {143, "imap"}, {993, "imaps"}, {995, "pop3s"},
    {587, "submission"}, {465, "submissions"}, {111, "sunrpc"}, {8000, "http-alt"}, {7547, "cwmp"},
    {631, "ipp"}, {5432, "postgresql"}, {554, "rtsp"}, {5060, "sip"}, {8888, "http-alt"}, {5900, "vnc"},
    {8081, "http-alt"}, {9100, "jetdirect"}, {1723, "pptp"}, {2049, "nfs"}, {389, "ldap"}, {5000, "upnp"},
    {6379, "redis"}, {1433, "ms-sql-s"}, {27017, "mongodb"}, {5985, "wsman"}, {515, "printer"}, {179, "bgp"},
    {88, "kerberos"}, {9090, "websm"}, {636, "ldaps"}, {7000, "afs3-fileserver"}, {5357, "wsdapi"},
    {2082, "cpanel"}, {2083, "cpanels"}, {8291, "winbox"}, {62078, "iphone-sync"}, {49152, "dynamic-rpc"},
    {2000, "cisco-sccp"}, {9200, "elasticsearch"}, {1883, "mqtt"}, {3000, "http-dev"}, {8008, "http-alt"},
    {5001, "commplex-link"}, {2222, "ssh-alt"}, {81, "http-alt"}, {8883, "mqtts"},
    // Servers that are often seen: mail, files, directories, remote access.
    {113, "ident"}, {548, "afp"}, {873, "rsync"}, {990, "ftps"}, {1080, "socks"}, {3128, "squid"},
    {5061, "sips"}, {1521, "oracle"}, {5986, "wsmans"}, {464, "kpasswd"}, {593, "http-rpc-epmap"},
    {3268, "globalcat-ldap"}, {3269, "globalcat-ldaps"}, {9389, "adws"}, {5222, "xmpp-client"},
    {5269, "xmpp-server"}, {11211, "memcache"}, {2375, "docker"}, {2376, "dockers"}, {6443, "kubernetes"},
    {10250, "kubelet"}, {2379, "etcd-client"}, {2380, "etcd-server"}, {5672, "amqp"},
    {15672, "rabbitmq-http"}, {9092, "kafka"}, {2181, "zookeeper"}, {9042, "cassandra"}, {5601, "kibana"},
    {9000, "cslistener"}, {9443, "https-alt"}, {4443, "https-alt"}, {10000, "webmin"}, {2086, "whm"},
    {2087, "whms"}, {2095, "webmail"}, {2096, "webmails"}, {8006, "proxmox"}, {8009, "ajp13"},
    {8082, "http-alt"}, {8083, "http-alt"}, {8084, "http-alt"}, {8085, "http-alt"}, {8086, "influxdb"},
    {8088, "http-alt"}, {8089, "splunkd"}, {8090, "http-alt"}, {8099, "http-alt"}, {8181, "http-alt"},
    {8444, "https-alt"}, {8880, "http-alt"}, {9001, "tor-orport"}, {9080, "http-alt"}, {82, "http-alt"},
    {83, "http-alt"}, {84, "http-alt"}, {85, "http-alt"}, {4000, "http-dev"}, {8123, "home-assistant"},
    {1194, "openvpn"}, {4444, "krb524"}, {6667, "irc"}, {6697, "ircs-u"}, {7, "echo"}, {1898, "veche"},
    {9, "discard"}, {13, "daytime"}, {19, "chargen"}, {37, "time"}, {79, "finger"}, {17, "qotd"},
    {119, "nntp"}, {563, "nntps"}, {43, "whois"}, {70, "gopher"}, {49, "tacacs"}, {26, "smtp-alt"},
    {2525, "smtp-alt"}, {106, "poppassd"}, {109, "pop2"}, {220, "imap3"}, {199, "smux"}, {427, "svrloc"},
    {543, "klogin"}, {544, "kshell"}, {512, "exec"}, {513, "login"}, {514, "shell"}, {646, "ldp"},
    {749, "kerberos-adm"}, {902, "vmware-auth"}, {992, "telnets"}, {994, "ircs"}, {853, "domain-s"},
    {20, "ftp-data"},
    // Homes and works: media, printers, cameras, routers, machines.
    {8060, "roku"}, {8200, "minidlna"}, {32400, "plex"}, {8096, "jellyfin"}, {8920, "jellyfins"},
    {3689, "daap"}, {1400, "sonos"}, {1443, "sonos-tls"}, {4070, "spotify"}, {2869, "icslap"},
    {49153, "dynamic-rpc"}, {49154, "dynamic-rpc"}, {49155, "dynamic-rpc"}, {49156, "dynamic-rpc"},
    {49157, "dynamic-rpc"}, {49664, "dynamic-rpc"}, {49665, "dynamic-rpc"}, {49666, "dynamic-rpc"},
    {49667, "dynamic-rpc"}, {49668, "dynamic-rpc"}, {37777, "dahua"}, {34567, "dvr"}, {8554, "rtsp-alt"},
    {10554, "rtsp-alt"}, {1935, "rtmp"}, {8001, "http-alt"}, {8002, "http-alt"}, {8899, "ospf-lite"},
    {9999, "abyss"}, {55443, "yeelight"}, {3001, "http-dev"}, {8728, "routeros-api"}, {8729, "routeros-apis"},
    {8843, "unifi-portals"}, {4567, "tram"}, {30005, "cwmp-alt"}, {5431, "park-agent"}, {51827, "homekit"},
    {6053, "esphome"}, {502, "mbap"}, {102, "iso-tsap"}, {20000, "dnp"}, {44818, "ethernet-ip"},
    {4840, "opcua"}, {1911, "niagara-fox"}, {4911, "niagara-foxs"}, {9101, "jetdirect"}, {9102, "jetdirect"},
    {9103, "jetdirect"}, {9220, "hp-gsg"}, {9290, "hp-gsg"}, {5358, "wsdapi-s"}, {3910, "prnrequest"},
    {3911, "prnstatus"}, {7070, "realserver"}, {24800, "synergy"}, {1900, "ssdp"}, {5353, "mdns"},
    {161, "snmp"}, {162, "snmptrap"}, {123, "ntp"}, {69, "tftp"}, {500, "isakmp"},
    // Data stores, queues, and what watches them.
    {1434, "ms-sql-m"}, {1526, "oracle"}, {2483, "oracle"}, {2484, "oracles"}, {3050, "firebird"},
    {50000, "db2"}, {5433, "postgresql"}, {6432, "pgbouncer"}, {3307, "mysql"}, {33060, "mysqlx"},
    {27018, "mongodb"}, {27019, "mongodb"}, {28017, "mongodb-http"}, {5984, "couchdb"}, {6984, "couchdbs"},
    {6380, "redis"}, {16379, "redis-bus"}, {26379, "redis-sentinel"}, {7199, "cassandra-jmx"},
    {9160, "cassandra-thrift"}, {9300, "elasticsearch-nodes"}, {4730, "gearman"}, {7474, "neo4j-http"},
    {7687, "neo4j-bolt"}, {8529, "arangodb"}, {8098, "riak-http"}, {8087, "riak"}, {28015, "rethinkdb"},
    {8091, "couchbase"}, {11210, "couchbase-data"}, {8983, "solr"}, {9306, "sphinxql"}, {7700, "meilisearch"},
    {8108, "typesense"}, {6333, "qdrant"}, {19530, "milvus"}, {26257, "cockroachdb"}, {4222, "nats"},
    {6222, "nats-cluster"}, {8222, "nats-http"}, {5671, "amqps"}, {61613, "stomp"}, {61616, "openwire"},
    {8161, "activemq-http"}, {6650, "pulsar"}, {9876, "rocketmq"}, {4369, "epmd"}, {25672, "rabbitmq-dist"},
    {5555, "adb"}, {9091, "transmission"}, {9093, "alertmanager"}, {9104, "mysqld-exporter"},
    {9187, "postgres-exporter"}, {9115, "blackbox-exporter"}, {9182, "windows-exporter"}, {3100, "loki"},
    {9411, "zipkin"}, {16686, "jaeger"}, {4317, "otlp-grpc"}, {4318, "otlp-http"}, {8125, "statsd"},
    {2003, "graphite"}, {2004, "graphite-pickle"}, {4242, "opentsdb"}, {10050, "zabbix-agent"},
    {10051, "zabbix-trapper"}, {5666, "nrpe"}, {6556, "checkmk-agent"}, {4949, "munin"}, {5044, "beats"},
    {12201, "gelf"}, {24224, "fluentd"}, {8126, "datadog-trace"}, {19999, "netdata"}, {601, "syslog-conn"},
    {6514, "syslog-tls"},
    // Clusters, and the tools of those who build.
    {2377, "docker-swarm"}, {7946, "docker-gossip"}, {4243, "docker"}, {10255, "kubelet-ro"},
    {10256, "kube-proxy"}, {10257, "kube-controller"}, {10259, "kube-scheduler"}, {15000, "envoy-admin"},
    {15001, "envoy"}, {8500, "consul"}, {8501, "consuls"}, {8300, "consul-rpc"}, {8301, "consul-lan"},
    {8302, "consul-wan"}, {8600, "consul-dns"}, {4646, "nomad"}, {4647, "nomad-rpc"}, {4648, "nomad-gossip"},
    {8201, "vault-cluster"}, {3260, "iscsi"}, {3205, "isns"}, {24007, "glusterd"}, {6789, "ceph-mon"},
    {3300, "ceph-mon"}, {6800, "ceph-osd"}, {7480, "ceph-rgw"}, {9870, "hdfs-http"}, {50070, "hdfs-http"},
    {8020, "hdfs"}, {50010, "hdfs-data"}, {8042, "yarn-node"}, {16010, "hbase-http"}, {16000, "hbase"},
    {7077, "spark"}, {4040, "spark-http"}, {8787, "rstudio"}, {8889, "http-alt"}, {6006, "tensorboard"},
    {11434, "ollama"}, {7860, "gradio"}, {5173, "vite"}, {4200, "http-dev"}, {1313, "hugo"},
    {9229, "node-inspector"}, {5005, "jdwp"}, {1099, "rmiregistry"}, {1098, "rmiactivation"}, {9010, "jmx"},
    {9418, "git"}, {3690, "svn"}, {2401, "cvspserver"}, {29418, "gerrit-ssh"}, {3632, "distcc"},
    {8140, "puppet"}, {4505, "salt-publish"}, {4506, "salt-request"}, {5050, "mesos"}, {7001, "weblogic"},
    {7002, "weblogics"}, {4848, "glassfish"}, {9990, "wildfly"}, {9993, "wildflys"}, {9043, "websphere-s"},
    {9060, "websphere"}, {8005, "tomcat-shutdown"}, {7007, "veche-echo"}, {8067, "veche-web"},
    {3200, "sap-dispatcher"}, {3299, "saprouter"}, {50013, "sap-control"}, {1352, "lotusnotes"},
    {8530, "wsus"}, {8531, "wsuss"}, {623, "ipmi"}, {664, "secure-rmcp"}, {16992, "amt-http"},
    {16993, "amt-https"}, {17988, "ilo-media"}, {17990, "ilo-console"}, {5480, "vami"}, {8834, "nessus"},
    {9390, "openvas"}, {3780, "nexpose"},
    // Talk, voice, far screens, tunnels, the gear in between.
    {6660, "irc"}, {6661, "irc"}, {6662, "irc"}, {6663, "irc"}, {6664, "irc"}, {6665, "irc"}, {6666, "irc"},
    {6668, "irc"}, {6669, "irc"}, {194, "irc"}, {6679, "ircs-u"}, {5223, "xmpp-clients"}, {5280, "xmpp-bosh"},
    {5281, "xmpp-boshs"}, {8448, "matrix-fed"}, {64738, "mumble"}, {10011, "teamspeak"},
    {30033, "teamspeak-files"}, {1720, "h323"}, {2427, "mgcp"}, {5038, "asterisk"}, {8021, "freeswitch"},
    {3478, "stun"}, {5349, "stuns"}, {5190, "aol"}, {1863, "msnp"}, {5800, "vnc-http"}, {5901, "vnc"},
    {5902, "vnc"}, {5903, "vnc"}, {5938, "teamviewer"}, {6568, "anydesk"}, {3390, "rdp"},
    {3283, "apple-remote"}, {4899, "radmin"}, {5631, "pcanywhere"}, {6000, "x11"}, {6001, "x11"},
    {6002, "x11"}, {177, "xdmcp"}, {1494, "ica"}, {2598, "ica-cgp"}, {4172, "pcoip"}, {8022, "ssh-alt"},
    {22222, "ssh-alt"}, {2200, "ssh-alt"}, {1701, "l2tp"}, {9050, "tor-socks"}, {9051, "tor-control"},
    {9030, "tor-dir"}, {8118, "privoxy"}, {1081, "socks"}, {8388, "shadowsocks"}, {10443, "https-alt"},
    {8445, "https-alt"}, {8447, "https-alt"}, {541, "fortimanager"}, {264, "checkpoint-topo"},
    {4786, "smart-install"}, {830, "netconf-ssh"}, {6633, "openflow"}, {6653, "openflow"}, {639, "msdp"},
    {2601, "zebra"}, {2605, "bgpd"},
    // Coins, games, sharing, and the rest.
    {8333, "bitcoin"}, {8332, "bitcoin-rpc"}, {9735, "lightning"}, {30303, "ethereum"},
    {8545, "ethereum-rpc"}, {8546, "ethereum-ws"}, {18080, "monero"}, {18081, "monero-rpc"},
    {25565, "minecraft"}, {25575, "minecraft-rcon"}, {27015, "steam"}, {30120, "fivem"}, {7777, "terraria"},
    {6881, "bittorrent"}, {51413, "bittorrent"}, {58846, "deluge"}, {4662, "edonkey"}, {6346, "gnutella"},
    {4001, "ipfs"}, {22000, "syncthing"}, {8384, "syncthing-http"}, {17500, "dropbox-lan"}, {6566, "sane"},
    {6600, "mpd"}, {4713, "pulseaudio"}, {2628, "dict"}, {210, "z39-50"}, {104, "dicom"}, {11112, "dicom"},
    {2575, "hl7"}, {2947, "gpsd"}, {3493, "nut"}, {3551, "apcupsd"}, {1414, "ibm-mq"},
};

// Other names by which people and IANA call some of them.
constexpr Service kAliases[] = {
    {80, "www"}, {22, "sftp"}, {445, "smb"}, {445, "cifs"}, {53, "dns"}, {139, "netbios"}, {135, "epmap"},
    {3389, "ms-wbt-server"}, {25, "mail"}, {3306, "mariadb"}, {110, "pop-3"}, {143, "imap2"}, {995, "pop3-s"},
    {465, "smtps"}, {465, "ssmtp"}, {111, "rpcbind"}, {111, "portmapper"}, {8000, "irdmi"}, {7547, "tr-069"},
    {631, "cups"}, {5432, "postgres"}, {5900, "rfb"}, {9100, "pdl-datastream"}, {5000, "commplex-main"},
    {1433, "mssql"}, {27017, "mongo"}, {5985, "winrm"}, {5986, "winrm"}, {515, "lpd"}, {88, "kerberos-sec"},
    {113, "auth"}, {548, "afpovertcp"}, {1080, "socks5"}, {11211, "memcached"}, {5222, "xmpp"},
    {5269, "xmpp"}, {5222, "jabber"}, {6697, "ircs"}, {6443, "k8s"}, {2379, "etcd"}, {2380, "etcd"},
    {9042, "cql"}, {514, "rsh"}, {513, "rlogin"}, {512, "rexec"}, {502, "modbus"}, {44818, "enip"},
    {3690, "subversion"}, {27015, "srcds"},
};
// clang-format on

constexpr std::size_t kNameBytesMax = 32;  // what is longer was not meant to be a service

constexpr bool by_port(const Service& a, const Service& b) { return a.port < b.port; }
constexpr bool by_name(const Service& a, const Service& b) {
  return a.name != b.name ? a.name < b.name : a.port < b.port;
}

constexpr auto kByPort = [] {
  auto sorted = std::to_array(kServices);
  std::sort(sorted.begin(), sorted.end(), by_port);
  return sorted;
}();

constexpr auto kByName = [] {
  std::array<Service, std::size(kServices) + std::size(kAliases)> sorted;
  std::copy(std::begin(kAliases), std::end(kAliases),
            std::copy(std::begin(kServices), std::end(kServices), sorted.begin()));
  std::sort(sorted.begin(), sorted.end(), by_name);
  return sorted;
}();

static_assert(std::adjacent_find(kByPort.begin(), kByPort.end(),
                                 [](const Service& a, const Service& b) { return a.port == b.port; }) ==
                  kByPort.end(),
              "each port once");
static_assert(std::adjacent_find(kByName.begin(), kByName.end(),
                                 [](const Service& a, const Service& b) { return !by_name(a, b); }) ==
                  kByName.end(),
              "an alias is no name of the same port");

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

std::span<const Service> services() { return kServices; }

std::string_view service_name(std::uint16_t port) {
  const auto found = std::lower_bound(kByPort.begin(), kByPort.end(), Service{port, {}}, by_port);
  return found != kByPort.end() && found->port == port ? found->name : std::string_view();
}

std::optional<std::vector<std::uint16_t>> service_ports(std::string_view name) {
  if (name.size() > kNameBytesMax) return std::nullopt;
  const std::string wanted = lower(name);
  std::vector<std::uint16_t> ports;
  // Port 0 is nobody's, so this is in front of the first.
  auto at = std::lower_bound(kByName.begin(), kByName.end(), Service{0, wanted}, by_name);
  for (; at != kByName.end() && at->name == wanted; ++at) ports.push_back(at->port);
  if (ports.empty()) return std::nullopt;
  return ports;
}

std::optional<std::string_view> nearest_service(std::string_view name) {
  const std::string wanted = lower(name);
  const bool has_letter =
      std::any_of(wanted.begin(), wanted.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!has_letter || wanted.size() > kNameBytesMax) return std::nullopt;  // "+22" is no mistake for "db2"
  std::vector<std::string_view> names;
  for (const Service& service : kServices)
    names.push_back(service.name);  // of equals the most usual one wins
  for (const Service& alias : kAliases) names.push_back(alias.name);
  return base::nearest(wanted, names);
}

}  // namespace veche::scan
