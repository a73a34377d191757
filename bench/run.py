"""The benchmark: a commune and a hub, joined, over tests/util/proxy. Run in the build directory.

What each figure means is described in doc/performance.md."""

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = os.getcwd()
FIRST = 10000
IDLE_MS = 600  # both sides are idle when nothing passed for so long
ROUND_TRIP_DELAY_MS = 200  # one way, where latency is measured


def tool(name):
    return os.path.join(BUILD, name)


class Proxy:
    def __init__(self, port, folder):
        self.socket = os.path.join(folder, "px%d" % port)
        self.process = subprocess.Popen(
            [tool("tests/util/proxy"), "--to", "127.0.0.1:%d" % port, "--control", self.socket],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def ask(self, *command):
        words = [str(word) for word in command]
        done = subprocess.run([tool("tests/util/proxy"), "--ask", self.socket] + words,
                              stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def cut(self):
        self.ask("cut")
        while self.ask("stats")["open"] > 0:
            time.sleep(0.01)

    def wait_idle(self):
        """Wait until bytes passed and then none for IDLE_MS."""
        deadline = time.time() + 300
        while time.time() < deadline:
            stats = self.ask("stats")
            if stats["up"] + stats["down"] > 0 and stats["idle_ms"] > IDLE_MS:
                return stats
            time.sleep(0.05)
        raise SystemExit("bench: the link never came to rest")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Node:
    def __init__(self, folder, name, kind, unit_kind):
        self.data = os.path.join(folder, name)
        self.log = os.path.join(folder, name + ".log")
        self.process = None
        self.port = None
        subprocess.run([tool("thiduad"), "init", "--data", self.data, "--node", kind, "--unit-name",
                        "Đơn vị " + name, "--unit-kind", unit_kind], check=True)

    def run(self, *options):
        self.options = options
        log = open(self.log, "w")
        self.process = subprocess.Popen([tool("thiduad"), "run", "--data", self.data] + list(options), stderr=log)
        log.close()
        for _ in range(500):
            text = open(self.log).read()
            if "event=ready" in text:
                found = re.search(r"event=listening .*port=(\d+)", text)
                self.port = int(found.group(1)) if found else None
                return
            time.sleep(0.02)
        raise SystemExit("bench: a daemon did not start; see " + self.log)

    def cli(self, *words):
        done = subprocess.run([tool("thidua"), "--data", self.data, "--json"] + [str(w) for w in words],
                              stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit("bench: thidua %s failed" % " ".join(map(str, words)))
        return json.loads(done.stdout)

    def entries(self):
        return self.cli("status")["entries"]

    def memory(self):
        text = open("/proc/%d/smaps_rollup" % self.process.pid).read()
        status = open("/proc/%d/status" % self.process.pid).read()
        field = lambda name, where: int(re.search(r"^%s:\s+(\d+) kB" % name, where, re.M).group(1))
        return {"rss_kib": field("Rss", text), "pss_kib": field("Pss", text), "anonymous_kib": field("Pss_Anon", text),
                "peak_kib": field("VmHWM", status)}

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


class Pair:
    """A hub and a commune that has joined it, and the link between them, cut."""

    def __init__(self, folder):
        os.mkdir(folder)
        self.folder = folder
        self.hub = Node(folder, "hub", "hub", "city")
        self.commune = Node(folder, "xa", "commune", "commune")
        self.hub.run("--listen", "127.0.0.1:0")
        self.proxy = Proxy(self.hub.port, folder)
        invitation = self.hub.cli("invite", "--as", "commune", "--unit-name", "Đơn vị xa", "--unit-kind",
                                  "commune")["invitation"]
        subprocess.run([tool("thiduad"), "join", "--data", self.commune.data, invitation], check=True)
        self.commune.run("--peer", "127.0.0.1:%d" % self.proxy.port)
        self.sync()
        self.proxy.wait_idle()
        self.proxy.cut()

    def sync(self):
        for _ in range(20):
            if self.commune.cli("sync", "--wait", "120").get("done", True):
                return
        raise SystemExit("bench: the daemons do not come to an end")

    def restart(self):
        self.commune.stop()
        self.commune.run(*self.commune.options)

    def exchange(self):
        """Open the link, exchange all, wait for rest, cut. One connection."""
        self.proxy.ask("reset")
        self.proxy.ask("open")
        start = time.time()
        self.sync()
        seconds = time.time() - start
        stats = self.proxy.wait_idle()
        if stats["open"] == 0 or self.commune.entries() > self.hub.entries():
            raise SystemExit("bench: not everything has arrived")
        self.proxy.cut()
        return {"bytes": stats["up"] + stats["down"], "up": stats["up"], "down": stats["down"],
                "connections": stats["connections"], "round_trips": stats["round_trips"],
                "turns": stats["turns"], "seconds": round(seconds, 3)}

    def stop(self):
        self.commune.stop()
        self.hub.stop()
        self.proxy.stop()


class Workload:
    def __init__(self, folder):
        self.folder = folder
        self.next = 0

    def take(self, count):
        path = os.path.join(self.folder, "changes-%d.jsonl" % self.next)
        with open(path, "w") as out:
            subprocess.run([tool("bench/workload"), str(self.next), str(count)], stdout=out, check=True)
        self.next += count
        return path


def mean(rows):
    keys = [key for key in rows[0] if key != "seconds"]
    result = {key: round(sum(row[key] for row in rows) / len(rows)) for key in keys}
    result["seconds"] = round(sum(row["seconds"] for row in rows) / len(rows), 3)
    result["times"] = len(rows)
    result["most_bytes"] = max(row["bytes"] for row in rows)
    return result


def measure_changes(pair, work, results):
    """A fresh connection for each; the commune works while the link is cut."""
    results["nothing"] = mean([pair.exchange() for _ in range(3)])
    for count, times in ((1, 9), (10, 5), (100, 2), (1000, 1)):
        rows = []
        for _ in range(times):
            pair.commune.cli("import", "--jsonl", work.take(count))
            rows.append(pair.exchange())
        results["changes_%d" % count] = mean(rows)


def measure_pushed(pair, work, results):
    """One change at a time over a connection that stays."""
    rows = []
    pair.proxy.ask("open")
    pair.sync()
    pair.proxy.wait_idle()
    for _ in range(5):
        pair.proxy.ask("reset")
        pair.commune.cli("import", "--jsonl", work.take(1))
        stats = pair.proxy.wait_idle()
        rows.append({"bytes": stats["up"] + stats["down"], "up": stats["up"], "down": stats["down"], "seconds": 0})
    results["pushed_1"] = mean(rows)
    pair.proxy.cut()


def measure_latency(pair, work, results):
    """How long `thidua sync` takes for one change when each way takes ROUND_TRIP_DELAY_MS."""
    pair.commune.cli("import", "--jsonl", work.take(1))
    pair.proxy.ask("delay", ROUND_TRIP_DELAY_MS)
    row = pair.exchange()
    pair.proxy.ask("delay", 0)
    results["slow_link"] = {"one_way_ms": ROUND_TRIP_DELAY_MS, "seconds": row["seconds"],
                            "round_trips_of_time": round(row["seconds"] * 1000 / (2 * ROUND_TRIP_DELAY_MS), 2)}


def measure_cut(folder, path, whole, results):
    """The first exchange again with new daemons, cut when half of its bytes have passed."""
    pair = Pair(folder)
    pair.commune.cli("import", "--jsonl", path)
    pair.proxy.ask("reset")
    pair.proxy.ask("open")
    pair.proxy.ask("cut-after", whole["bytes"] // 2)
    client = subprocess.Popen([tool("thidua"), "--data", pair.commune.data, "sync", "--wait", "30"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not pair.proxy.ask("stats")["cut"]:
        time.sleep(0.02)
    before = pair.proxy.ask("stats")
    client.terminate()
    client.wait()
    time.sleep(0.5)
    row = pair.exchange()
    total = before["up"] + before["down"] + row["bytes"]
    results["cut_half_way"] = {"bytes_before": before["up"] + before["down"], "bytes_after": row["bytes"],
                               "extra_bytes": total - whole["bytes"],
                               "extra_percent": round(100 * (total - whole["bytes"]) / whole["bytes"], 2)}
    pair.stop()


def measure_fsyncs(pair, results):
    if shutil.which("strace") is None:
        return
    path = os.path.join(pair.folder, "strace")
    trace = subprocess.Popen(["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", path, "-p",
                              str(pair.commune.process.pid)], stderr=subprocess.DEVNULL)
    time.sleep(1)
    if trace.poll() is not None:
        return
    changes = 20
    for i in range(changes):
        pair.commune.cli("add", "household", "head=Hộ %d" % i)
    trace.send_signal(signal.SIGINT)
    trace.wait()
    counts = {m.group(2): int(m.group(1)) for m in
              re.finditer(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(fsync|fdatasync)$", open(path).read(), re.M)}
    results["fsyncs_per_change"] = round(sum(counts.values()) / changes, 2)


def machine():
    model = re.search(r"model name\s*:\s*(.*)", open("/proc/cpuinfo").read())
    memory = re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read())
    return {"processor": model.group(1) if model else platform.machine(), "processors": os.cpu_count(),
            "memory_mib": int(memory.group(1)) // 1024, "system": platform.platform(terse=True),
            "file_system": subprocess.run(["stat", "-f", "-c", "%T", tempfile.gettempdir()], stdout=subprocess.PIPE,
                                          text=True).stdout.strip()}


def measure_all(folder):
    results = {"machine": machine()}
    work = Workload(folder)
    path = work.take(FIRST)
    raw = open(path, "rb").read()
    results["workload"] = {"changes": FIRST, "json_bytes": len(raw)}
    if shutil.which("xz"):
        packed = subprocess.run(["xz", "-9", "-c", path], stdout=subprocess.PIPE, check=True).stdout
        results["workload"]["xz_bytes"] = len(packed)
    pair = Pair(os.path.join(folder, "a"))
    start = time.time()
    pair.commune.cli("import", "--jsonl", path)
    results["import_s"] = round(time.time() - start, 2)
    results["first"] = pair.exchange()
    results["memory_after_first"] = {"commune": pair.commune.memory(), "hub": pair.hub.memory()}
    measure_changes(pair, work, results)
    measure_pushed(pair, work, results)
    measure_latency(pair, work, results)
    pair.restart()
    pair.exchange()
    time.sleep(2)
    results["memory_at_rest"] = {"commune": pair.commune.memory(), "entries": pair.commune.entries()}
    start = time.time()
    verified = pair.commune.cli("verify")
    results["verify"] = {"entries": verified["entries"], "entries_s": round(verified["entries"] / (time.time() - start))}
    measure_fsyncs(pair, results)
    digests = pair.commune.cli("status")["state_digest"]
    pair.exchange()
    theirs = pair.hub.cli("status")["state_digest"]
    if any(space in theirs and theirs[space] != digests[space] for space in digests):
        raise SystemExit("bench: the two do not hold the same state")
    pair.stop()
    ingest = subprocess.run([tool("bench/ingest"), pair.commune.data, folder], stdout=subprocess.PIPE, text=True,
                            check=True)
    results["ingest"] = json.loads(ingest.stdout)
    if "--quick" not in sys.argv:
        measure_cut(os.path.join(folder, "b"), path, results["first"], results)
    return results


def line(name, row):
    print("%-28s %9s %9s %9s %6s %6s %8s" % ((name,) + tuple(row)))


def report(r):
    line("exchange", ("bytes", "up", "down", "conns", "trips", "s"))
    for name, key in (("nothing to do", "nothing"), ("1 change", "changes_1"), ("10 changes", "changes_10"),
                      ("100 changes", "changes_100"), ("1,000 changes", "changes_1000"),
                      ("first %d" % FIRST, "first")):
        row = r[key]
        line(name, (row["bytes"], row["up"], row["down"], row["connections"], row["round_trips"], row["seconds"]))
    line("1 change, pushed", (r["pushed_1"]["bytes"], r["pushed_1"]["up"], r["pushed_1"]["down"], "-", "-", "-"))
    print()
    if "cut_half_way" in r:
        print("cut half way: %(extra_bytes)d bytes more (%(extra_percent).2f %%)" % r["cut_half_way"])
    print("1 change with %(one_way_ms)d ms each way: %(seconds).2f s, %(round_trips_of_time).2f round trips" % r["slow_link"])
    print("import of %d: %.2f s" % (FIRST, r["import_s"]))
    for size in (1, 100, 1000):
        row = r["ingest"]["transactions_of_%d" % size]
        print("ingest, transactions of %4d: %6.0f entries/s; plain SQLite %6.0f writes/s; ratio %.2f"
              % (size, row["ingest_entries_s"], row["plain_writes_s"], row["ratio"]))
    thousand = r["ingest"]["transactions_of_1000"]
    print("first %d on loopback: %.2f s; plain SQLite with the same rows %.2f s"
          % (FIRST, r["first"]["seconds"], thousand["plain_s"] * FIRST / thousand["entries"]))
    print("verify: %d entries/s (with the client), %.0f in process; rebuild %.0f"
          % (r["verify"]["entries_s"], r["ingest"]["verify_entries_s"], r["ingest"]["rebuild_entries_s"]))
    rest = r["memory_at_rest"]
    print("memory of the commune at rest, %d entries: RSS %.1f MiB, PSS %.1f MiB; after the first exchange: RSS %.1f MiB"
          % (rest["entries"], rest["commune"]["rss_kib"] / 1024, rest["commune"]["pss_kib"] / 1024,
             r["memory_after_first"]["commune"]["rss_kib"] / 1024))
    if "fsyncs_per_change" in r:
        print("fsyncs for each change: %.2f" % r["fsyncs_per_change"])


def main():
    folder = tempfile.mkdtemp(prefix="thidua-bench-")
    try:
        results = measure_all(folder)
    finally:
        if "--keep" not in sys.argv:
            shutil.rmtree(folder, ignore_errors=True)
    os.makedirs("bench", exist_ok=True)
    with open("bench/results.json", "w") as out:
        json.dump(results, out, indent=2)
        out.write("\n")
    report(results)


main()
