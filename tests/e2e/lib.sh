# What the end-to-end tests share: real daemons on loopback, each test in a folder of its own, TAP.
# Sourced by tests/e2e/*-t.sh, tests/stories/*-t.sh and tools/demo.sh; POSIX sh.
#
#   T          the test's folder, removed at the end unless KEEP=1 or something failed with KEEP=failed
#   BUILD      where thiduad and thidua are (the present folder)
#   SOURCE     the source tree
# LC_MESSAGES says which language the programs speak; the locale need not be installed.
# shellcheck shell=sh

BUILD=${BUILD:-$(pwd)}
SOURCE=$(cd "${srcdir:-$BUILD/..}" && pwd)
PYTHON=${PYTHON:-python3}
[ ! -x /usr/bin/python3 ] || PYTHON=/usr/bin/python3 # a shim on the PATH takes four times as long
THIDUAD=$BUILD/thiduad
THIDUA=$BUILD/thidua
unset LC_ALL
LC_CTYPE=C.UTF-8 LC_COLLATE=C LC_MESSAGES=en_US.UTF-8
PYTHONUTF8=1
export LC_CTYPE LC_COLLATE LC_MESSAGES PYTHONUTF8
unset THIDUA_SOCKET THIDUA_DATA THIDUA_OPERATOR

tests_count=0
failures_count=0
pids=

# --- beginning and end ----------------------------------------------------------------------------

# The processes that this script started and has not seen end.
remember_pid() {
    pids="$pids $1"
}

forget_pid() {
    kept=
    for pid in $pids; do
        [ "$pid" = "$1" ] || kept="$kept $pid"
    done
    pids=$kept
}

end_all() {
    for pid in $pids; do
        kill -TERM "$pid" 2>/dev/null
    done
    for pid in $pids; do
        end_pid "$pid" 50
    done
    pids=
}

# Wait until a child has ended, at most so many tenths of a second, then kill it.
end_pid() {
    tenths=0
    while is_running "$1"; do
        tenths=$((tenths + 1))
        if [ "$tenths" -gt "$2" ]; then
            kill -KILL "$1" 2>/dev/null
            break
        fi
        sleep 0.1
    done
    wait "$1" 2>/dev/null
}

# A child that ended and was not waited for is still there for kill -0.
is_running() {
    [ -r "/proc/$1/stat" ] || { kill -0 "$1" 2>/dev/null; return; }
    case $(cat "/proc/$1/stat" 2>/dev/null) in
    '' | *') Z '*) return 1 ;;
    esac
}

at_exit() {
    status=$?
    trap - EXIT INT TERM HUP PIPE
    end_all
    [ "${at_exit_also:-}" = "" ] || $at_exit_also
    if [ "${KEEP:-}" = 1 ]; then
        echo "# kept: $T"
    else
        rm -rf "$T"
    fi
    exit "$status"
}

begin() {
    T=$(mktemp -d "${TMPDIR:-/tmp}/thidua-test.XXXXXX") || { echo "Bail out! no temporary folder"; exit 1; }
    trap at_exit EXIT
    trap 'exit 1' INT TERM HUP PIPE
    if [ ! -x "$THIDUAD" ] || [ ! -x "$THIDUA" ]; then
        echo "1..0 # SKIP thiduad and thidua are not built in $BUILD"
        exit 0
    fi
}

# The plan comes last, so that no number has to be kept in step by hand. Daemons end before, for what a
# sanitizer has to say; a build without one says nothing.
finish() {
    end_all
    if grep -l -e "Sanitizer" -e "runtime error:" -e "Assertion" "$T"/*.log >"$T/out" 2>/dev/null; then
        result 1 "no daemon broke a rule of its own"
        grep -h -A12 -e "Sanitizer" -e "runtime error:" -e "Assertion" "$T"/*.log | note
    fi
    echo "1..$tests_count"
    [ "$failures_count" = 0 ]
    exit
}

# --- results --------------------------------------------------------------------------------------

# Say the result of a check: status, sentence. While TODO says what is missing, a failure is expected, and a
# success asks for the word to go.
result() {
    tests_count=$((tests_count + 1))
    if [ -n "${TODO:-}" ]; then
        [ "$1" = 0 ] && echo "ok $tests_count - $2 # TODO $TODO" || echo "not ok $tests_count - $2 # TODO $TODO"
    elif [ "$1" = 0 ]; then
        echo "ok $tests_count - $2"
    else
        echo "not ok $tests_count - $2"
        failures_count=$((failures_count + 1))
    fi
}

skip() {
    tests_count=$((tests_count + 1))
    echo "ok $tests_count - $1 # SKIP $2"
}

note() {
    sed 's/^/#   /' | head -40
}

# The command succeeds; its output is in $T/out.
check() {
    sentence=$1
    shift
    "$@" >"$T/out" 2>"$T/err"
    status=$?
    result $status "$sentence"
    if [ $status != 0 ]; then
        echo "# $* ended with $status"
        cat "$T/out" "$T/err" | note
    fi
    return $status
}

# The command ends with this exit code, and what it says on stderr or stdout matches.
refused() { # sentence code pattern command...
    sentence=$1 code=$2 pattern=$3
    shift 3
    "$@" >"$T/out" 2>"$T/err"
    status=$?
    if [ $status = "$code" ] && cat "$T/out" "$T/err" | grep -q -e "$pattern"; then
        result 0 "$sentence"
    else
        result 1 "$sentence"
        echo "# $* ended with $status, expected $code and “$pattern”"
        cat "$T/out" "$T/err" | note
    fi
}

same() { # sentence got expected
    if [ "$2" = "$3" ]; then
        result 0 "$1"
    else
        result 1 "$1"
        printf 'got:      %s\nexpected: %s\n' "$2" "$3" | note
    fi
}

differ() { # sentence a b
    if [ "$2" != "$3" ] && [ -n "$2" ]; then
        result 0 "$1"
    else
        result 1 "$1"
        printf 'both:     %s\n' "$2" | note
    fi
}

contains() { # sentence text pattern
    if printf '%s\n' "$2" | grep -q -e "$3"; then
        result 0 "$1"
    else
        result 1 "$1"
        printf '%s\nexpected: %s\n' "$2" "$3" | note
    fi
}

# Hold a daemon's memory to a maximum; a sanitizer keeps what was freed, so it says nothing there.
at_most() { # sentence grown_mib max_mib
    if grep -q __asan_init "$THIDUAD"; then
        skip "$1" "under a sanitizer"
    else
        [ "$2" -lt "$3" ]
        result $? "$1 ($2 of $3 MiB)"
    fi
}

# Something that the rest of the test needs.
need() { # words command...
    words=$1
    shift
    "$@" >"$T/need.out" 2>"$T/need.err" && return
    echo "# $* ended with $?"
    cat "$T/need.out" "$T/need.err" | note
    for log in "$T"/*.log; do
        [ ! -e "$log" ] || { echo "# ${log##*/}:"; tail -5 "$log" | note; }
    done
    echo "Bail out! $words"
    exit 1
}

# Wait for a condition, at most so many seconds.
wait_for() { # seconds command...
    deadline=$(($(date +%s) + $1))
    shift
    until "$@" >"$T/wait.out" 2>&1; do
        [ "$(date +%s)" -le $deadline ] || return 1
        sleep 0.05
    done
}

# --- JSON -----------------------------------------------------------------------------------------

# A Python expression over the JSON on standard input, bound to `d`. Lists come out one item a line.
json() {
    "$PYTHON" -c '
import json, sys
d = json.load(sys.stdin)
v = eval(sys.argv[1])
for x in v if isinstance(v, list) else [v]:
    print(x if isinstance(x, str) else json.dumps(x, ensure_ascii=False, sort_keys=True))' "$1"
}

# --- nodes ----------------------------------------------------------------------------------------

# thidua on a node: its name, then the command's words.
t() {
    node=$1
    shift
    "$THIDUA" --socket "$T/$node.sock" "$@"
}

# An expression over the JSON answer of a command.
ask() { # node expression words...
    node=$1 expression=$2
    shift 2
    t "$node" "$@" --json | json "$expression"
}

# Make a node: its name, commune or hub, the unit's name and kind.
make_node() {
    need "cannot make $1" "$THIDUAD" init --data "$T/$1" --node "$2" --unit-name "$3" --unit-kind "$4"
}

answers() {
    t "$1" status
}

# Start a node's daemon without waiting: its name, then options of `thiduad run`.
launch() {
    node=$1
    shift
    # shellcheck disable=SC2086 # a prefix of words
    ${LAUNCH_PREFIX:-} "$THIDUAD" run --data "$T/$node" --socket "$T/$node.sock" "$@" 2>>"$T/$node.log" &
    echo $! >"$T/$node.pid"
    remember_pid $!
}

start() {
    launch "$@"
    need "$1 does not answer" wait_for 20 answers "$1"
}

# A hub listens on a port that the system chooses, and keeps it when it is started again.
start_hub() {
    node=$1
    shift
    start "$node" --listen "127.0.0.1:${port:-0}" "$@"
    port=$(port_of "$node")
}

port_of() {
    sed -n "s|^.* event=listening .* port=\([0-9]*\).*|\1|p" "$T/$1.log" | tail -1
}

pid_of() {
    cat "$T/$1.pid"
}

# Stop cleanly; the exit code is the daemon's.
stop() {
    pid=$(pid_of "$1")
    kill -TERM "$pid"
    tenths=0
    while is_running "$pid" && [ $tenths -lt 100 ]; do
        tenths=$((tenths + 1))
        sleep 0.05
    done
    is_running "$pid" && kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    status=$?
    forget_pid "$pid"
    return $status
}

stop_hard() {
    pid=$(pid_of "$1")
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    forget_pid "$pid"
}

# Invite and join: hub, new node, then the options of `thidua invite`. The new node is not started.
join_node() {
    hub=$1 new=$2
    shift 2
    t "$hub" invite "$@" >"$T/$new.invitation" 2>"$T/need.err" || need "$hub cannot invite $new" false
    need "$new cannot join" "$THIDUAD" join --data "$T/$new" "$(cat "$T/$new.invitation")"
}

# Everything that the node has for its hub is there, and back.
sync_node() {
    [ "$(ask "$1" 'd.get("done")' sync --wait 20)" = true ]
}

# --- comparing ------------------------------------------------------------------------------------

# The digests of the spaces that both nodes hold; "0 common" when there is none.
same_digests() {
    t "$1" status --json >"$T/digest.1" && t "$2" status --json >"$T/digest.2" || return 1
    "$PYTHON" -c '
import json, sys
a, b = [json.load(open(p))["state_digest"] for p in sys.argv[1:]]
common = sorted(set(a) & set(b))
for space in common:
    print(space[:12], a[space][:16], "==" if a[space] == b[space] else "!=", b[space][:16])
print(len(common), "spaces in common")
sys.exit(0 if common and all(a[s] == b[s] for s in common) else 1)' "$T/digest.1" "$T/digest.2"
}

# Both agree within so many seconds.
converge() { # seconds a b
    wait_for "$1" same_digests "$2" "$3"
}

# Every node given holds what it says it holds.
verify_all() {
    for node; do
        check "verify --rebuild finds nothing wrong at $node" t "$node" verify --rebuild
    done
}

# --- links ----------------------------------------------------------------------------------------

# A link to a node's listener that can be cut: link NAME NODE; then wire NAME COMMAND... as tests/util/proxy.c
# lists them.
link() {
    "$BUILD/tests/util/proxy" --to "127.0.0.1:$(port_of "$2")" --control "$T/$1.link" \
        </dev/null >"$T/$1.port" 2>"$T/$1.log" &
    remember_pid $!
    need "the link $1 does not start" wait_for 10 test -s "$T/$1.port"
}

link_port() {
    json 'd["port"]' <"$T/$1.port"
}

wire() {
    name=$1
    shift
    "$BUILD/tests/util/proxy" --ask "$T/$name.link" "$@"
}
