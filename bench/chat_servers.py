"""The chat servers that bench/run compares, each started on its core, at a free port of the loopback, in a directory of its
own, with the limits lifted that would be measured otherwise."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILD") or os.path.join(HERE, "../build/bench")
IRCDS = os.path.join(HERE, "../build/ircds")  # where script/bootstrap unpacks them
VECHE = os.environ.get("VECHE") or os.path.join(BUILD, "veche")
FLOOR, FLOOD = os.path.join(BUILD, "bench_floor"), os.path.join(BUILD, "bench_flood")
SERVER_CORE, LOAD_CORE = "0", "1"
START_S, STOP_S = 20, 20

CONFIG = """
[server]
loops = 1
model = "{model}"
[limits]
{limits}
command_rate = 0
send_queue = "16MiB"
[history]
enabled = {history}
[log]
level = "warning"
"""


class Peer:
    """A server that runs on its core, at `port`."""

    cores = SERVER_CORE
    dir = None

    def started(self, command, **more):
        self.process = subprocess.Popen(["taskset", "-c", self.cores, *command], stdin=subprocess.DEVNULL, **more)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.dir:
            shutil.rmtree(self.dir)

    def await_port(self):
        end = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > end:
                    sys.exit(f"{type(self).__name__} did not start: {' '.join(self.process.args)}")
                time.sleep(0.05)

    def write(self, name, text):
        """A file in the server's directory, which the user that an IRC server insists upon can read."""
        if not self.dir:
            self.dir = tempfile.mkdtemp(prefix="veche-")
            os.chmod(self.dir, 0o755)
        path = os.path.join(self.dir, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def certificate(self):
        """Of P-256, with its key in server.key beside it."""
        path = self.write("server.crt", "")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", "/CN=localhost", "-keyout", os.path.join(self.dir, "server.key"), "-out", path],
                       check=True, capture_output=True)
        return path

    def cpu_s(self):
        """Processor time that it has used."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]


class Veche(Peer):
    protocol = "line"

    def __init__(self, cores=SERVER_CORE, history=True, model="events", limits=""):
        self.cores = cores
        config = self.write("veche.toml", CONFIG.format(history=str(history).lower(), model=model, limits=limits))
        self.port = self.free_port()
        self.started([VECHE, "serve", "--config", config, "--data", os.path.join(self.dir, "data"), "--listen",
                      f"{self.protocol}://127.0.0.1:{self.port}", "--no-console", *self.more()], stdout=subprocess.PIPE, text=True)
        while "Ctrl-C" not in (line := self.process.stdout.readline()):
            if not line:
                sys.exit("veche did not start")


    def more(self):
        """Further words of the command line."""
        return ()


class VecheWithoutHistory(Veche):
    def __init__(self):
        super().__init__(history=False)


class VecheThreads(Veche):
    """A thread for every client."""

    def __init__(self):
        super().__init__(model="threads")


class VecheIrc(Veche):
    protocol = "irc"


class VecheIrcWithoutHistory(VecheWithoutHistory):
    protocol = "irc"


class VecheIrcOverTls(VecheIrc):
    protocol = "ircs"

    def more(self):
        return "--tls-cert", self.certificate(), "--tls-key", os.path.join(self.dir, "server.key")


class OpensslServer(Peer):
    """`openssl s_server`: the handshake, and next to nothing else."""

    def __init__(self):
        self.port = self.free_port()
        certificate = self.certificate()
        self.started(["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", certificate, "-key",
                      os.path.join(self.dir, "server.key"), "-quiet", "-num_tickets", "1"],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.await_port()


class Floor(Peer):
    protocol = "floor"

    def __init__(self):
        self.started([FLOOR], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())


class Redis(Peer):
    protocol = "redis"

    def __init__(self):
        self.port = self.free_port()
        self.started(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                      "--client-output-buffer-limit", "pubsub 0 0 0", "--maxclients", "19000"], stdout=subprocess.DEVNULL)
        self.await_port()


class Nats(Peer):
    protocol = "nats"

    def __init__(self):
        self.port = self.free_port()
        self.started(["nats-server", "-a", "127.0.0.1", "-p", str(self.port)], stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)
        self.await_port()


class Ircd(Peer):
    """An IRC server of Debian's, unpacked."""

    protocol = "irc"

    def started_quietly(self, command):
        self.started(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.await_port()


class Ngircd(Ircd):
    binary = os.path.join(IRCDS, "ngircd/usr/sbin/ngircd")

    def __init__(self):
        self.port = self.free_port()
        motd = self.write("motd", "bench\n")
        config = self.write("ngircd.conf", f"""
[Global]
Name = ngircd.bench
Info = bench
AdminEMail = nobody@localhost
Listen = 127.0.0.1
Ports = {self.port}
MotdFile = {motd}
ServerUID = nobody
ServerGID = nogroup
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 16
MaxPenaltyTime = 0
PingTimeout = 3600
PongTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
""")
        self.started_quietly([self.binary, "--nodaemon", "--config", config])


class Inspircd(Ircd):
    binary = os.path.join(IRCDS, "inspircd/usr/sbin/inspircd")

    def __init__(self):
        self.port = self.free_port()
        modules = os.path.abspath(os.path.join(IRCDS, "inspircd/usr/lib/inspircd/modules"))
        config = self.write("inspircd.conf", f"""
<server name="inspircd.bench" description="bench" network="bench" id="1AA">
<bind address="127.0.0.1" port="{self.port}" type="clients">
<path moduledir="{modules}" datadir="." logdir="." runtimedir="." configdir=".">
<connect name="main" allow="*" maxchans="1000" timeout="60" pingfreq="1h" softsendq="1G" hardsendq="1G" recvq="1M"
         threshold="1000000000" commandrate="1000000000" fakelag="no" localmax="100000" globalmax="100000" limit="100000"
         resolvehostnames="no" useident="no" useconnectban="no" uniqueusername="no">
<performance netbuffersize="65534" somaxconn="4096" softlimit="100000" clonesonconnect="no" quietbursts="yes">
<dns server="127.0.0.1">
""")
        root = ["--runasroot"] if os.geteuid() == 0 else []
        self.started_quietly([self.binary, "--nofork", "--nopid", *root, "--config", config])


class IrcdHybrid(Ircd):
    """It looks for its modules in one place only, where nothing is installed, and asks the name servers of the system who has
    come: its copy here is told other places. It refuses to be root."""

    binary = os.path.join(IRCDS, "ircd-hybrid/usr/sbin/ircd-hybrid")
    built_in_modules = b"/usr/lib/ircd-hybrid/modules/"
    built_in_names = b"/etc/resolv.conf\0", b"\x00127.0.0.1\0"  # what to read, and whom to ask if that names nobody
    names_address = "127.7.7.7"

    def __init__(self):
        self.port = self.free_port()
        config = self.write("ircd.conf", f"""
serverinfo {{ name = "hybrid.bench"; description = "bench"; network_name = "bench"; network_description = "bench"; hub = no;
  default_max_clients = 19000; max_nick_length = 16; max_topic_length = 300; }};
admin {{ name = "nobody"; description = "bench"; email = "nobody@localhost"; }};
class {{ name = "users"; ping_time = 1 hour; max_number = 100000; max_channels = 1000; sendq = 1000000 kbytes;
  recvq = 8000 bytes; }};
listen {{ host = "127.0.0.1"; port = {self.port}; }};
auth {{ user = "*@*"; class = "users"; flags = exceed_limit, can_flood; }};
channel {{ max_channels = 1000; default_join_flood_count = 0; default_join_flood_time = 0; }};
general {{ disable_auth = yes; throttle_count = 1000000; throttle_time = 1 second; default_floodcount = 0; anti_nick_flood = no;
  anti_spam_exit_message_time = 0; pace_wait = 0; pace_wait_simple = 0; ping_cookie = no; }};
log {{ use_logging = no; }};
""")
        modules = os.path.join(self.dir, "modules")
        shutil.copytree(os.path.join(IRCDS, "ircd-hybrid/usr/lib/ircd-hybrid/modules"), modules)
        told = modules.encode().ljust(len(self.built_in_modules), b"/")
        if len(told) > len(self.built_in_modules):
            sys.exit(f"ircd-hybrid's modules need a shorter name than {modules}: set TMPDIR")
        copy = os.path.join(self.dir, "ircd-hybrid")
        with open(self.binary, "rb") as original, open(copy, "wb") as file:
            file.write(original.read().replace(self.built_in_modules, told)
                       .replace(self.built_in_names[0], b"/dev/null".ljust(len(self.built_in_names[0]), b"\0"))
                       .replace(self.built_in_names[1], b"\0" + self.names_address.encode() + b"\0"))
        os.chmod(copy, 0o755)
        databases = [option for kind in "kdxr" for option in
                     (f"-{kind}{'esv' if kind == 'r' else 'line'}file", os.path.join(self.dir, f"{kind}.db"))]
        self.names = subprocess.Popen(["taskset", "-c", LOAD_CORE, sys.executable, __file__, self.names_address],
                                      stdout=subprocess.PIPE, text=True)
        if not self.names.stdout.readline():
            sys.exit(f"{self.names_address}:53 is taken")
        nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        self.started_quietly([*nobody, copy, "-foreground", "-configfile", config, "-logfile", "/dev/null", "-pidfile",
                              os.path.join(self.dir, "pid"), *databases])

    def close(self):
        self.names.kill()
        self.names.wait()
        self.names.stdout.close()
        super().close()


def deny_all_names(address):
    """A name server that knows nobody (NXDOMAIN, RFC 1035 4.1.1). Needs root, for the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        print("ready", flush=True)
        while True:
            query, client = server.recvfrom(1024)
            server.sendto(query[:2] + b"\x81\x83" + query[4:], client)


PEERS = [Redis] + ([Nats] if shutil.which("nats-server") else [])
IRC_PEERS = [kind for kind in (Inspircd, Ngircd, IrcdHybrid)
             if os.path.exists(kind.binary) and (kind != IrcdHybrid or os.geteuid() == 0)]

if __name__ == "__main__":
    deny_all_names(sys.argv[1])
