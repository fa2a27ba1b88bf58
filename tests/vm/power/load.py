"""Clients that write all the time, each in a way of its own, and note what was acknowledged. They end when the machine does."""
import http.client
import json
import pathlib
import select
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "bench/mqtt"))
from crash import packets  # noqa: E402

from ledger import RETAINED_PER_RUN  # noqa: E402

# Seconds: an emulated machine that shares its processors with others is slow.
PATIENCE = 600


class Client:
    """A connection, and the packets that come on it."""

    def __init__(self, port, name, version=5, clean=True):
        self.version = version
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = packets.Stream()
        self.send(packets.connect(version, name, clean, keep_alive=1200))
        (first_byte, body), *self._early = self.wait_for_packets(PATIENCE)
        if first_byte >> 4 != packets.CONNACK or body[1]:
            raise ConnectionError(f"{name} was refused: {body.hex()}")
        self.is_session_present = body[0] == 1

    def send(self, data):
        self._socket.sendall(data)

    def wait_for_packets(self, seconds):
        """Packets that have come, or none after so long. ConnectionError when the connection has ended."""
        if early := getattr(self, "_early", None):
            self._early = []
            return early
        if not select.select([self._socket], [], [], seconds)[0]:
            return []
        received = self._socket.recv(1 << 16)
        if not received:
            raise ConnectionError("closed")
        return list(self._stream.feed(received)) or self.wait_for_packets(seconds)

    def subscribe(self, topic_filter, quality=1):
        self.send(packets.subscribe(self.version, 65535, topic_filter, quality))
        others = []
        while True:
            for first_byte, body in self.wait_for_packets(PATIENCE):
                if first_byte >> 4 != packets.SUBACK:
                    others.append((first_byte, body))
                elif body[-1] >= 0x80:
                    raise ConnectionError(f"{topic_filter} was refused: {body.hex()}")
                else:
                    others.append(None)
            if None in others:
                self._early = [packet for packet in others if packet]
                return

    def close(self):
        self._socket.close()


class Load:
    """`run` tells the identifiers of one load from those of others."""

    def __init__(self, run, mqtt_port, http_port, ledger):
        self._run, self._mqtt_port, self._http_port, self._ledger = run, mqtt_port, http_port, ledger
        self._is_over = threading.Event()
        self.faults = []
        writers = [
            (self._publish, "session", "p1", "cut/session/1", dict(version=4, quality=1, window=20)),
            (self._publish, "session", "p2", "cut/session/2", dict(version=5, quality=1, window=5)),
            (self._publish, "session", "p3", "cut/session/3", dict(version=5, quality=2, window=5)),
            (self._publish, "routed", "r1", "cut/route/1", dict(version=5, quality=1, window=10)),
            (self._publish, "retained", "k1", "cut/retained/{}", dict(version=5, quality=1, window=4)),
            (self._update_over_mqtt, "shadow", "s1"),
            (self._over_http, "shadow", "s2", 0.02),
            (self._over_http, "posted", "w1", 0.02),
            (self._over_http, "invoked", "f1", 0.25),
            (self._over_http, "thing", "t1", 0.5),
        ]
        self._threads = [threading.Thread(target=self._guard, args=arguments, daemon=True) for arguments in writers]

    def start(self):
        for thread in self._threads:
            thread.start()

    def end(self):
        """After the machine was cut, or before it goes on without this load: what still stands in sockets is read."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(10)

    @property
    def ended(self):
        """Whether a client has lost its connection: one of MQTT 3.1.1 that is refused is disconnected, which is the only answer that it knows."""
        return not all(thread.is_alive() for thread in self._threads)

    def _guard(self, work, kind, writer, *arguments, **_):
        options = arguments[-1] if arguments and isinstance(arguments[-1], dict) else {}
        plain = [argument for argument in arguments if not isinstance(argument, dict)]
        try:
            work(kind, writer, *plain, **options)
        except (OSError, http.client.HTTPException):
            pass  # the machine is gone; what was not acknowledged is owed to nobody
        except Exception as fault:  # noqa: BLE001 - a defect of this harness must not pass for a quiet load
            self.faults.append(f"{writer}: {fault!r}")

    def _publish(self, kind, writer, topic, *, version, quality, window):
        client = Client(self._mqtt_port, f"{writer}-{self._run}", version)
        number, flight = 0, {}
        while not self._is_over.is_set():
            batch = bytearray()
            while len(flight) < window:
                number += 1
                identifier = number % 65534 + 1
                flight[identifier] = number
                payload = (f"id:{self._run}-{writer}-{number} " + "x" * (number * 37 % 300)).encode()
                if kind == "retained":
                    payload = str(self._run * RETAINED_PER_RUN + number).encode()
                batch += packets.publish(version, topic.format(number % 5), payload, quality, identifier, retain=kind == "retained")
            client.send(batch)
            for first_byte, body in client.wait_for_packets(1):
                packet = first_byte >> 4
                if packet not in (packets.PUBACK, packets.PUBREC, packets.PUBCOMP):
                    continue
                identifier = struct.unpack_from(">H", body)[0]
                if packet == packets.PUBCOMP:
                    flight.pop(identifier)
                    continue
                if packets.reason_of(body) >= 0x80:
                    self._ledger.refuse(kind)
                elif kind == "retained":
                    self._ledger.retain(topic.format(flight[identifier] % 5), self._run * RETAINED_PER_RUN + flight[identifier])
                else:
                    self._ledger.acknowledge(kind, f"{self._run}-{writer}-{flight[identifier]}")
                if packet == packets.PUBREC and packets.reason_of(body) < 0x80:
                    client.send(packets.acknowledgement(packets.PUBREL, identifier))
                else:
                    flight.pop(identifier)

    def _update_over_mqtt(self, kind, writer):
        client = Client(self._mqtt_port, f"{writer}-{self._run}")
        client.subscribe("$aws/things/+/shadow/update/accepted")
        number, waiting = 0, set()
        while not self._is_over.is_set():
            while len(waiting) < 4:
                number += 1
                name = f"{self._run}-{writer}-{number}"
                waiting.add(name)
                document = {"state": {"reported": {"run": self._run, "number": number}}, "clientToken": f"id:{name}"}
                client.send(packets.publish(5, f"$aws/things/m{number % 4}/shadow/update", json.dumps(document).encode(), 1, number % 65534 + 1))
            for first_byte, body in client.wait_for_packets(1):
                if first_byte >> 4 != packets.PUBLISH:
                    continue
                _, payload, quality, identifier = packets.read_publish(5, first_byte, body)
                if quality:
                    client.send(packets.acknowledgement(packets.PUBACK, identifier))
                # The updates of others, which come by HTTP, are accepted here as well.
                name = json.loads(payload)["clientToken"][3:]
                if name in waiting:
                    waiting.discard(name)
                    self._ledger.acknowledge(kind, name)

    def _over_http(self, kind, writer, pause):
        connection = http.client.HTTPConnection("127.0.0.1", self._http_port, timeout=PATIENCE)
        number = 0
        while not self._is_over.wait(pause):
            number += 1
            name = f"{self._run}-{writer}-{number}"
            path, body, headers, expected = REQUESTS[kind](name, number)
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == expected:
                self._ledger.acknowledge(kind, name)
            elif answer.status in (429, 503, 507) or answer.status == 500 and kind == "shadow":
                # 500 is the shadow service's own answer for what it could not store.
                self._ledger.refuse(kind)
            else:
                raise ValueError(f"{path} was answered {answer.status}: {text[:200]!r}")


REQUESTS = {
    "shadow": lambda name, number: (f"/things/h{number % 4}/shadow", {"state": {"reported": {"run": int(name.split("-")[0]), "number": number}}, "clientToken": f"id:{name}"}, {}, 200),
    "posted": lambda name, number: ("/api/v1/streams/posted/records", {"records": [{"data": f"id:{name}"}, {"data": f"beside {name}"}]}, {}, 200),
    # Every fourth fails, and becomes a dead letter.
    "invoked": lambda name, number: ("/2015-03-31/functions/note/invocations", {"name": f"id:{name}", "fails": number % 4 == 0}, {"X-Amz-Invocation-Type": "Event"}, 202),
    "thing": lambda name, number: ("/api/v1/registry/things", {"name": f"cut-{name}"}, {}, 201),
}


def wait_until(is_true, seconds, pause=0.5):
    """Whether it became true in this time."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
