"""A name server for one name, since services find their store by name wherever they are deployed."""
import random
import socket
import socketserver
import struct
import threading

A, IN = 1, 1


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        question, sock = self.request
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1:at + 1 + length].decode().lower())
            at += 1 + length
        kind, _ = struct.unpack("!HH", question[at + 1:at + 5])
        known = ".".join(labels) == self.server.name
        answers = int(known and kind == A)
        head = question[:2] + struct.pack("!HHHHH", 0x8580 if known else 0x8583, 1, answers, 0, 0)
        record = struct.pack("!HHHIH4s", 0xC00C, A, IN, 1, 4, socket.inet_aton("127.0.0.1"))
        sock.sendto(head + question[12:at + 5] + record * answers, self.client_address)


class Names(socketserver.ThreadingUDPServer):
    """Says that `name` is 127.0.0.1, at an address of its own: resolv.conf cannot name a port."""

    daemon_threads = True

    def __init__(self, name):
        self.name = name
        for left in reversed(range(100)):
            address = f"127.{random.randint(64, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
            try:
                super().__init__((address, 53), Handler)
                break
            except OSError:
                if not left:
                    raise
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()
