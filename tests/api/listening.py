"""A client of /stream: bytes as they come, taken apart into events."""
import json, select, socket, time

from harness import PATIENCE_S, Differs, check


class Ended(Exception):
    """The server ended the stream, well."""


class Event:
    def __init__(self, block):
        self.name, self.id, self.text, self.comment = None, None, None, None
        for line in block.split("\n"):
            if line.startswith(":"):
                self.comment = line[1:].strip()
                continue
            name, _, value = line.partition(": ")
            if name == "event":
                self.name = value
            elif name == "id":
                self.id = int(value)
            elif name == "data":
                self.text = value

    @property
    def json(self):
        return json.loads(self.text)


class Stream:
    """Open until close(); `id` is the last that was told, as a browser keeps it."""

    def __init__(self, port, secret, id=None, target="/stream", receive_bytes=None):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(("127.0.0.1", port))
        last = [] if id is None else [f"Last-Event-ID: {id}"]
        lines = [f"GET {target} HTTP/1.1", "Host: t", f"Authorization: Bearer {secret}", *last]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.raw, self.text, self.id, self.has_ended = b"", "", id, False
        self.status = None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _more(self):
        part = self.socket.recv(65536)
        if not part:
            raise Differs("the connection ended in the midst of a stream")
        self.raw += part

    def head(self):
        """Status, and the body of an answer that is no stream."""
        while b"\r\n\r\n" not in self.raw:
            self._more()
        head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status == 200:
            return self.status, None
        length = int(head.lower().split(b"content-length: ")[1].split()[0])
        while len(self.raw) < length:
            self._more()
        return self.status, json.loads(self.raw)

    def _chunks(self):
        """What is complete of the chunked body moves into text."""
        while b"\r\n" in self.raw and not self.has_ended:
            size, rest = self.raw.split(b"\r\n", 1)
            n = int(size, 16)
            if len(rest) < n + 2:
                return
            self.text += rest[:n].decode()
            self.raw = rest[n + 2:]
            self.has_ended = n == 0

    def next(self, within=PATIENCE_S):
        """The next block, comments too; None when none came in time."""
        if self.status is None:
            status, problem = self.head()
            check(status == 200, f"{status} instead of a stream: {problem}")
        end = time.monotonic() + within
        while "\n\n" not in self.text:
            self._chunks()
            if "\n\n" in self.text:
                break
            if self.has_ended:
                raise Ended()
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            self._more()
        block, self.text = self.text.split("\n\n", 1)
        event = Event(block)
        if event.id is not None:
            self.id = event.id
        return event

    def event(self, name, within=PATIENCE_S):
        """The next that has a name, which must be this one."""
        end = time.monotonic() + within
        while True:
            event = self.next(max(0, end - time.monotonic()))
            check(event is not None, f"no {name} within {within} s")
            if event.name is not None:
                check(event.name == name, f"{event.name} {event.text} instead of {name}")
                return event

    def quiet(self, seconds):
        """Nothing with a name comes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            event = self.next(left)
            check(event is None or event.name is None, f"{event and event.name} came")
