"""The two places where a daemon writes to a disk whose power can be cut: a virtual machine, and this machine's own kernel."""
import hashlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

from load import wait_until

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
BOOT_ID = HERE / "power/boot-id.c"
FROZEN = "installed"
CONFIGURATION = """
mqtt:
  durability: {durability}
  listeners:
    - {{ address: {address}, port: {mqtt}, anonymous: true }}
    - {{ address: 127.0.0.1, port: {tls}, tls: {{}} }}
  limits: {{ connect-timeout: 300s, max-queued: 1000000, max-queued-size: 100MiB, max-queued-total: 120MiB, session-expiry-max: 30d }}
http: {{ listeners: [ {{ address: 127.0.0.1, port: {http} }} ] }}
functions: {{ folder: {functions}, init-timeout: 600s }}
routes: [ {{ from: "cut/route/#", to: {{ stream: routed }} }} ]
shadows: {{ durability: {durability} }}
streams:
  routed: {{ retention: {{ bytes: 100MiB }} , durability: {durability} }}
  posted: {{ retention: {{ bytes: 50MiB }}, durability: {durability} }}
  noted: {{ retention: {{ bytes: 50MiB }} }}
"""
FUNCTION = """
name: note
runtime: python3.x
handler: f.handler
timeout: 300s
async: { retries: 0, on-success: { stream: noted } }
"""
CODE = """
def handler(event, context):
    if event['fails']:
        raise ValueError('as asked')
    return event
"""
# After a power cut it is another boot, and the daemon can tell; a machine that is thawed believes to be in the one in which it was frozen.
UNIT = """
[Service]
TimeoutStartSec=900
WatchdogSec=0
Environment=LD_PRELOAD=/usr/local/lib/boot-id.so
"""


class Machine:
    data = "/var/lib/roost"

    def __init__(self, run):
        self._environment = {"ROOST_VM_RUN": str(run)}
        self._run = run
        self._tunnel = None

    def vm(self, *words, data=None, check=True):
        done = subprocess.run([HERE / "machine.sh", *words], env={**os.environ, **self._environment}, input=data, capture_output=True, text=isinstance(data, str) or data is None, check=False)
        if done.returncode == 77:
            skip(done.stderr.strip().removeprefix("vm: skipped: "))
        if check and done.returncode:
            raise SystemExit(f"{' '.join(map(str, words))[:200]}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def prepare(self, package):
        image = pathlib.Path(os.environ.get("ROOST_VM") or ROOT / f"out/vm-{os.environ.get('SUITE', 'bookworm')}")
        if not (image / "built").exists():
            print("making a virtual machine", flush=True)
            self.vm("build")
        mark = image / "frozen" / f"{FROZEN}.of"
        what = hashlib.sha256(package.read_bytes() + BOOT_ID.read_bytes() + (CONFIGURATION + FUNCTION + CODE + UNIT).encode()).hexdigest()
        if not mark.exists() or mark.read_text() != what:
            self.install(package)
            mark.write_text(what)

    def put(self, text, path):
        self.vm("run", f"mkdir -p '{os.path.dirname(path)}' && cat >'{path}'", data=text)

    def install(self, package):
        """A machine with everything but data, kept for all later runs."""
        print("installing the package in the virtual machine", flush=True)
        self.vm("start")
        self.vm("put", package, "/var/tmp/roost.deb")
        self._run.mkdir(parents=True, exist_ok=True)
        library = self._run / "boot-id.so"
        if not shutil.which("gcc") or subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, BOOT_ID], check=False).returncode:
            skip("gcc is missing, or cannot build power/boot-id.c")
        self.vm("put", library, "/usr/local/lib/boot-id.so")
        self.put(UNIT, "/etc/systemd/system/roost.service.d/cuts.conf")
        self.put(FUNCTION, "/etc/roost/functions/note/function.yaml")
        self.put(CODE, "/etc/roost/functions/note/f.py")
        self.configure("power-loss")
        # The first start reads the programs from the disk; later ones find them in memory.
        self.vm("run", "cat /proc/sys/kernel/random/uuid >/run/boot-id && DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /var/tmp/roost.deb && "
                       "chmod -R a+rX /etc/roost && { roost fn invoke note '{\"fails\": false}' || true; } && roost audit verify && systemctl stop roost && rm -rf /var/lib/roost/* && rm /var/tmp/roost.deb")
        self.vm("freeze", FROZEN)

    def configure(self, durability):
        self.put(CONFIGURATION.format(durability=durability, address="0.0.0.0", mqtt=1884, tls=8883, http=8088, functions="/etc/roost/functions"), "/etc/roost/conf.d/cuts.yaml")

    def start(self, disk, http_port, durability):
        """Thaws, mounts the data folder and starts the daemon; returns the port of MQTT."""
        self.vm("thaw", FROZEN)
        self.vm("plug", disk)
        self.configure(durability)
        self.vm("run", "cat /proc/sys/kernel/random/uuid >/run/boot-id && mount -o noatime /dev/vdb /var/lib/roost && systemctl start roost")
        self._tunnel = subprocess.Popen([HERE / "machine.sh", "tunnel", f"{http_port}:8088"], env={**os.environ, **self._environment}, stdin=subprocess.DEVNULL)
        return int((self._run / "mqtt-port").read_text())

    def again(self):
        """Boots it with its disk as it is."""
        self.vm("again")

    def process(self):
        """Which process the daemon is; another one after a restart."""
        return self.ask("systemctl show -P MainPID roost").strip()

    def ask(self, command):
        """What a shell says in which `roost` is the command line, $MQTT and $TLS are the broker's ports and $HTTP is the daemon's address."""
        return self.vm("run", f"MQTT=1884 TLS=8883 HTTP=http://127.0.0.1:8088; {command}")

    def cut(self, disk):
        self.vm("cut")
        self._close()

    def end(self):
        self._close()
        self.vm("stop", check=False)

    def _close(self):
        if self._tunnel:
            self._tunnel.kill()
            self._tunnel.wait()
            self._tunnel = None


class Here:
    """The daemon on this machine, with its data folder in a file system on the disk: network block device, FUSE, loop device, ext4."""

    def __init__(self, work):
        self._work = work
        self._view, self._mounted = work / "view", work / "mounted"
        self.data = self._mounted
        self._view.touch()
        self._mounted.mkdir()
        self._daemon = self._export = self._loop = None

    def prepare(self, package):
        self._run("dpkg-deb", "-x", package, self._work / "root")
        (self._work / "functions/note").mkdir(parents=True)
        (self._work / "functions/note/function.yaml").write_text(FUNCTION)
        (self._work / "functions/note/f.py").write_text(CODE)
        packages = {"qemu-storage-daemon": "qemu-system-common", "mke2fs": "e2fsprogs", "losetup": "mount", "bwrap": "bubblewrap"}
        missing = [package for tool, package in packages.items() if not shutil.which(tool)]
        if missing and subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *missing], capture_output=True, check=False).returncode:
            skip(f"{', '.join(missing)} is missing, and apt could not install it")
        if "type=]fuse" not in self._run("qemu-storage-daemon", "--help"):
            skip("this qemu-storage-daemon has no FUSE")

    @staticmethod
    def _run(*words):
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def _program(self, name):
        library = self._work / "root/usr/lib/roost"
        return [library / "dotnet/dotnet", library / f"{name}.dll"]

    def start(self, disk, http_port, durability):
        self._export = subprocess.Popen(["qemu-storage-daemon", "--blockdev", f"driver=nbd,node-name=data,server.type=unix,server.path={disk}",
                                         "--export", f"type=fuse,id=data,node-name=data,mountpoint={self._view},writable=on"])
        if not wait_until(lambda: self._view.stat().st_size > 0, 30, 0.05):
            raise SystemExit("the disk's file did not appear in 30 s")
        self._loop = self._run("losetup", "--find", "--show", self._view).strip()
        self._run("mount", "-o", "noatime", self._loop, self._mounted)
        mqtt_port, tls_port = free_port(), free_port()
        configuration = self._work / "roost.yaml"
        configuration.write_text(CONFIGURATION.format(durability=durability, address="127.0.0.1", mqtt=mqtt_port, tls=tls_port, http=http_port, functions=self._work / "functions"))
        self._log = open(self._work / "daemon.log", "w+")
        self._daemon = subprocess.Popen([*self._program("roostd"), "--config", configuration, "--data", self._mounted / "roost"], stdout=self._log, stderr=subprocess.STDOUT)
        if not wait_until(lambda: "roost is ready" in (self._work / "daemon.log").read_text() or self._daemon.poll() is not None, 300, 0.05) or self._daemon.poll() is not None:
            raise SystemExit("the daemon did not start:\n" + (self._work / "daemon.log").read_text()[-3000:])
        self._ports = f"MQTT={mqtt_port} TLS={tls_port} HTTP=http://127.0.0.1:{http_port}"
        return mqtt_port

    def process(self):
        return str(self._daemon.pid) if self._daemon.poll() is None else "none"

    def ask(self, command):
        roost = " ".join(map(str, self._program("roost")))
        return self._run("sh", "-c", f"{self._ports}; roost() {{ {roost} \"$@\" --url $HTTP; }}; {command}")

    def cut(self, disk):
        self._daemon.kill()
        self._daemon.wait()
        disk.freeze()
        self._close()

    def end(self):
        if self._daemon:
            self._daemon.kill()
            self._daemon.wait()
        self._close()

    def _close(self):
        if self._loop:
            # What the kernel still holds of the file system fails to reach the disk, which is what the cut is about.
            subprocess.run(["umount", self._mounted], check=False, stderr=subprocess.DEVNULL)
            subprocess.run(["losetup", "--detach", self._loop], check=True)
            self._loop = None
        if self._export:
            self._export.kill()
            self._export.wait()
            subprocess.run(["umount", "--lazy", self._view], check=False, stderr=subprocess.DEVNULL)
            self._export = None


def skip(why):
    print(f"skipped: {why}", file=sys.stderr)
    raise SystemExit(77)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_http(port):
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
    raise SystemExit("the daemon does not answer over HTTP two minutes after it said that it was ready")


def find_package():
    if package := os.environ.get("ROOST_DEB"):
        return pathlib.Path(package)
    print("building the package", flush=True)
    return pathlib.Path(subprocess.run([ROOT / "packaging/deb/build.sh", "--fast"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1])
