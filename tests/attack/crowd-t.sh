#!/bin/sh
# Thousands of connections that say nothing, or say again what others said: the hub keeps a place for those that
# come for something, stays small, and what it knows of its peers does not move.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

cat >"$T/crowd.py" <<'PYTHON'
"""python3 crowd.py PORT COUNT KIND [FILE]: so many connections, from many addresses of the loopback network.
   none  says nothing      some  says the first bytes of a first message, and stops
   file  says what stands in FILE, again and again, and hangs up
Keeps COUNT attempts going round until a line comes on standard input; says how many it made."""
import resource, selectors, socket, sys
port, wanted, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
top = hard if hard != resource.RLIM_INFINITY else 65536
resource.setrlimit(resource.RLIMIT_NOFILE, (top, hard))
wanted = min(wanted, top - 64)
one_address = "one" in sys.argv
first = b"" if kind == "none" else b"\x11\xff\xff" + b"a" * 20000 if kind == "some" else open(sys.argv[4], "rb").read()
held = []
for i in range(wanted):
    s = socket.socket()
    if not one_address:
        s.bind((f"127.{i % 200 + 1}.{i // 200 % 200}.7", 0))
    s.settimeout(20)
    try:
        s.connect(("127.0.0.1", port))
        s.setblocking(False)
        if first:
            s.send(first)
    except OSError:
        pass
    held.append(s)
print(len(held), flush=True)
sys.stdin.readline()
PYTHON

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
start a
t a add unit "name=Thôn 0" kind=hamlet >"$T/out"
need "no exchange without a crowd" sync_node a
stop a
hub_pid=$(pid_of hub)

memory() { # KiB now
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$hub_pid/status"
}
descriptors() {
    ls "/proc/$hub_pid/fd" | wc -l
}

crowd() { # connections kind sentence word
    wanted=$1
    shift
    rm -f "$T/hold" "$T/crowd"
    mkfifo "$T/hold"
    before=$(memory)
    "$PYTHON" "$T/crowd.py" "$port" "$wanted" "$1" "" "$3" <"$T/hold" >"$T/crowd" 2>"$T/crowd.err" &
    pid=$!
    remember_pid $pid
    exec 7>"$T/hold"
    need "the crowd does not come" wait_for 120 test -s "$T/crowd"
    count=$(cat "$T/crowd")
    [ "$count" -ge "$wanted" ] || echo "# only $count connections: the hard limit of descriptors here"
    check "with $count connections $2 the hub answers its own people" t hub status
    open=$(descriptors)
    [ "$open" -lt 250 ]
    result $? "it has few of them open ($open descriptors)"
    at_most "which take little memory" $((($(memory) - before) / 1024)) 64
    start a 7>&-
    t a add unit "name=Thôn $1 $3" kind=hamlet >"$T/out"
    check "and a commune exchanges at once" sync_node a
    stop a
    exec 7>&-
    wait $pid
    forget_pid $pid
}
crowd 10000 none "that say nothing" many
crowd 1000 some "that say a part of a message" many
crowd 1000 none "from the commune's own network" one
lines=$(grep -c event= "$T/hub.log")
[ "$lines" -lt 1000 ]
result $? "the hub's log stays short ($lines lines)"
contains "and says what it did" "$(grep event=stranger_dropped "$T/hub.log" | tail -1)" "level=warning"

# --- what a commune said, a hundred times more, also after the hub was started again
cat >"$T/tap.py" <<'PYTHON'
"""Relay one connection to PORT and keep what the client sent: tap.py PORT FOLDER."""
import os, socket, sys, threading
listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[2] + "/port.new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename(sys.argv[2] + "/port.new", sys.argv[2] + "/port")
client, _ = listener.accept()
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def pump(source, sink, keep):
    while data := source.recv(65536):
        if keep:
            with open(sys.argv[2] + "/sent", "ab") as file:
                file.write(data)
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)
threading.Thread(target=pump, args=(server, client, False), daemon=True).start()
pump(client, server, True)
PYTHON
cat >"$T/replay.py" <<'PYTHON'
"""python3 replay.py PORT FILE: the file's bytes again, a hundred times, and wait for the end of each."""
import socket, sys
recorded = open(sys.argv[2], "rb").read()
# The first message alone: what follows it in the recording is of another session's keys.
first = recorded[: 3 + int.from_bytes(recorded[1:3], "big")]
for i in range(100):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    s.sendall(first if i % 2 else recorded)
    s.shutdown(socket.SHUT_WR)
    try:
        while s.recv(65536):
            pass
    except OSError:
        pass
PYTHON
mkdir "$T/tap"
"$PYTHON" "$T/tap.py" "$port" "$T/tap" 2>"$T/tap.log" &
tap=$!
remember_pid $tap
need "the tap does not start" wait_for 10 test -s "$T/tap/port"
start a --peer "127.0.0.1:$(cat "$T/tap/port")"
t a add unit "name=Thôn cuối" kind=hamlet >"$T/out"
check "a commune exchanges through a tap" sync_node a
stop a
has_ended() {
    [ "$(ask hub '[p["connected"] for p in d["peers"]]' peers)" = false ]
}
need "its connection does not end" wait_for 20 has_ended
facts() {
    ask hub '[{k: v for k, v in p.items() if k != "age"} for p in d["peers"]]' peers
    ask hub '[d["entries"], d["state_digest"]]' status
}
facts >"$T/before"
check "its first message said again a hundred times is answered or not" "$PYTHON" "$T/replay.py" "$port" "$T/tap/sent"
same "nothing that the hub knows of its peer has moved" "$(facts)" "$(cat "$T/before")"
stop hub
start_hub hub
"$PYTHON" "$T/replay.py" "$port" "$T/tap/sent"
same "nor does it after a new start" "$(facts)" "$(cat "$T/before")"
start a
t a add unit "name=Thôn thêm" kind=hamlet >"$T/out"
check "the true commune exchanges" sync_node a
check "hub and commune agree" converge 10 hub a
verify_all hub a

# --- one machine many times: five with the same keys, where four may be connected
stop a
for k in 1 2 3 4 5; do
    cp -r "$T/a" "$T/a$k"
    rm -f "$T/a$k"/*.sock
    start "a$k"
done
too_many() {
    grep -q "event=too_many_connections peer=\"Xã Vĩnh Sơn\"" "$T/hub.log"
}
check "one machine keeps no more connections than it needs" wait_for 30 too_many
check "and the hub answers" t hub status
finish
