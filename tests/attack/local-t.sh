#!/bin/sh
# A program of this machine that wants to keep the others from the daemon, or to have it write where it must not.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node a commune "Xã Vĩnh Sơn" commune
start a
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
before=$(pid_of a)

cat >"$T/local.py" <<'PYTHON'
"""Clients that do not behave: python3 local.py SOCKET KIND [ARGUMENTS]. Says in a line what it saw."""
import json, os, select, socket, sys, time
path, kind = sys.argv[1], sys.argv[2]

def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect(path) # with a timeout it would not wait for its turn
    s.settimeout(20)
    return s

def answer(s):
    """The status of the answer, or "closed"."""
    got = b""
    try:
        while b"\r\n" not in got:
            more = s.recv(65536)
            if not more:
                break
            got += more
    except (ConnectionError, socket.timeout):
        pass
    return got.split(b" ")[1].decode() if got.startswith(b"HTTP/1.1 ") else "closed"

def post(where, body, *headers):
    head = [f"POST {where} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
    s = connect()
    try:
        s.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    except OSError:
        pass
    return answer(s)

def raw(data):
    s = connect()
    try:
        s.sendall(data)
    except OSError:
        pass
    return answer(s)

def hold(clients):
    """Say that they are there, then give each a byte now and then until told to end."""
    print(len(clients), flush=True)
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        for s in clients:
            try:
                s.send(b"x")
            except OSError:
                pass

if kind == "slow":
    clients = []
    for _ in range(300):
        clients.append(connect())
        clients[-1].send(b"POST /v1/records/unit HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{"[:len(clients)])
    hold(clients)
elif kind == "deaf":
    clients = []
    for _ in range(200):
        s = connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        for _ in range(40):
            s.send(b"GET /v1/registry HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(s)
    print(len(clients), flush=True)
    sys.stdin.readline()
elif kind == "declared":
    print(raw(b"POST /v1/records/unit HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\n{"))
elif kind == "endless":
    s = connect()
    s.sendall(b"POST /v1/import HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(3000):
            s.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
    except OSError:
        pass
    print(answer(s))
elif kind == "header":
    print(raw(b"GET /v1/status HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1000000 + b"\r\n\r\n"))
elif kind == "headers":
    print(raw(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 100000 + b"\r\n"))
elif kind == "deep":
    print(post("/v1/records/unit", b'{"set":' + b"[" * 500000 + b"]" * 500000 + b"}"))
elif kind == "utf8":
    print(post("/v1/records/unit", b'{"set": {"name": "Th\xf4n", "kind": "hamlet"}}'))
elif kind == "nul":
    print(post("/v1/backup", b'{"path": "/tmp/x\\u0000y"}'))
elif kind == "get":
    print(raw(b"GET " + sys.argv[3].encode("utf-8", "surrogateescape") + b" HTTP/1.1\r\nHost: x\r\n\r\n"))
elif kind == "backup":
    print(post("/v1/backup", json.dumps({"path": sys.argv[3], "replace": True}).encode()))
PYTHON

ask_local() {
    "$PYTHON" "$T/local.py" "$T/a.sock" "$@"
}

# --- crowds
crowd() { # kind sentence
    rm -f "$T/hold"
    mkfifo "$T/hold"
    "$PYTHON" "$T/local.py" "$T/a.sock" "$1" <"$T/hold" >"$T/crowd" 2>"$T/crowd.err" &
    pid=$!
    remember_pid $pid
    exec 7>"$T/hold"
    need "the crowd does not come" wait_for 30 test -s "$T/crowd"
    check "with $(cat "$T/crowd") clients $2 the daemon answers" t a status
    check "and writes" t a add unit "name=Thôn $1" kind=hamlet
    k=0
    while [ $k -lt 20 ] && t a list unit >"$T/out" 2>&1; do
        k=$((k + 1))
    done
    same "twenty more times" $k 20
    exec 7>&-
    wait $pid
    forget_pid $pid
}
crowd slow "that send a byte now and then"
crowd deaf "that never read their answers"
contains "it says so" "$(grep event=local_dropped "$T/a.log" | tail -1)" "level=warning"

# --- sizes
memory() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(pid_of a)/status"
}
memory_before=$(memory)
same "a body of nine gigabytes is refused by its length" "$(ask_local declared)" 413
same "a header of a megabyte is refused" "$(ask_local header)" 431
same "so are a hundred thousand headers" "$(ask_local headers)" 431
case $(ask_local endless) in
413 | closed) result 0 "a body without end is cut off" ;;
*) result 1 "a body without end is cut off" ;;
esac
at_most "which cost little memory" $((($(memory) - memory_before) / 1024)) 200

# --- forms
same "JSON half a million deep is refused" "$(ask_local deep)" 400
same "so is what is no UTF-8" "$(ask_local utf8)" 400
same "and a NUL in a path" "$(ask_local nul)" 400
same "and one in the address" "$(ask_local get '/v1/records/unit/%00')" 400
same "and bytes in it that are no text" "$(ask_local get "$(printf '/v1/records/unit/\377')")" 400
same "an address leads to no file" "$(ask_local get '/v1/../../../../etc/passwd')" 404
same "nor does a name" "$(ask_local get '/v1/records/unit/..%2F..%2Fdevice.key')" 404

# --- backups go where the owner says, but never over what the daemon lives on
cksum "$T/a/device.key" >"$T/key"
mkdir "$T/elsewhere"
ln -s "$T/a/device.key" "$T/elsewhere/link"
ln -s "$T/a" "$T/elsewhere/folder"
for path in "$T/a/device.key" "$T/a/thidua.db" "$T/a/thidua.db-wal" "$T/a/lock" "$T/elsewhere/../a/device.key" \
    "$T/elsewhere/folder/device.key" "$T/elsewhere" "$T/nowhere/backup" "backup.db" "../backup.db" "" /dev/null; do
    status=$(ask_local backup "$path")
    case $status in
    4?? | 500) result 0 "no backup is written to “$path”" ;;
    *) result 1 "no backup is written to “$path” ($status)" ;;
    esac
done
ask_local backup "$T/elsewhere/link" >"$T/out"
same "the key is what it was" "$(cksum "$T/a/device.key")" "$(cat "$T/key")"
[ -c /dev/null ]
result $? "and so is /dev/null"
check "a backup to a fair place works" t a backup "$T/elsewhere/backup.db"

same "it is still the same process" "$(pid_of a) $(is_running "$before" && echo runs)" "$before runs"
verify_all a

# --- who changes the database behind the daemon's back is found out
stop a
cat >"$T/change.py" <<'PYTHON'
"""One letter of one name, in the signed entry that wrote it: python3 change.py DATABASE."""
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
row, item = next((r, i) for r, i in db.execute("SELECT id, item FROM entry") if "Thôn 1".encode() in i)
db.execute("UPDATE entry SET item = ? WHERE id = ?", (item.replace("Thôn 1".encode(), "Thôn 9".encode()), row))
db.commit()
PYTHON
need "the entry cannot be changed" "$PYTHON" "$T/change.py" "$T/a/thidua.db"
start a
refused "a changed entry is found" 1 "entry" t a verify
finish
