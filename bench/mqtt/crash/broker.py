"""A broker as a child process on one port and one folder, to be killed and started again."""
import os
import random
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import packets

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))

MOSQUITTO = ("listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {dir}/\nuser root\n"
             "max_queued_messages 0\nmax_inflight_messages 0\nset_tcp_nodelay true\nlog_type error\n")

# versions and qualities: what the broker speaks at all.
PEERS = {
    "roost": {"command": f"{ROOT}/bench/mqtt/start-roost {{port}} {{dir}}"},
    "mosquitto": {"command": "mosquitto -c {dir}/mosquitto.conf", "files": {"mosquitto.conf": MOSQUITTO}},
    "mosquitto-1s": {"command": "mosquitto -c {dir}/mosquitto.conf", "files": {"mosquitto.conf": MOSQUITTO + "autosave_interval 1\n"}},
    "mosquitto-each": {"command": "mosquitto -c {dir}/mosquitto.conf",
                       "files": {"mosquitto.conf": MOSQUITTO + "autosave_interval 1\nautosave_on_changes true\n"}},
    # It sends again what was not acknowledged before the kill, but only after 30 s.
    "nats": {"command": "nats-server -c {dir}/nats.conf", "versions": (4,), "qualities": (1,), "quiet": 40,
             "files": {"nats.conf": 'server_name: crash\nhost: 127.0.0.1\nport: {port2}\njetstream {{ store_dir: "{dir}/js" }}\n'
                                    'mqtt {{ host: 127.0.0.1, port: {port} }}\n'}},
}


def free_port():
    """Below the range that the kernel gives to clients: one that tries to connect while nobody listens could be given the very port, and keep it."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Broker:
    def __init__(self, peer):
        self.folder = tempfile.mkdtemp(prefix="roost-crash-")
        self.port = free_port()
        names = {"port": self.port, "port2": free_port(), "dir": self.folder}
        self.command = [part.format(**names) for part in shlex.split(peer["command"])]
        for name, content in peer.get("files", {}).items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(content.format(**names))
        self.child = None

    def spawn(self):
        with open(os.path.join(self.folder, "out.log"), "ab") as log:
            self.child = subprocess.Popen(self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def wait_until_ready(self, limit=60):
        """Milliseconds from now to the first CONNACK."""
        began = time.monotonic()
        while not self.answers():
            if self.child.poll() is not None or time.monotonic() - began > limit:
                with open(os.path.join(self.folder, "out.log"), encoding="utf-8", errors="replace") as log:
                    raise SystemExit(f"the broker did not start: {' '.join(self.command)}\n{log.read()[-2000:]}")
            time.sleep(0.003)
        return (time.monotonic() - began) * 1000

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                probe.sendall(packets.connect(4, "probe", clean=True))
                return probe.recv(4)[3:4] == b"\x00"
        except OSError:
            return False

    def kill(self):
        """SIGKILL to the broker, and to a launcher that may stand before it."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait(30)

    def dispose(self):
        if self.child and self.child.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
