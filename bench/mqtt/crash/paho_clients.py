"""paho (Debian's python3-paho-mqtt): its QoS 2 state outlives connections, not the process.

Version 1.6.1 repeats messages by itself: `reconnect` turns "PUBREL is to be sent again" into "PUBLISH is to be sent again" when it is called a second
time because the first attempt found nobody listening. The broker has let the identifier go by then, as it must, and takes the PUBLISH for a new
message. Its log tells when it does so, and such messages are counted apart.
"""
import re
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .packets import MODERN


class PahoClient:
    """Runs paho's loop in the calling thread, and connects anew at once."""

    def __init__(self, port, name, version):
        self.port, self.version = port, version
        self.is_ready = False
        if version == MODERN:
            self.client = paho.Client(client_id=name, protocol=paho.MQTTv5)
        else:
            self.client = paho.Client(client_id=name, protocol=paho.MQTTv311, clean_session=False)
        self.client.on_connect = lambda _c, _u, flags, code, _p=None: self.note_connected(flags, code)
        self.was_tried = False

    def connect(self):
        try:
            if self.was_tried:
                self.client.reconnect()
            elif self.version == MODERN:
                properties = Properties(PacketTypes.CONNECT)
                properties.SessionExpiryInterval = 3600
                self.was_tried = True
                self.client.connect("127.0.0.1", self.port, 60, clean_start=False, properties=properties)
            else:
                self.was_tried = True
                self.client.connect("127.0.0.1", self.port, 60)
            return True
        except OSError:
            time.sleep(0.02)
            return False

    def note_connected(self, flags, code):
        if code == 0:
            self.is_ready = True
            self.on_connected(bool(flags.get("session present")))

    def on_connected(self, is_present):
        pass

    def step(self, wait):
        if self.client.socket() is None:
            self.is_ready = False
            if not self.connect():
                return
        if self.client.loop(wait) != paho.MQTT_ERR_SUCCESS:
            self.is_ready = False
            time.sleep(0.005)

    def close(self):
        self.client.disconnect()
        self.client.loop(0.05)


class PahoPublisher(PahoClient):
    def __init__(self, port, sent, version, window=10):
        super().__init__(port, sent.name, version)
        self.sent, self.window = sent, window
        self.flight = {}
        self.client.max_inflight_messages_set(window)
        self.client.on_publish = lambda _c, _u, identifier: self.on_acknowledged(identifier)
        self.released = set()
        self.client.on_log = lambda _c, _u, _level, line: self.look_at(line)

    def look_at(self, line):
        """Finds messages that are published again after their PUBREL."""
        if line.startswith("Sending PUBREL"):
            self.released.add(int(line[line.index("Mid: ") + 5:-1]))
        elif self.released and (found := re.match(r"Sending PUBLISH \(d\d, q2, r\d, m(\d+)\)", line)) and int(found[1]) in self.released:
            self.sent.repeated_by_client.add(self.flight[int(found[1])])

    def on_acknowledged(self, identifier):
        self.released.discard(identifier)
        sequence = self.flight.pop(identifier, None)
        if sequence is not None:
            self.sent.acknowledge(sequence)

    def run_once(self, may_send):
        self.step(0.005 if self.flight or may_send else 0.02)
        while may_send and self.is_ready and len(self.flight) < self.window:
            sequence = self.sent.count
            message = self.client.publish(self.sent.topic, self.sent.next_payload(), self.sent.quality)
            self.flight[message.mid] = sequence
            if message.rc != paho.MQTT_ERR_SUCCESS:
                break  # it is kept, and sent after the next CONNACK

    def is_done(self):
        return not self.flight


class PahoSubscriber(PahoClient):
    def __init__(self, port, received, version):
        super().__init__(port, received.name, version)
        self.received = received
        self.has_session = False
        self.client.on_message = lambda _c, _u, message: received.take(message.payload)
        self.client.on_subscribe = lambda *_: self.note_subscribed()

    def note_subscribed(self):
        self.has_session = True

    def on_connected(self, is_present):
        if not is_present:
            if self.has_session:
                self.received.sessions_lost += 1
            self.client.subscribe("k/#", self.received.quality)

    def run_once(self, _):
        self.step(0.02)
