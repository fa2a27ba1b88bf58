"""Strict clients of our own: what they send again, and why, is written here and nowhere else."""
import random
import select
import socket
import struct
import time

from . import packets
from .packets import MODERN


class RawClient:
    """A persistent session over connections that come and go. One thread runs it."""

    def __init__(self, port, name, version):
        self.port, self.name, self.version = port, name, version
        self.socket = None
        self.stream = packets.Stream()
        self.is_ready = False

    def connect(self):
        try:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.stream = packets.Stream()
            self.is_ready = False
            self.socket.sendall(packets.connect(self.version, self.name))
        except OSError:
            self.close()
            time.sleep(0.02)

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None
        self.is_ready = False

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.close()

    def step(self, wait=0.02):
        """Connects if need be, and handles what has come."""
        if self.socket is None:
            self.connect()
            return
        try:
            if not select.select([self.socket], [], [], wait)[0]:
                return
            received = self.socket.recv(65536)
        except OSError:
            received = b""
        if not received:
            self.close()
            return
        answers = bytearray()
        for first_byte, body in self.stream.feed(received):
            if first_byte >> 4 == packets.CONNACK:
                if body[1]:
                    self.close()
                    time.sleep(0.02)
                    return
                self.is_ready = True
                self.on_connected(body[0] == 1)
            else:
                self.on_packet(first_byte, body, answers)
        if answers and self.socket:
            self.send(answers)


class RawPublisher(RawClient):
    """Keeps `window` messages in flight. `flap`: chance, at each step, that it loses its connection."""

    def __init__(self, port, sent, version, window=10, flap=0.0):
        super().__init__(port, sent.name, version)
        self.sent, self.window, self.flap = sent, window, flap
        self.flight = {}  # identifier -> [sequence, PUBLISH, PUBREC has come], oldest first
        self.next_identifier = 1
        self.is_retiring = False
        self.retained_acknowledged = -1

    def run_once(self, may_send):
        self.step(0.005 if self.flight or may_send else 0.02)
        if not self.is_ready:
            return
        if self.flap and random.random() < self.flap:
            self.close()
            return
        batch = bytearray()
        while may_send and len(self.flight) < self.window and self.is_ready:
            identifier = self.next_identifier
            self.next_identifier = identifier % 65535 + 1
            if identifier in self.flight:
                break
            sequence = self.sent.count
            payload = self.sent.next_payload()
            data = packets.publish(self.version, self.sent.topic, payload, self.sent.quality, identifier, retain=sequence % 10 == 0)
            self.flight[identifier] = [sequence, data, False]
            batch += data
        if batch:
            self.send(batch)

    def is_done(self):
        return not self.flight

    def on_connected(self, is_present):
        again = bytearray()
        for identifier, (_, data, is_received) in list(self.flight.items()):
            if is_received and not is_present:
                del self.flight[identifier]  # acknowledged by PUBREC; the broker has forgotten the rest of the exchange
            elif is_received:
                again += packets.acknowledgement(packets.PUBREL, identifier)
            else:
                # [MQTT-4.4.0-1] in a session that is still there it is the same message again, and says so
                again += bytes([data[0] | 8]) + data[1:] if is_present else data
        if again:
            self.send(again)

    def on_packet(self, first_byte, body, answers):
        kind = first_byte >> 4
        if kind not in (packets.PUBACK, packets.PUBREC, packets.PUBCOMP):
            return
        identifier = struct.unpack_from(">H", body)[0]
        entry = self.flight.get(identifier)
        if kind == packets.PUBREC and entry and packets.reason_of(body) < 0x80:
            entry[2] = True
            self.acknowledge(entry[0])
            answers += packets.acknowledgement(packets.PUBREL, identifier)
        elif entry:
            del self.flight[identifier]
            if packets.reason_of(body) >= 0x80 and not entry[2]:
                self.sent.refused += 1
            else:
                self.acknowledge(entry[0])

    def acknowledge(self, sequence):
        self.sent.acknowledge(sequence)
        if sequence % 10 == 0:
            self.retained_acknowledged = max(self.retained_acknowledged, sequence)


class RawSubscriber(RawClient):
    """`naps`: now and then it goes away for a while, with or without saying so."""

    def __init__(self, port, received, version, naps=False):
        super().__init__(port, received.name, version)
        self.received, self.naps = received, naps
        self.held = {}  # QoS 2: identifier -> payload, until PUBREL
        self.has_session = False
        self.away_until = 0.0
        self.nap_at = time.monotonic() + 1

    def run_once(self, may_nap):
        now = time.monotonic()
        if self.naps and may_nap and self.is_ready and now > self.nap_at:
            if random.random() < 0.5:
                self.send(packets.packet(packets.DISCONNECT << 4, b""))
            self.close()
            self.away_until = now + random.uniform(0.1, 1.5)
            self.nap_at = self.away_until + random.uniform(0.3, 2)
        if self.socket is None and now < self.away_until and may_nap:
            time.sleep(0.02)
            return
        self.step()

    def on_connected(self, is_present):
        if not is_present:
            self.held.clear()
            if self.has_session:
                self.received.sessions_lost += 1
            self.send(packets.subscribe(self.version, 1, "k/#", self.received.quality))

    def on_packet(self, first_byte, body, answers):
        kind = first_byte >> 4
        if kind == packets.SUBACK:
            self.has_session = True
        elif kind == packets.PUBREL:
            identifier = struct.unpack_from(">H", body)[0]
            self.held.pop(identifier, None)
            answers += packets.acknowledgement(packets.PUBCOMP, identifier)
        elif kind == packets.PUBLISH:
            _, payload, quality, identifier = packets.read_publish(self.version, first_byte, body)
            if quality == 2:
                self.hold(identifier, payload)
                answers += packets.acknowledgement(packets.PUBREC, identifier)
            else:
                self.received.take(payload)
                if quality == 1:
                    answers += packets.acknowledgement(packets.PUBACK, identifier)

    def hold(self, identifier, payload):
        """[MQTT-4.3.3-2] until PUBREL a PUBLISH with this identifier is the same message, and not handed on again."""
        before = self.held.get(identifier)
        if before is None:
            self.held[identifier] = payload
            self.received.take(payload)
        elif before != payload:
            self.received.identifiers_reused += 1
