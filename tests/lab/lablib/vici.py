"""A small VICI client: starting a program for each question would cost more than the question."""

import socket
import struct

REQUEST, RESPONSE, UNKNOWN, REGISTER, UNREGISTER, CONFIRM, EVENT_UNKNOWN, EVENT = range(8)
SECTION, END, PAIR, LIST, ITEM, LIST_END = 1, 2, 3, 4, 5, 6


class ViciError(Exception):
    pass


def encode(message):
    out = b""
    for key, value in message.items():
        name = bytes([len(key)]) + key.encode()
        if isinstance(value, dict):
            out += bytes([SECTION]) + name + encode(value) + bytes([END])
        elif isinstance(value, (list, tuple)):
            items = [str(item).encode() for item in value]
            out += bytes([LIST]) + name
            out += b"".join(bytes([ITEM]) + struct.pack(">H", len(item)) + item for item in items) + bytes([LIST_END])
        else:
            blob = value if isinstance(value, bytes) else str(value).encode()
            out += bytes([PAIR]) + name + struct.pack(">H", len(blob)) + blob
    return out


def decode(data):
    root, stack, position, items = {}, [], 0, None
    current = root

    def take(width):
        nonlocal position
        size = int.from_bytes(data[position:position + width], "big")
        position += width + size
        return data[position - size:position].decode(errors="replace")

    while position < len(data):
        kind = data[position]
        position += 1
        if kind == SECTION:
            stack.append(current)
            current = current.setdefault(take(1), {})
        elif kind == END:
            current = stack.pop()
        elif kind == PAIR:
            key = take(1)
            current[key] = take(2)
        elif kind == LIST:
            items = current.setdefault(take(1), [])
        elif kind == ITEM:
            items.append(take(2))
    return root


class Vici:
    def __init__(self, path, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))

    def close(self):
        self.socket.close()

    def _send(self, kind, name, body=b""):
        packet = bytes([kind, len(name)]) + name.encode() + body
        self.socket.sendall(struct.pack(">I", len(packet)) + packet)

    def _receive(self):
        size = struct.unpack(">I", self._exactly(4))[0]
        packet = self._exactly(size)
        return packet[0], packet[1:]

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ViciError("charon closed the connection")
            data += part
        return data

    def ask(self, command, message=None):
        self.send(command, message)
        return self.answer(command)

    def send(self, command, message=None):
        """Asks without waiting; `answer` collects."""
        self._send(REQUEST, command, encode(message or {}))

    def answer(self, command):
        kind, body = self._receive()
        if kind != RESPONSE:
            raise ViciError(f"{command}: answer of type {kind}")
        found = decode(body)
        if found.get("success") == "no":
            raise ViciError(f"{command}: {found.get('errmsg')}")
        return found

    def stream(self, command, event, message=None):
        """The events that a list command answers with."""
        self._send(REGISTER, event)
        if self._receive()[0] != CONFIRM:
            raise ViciError(f"{event}: cannot be registered")
        self.send(command, message)
        found = []
        while True:
            kind, body = self._receive()
            if kind == EVENT:
                found.append(decode(body[1 + body[0]:]))
            elif kind == RESPONSE:
                break
            else:
                raise ViciError(f"{command}: answer of type {kind}")
        self._send(UNREGISTER, event)
        self._receive()
        return found

    def sas(self):
        """All IKE SAs: [(connection name, details)]."""
        return [item for event in self.stream("list-sas", "list-sa") for item in event.items()]
