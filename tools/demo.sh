#!/bin/sh
# The main job, end to end, on this machine: a province's hub, three communes and a hamlet's laptop as real
# daemons on loopback, in a temporary folder.
#
#   tools/demo.sh         builds, runs the story, stays up and says how to look around (Ctrl-C ends it)
#   tools/demo.sh --once  builds, runs the story, checks it, ends; exit status 0 when everything held
#
# DEMO_BUILD  a build folder that is already there (then nothing is installed or built)
set -eu

cd "$(dirname "$0")/.."
once=
case ${1:-} in
'') ;;
--once) once=1 ;;
*) echo "usage: tools/demo.sh [--once]" >&2; exit 2 ;;
esac

build=${DEMO_BUILD:-build}
[ -n "${DEMO_BUILD:-}" ] || { echo "== Dựng chương trình (build)"; sh tools/build.sh; }
thiduad=$(cd "$build" && pwd)/thiduad
thidua=$(cd "$build" && pwd)/thidua
plans=doc/examples
work=$(mktemp -d "${TMPDIR:-/tmp}/thidua-demo.XXXXXX")
LANG=${DEMO_LANG:-vi_VN.UTF-8} LC_ALL=
export LANG LC_ALL
unset THIDUA_SOCKET THIDUA_DATA THIDUA_OPERATOR
nodes='hub dongthanh vinhson tanlap laptop'

# --- small tools ---------------------------------------------------------------------------------

stop_all() {
    for node in $nodes; do
        [ ! -s "$work/$node.pid" ] || kill "$(cat "$work/$node.pid")" 2>/dev/null || true
    done
    for node in $nodes; do
        [ ! -s "$work/$node.pid" ] || wait_gone "$(cat "$work/$node.pid")" || true
    done
}

ended() {
    status=$?
    trap - EXIT INT TERM
    stop_all
    if [ "$status" = 0 ]; then
        rm -rf "$work"
    else
        echo "demo: a step failed; the daemons' logs and data are in $work" >&2
        for node in $nodes; do
            [ ! -s "$work/$node.log" ] || tail -n 3 "$work/$node.log" | sed "s/^/demo: $node: /" >&2
        done
    fi
    exit "$status"
}
trap ended EXIT
trap 'exit 130' INT TERM

fail() {
    echo "demo: $*" >&2
    exit 1
}

title() {
    printf '\n\033[1m== %s\033[0m\n' "$*"
}

# Wait until a command succeeds, at most about 20 seconds; it is tried, not slept for.
until_true() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || return 1
        sleep 0.05
    done
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }
wait_gone() { until_true is_gone "$1"; }

# t NODE COMMAND...: the client at one of the machines. Shown when SHOW is set.
t() {
    at=$1
    shift
    [ -z "${SHOW:-}" ] || printf '\n\033[2m%s$ thidua %s\033[0m\n' "$at" "$*"
    "$thidua" --socket "$work/$at/thiduad.sock" "$@"
}
show() { SHOW=1 t "$@"; }

is_ready() { grep -q 'event=ready' "$work/$1.log"; }

# start NODE [OPTION...]
start() {
    at=$1
    shift
    : >"$work/$at.log"
    "$thiduad" run --data "$work/$at" "$@" 2>>"$work/$at.log" &
    echo $! >"$work/$at.pid"
    until_true is_ready "$at" || fail "$at does not start"
}

stop() {
    pid=$(cat "$work/$1.pid")
    kill "$pid"
    wait_gone "$pid" || fail "$1 does not stop"
    : >"$work/$1.pid"
}

# One value out of JSON; python3 is what tools/build.sh needs anyway.
json() { python3 -c 'import json,sys
d=json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"; }

port_of() { sed -n 's/.*event=listening .*port=\([0-9]*\).*/\1/p' "$work/$1.log" | tail -n 1; }

found() { # NODE KIND-OF-NODE NAME KIND CODE
    "$thiduad" init --data "$work/$1" --node "$2" --unit-name "$3" --unit-kind "$4" --unit-code "$5"
}

# --- the story -----------------------------------------------------------------------------------

title "Phường Đông Thạnh bắt đầu một mình, chưa có mạng (a ward starts alone)"
found dongthanh commune "Phường Đông Thạnh" phường DT
start dongthanh --listen 127.0.0.1:0
inner_before=$(t dongthanh status --json | json 'sorted(s["id"] for s in d["spaces"])')
for n in 1 2 3 4 5; do t dongthanh add unit name="Tổ dân phố số $n" kind="tổ dân phố" >/dev/null; done
t dongthanh add unit name="Trường Tiểu học Đông Thạnh" kind="trường học" >/dev/null
t dongthanh add unit name="Trạm Y tế phường" kind=trạm >/dev/null
show dongthanh list unit
show dongthanh plan import --yes "$plans/ward-registration.txt"
ward=$(t dongthanh list campaign --json | json 'd["records"][0]["fields"]["code"]')

title "Gán nghĩa vụ rồi ban hành (duties are mapped by suggestion, the plan is issued)"
show dongthanh missing "$ward" --as-of 2026-04-02 || [ $? = 3 ] || fail "missing must say what is unmapped"
t dongthanh map --suggested "$ward" || [ $? = 3 ] || fail "the suggestions were not taken"
show dongthanh issue "$ward"
t dongthanh add registration campaign="$ward" unit="Tổ dân phố số 1" kind="mô hình" \
    title="Tuyến phố không rác" state=sent received_on=2026-03-20 channel=giấy >/dev/null
t dongthanh add registration campaign="$ward" unit="Tổ dân phố số 2" kind="công trình" \
    title="Vườn hoa ngõ 12" state=sent received_on=2026-03-31 channel=zalo >/dev/null

title "Tỉnh lập máy đầu mối, mời ba đơn vị (the province's hub invites)"
found hub hub "Tỉnh Hải Giang" tỉnh HG
start hub --listen 127.0.0.1:0
port=$(port_of hub)
invitation=$(t hub invite --as commune --unit-name "Phường Đông Thạnh" --unit-kind phường)
echo "$invitation"
stop dongthanh
"$thiduad" join --data "$work/dongthanh" "$invitation"
start dongthanh --listen 127.0.0.1:0
t dongthanh sync --wait 20
inner_after=$(t dongthanh status --json | json 'sorted(s["id"] for s in d["spaces"] if s["origin"] == "own")')
[ "$inner_before" = "$inner_after" ] || fail "joining changed an id"
echo "Không mã nào thay đổi khi gia nhập."

found vinhson commune "Xã Vĩnh Sơn" xã VS
"$thiduad" join --data "$work/vinhson" "$(t hub invite --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind xã)"
start vinhson
"$thiduad" join --data "$work/tanlap" "$(t hub invite --as commune --unit-name "Xã Tân Lập" --unit-kind xã)"
start tanlap
"$thiduad" join --data "$work/laptop" \
    "$(t dongthanh invite --as unit --unit-name "Tổ dân phố số 3")"
start laptop

title "Kế hoạch của tỉnh đến các xã, phường (the province's plan reaches the communes)"
t hub sync --wait 1 >/dev/null 2>&1 || true
for node in vinhson tanlap dongthanh; do t "$node" sync --wait 20 >/dev/null; done
show hub plan import --yes "$plans/province-annual.txt"
province=$(t hub list campaign --json | json '[r["fields"]["code"] for r in d["records"] if "2026" in r["title"] and r["fields"].get("issuer", "").find("HẢI GIANG") >= 0 or r["space"] == "inner" and r["fields"].get("state") == "draft"][0]')
t hub map --suggested "$province" || [ $? = 3 ] || fail "the suggestions were not taken"
show hub issue "$province"
has_plan() { t "$1" list campaign --json | grep -q 'thi đua yêu nước'; }
for node in vinhson tanlap dongthanh laptop; do
    t "$node" sync --wait 20 >/dev/null
    until_true has_plan "$node" || fail "the plan did not reach $node"
done
echo "Kế hoạch của tỉnh đã có ở cả ba xã, phường và ở máy của tổ dân phố số 3."

title "Mất mạng: các nơi vẫn làm việc (the link is down, everybody works on)"
stop hub
t vinhson plan import --yes "$plans/party-weekly.txt" >/dev/null
party=$(t vinhson list campaign --json | json '[r["fields"]["code"] for r in d["records"] if r["space"] == "inner"][0]')
for n in 1 2 3; do t vinhson add unit name="Chi bộ thôn $n" kind="chi bộ" >/dev/null; done
t vinhson map --suggested "$party" >/dev/null || [ $? = 3 ] || fail "the suggestions were not taken"
t vinhson issue "$party" >/dev/null
show laptop add registration campaign="$ward" unit="Tổ dân phố số 3" kind="mô hình" title="Ngõ sáng văn minh" \
    state=sent received_on=2026-03-30
route=$(t vinhson list report_route --json | json '[r["id"] for r in d["records"] if r["fields"].get("cadence") == "weekly"][0]')
t vinhson add report route="$route" unit="Chi bộ thôn 1" period=2026-02-19 state=sent sent_on=2026-02-19 \
    text="Đã vận động 12 hộ bàn giao mặt bằng." >/dev/null
t vinhson add report route="$route" unit="Chi bộ thôn 2" period=2026-02-19 nil=1 state=sent sent_on=2026-02-19 >/dev/null
show vinhson due "$party" --as-of 2026-02-28 || [ $? = 3 ] || fail "due"

title "Máy xã Tân Lập bị ngắt điện giữa chừng (kill -9 while writing)"
answered="$work/answered"
: >"$answered"
(
    n=0
    while n=$((n + 1)); do
        t tanlap add unit name="Thôn $n" kind=thôn >/dev/null 2>&1 || break
        echo "$n" >>"$answered"
    done
) &
loop=$!
wrote_some() { [ "$(wc -l <"$answered")" -ge 20 ]; }
until_true wrote_some || fail "nothing was written"
kill -9 "$(cat "$work/tanlap.pid")"
wait "$loop" || true
wait_gone "$(cat "$work/tanlap.pid")"
start tanlap
kept=$(t tanlap list unit --json | json 'sum(r["title"].startswith("Thôn ") for r in d["records"])')
count=$(wc -l <"$answered")
[ "$kept" -ge "$count" ] || fail "of $count answered writes only $kept are there"
t tanlap verify
echo "Đã trả lời $count lần ghi, sau khi khởi động lại còn đủ $kept: không mất gì."

title "Có mạng trở lại (the link is back)"
start hub --listen "127.0.0.1:$port"
t laptop sync --wait 20 >/dev/null
for node in dongthanh vinhson tanlap; do
    t "$node" sync --wait 20 >/dev/null || fail "$node does not sync"
done

title "Tỉnh xem: ai đã đăng ký, ai còn thiếu, báo cáo nào đến hạn, số liệu cũ đến đâu"
show hub missing "$ward" --all --as-of 2026-04-02 || [ $? = 3 ] || fail "missing"
show hub missing "$province" --as-of 2026-04-02 || [ $? = 3 ] || fail "missing"
show hub due "$party" --as-of 2026-02-28 || [ $? = 3 ] || fail "due"
show hub due "$province" --as-of 2026-07-20 || [ $? = 3 ] || fail "due"
show hub freshness
show hub peers
echo
t hub status --json | json '"\n".join("%s: %d byte đến, %d byte đi, %d lượt hỏi đáp" % (p["name"], p["bytes_in"], p["bytes_out"], p["round_trips"]) for p in d["peers"])'

title "Trạng thái giống nhau ở mọi nơi (state digests)"
same_digests() { # NODE: all spaces that it shares with the hub
    t "$1" status --json >"$work/a.json"
    t hub status --json >"$work/b.json"
    python3 - "$work/a.json" "$work/b.json" <<'P'
import json, sys
a, b = (json.load(open(f))["state_digest"] for f in sys.argv[1:3])
shared = set(a) & set(b)
sys.exit(0 if len(shared) >= 3 and all(a[s] == b[s] for s in shared) else 1)
P
}
for node in dongthanh vinhson tanlap; do
    until_true same_digests "$node" || fail "the state of $node and the hub differ"
    echo "$node = hub"
done
registered=$(t hub missing "$ward" --json --as-of 2026-04-02 |
    json 'sum(u["state"] == "registered" for c in d["campaigns"] for y in c["duties"] for u in y["units"])') || true
[ "$registered" = 3 ] || fail "the hub counts $registered registrations, not the 3 that were made"
for node in $nodes; do t "$node" verify >/dev/null || fail "verify at $node"; done
echo "Mọi nhật ký kiểm tra đúng chữ ký."

if [ -n "$once" ]; then
    title "Xong (done)"
    exit 0
fi
title "Các máy đang chạy; nhấn Ctrl-C để dừng (still running, Ctrl-C ends it)"
for node in $nodes; do
    echo "  $thidua --socket $work/$node/thiduad.sock status"
done
echo "  thử: missing, due, freshness, list unit, show campaign $ward, history campaign $ward, conflicts, doctor"
while :; do sleep 3600 & wait $!; done
