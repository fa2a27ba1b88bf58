"""libmosquitto (Debian's libmosquitto1), by ctypes. A subscriber is made for QoS 1 only: at QoS 2 version 2.0.11 loses a message whose PUBCOMP
it cannot send."""
import ctypes
import time

from .packets import MODERN

PROTOCOL_VERSION, SESSION_EXPIRY = 1, 17
NO_CONNECTION = 4

library = ctypes.CDLL("libmosquitto.so.1")
library.mosquitto_new.restype = ctypes.c_void_p
library.mosquitto_property_add_int32.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
CONNECT_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
PUBLISH_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
MESSAGE_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
library.mosquitto_lib_init()


class Message(ctypes.Structure):
    _fields_ = [("mid", ctypes.c_int), ("topic", ctypes.c_char_p), ("payload", ctypes.c_void_p), ("payloadlen", ctypes.c_int),
                ("qos", ctypes.c_int), ("retain", ctypes.c_bool)]


class LibmosquittoClient:
    """Runs the library's loop in the calling thread, and connects anew at once."""

    def __init__(self, port, name, version):
        self.port, self.version = port, version
        self.is_ready = self.was_tried = self.is_open = False
        self.handle = ctypes.c_void_p(library.mosquitto_new(name.encode(), False, None))
        if version == MODERN:
            library.mosquitto_int_option(self.handle, PROTOCOL_VERSION, 5)
        self._on_connect = CONNECT_CALLBACK(lambda _h, _o, code, flags: self.note_connected(code, flags))
        library.mosquitto_connect_with_flags_callback_set(self.handle, self._on_connect)

    def connect(self):
        if self.was_tried:
            result = library.mosquitto_reconnect(self.handle)
        else:
            self.was_tried = True
            properties = ctypes.c_void_p()
            if self.version == MODERN:
                library.mosquitto_property_add_int32(ctypes.byref(properties), SESSION_EXPIRY, 3600)
            result = library.mosquitto_connect_bind_v5(self.handle, b"127.0.0.1", self.port, 60, None, properties)
        self.is_open = result == 0
        if not self.is_open:
            time.sleep(0.02)

    def note_connected(self, code, flags):
        if code == 0:
            self.is_ready = True
            self.on_connected(bool(flags & 1))

    def on_connected(self, is_present):
        pass

    def step(self, wait_milliseconds):
        if not self.is_open:
            self.connect()
        elif library.mosquitto_loop(self.handle, wait_milliseconds, 1) != 0:
            self.is_open = self.is_ready = False
            time.sleep(0.005)

    def close(self):
        library.mosquitto_disconnect(self.handle)
        library.mosquitto_loop(self.handle, 50, 1)


class LibmosquittoPublisher(LibmosquittoClient):
    def __init__(self, port, sent, version, window=10):
        super().__init__(port, sent.name, version)
        self.sent, self.window = sent, window
        self.flight = {}
        library.mosquitto_max_inflight_messages_set(self.handle, window)
        self._on_publish = PUBLISH_CALLBACK(lambda _h, _o, identifier: self.on_acknowledged(identifier))
        library.mosquitto_publish_callback_set(self.handle, self._on_publish)

    def on_acknowledged(self, identifier):
        sequence = self.flight.pop(identifier, None)
        if sequence is not None:
            self.sent.acknowledge(sequence)

    def run_once(self, may_send):
        self.step(5 if self.flight or may_send else 20)
        while may_send and self.is_ready and len(self.flight) < self.window:
            sequence = self.sent.count
            payload = self.sent.next_payload()
            identifier = ctypes.c_int()
            result = library.mosquitto_publish(
                self.handle, ctypes.byref(identifier), self.sent.topic.encode(), len(payload), payload, self.sent.quality, False)
            self.flight[identifier.value] = sequence
            if result != 0:
                break  # it is kept, and sent after the next CONNACK

    def is_done(self):
        return not self.flight


class LibmosquittoSubscriber(LibmosquittoClient):
    def __init__(self, port, received, version):
        super().__init__(port, received.name, version)
        self.received = received
        self.has_session = False
        self._on_message = MESSAGE_CALLBACK(lambda _h, _o, message: self.take(message))
        library.mosquitto_message_callback_set(self.handle, self._on_message)
        self._on_subscribe = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)(
            lambda *_: self.note_subscribed())
        library.mosquitto_subscribe_callback_set(self.handle, self._on_subscribe)

    def take(self, pointer):
        message = ctypes.cast(pointer, ctypes.POINTER(Message)).contents
        self.received.take(ctypes.string_at(message.payload, message.payloadlen))

    def note_subscribed(self):
        self.has_session = True

    def on_connected(self, is_present):
        if not is_present:
            if self.has_session:
                self.received.sessions_lost += 1
            library.mosquitto_subscribe(self.handle, None, b"k/#", self.received.quality)

    def run_once(self, _):
        self.step(20)
