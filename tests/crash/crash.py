"""Real daemons, killed at random moments under load; see README.md. Run in the build directory:

    crash.py [--crashes N] [--seed S] [--every N] [--tap] [--keep]
"""
import argparse
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import ledger  # noqa: E402
import node  # noqa: E402

WRITERS_EACH = 2
AGREE_S = 120
WAIT_S = 5


class Crash:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.random = random.Random(options.seed)
        self.gate = threading.Event()
        self.writers = []
        self.kills = 0
        self.moments = {}
        self.wrong = []
        self.nodes = []

    # --- preparing ---

    def prepare(self):
        build = os.getcwd()
        self.hub = node.Node(build, self.folder, "hub")
        self.hub.make("hub", "Tỉnh Hải Giang", "province")
        self.hub.options = ["--listen", "127.0.0.1:0"]
        self.nodes.append(self.hub)
        self.hub.launch()
        self.hub.wait_ready()
        self.hub.options = ["--listen", "127.0.0.1:" + self.hub.port()]
        for name, unit in (("a", "Xã Vĩnh Sơn"), ("b", "Phường Đông Thạnh")):
            self.add_commune(build, name, unit)
        campaign = self.hub.need("POST", "/v1/records/campaign",
                                 {"set": {"title": "Thi đua yêu nước", "period_from": "2026-01-01"}})
        issued = self.hub.need("POST", "/v1/issue", {"campaign": campaign["id"]})["campaign"]["id"]
        for target in self.nodes:
            for k in range(WRITERS_EACH):
                seed = self.random.getrandbits(32)
                self.writers.append(ledger.Writer(target, "%s%d" % (target.name, k), seed, self.gate,
                                                  issued if target is self.hub else None))
        for writer in self.writers:
            writer.start()

    def add_commune(self, build, name, unit):
        commune = node.Node(build, self.folder, name)
        invitation = self.hub.need("POST", "/v1/invitations", {"as": "commune", "unit_name": unit,
                                                               "unit_kind": "commune"})["invitation"]
        code, text = commune.tool("thiduad", "join", "--data", commune.data, invitation)
        if code != 0:
            raise SystemExit("%s cannot join: %s" % (name, text))
        commune.options = ["--peer", self.hub.options[1]]
        self.nodes.append(commune)
        commune.launch()
        commune.wait_ready()

    # --- moments ---

    def pause(self, most_s):
        time.sleep(self.random.random() * most_s)

    def under_load(self, target):
        self.pause(0.25)
        return target.kill()

    def on_answer(self, target):
        """The tightest of all: nothing happens between the answer and the end."""
        self.pause(0.1)
        target.doomed = True
        target.wait_end(WAIT_S)
        struck = target.kill()
        target.doomed = False
        return struck

    def at_start(self, target):
        target.kill()
        self.kills += 1
        target.launch()
        self.pause(0.08)
        return target.kill()

    def at_stop(self, target):
        self.pause(0.1)
        target.terminate()
        self.pause(0.02)
        return target.kill()

    def in_request(self, target, asked, path, body):
        """Kill while a request is under way that takes a while."""
        def ask():
            try:
                asked.ask("POST", path, body)
            except node.NoAnswer:
                pass
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        self.pause(0.06)
        struck = target.kill()
        thread.join()
        return struck

    def in_backup(self, target):
        path = os.path.join(self.folder, target.name + ".backup")
        struck = self.in_request(target, target, "/v1/backup", {"path": path, "replace": True})
        self.check_backup(target, path)
        return struck

    def in_sync(self, target):
        asked = target if target is not self.hub else self.random.choice(self.nodes[1:])
        return self.in_request(target, asked, "/v1/sync", {"wait_s": 2})

    def in_checkpoint(self, target):
        """The database file itself is written at a checkpoint only; wait for that, with large notes."""
        mine = [writer for writer in self.writers if writer.target is target]
        before = os.stat(target.database).st_mtime_ns
        for writer in mine:
            writer.heavy = True
        deadline = time.monotonic() + WAIT_S
        while os.stat(target.database).st_mtime_ns == before and time.monotonic() < deadline:
            time.sleep(0.0003)
        met = os.stat(target.database).st_mtime_ns != before
        self.pause(0.004)
        struck = target.kill()
        for writer in mine:
            writer.heavy = False
        self.moments["in_checkpoint, met"] = self.moments.get("in_checkpoint, met", 0) + met
        return struck

    # with their weights
    MOMENTS = ((under_load, 35), (on_answer, 15), (at_start, 8), (at_stop, 10), (in_backup, 10), (in_sync, 15),
               (in_checkpoint, 7))

    def strike(self):
        target = self.random.choice(self.nodes)
        moment = self.random.choices([m for m, _ in self.MOMENTS], [weight for _, weight in self.MOMENTS])[0]
        name = moment.__name__
        self.moments[name] = self.moments.get(name, 0) + 1
        self.kills += moment(self, target)
        target.launch()
        target.wait_ready()
        for writer in self.writers:
            if writer.fault:
                raise SystemExit("a write failed: " + writer.fault)

    # --- checking ---

    def complain(self, text):
        self.wrong.append(text)
        print("# WRONG: " + text, flush=True)

    def check_database(self, path, words):
        try:
            with_file = sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=30)
            said = with_file.execute("PRAGMA integrity_check").fetchone()[0]
            with_file.close()
        except sqlite3.Error as fault:
            said = str(fault)
        if said != "ok":
            self.complain("%s: %s" % (words, said))

    def check_backup(self, target, path):
        """One that was published is whole; what was not goes with its temporary name."""
        if os.path.exists(path):
            self.check_database(path, "a backup of " + target.name)
        for name in os.listdir(self.folder):
            if name.startswith(target.name + ".backup."):
                os.unlink(os.path.join(self.folder, name))

    def agree(self):
        """Wait until hub and communes have the same in every space that they share."""
        deadline = time.monotonic() + AGREE_S
        while True:
            for commune in self.nodes[1:]:
                refused = commune.sync(20)
                if refused:
                    self.complain("%s does not sync: %s" % (commune.name, refused))
                    return
            hub = self.hub.digests()
            different = []
            for commune in self.nodes[1:]:
                theirs = commune.digests()
                common = set(hub) & set(theirs)
                different += [(commune.name, s[:12]) for s in common if hub[s] != theirs[s]]
                if len(common) < 3:
                    different.append((commune.name, "%d spaces in common" % len(common)))
            if not different:
                return
            if time.monotonic() > deadline:
                self.complain("after %d s not equal: %s" % (AGREE_S, different))
                return

    def check_ledger(self, target, writers):
        for fault in ledger.compare(target, writers):
            self.complain(fault)

    def check(self):
        self.gate.clear()
        for writer in self.writers:
            writer.idle.wait()
        # before a peer can give back what was lost
        for target in self.nodes:
            self.check_ledger(target, [writer for writer in self.writers if writer.target is target])
        self.agree()
        self.check_ledger(self.hub, self.writers)
        for target in self.nodes:
            self.check_database(target.database, target.name)
            status = target.need("GET", "/v1/status?digest=0")
            if status["held"] + status["set_aside"] + status["conflicts"] != 0:
                self.complain("%s: held %d, set aside %d, in conflict %d"
                              % (target.name, status["held"], status["set_aside"], status["conflicts"]))
            for words in (["verify"], ["verify", "--rebuild"]):
                code, text = target.tool("thidua", "--socket", target.socket, *words)
                if code != 0:
                    self.complain("%s: thidua %s: %s" % (target.name, " ".join(words), text))
            with open(target.log) as log:
                text = log.read()
            for sign in ("database_behind", "database_moved", "Sanitizer", "runtime error:", "Assertion"):
                if sign in text:
                    self.complain("%s: its log says %s" % (target.name, sign))

    def acknowledged(self):
        return sum(writer.acknowledged for writer in self.writers)

    def run(self):
        self.prepare()
        checked_at = 0
        self.gate.set()
        while self.kills < self.options.crashes and not self.wrong:
            self.strike()
            if self.kills - checked_at >= self.options.every or self.kills >= self.options.crashes:
                checked_at = self.kills
                self.check()
                print("# %d kills, %d acknowledged changes, %d wrong"
                      % (self.kills, self.acknowledged(), len(self.wrong)), flush=True)
                self.gate.set()
        return not self.wrong

    def end(self):
        for writer in self.writers:
            writer.ended = True
        self.gate.set()
        for target in self.nodes:
            target.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crashes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--every", type=int, default=25, help="check after so many kills")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().getrandbits(31)
    folder = tempfile.mkdtemp(prefix="thidua-crash.")
    crash = Crash(options, folder)
    print("# seed %d, folder %s" % (options.seed, folder), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    good = False
    try:
        good = crash.run()
    except (SystemExit, node.NoAnswer) as fault:
        crash.complain(repr(fault.code if isinstance(fault, SystemExit) else fault))
    finally:
        crash.end()
        if good and not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print("# kept: " + folder)
    print("# moments: " + ", ".join("%s %d" % pair for pair in sorted(crash.moments.items())))
    lost = sum("acknowledged, and is not" in text or "has note" in text or "was deleted" in text
               for text in crash.wrong)
    last = "%d kills, %d acknowledged changes, %d lost, %d other faults" % (
        crash.kills, crash.acknowledged(), lost, len(crash.wrong) - lost)
    if options.tap:
        print("%s 1 - what was answered is there after every kill (%s)\n1..1" % ("ok" if good else "not ok", last))
    else:
        print(last)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
