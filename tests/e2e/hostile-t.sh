#!/bin/sh
# Whatever a stranger sends to the listener, the hub goes on.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune

cat >"$T/stranger.py" <<'PYTHON'
"""Connections that no honest peer makes: python3 stranger.py PORT KIND."""
import os, random, socket, struct, sys
port, kind = int(sys.argv[1]), sys.argv[2]
random.seed(7)

def connect():
    return socket.create_connection(("127.0.0.1", port), 5)

def noise(n):
    return random.randbytes(n)

def ended(sock):
    """The hub closes by itself, or answers with an end: we wait a bounded time."""
    sock.settimeout(5)
    try:
        while sock.recv(65536):
            pass
    except (ConnectionError, TimeoutError, socket.timeout):
        pass

if kind == "nothing":
    for _ in range(20):
        connect().close()
elif kind == "reset":
    for _ in range(20):
        s = connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.send(noise(3))
        s.close()
elif kind == "noise":
    for size in (1, 2, 3, 15, 16, 17, 96, 97, 1000, 65535, 65536, 300000):
        s = connect()
        try:
            s.sendall(noise(size))
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        ended(s)
        s.close()
elif kind == "http":
    s = connect()
    s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    s.shutdown(socket.SHUT_WR)
    ended(s)
elif kind == "lengths":
    for head in (b"\x00", b"\xff" * 9, b"\x80" * 9, b"\xff\xff\xff\xff\x7f", b"\x01"):
        for magic in (b"", b"TDUA", b"thidua"):
            s = connect()
            try:
                s.sendall(magic + head + noise(64))
                s.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            ended(s)
            s.close()
elif kind == "many":
    held = []
    for _ in range(300):
        try:
            held.append(connect())
        except OSError:
            break
    print(len(held), flush=True)
    sys.stdin.readline()
elif kind == "replay":
    recorded = open(sys.argv[3], "rb").read()
    for cut in [len(recorded) * i // 12 for i in range(1, 13)]:
        s = connect()
        try:
            s.sendall(recorded[:cut])
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        ended(s)
        s.close()
    for _ in range(40):
        broken = bytearray(recorded)
        for _ in range(1 + random.randrange(4)):
            broken[random.randrange(len(broken))] ^= 1 << random.randrange(8)
        s = connect()
        try:
            s.sendall(broken)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        ended(s)
        s.close()
PYTHON

hub_pid=$(pid_of hub)
for kind in nothing reset noise http lengths; do
    check "connections of kind “$kind” end" timeout 60 "$PYTHON" "$T/stranger.py" "$port" $kind
    check "and the hub answers" t hub status
done

# --- what a real commune sent, cut short, changed and repeated
mkdir "$T/tap"
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
"$PYTHON" "$T/tap.py" "$port" "$T/tap" 2>"$T/tap.log" &
tap=$!
remember_pid $tap
need "the tap does not start" wait_for 10 test -s "$T/tap/port"
start a --peer "127.0.0.1:$(cat "$T/tap/port")"
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
check "a commune exchanges" sync_node a
stop a
entries=$(ask hub 'd["entries"]' status)
check "its bytes were kept ($(wc -c <"$T/tap/sent"))" test -s "$T/tap/sent"
check "cut, changed and repeated connections end" \
    timeout 60 "$PYTHON" "$T/stranger.py" "$port" replay "$T/tap/sent"
same "and write nothing" "$(ask hub 'd["entries"]' status)" "$entries"

# --- a crowd that says nothing
mkfifo "$T/hold"
"$PYTHON" "$T/stranger.py" "$port" many <"$T/hold" >"$T/crowd" &
crowd=$!
remember_pid $crowd
exec 7>"$T/hold"
need "the crowd does not come" wait_for 20 test -s "$T/crowd"
check "with $(cat "$T/crowd") silent connections the hub answers its own people" t hub status
start a 7>&-
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
check "and a commune exchanges" wait_for 40 sync_node a
exec 7>&-
wait $crowd
forget_pid $crowd
check "hub and commune agree" converge 10 hub a
same "it is still the same process" "$(pid_of hub) $(is_running "$hub_pid" && echo runs)" "$hub_pid runs"
verify_all hub a
finish
