"""Idle streams: what 500 of them cost, and how soon a change has reached them all."""
import json
import pathlib
import selectors
import socket
import time
import urllib.request

STREAMS = 500
PER_KEY = 100  # the server's own limit
CHANGES = 20
SETTLE_S = 1


def rss_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def opened(port, secret):
    s = socket.create_connection(("127.0.0.1", port), 30)
    s.sendall(f"GET /stream HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {secret}\r\n\r\n".encode())
    seen = b""
    while b"event: open" not in seen or not seen.endswith(b"\r\n"):
        part = s.recv(65536)
        assert part, seen
        seen += part
    return s


def change(url, secret, number):
    """One closed hour more; gives its seq."""
    body = {"type": "Event", "_inspectorId": "i00000", "datetime": "2030-01-01T10:00:00Z",
            "endtime": "2030-01-01T11:00:00Z"}
    request = urllib.request.Request(
        url + "/event", json.dumps(body).encode(),
        {"Authorization": f"Bearer {secret}", "Content-Type": "application/json",
         "Idempotency-Key": f"bench-{time.time_ns()}-{number}"})
    return json.loads(urllib.request.urlopen(request).read())["seq"]


def reach(streams, seq):
    """Seconds until every stream was told of it."""
    began, waiting, seen = time.monotonic(), set(streams), {s: b"" for s in streams}
    mark = f"id: {seq}\n".encode()
    with selectors.DefaultSelector() as selector:
        for s in streams:
            selector.register(s, selectors.EVENT_READ)
        while waiting:
            for key, _ in selector.select(10):
                seen[key.fileobj] += key.fileobj.recv(65536)
                if mark in seen[key.fileobj]:
                    waiting.discard(key.fileobj)
            assert time.monotonic() - began < 30, f"{len(waiting)} streams were not told"
    return time.monotonic() - began


def measure(url, pid, secrets):
    """(KB that the streams cost, the longest and the middle time to reach all, in seconds)."""
    port = int(url.rsplit(":", 1)[1])
    change(url, secrets[0], -1)
    before = rss_kb(pid)
    streams = [opened(port, secrets[i // PER_KEY]) for i in range(STREAMS)]
    time.sleep(SETTLE_S)
    idle = rss_kb(pid) - before
    times = []
    for number in range(CHANGES):
        began = time.monotonic()
        seq = change(url, secrets[0], number)
        reach(streams, seq)
        times.append(time.monotonic() - began)
    told = rss_kb(pid) - before
    for s in streams:
        s.close()
    return max(idle, told), max(times), sorted(times)[len(times) // 2]
