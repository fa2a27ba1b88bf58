#!/usr/bin/env python3
"""Clients that work through an upgrade of the daemon, and what became of their messages.

box-load.py DIR    until DIR/stop is there: a publisher at QoS 1 that numbers its messages, a durable session that reads them, and another that was made
                   and left at the start, and comes back at the end. Writes DIR/ready when all run. The last line says what was lost: nothing, with exit code 0.
"""
import os
import sys
import threading
import time

import paho.mqtt.client as mqtt

folder = sys.argv[1]
topic = "load/number"


def client(name):
    version = [mqtt.CallbackAPIVersion.VERSION1] if hasattr(mqtt, "CallbackAPIVersion") else []
    made = mqtt.Client(*version, client_id=name, clean_session=False)
    made.reconnect_delay_set(1, 1)
    return made


class Reader:
    """A durable session: what it got, and how often the broker did not know it any more."""

    def __init__(self, name):
        self.got = set()
        self.connects = 0
        self.forgotten = 0
        self.subscribed = threading.Event()
        self.client = client(name)
        self.client.on_connect = self.on_connect
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = lambda _client, _data, message: self.got.add(int(message.payload))

    def on_connect(self, connected, _data, flags, code):
        if code != 0:
            return
        self.connects += 1
        if not flags["session present"]:
            if self.connects > 1:
                self.forgotten += 1
            connected.subscribe(topic, 1)

    def start(self):
        self.client.connect_async("127.0.0.1", 1883, keepalive=10)
        self.client.loop_start()

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s for {what}")
        time.sleep(0.05)


present, away = Reader("load-present"), Reader("load-away")
for reader in (present, away):
    reader.start()
    wait_for("a subscription", reader.subscribed.is_set)
away.stop()

sent = []  # not acknowledged yet: number and what the client knows of it
kept = set()
publisher = client("load-publisher")
publisher.max_inflight_messages_set(20)
publisher.connect_async("127.0.0.1", 1883, keepalive=10)
publisher.loop_start()
wait_for("the publisher", publisher.is_connected)


def settle():
    """Sorts out what was acknowledged; true when nothing is open."""
    kept.update(number for number, information in sent if information.is_published())
    sent[:] = [(number, information) for number, information in sent if not information.is_published()]
    return not sent


number = 0
while not os.path.exists(os.path.join(folder, "stop")):
    settle()
    if len(sent) < 20 and publisher.is_connected():
        number += 1
        information = publisher.publish(topic, str(number), 1)
        if information.rc == mqtt.MQTT_ERR_SUCCESS:  # of the others the client does not tell when they are acknowledged
            sent.append((number, information))
    time.sleep(0.02)  # slower than a session that is away has room for (mqtt.limits: max-queued), however long the upgrade takes
    if len(kept) > 200:
        open(os.path.join(folder, "ready"), "w").close()
wait_for("the last acknowledgements", settle)
publisher.disconnect()
publisher.loop_stop()

away.start()
wait_for("what the present session was sent", lambda: kept <= present.got)
wait_for("what the session that was away was sent", lambda: kept <= away.got)
for reader in (present, away):
    reader.stop()
print(f"{len(kept)} acknowledged, lost {len(kept - present.got)} and {len(kept - away.got)}, sessions forgotten {present.forgotten + away.forgotten}, reconnected {present.connects - 1}")
sys.exit(0 if kept and not present.forgotten and not away.forgotten and present.connects > 1 else 1)
