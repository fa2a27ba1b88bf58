"""Just enough of MQTT 3.1.1 and 5.0 to write and read packets byte by byte: no library decides what is sent again."""
import struct

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK = range(1, 10)
DISCONNECT = 14
MODERN = 5


def length_bytes(value):
    digits = bytearray()
    while True:
        value, digit = divmod(value, 128)
        digits.append(digit | (128 if value else 0))
        if not value:
            return bytes(digits)


def text(value):
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded


def packet(first_byte, body):
    return bytes([first_byte]) + length_bytes(len(body)) + body


def connect(version, identifier, clean=False, keep_alive=60):
    properties = b"\x05\x11" + struct.pack(">I", 0 if clean else 3600) if version == MODERN else b""
    flags = 2 if clean else 0
    return packet(0x10, text("MQTT") + bytes([version, flags]) + struct.pack(">H", keep_alive) + properties + text(identifier))


def subscribe(version, identifier, topic_filter, quality):
    properties = b"\x00" if version == MODERN else b""
    return packet(0x82, struct.pack(">H", identifier) + properties + text(topic_filter) + bytes([quality]))


def publish(version, topic, payload, quality, identifier, retain=False):
    properties = b"\x00" if version == MODERN else b""
    header = text(topic) + (struct.pack(">H", identifier) if quality else b"")
    return packet(0x30 | quality << 1 | retain, header + properties + payload)


def acknowledgement(kind, identifier):
    return bytes([kind << 4 | (2 if kind == PUBREL else 0), 2]) + struct.pack(">H", identifier)


class Stream:
    """Whole packets out of the bytes that have come."""

    def __init__(self):
        self._bytes = bytearray()

    def feed(self, received):
        """Yields (first byte, body)."""
        self._bytes += received
        at, held = 0, self._bytes
        while True:
            size, shift, position = 0, 0, at + 1
            while position < len(held):
                digit = held[position]
                size |= (digit & 127) << shift
                position += 1
                shift += 7
                if digit < 128:
                    break
            else:
                break
            if position + size > len(held):
                break
            yield held[at], bytes(held[position:position + size])
            at = position + size
        del held[:at]


def read_publish(version, first_byte, body):
    """Topic, payload, QoS, packet identifier."""
    size = struct.unpack_from(">H", body)[0]
    at, quality, identifier = 2 + size, first_byte >> 1 & 3, 0
    if quality:
        identifier = struct.unpack_from(">H", body, at)[0]
        at += 2
    if version == MODERN:
        properties, shift = 0, 0
        while True:
            digit = body[at]
            properties |= (digit & 127) << shift
            at += 1
            shift += 7
            if digit < 128:
                break
        at += properties
    return body[2:2 + size].decode(), body[at:], quality, identifier


def reason_of(body):
    """Reason code of PUBACK and its kin; success when it is left out, and in 3.1.1."""
    return body[2] if len(body) > 2 else 0
