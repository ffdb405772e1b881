"""The network of a run: its endpoints, its virtual phones, a webhook receiver, and the count of checks."""

import base64
import http.server
import json
import struct
import sys
import threading
import time
import traceback
import urllib.parse
import urllib.request
import zlib

ADA = "12025550143"

with open(sys.argv[1], encoding="utf-8") as file:
    ENDPOINTS = json.load(file)


def sim(method, path, body=None):
    """A call to the virtual phones."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{ENDPOINTS['sim']}/sim/{path}", data=data, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


GRAPH = sim("GET", "world")["graph"]


def inbox():
    return sim("GET", f"customers/{ADA}/inbox")


def write(message):
    """Ada writes; the message's id."""
    return sim("POST", f"customers/{ADA}/messages", message)["ids"][0]


def png():
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + b"\x40\x80\xc0" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


WEBP = base64.b64decode("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA=")
PDF = b"%PDF-1.4\n%%EOF\n"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64
MP3 = b"ID3\x03\0\0\0\0\0\0" + b"\xff\xfb\x90\0" + b"\0" * 400


class Receiver:
    """A webhook: `verify` answers the challenge, `take` gets raw body and headers."""

    def __init__(self, verify, take):
        receiver = self
        self.failures = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, text=""):
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                text, status = verify(query)
                self.answer(status, str(text))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    take(body, self.headers)
                except Exception:
                    receiver.failures.append(traceback.format_exc())
                self.answer(200)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def until(fact, what):
    """Waits for a fact, at most 20 seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = fact()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not come to this: {what}")


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, act):
        """Runs one check; what it returns, or None when it failed."""
        try:
            result = act()
            if result is False:
                raise AssertionError("it is not so")
            self.passed += 1
            return result
        except Exception:
            self.failed += 1
            print(f"FAILED {name}: {traceback.format_exc(limit=-1).strip()}", flush=True)
            return None

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)
