"""A daemon that only knows canned answers: HTTP over a Unix socket, for the client's tests."""
import json
import os
import socketserver
import threading


class Fake:
    """Answers `answers[(method, path)]`, a (status, JSON or bytes) pair, and keeps every request."""

    def __init__(self, path):
        self.path = path
        self.answers = {}
        self.requests = []
        fake = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while fake.one(self.rfile, self.wfile):
                    pass

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            block_on_close = False

        self.server = Server(path, Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01},
                         daemon=True).start()

    def one(self, rfile, wfile):
        line = rfile.readline().decode()
        if not line.strip():
            return False
        method, path, _ = line.split()
        headers = {}
        while True:
            line = rfile.readline().decode().strip()
            if not line:
                break
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        body = rfile.read(int(headers.get("content-length", 0)))
        self.requests.append((method, path, headers, body))
        status, answer = self.answers.get((method, path), (404, {"error": {
            "code": "not_found", "message": "the test has no answer for " + method + " " + path}}))
        if answer is None:  # break off in the middle
            wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            return False
        text = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
        wfile.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(text)) + text)
        return True

    def last(self, method=None):
        return [r for r in self.requests if method in (None, r[0])][-1]

    def body(self):
        return json.loads([r for r in self.requests if r[0] != "GET"][-1][3])

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        os.unlink(self.path)
