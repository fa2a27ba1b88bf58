"""A disk with a write cache that a power cut empties, as a server of network block devices for qemu (NBD, fixed newstyle handshake).

What has been written stays in memory until the machine flushes. At a cut each write since the last flush is kept or lost by chance, in units of one
sector and in any combination: what a real disk or card may do, and worse than the end of qemu alone, which keeps whatever had been sent.
"""
import collections
import random
import socket
import struct
import subprocess
import threading

SECTOR = 512
BLOCK = 4096
READ, WRITE, DISCONNECT, FLUSH = range(4)
FORCE_ACCESS = 1
OPTION_MAGIC, REPLY_MAGIC = b"IHAVEOPT", 0x3E889045565A9
GO, UNSUPPORTED, ACKNOWLEDGE, INFO = 7, 0x80000001, 1, 3
FLAGS = 1 | 4 | 8  # has flags, takes FLUSH, takes FUA

Write = collections.namedtuple("Write", "offset data")


def make(path, mib):
    """An empty file system of this size."""
    with open(path, "wb") as file:
        file.truncate(mib << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", path], check=True)


class Disk:
    def __init__(self, path, socket_path):
        self._file = open(path, "r+b", buffering=0)
        self.size = self._file.seek(0, 2)
        self._pending = []  # writes since the last flush, in their order
        self._cached = {}  # block number -> its bytes as they are with them
        self.flushes = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(socket_path)
        self._listener.listen(1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def freeze(self):
        """From now on every request fails: for a cut that ends the disk, and not the kernel that writes to it."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def cut(self, chance):
        """After the machine has ended: each sector written since the last flush stays with this chance. Returns (sectors kept, sectors lost)."""
        self._thread.join(60)
        if self._thread.is_alive():
            raise RuntimeError("the disk is still in use a minute after the machine ended")
        kept = lost = 0
        for write in self._pending:
            for at in range(0, len(write.data), SECTOR):
                if random.random() < chance:
                    self._file.seek(write.offset + at)
                    self._file.write(write.data[at:at + SECTOR])
                    kept += 1
                else:
                    lost += 1
        self._listener.close()
        self._file.close()
        return kept, lost

    def _serve(self):
        self._connection, _ = self._listener.accept()
        with self._connection as connection:
            self._stream = connection.makefile("rb", buffering=1 << 20)
            self._send = connection.sendall
            try:
                self._shake_hands()
                while self._answer():
                    pass
            except (ConnectionError, struct.error):
                pass  # the machine was killed; it may have been in the middle of a request, which then was not made

    def _take(self, format_):
        return struct.unpack(format_, self._stream.read(struct.calcsize(format_)))

    def _shake_hands(self):
        self._send(b"NBDMAGIC" + OPTION_MAGIC + struct.pack(">H", 3))
        self._take(">I")
        while True:
            _, option, size = self._take(">8sII")
            data = self._stream.read(size)
            reply = struct.pack(">QI", REPLY_MAGIC, option)
            if option != GO:
                self._send(reply + struct.pack(">II", UNSUPPORTED, 0))
                continue
            name = data[4:4 + struct.unpack_from(">I", data)[0]]
            assert name == b"", name
            self._send(reply + struct.pack(">IIHQH", INFO, 12, 0, self.size, FLAGS))
            self._send(reply + struct.pack(">IIHIII", INFO, 14, 3, SECTOR, BLOCK, 1 << 25))
            self._send(reply + struct.pack(">II", ACKNOWLEDGE, 0))
            return

    def _answer(self):
        magic, flags, kind, cookie, offset, size = self._take(">IHHQQI")
        assert magic == 0x25609513, hex(magic)
        answer = b""
        if kind == READ:
            answer = self._read(offset, size)
        elif kind == WRITE:
            data = self._stream.read(size)
            if len(data) < size:
                return False
            self._write(offset, data)
            if flags & FORCE_ACCESS:
                self._flush()
        elif kind == FLUSH:
            self._flush()
        elif kind == DISCONNECT:
            return False
        self._send(struct.pack(">IIQ", 0x67446698, 0 if kind <= FLUSH else 22, cookie) + answer)
        return True

    def _block(self, number):
        if (block := self._cached.get(number)) is None:
            self._file.seek(number * BLOCK)
            block = self._file.read(BLOCK)
        return block

    def _pieces(self, offset, size):
        """Yields (block number, begin in it, end in it)."""
        end = offset + size
        while offset < end:
            begin = offset % BLOCK
            count = min(BLOCK - begin, end - offset)
            yield offset // BLOCK, begin, begin + count
            offset += count

    def _read(self, offset, size):
        return b"".join(self._block(number)[begin:end] for number, begin, end in self._pieces(offset, size))

    def _write(self, offset, data):
        self._pending.append(Write(offset, data))
        taken = 0
        for number, begin, end in self._pieces(offset, len(data)):
            block = bytearray(self._block(number))
            block[begin:end] = data[taken:taken + end - begin]
            self._cached[number] = bytes(block)
            taken += end - begin

    def _flush(self):
        for number, block in self._cached.items():
            self._file.seek(number * BLOCK)
            self._file.write(block)
        self._cached.clear()
        self._pending.clear()
        self.flushes += 1
