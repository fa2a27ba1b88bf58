"""Brokers that are started to be measured, what they take, and devices that are connected to them."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/mqtt"))
from crash import packets  # noqa: E402

USER, PASSWORD = "bench", "a password for the bench"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **options).stdout


def find_package(is_published):
    """ROOST_DEB, or a package that is built now; published packages are compressed better, which takes a minute."""
    if package := os.environ.get("ROOST_DEB"):
        return pathlib.Path(package)
    print("building the package", file=sys.stderr, flush=True)
    options = [] if is_published else ["--fast"]
    return pathlib.Path(subprocess.run([ROOT / "packaging/deb/build.sh", *options], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1])


class Roost:
    """The daemon as it is packaged, with its own runtime and the settings of its unit. `prefix` is put before its command: what limits it."""

    name = "Roost"

    def __init__(self, root, folder, configuration="", prefix=(), environment=None):
        self.plain, self.tls, self.http = (free_port() for _ in range(3))
        self._root, self._folder, self._prefix = root, folder, list(prefix)
        self._environment = {**os.environ, "DOTNET_TieredPGO": "0", "DOTNET_EnableDiagnostics": "0", **(environment or {})}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "roost.yaml").write_text(f"""
mqtt:
  listeners:
    - {{ address: 127.0.0.1, port: {self.plain} }}
    - {{ address: 127.0.0.1, port: {self.tls}, tls: {{}}, anonymous: false }}
http: {{ listeners: [ {{ address: 127.0.0.1, port: {self.http} }} ] }}
{configuration}
""")

    def start(self):
        """Returns at once; the process is the daemon's own."""
        library = self._root / "usr/lib/roost"
        self._log = open(self._folder / "log", "a")
        self.process = subprocess.Popen([*self._prefix, library / "dotnet/dotnet", library / "roostd.dll", "--config", self._folder / "roost.yaml", "--data", self._folder / "data"],
                                        stdout=self._log, stderr=subprocess.STDOUT, env=self._environment)

    def prepare(self):
        """A user for the devices that come over TLS."""
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}
        self.ask("POST", "/api/v1/policies", {"name": "bench", "document": document})
        self.ask("POST", "/api/v1/users", {"name": USER, "password": PASSWORD, "policies": ["bench"]})

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=60)
        # HTTP opens a moment after MQTT.
        end = time.monotonic() + 60
        while True:
            try:
                connection.connect()
                break
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return text

    def explain(self):
        return (self._folder / "log").read_text()[-2000:]

    def stop(self):
        stop(self.process)
        self._log.close()


class Mosquitto:
    """With persistence, as Debian configures it."""

    name = "mosquitto"

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.plain, self.tls = free_port(), free_port()
        self._folder = folder
        program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        if not program:
            raise SystemExit("mosquitto is not installed: apt install mosquitto")
        self._program = program
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "9", "-keyout", folder / "key", "-out", folder / "crt")
        run("mosquitto_passwd", "-b", "-c", folder / "passwords", USER, PASSWORD)
        (folder / "mosquitto.conf").write_text(f"""
per_listener_settings true
persistence true
persistence_location {folder}/
listener {self.plain} 127.0.0.1
allow_anonymous true
listener {self.tls} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
certfile {folder}/crt
keyfile {folder}/key
{"user root" if os.getuid() == 0 else ""}
""")

    def start(self):
        self._log = open(self._folder / "log", "a")
        self.process = subprocess.Popen([self._program, "-c", self._folder / "mosquitto.conf"], stdout=self._log, stderr=subprocess.STDOUT)

    def prepare(self):
        pass

    def explain(self):
        return (self._folder / "log").read_text()[-2000:]

    def stop(self):
        stop(self.process)
        self._log.close()


def stop(process):
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def connect(port, name, tls=False, keep_alive=60):
    """A connection after its CONNACK; OSError while there is none to be had."""
    connection = socket.create_connection(("127.0.0.1", port), 60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    login, flags = b"", 2
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # what is measured is the broker; this side trusts it
        connection = context.wrap_socket(connection)
        login, flags = packets.text(USER) + packets.text(PASSWORD), 0xC2
    connection.sendall(packets.packet(0x10, packets.text("MQTT") + bytes([4, flags]) + keep_alive.to_bytes(2, "big") + packets.text(name) + login))
    answer = connection.recv(4)
    if answer[:2] != b"\x20\x02" or answer[3]:
        connection.close()
        raise ConnectionError(f"{name} was refused: {answer.hex()}")
    return connection


def wait_for(program, seconds=120):
    """For the first CONNACK."""
    began = time.monotonic()
    while True:
        try:
            connect(program.plain, "first").close()
            return
        except OSError as fault:
            if program.process.poll() is not None:
                raise SystemExit(f"{program.name} ended:\n{program.explain()}") from fault
            if time.monotonic() - began > seconds:
                raise SystemExit(f"{program.name} gives no CONNACK after {seconds} s:\n{program.explain()}") from fault
            time.sleep(0.001)


def tree(pid):
    """The process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                waiting += map(int, pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split())
        except OSError:
            pass  # it ended meanwhile
    return found


def cpu_seconds(pid):
    """Of all its threads, those that have ended too, to 10 ms; 0 for a process that has ended. What its threads that live have taken is known to the nanosecond, and gets less with each that ends."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid):
    """PSS, RSS and anonymous memory; zeros for a process that has ended."""
    values = {}
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            key, value, *_ = line.split()
            values[key] = int(value) / 1024
    except OSError:
        pass
    return {"PSS": values.get("Pss:", 0), "RSS": values.get("Rss:", 0), "anonymous": values.get("Anonymous:", 0)}


def load_average():
    return os.getloadavg()[0]
