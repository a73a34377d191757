"""One daemon of the crash test: started, asked over its socket, killed."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

REQUEST_S = 60  # an answer that takes longer is a fault


class NoAnswer(Exception):
    """The daemon went away, or was not there: whether a change was made, nobody knows."""


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("thidua", timeout=REQUEST_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Node:
    def __init__(self, build, folder, name):
        self.build = build
        self.name = name
        self.data = os.path.join(folder, name)
        self.socket = os.path.join(folder, name + ".sock")
        self.log = os.path.join(folder, name + ".log")
        self.database = os.path.join(self.data, "thidua.db")
        self.process = None
        self.options = []
        self.doomed = False  # the next answer to a change is its last

    # --- the process ---

    def tool(self, name, *words):
        done = subprocess.run([os.path.join(self.build, name)] + list(words), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def make(self, kind, unit_name, unit_kind):
        code, text = self.tool("thiduad", "init", "--data", self.data, "--node", kind, "--unit-name", unit_name,
                               "--unit-kind", unit_kind)
        if code != 0:
            raise SystemExit("cannot make %s: %s" % (self.name, text))

    def launch(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.build, "thiduad"), "run", "--data", self.data, "--socket", self.socket]
                + self.options, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_ready(self):
        """Wait until it answers. One that ends by itself is a fault of its own."""
        deadline = time.monotonic() + REQUEST_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit("%s ended at its start with %d:\n%s"
                                 % (self.name, self.process.returncode, self.tail()))
            try:
                self.ask("GET", "/v1/status?digest=0")
                return
            except NoAnswer:
                time.sleep(0.002)
        raise SystemExit("%s does not answer:\n%s" % (self.name, self.tail()))

    def kill(self):
        """SIGKILL. Gives back whether it struck a daemon that ran or was about to end."""
        self.process.send_signal(signal.SIGKILL)
        code = self.process.wait()
        if code not in (-signal.SIGKILL, 0):
            raise SystemExit("%s ended with %d before it was killed:\n%s" % (self.name, code, self.tail()))
        return code == -signal.SIGKILL

    def wait_end(self, most_s):
        """Wait until it has ended; whether it did is for kill() to see."""
        try:
            self.process.wait(most_s)
        except subprocess.TimeoutExpired:
            pass

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def tail(self):
        with open(self.log) as log:
            return "".join(log.readlines()[-15:])

    def port(self):
        with open(self.log) as log:
            return re.findall(r"event=listening .*port=(\d+)", log.read())[-1]

    # --- requests ---

    def ask(self, method, path, body=None):
        """Status and answer; NoAnswer when the connection fails."""
        connection = Connection(self.socket)
        try:
            raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, raw)
            answer = connection.getresponse()
            status, answer = answer.status, json.loads(answer.read())
            if self.doomed and method != "GET":
                self.process.send_signal(signal.SIGKILL)
            return status, answer
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise NoAnswer(str(fault)) from fault
        finally:
            connection.close()

    def need(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status not in (200, 201):
            raise SystemExit("%s: %s %s: %d %s" % (self.name, method, path, status, answer))
        return answer

    def sync(self, wait_s):
        """Contact the hub. Gives back what is wrong, or None; not being done in time is not wrong yet."""
        status, answer = self.ask("POST", "/v1/sync", {"wait_s": wait_s})
        return None if status in (200, 503) else answer["error"]["message"]

    def digests(self):
        return self.need("GET", "/v1/status")["state_digest"]

    def records(self, kind):
        """Every living record of a type, page by page."""
        found = []
        while True:
            page = self.need("GET", "/v1/records/%s?limit=20000&offset=%d" % (kind, len(found)))["records"]
            found += page
            if len(page) < 20000:
                return found
