"""Python paho as a driver; see README.md."""
import sys
import threading
from urllib.parse import urlparse

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

client = None
waiting = {}  # message identifier to the burst that it belongs to
early = set()  # identifiers whose acknowledgement came before publish() had returned
gate = threading.Lock()
bursts = threading.Lock()


def say(*fields):
    with gate:
        sys.stdout.write("\t".join(str(field) for field in fields) + "\n")
        sys.stdout.flush()


def to_properties(text):
    if not text:
        return None
    properties = Properties(PacketTypes.PUBLISH)
    user = []
    for pair in text.split("&"):
        name, value = pair.split("=")
        if name == "content-type":
            properties.ContentType = value
        elif name == "response-topic":
            properties.ResponseTopic = value
        elif name == "correlation":
            properties.CorrelationData = value.encode()
        elif name == "expiry":
            properties.MessageExpiryInterval = int(value)
        elif name == "format":
            properties.PayloadFormatIndicator = int(value)
        else:
            user.append((name, value))
    if user:
        properties.UserProperty = user
    return properties


def from_properties(properties):
    if properties is None:
        return ""
    pairs = []
    if hasattr(properties, "ContentType"):
        pairs.append("content-type=" + properties.ContentType)
    if hasattr(properties, "ResponseTopic"):
        pairs.append("response-topic=" + properties.ResponseTopic)
    if hasattr(properties, "CorrelationData"):
        pairs.append("correlation=" + properties.CorrelationData.decode())
    if hasattr(properties, "MessageExpiryInterval"):
        pairs.append("expiry=%d" % properties.MessageExpiryInterval)
    if hasattr(properties, "PayloadFormatIndicator"):
        pairs.append("format=%d" % properties.PayloadFormatIndicator)
    if hasattr(properties, "UserProperty"):
        pairs += ["%s=%s" % pair for pair in properties.UserProperty]
    return "&".join(pairs)


class Burst:
    """Messages of one command, some of which are not acknowledged yet."""

    def __init__(self, count):
        self.count = count
        self.left = count

    def done(self):
        self.left -= 1
        if self.left == 0:
            say("published", self.count)


def on_publish(_client, _data, mid):
    with bursts:
        if mid in waiting:
            waiting.pop(mid).done()
        else:
            early.add(mid)


def on_message(_client, _data, message):
    say("message", message.topic, message.qos, int(message.retain), message.payload.decode(),
        from_properties(getattr(message, "properties", None)))


def connect(url, identifier, version, clean, expiry, ca, will):
    global client
    address = urlparse(url)
    transport = "websockets" if address.scheme in ("ws", "wss") else "tcp"
    is_modern = version == "5"
    if is_modern:
        client = mqtt.Client(identifier, protocol=mqtt.MQTTv5, transport=transport)
    else:
        client = mqtt.Client(identifier, clean_session=clean == "1", protocol=mqtt.MQTTv311, transport=transport)
    if transport == "websockets":
        client.ws_set_options(path=address.path or "/mqtt")
    if ca:
        client.tls_set(ca_certs=ca)
    if will:
        topic, qos, retain, payload = will.split(",")
        client.will_set(topic, payload, int(qos), retain == "1")
    client.max_inflight_messages_set(0)
    client.reconnect_delay_set(1, 1)

    def on_connect(_client, _data, flags, code, _properties=None):
        code = getattr(code, "value", code)
        say(*(("connected", flags["session present"]) if code == 0 else ("refused", code)))

    client.on_connect = on_connect
    client.on_disconnect = lambda _client, _data, code, _properties=None: say("lost" if getattr(code, "value", code) != 0 else "disconnected")
    client.on_subscribe = lambda _client, _data, _mid, granted, _properties=None: say("subscribed", getattr(granted[0], "value", granted[0]))
    client.on_unsubscribe = lambda *_: say("unsubscribed")
    client.on_publish = on_publish
    client.on_message = on_message
    if is_modern:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = int(expiry)
        client.connect(address.hostname, address.port, clean_start=clean == "1", properties=properties)
    else:
        client.connect(address.hostname, address.port)
    client.loop_start()


def publish(burst, topic, qos, retain, payload, properties=None):
    mid = client.publish(topic, payload, int(qos), retain, properties).mid
    with bursts:
        if mid in early:
            early.remove(mid)
            burst.done()
        else:
            waiting[mid] = burst


def many(topic, qos, first, count):
    burst = Burst(int(count))
    for number in range(int(first), int(first) + int(count)):
        publish(burst, topic, qos, False, str(number))


commands = {
    "connect": connect,
    "subscribe": lambda topic, qos: client.subscribe(topic, int(qos)),
    "unsubscribe": lambda topic: client.unsubscribe(topic),
    "publish": lambda topic, qos, retain, payload, properties: publish(Burst(1), topic, qos, retain == "1", payload, to_properties(properties)),
    "burst": many,
    "disconnect": lambda: client.disconnect(),
}

for line in sys.stdin:
    command, *fields = line.rstrip("\n").split("\t")
    commands[command](*fields)
