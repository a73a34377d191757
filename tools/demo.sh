#!/bin/sh
# thidua on one machine: a hub, three communes and a field laptop, on loopback, in a temporary folder.
#
#   tools/demo.sh           builds, shows what thidua does, then stays up to be looked around; Ctrl-C ends it
#   tools/demo.sh --once    builds, shows, checks and ends; exit 0 when everything was as it should be
#
# LANG=en_US.UTF-8 tells it in English. KEEP=1 keeps the folder. Needs no network.
set -u

once=
case ${1:-} in
'') ;;
--once) once=1 ;;
*)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

cd "$(dirname "$0")/.." || exit 1
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
en*) language='en' ;;
*) language='vi' ;;
esac

# --- telling --------------------------------------------------------------------------------------

if [ -t 1 ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') green=$(printf '\033[32m') red=$(printf '\033[31m')
    plain=$(printf '\033[0m')
else
    bold='' dim='' green='' red='' plain=''
fi

heading() { # number english vietnamese
    printf '\n%s== %s. %s — %s%s\n' "$bold" "$1" "$2" "$3" "$plain"
}

say() { # vietnamese english
    if [ $language = vi ]; then printf '   %s\n' "$1"; else printf '   %s\n' "$2"; fi
}

good() {
    printf '   %s✓%s ' "$green" "$plain"
    if [ $language = vi ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi
}

# Everything that goes wrong comes here.
fail() { # vietnamese english
    printf '\n%s✗ ' "$red" >&2
    if [ $language = vi ]; then printf '%s' "$1" >&2; else printf '%s' "$2" >&2; fi
    printf '%s\n' "$plain" >&2
    [ ! -s "$T/last" ] || sed 's/^/     /' "$T/last" | tail -15 >&2
    KEEP=1
    if [ $language = vi ]; then
        printf '   Nhật ký của từng máy: %s/*.log\n' "$T" >&2
    else
        printf '   The logs of the machines: %s/*.log\n' "$T" >&2
    fi
    exit 1
}

# --- beginning ------------------------------------------------------------------------------------

heading 0 "Build" "Biên dịch"
echo "   tools/build.sh …"
tools/build.sh || {
    echo "demo.sh: the build failed" >&2
    exit 1
}
BUILD=$(cd "${BUILD:-build}" && pwd)
srcdir=$(pwd)
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
LC_MESSAGES=$([ $language = vi ] && echo vi_VN.UTF-8 || echo en_US.UTF-8)
T=$(mktemp -d "${TMPDIR:-/tmp}/thidua-demo.XXXXXX") || exit 1
: >"$T/last"
ended() {
    [ "${KEEP:-}" = 1 ] && echo
}
at_exit_also=ended
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A step that has to succeed, quietly.
must() { # command...
    "$@" >"$T/last" 2>&1 || fail "Bước này không thành: $*" "This step failed: $*"
}

need() { # as lib.sh calls it
    shift
    must "$@"
}

# A command as a person types it, and what it answers.
show() { # lines-at-most node words...
    most=$1 node=$2
    shift 2
    printf '   %s%s $ thidua' "$dim" "$node"
    for word; do
        case $word in
        *' '*) printf ' "%s"' "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '%s\n' "$plain"
    t "$node" "$@" >"$T/last" 2>&1 || fail "Lệnh này không thành." "This command failed."
    head -n "$most" "$T/last" | sed 's/^/     /'
    [ "$(wc -l <"$T/last")" -le "$most" ] || echo "     …"
}

# A value that has to be what we say it is.
expect() { # vietnamese english got expected
    if [ "$3" = "$4" ]; then
        good "$1" "$2"
    else
        printf 'got “%s”, expected “%s”\n' "$3" "$4" >"$T/last"
        fail "Không đúng: $1" "Not so: $2"
    fi
}

add_units() { # node, lines "kind|name" on standard input
    while IFS='|' read -r kind name; do
        printf '{"ops":[{"op":"put","record":"unit","key":"%s","set":{"name":"%s","kind":"%s"}}]}\n' \
            "$name" "$name" "$kind"
    done >"$T/units.jsonl"
    must t "$1" import --jsonl "$T/units.jsonl"
}

issued() { # node, a word of the title
    ask "$1" "[r['id'] for r in d['records'] if r['fields'].get('state') == 'issued' and '$2' in r['title']][0]" \
        list campaign
}

knows_plan() {
    issued "$1" "sạch rác"
}

started=$(date +%s)

# --- 1 --------------------------------------------------------------------------------------------

heading 1 "A ward alone" "Một phường làm việc một mình"
say "Phường Đông Thạnh cài máy sáng nay. Chưa có mạng, chưa biết máy tỉnh ở đâu." \
    "Đông Thạnh ward set its machine up this morning: no network, no hub yet."
make_node dong-thanh commune "Phường Đông Thạnh" ward
start dong-thanh --listen 127.0.0.1:0
ward_port=$(port_of dong-thanh)
add_units dong-thanh <<'UNITS'
residential_group|Tổ dân phố 1
residential_group|Tổ dân phố 2
residential_group|Tổ dân phố 3
residential_group|Tổ dân phố 4
school|Trường Tiểu học Bến Sỏi
station|Trạm Y tế phường
UNITS
good "6 đơn vị đã nhập" "6 units are entered"
say "Kế hoạch của phường là một tệp văn bản; máy đọc ra nội dung, hạn, chỉ tiêu, nơi nhận:" \
    "The ward's plan is a text; the machine reads contents, deadlines, targets, recipients out of it:"
show 14 dong-thanh plan import --yes doc/examples/ward-registration.txt
say "Mỗi yêu cầu được gán cho đơn vị một lần; máy gợi ý, người quyết định." \
    "Each duty is mapped to units once; the machine suggests, a person decides."
draft=$(ask dong-thanh '[r["id"] for r in d["records"]][0]' list campaign)
t dong-thanh map "$draft" --json 2>"$T/last" |
    json '[y["id"] + " " + y["kind"] for x in d["campaigns"] for y in x["duties"]]' >"$T/duties"
while read -r duty kind; do
    if [ "$kind" = obligation ]; then
        must t dong-thanh map "$duty" "Tổ dân phố 1" "Tổ dân phố 2" "Tổ dân phố 3" "Tổ dân phố 4" \
            "Trường Tiểu học Bến Sỏi" "Trạm Y tế phường"
    else
        must t dong-thanh map --none "$duty"
    fi
done <"$T/duties"
show 3 dong-thanh issue "$draft"
own=$(issued dong-thanh "15 năm")
show 2 dong-thanh add registration "campaign=$own" "unit=Tổ dân phố 1" kind=model "title=Ngõ hoa" \
    channel=paper received_on=20/3/2026
show 2 dong-thanh add registration "campaign=$own" "unit=Tổ dân phố 2" kind=work \
    "title=Sân chơi cho trẻ" channel=phone "informant=bác Tám" received_on=21/3/2026
show 16 dong-thanh missing "$own" --as-of 25/3/2026
ids=$(ask dong-thanh '[r["id"] + r["title"] for r in d["records"]]' list unit)

# --- 2 --------------------------------------------------------------------------------------------

heading 2 "The hub, and joining it" "Máy tỉnh, và gia nhập"
make_node tinh hub "Tỉnh Hải Giang" province
start_hub tinh
link duong-truyen tinh
uplink=127.0.0.1:$(link_port duong-truyen)
say "Tỉnh gửi mỗi xã, phường một dòng lời mời." "The province sends each commune an invitation, one line:"
must t tinh invite --as commune --unit-name "Phường Đông Thạnh" --unit-kind ward
cp "$T/last" "$T/invitation"
printf '     %s…\n' "$(cut -c1-68 "$T/invitation")"
stop dong-thanh
must "$THIDUAD" join --data "$T/dong-thanh" "$(cat "$T/invitation")"
start dong-thanh --listen "127.0.0.1:$ward_port" --peer "$uplink"
expect "Phường Đông Thạnh gia nhập; không mã số nào của phường thay đổi" \
    "The ward joins; none of its ids changes" \
    "$(ask dong-thanh '[r["id"] + r["title"] for r in d["records"]]' list unit)" "$ids"
join_node tinh vinh-son --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
join_node tinh hoa-an --as commune --unit-name "Xã Hòa An" --unit-kind commune
start vinh-son --peer "$uplink"
start hoa-an --peer "$uplink"
good "Xã Vĩnh Sơn và xã Hòa An bắt đầu từ lời mời" "Two communes begin from their invitations"
join_node dong-thanh to-3 --as unit --unit-name "Tổ dân phố 3"
start to-3
good "Máy xách tay của Tổ dân phố 3 gia nhập phường" "The laptop of a residential group joins the ward"
for node in dong-thanh vinh-son hoa-an to-3; do
    must wait_for 20 sync_node $node
done

# --- 3 --------------------------------------------------------------------------------------------

heading 3 "A plan of the province" "Kế hoạch của tỉnh"
must t tinh plan import --yes doc/examples/province-peak.txt
draft=$(ask tinh '[r["id"] for r in d["records"] if r["fields"].get("state") == "draft" and "sạch rác" in r["title"]][0]' \
    list campaign)
t tinh map "$draft" --json 2>"$T/last" |
    json '[y["id"] for x in d["campaigns"] for y in x["duties"]]' >"$T/duties"
while read -r duty; do
    must t tinh map "$duty" "Phường Đông Thạnh" "Xã Vĩnh Sơn" "Xã Hòa An"
done <"$T/duties"
show 3 tinh issue "$draft"
for node in dong-thanh vinh-son hoa-an to-3; do
    must wait_for 20 knows_plan $node
done
good "Kế hoạch đã đến ba xã, phường và máy xách tay" "It reached three communes and the laptop"
must t dong-thanh add registration "campaign=$(issued dong-thanh "sạch rác")" "unit=Phường Đông Thạnh" \
    kind=work "title=Đường hoa Bến Sỏi" channel=system received_on=12/3/2026 state=sent
must wait_for 20 sync_node dong-thanh

# --- 4 --------------------------------------------------------------------------------------------

heading 4 "The link goes down" "Mất mạng"
must wire duong-truyen cut
say "Không xã nào gọi được lên tỉnh. Ai cũng làm việc tiếp." \
    "No commune reaches the province. Everybody works on."
route_of() {
    ask "$1" '[r["id"] for r in d["records"] if r["fields"].get("cadence") == "weekly"][0]' list report_route
}
show 2 vinh-son add registration "campaign=$(issued vinh-son "sạch rác")" "unit=Xã Vĩnh Sơn" kind=task \
    "title=Xóa điểm rác cầu Đá" channel=system received_on=18/3/2026 state=sent
show 2 vinh-son add report "route=$(route_of vinh-son)" "unit=Xã Vĩnh Sơn" period=20/3/2026 \
    "text=Đã xóa 4 điểm rác" state=sent sent_on=20/3/2026 received_on=20/3/2026
show 2 hoa-an add report "route=$(route_of hoa-an)" "unit=Xã Hòa An" period=20/3/2026 nil=yes state=sent \
    sent_on=20/3/2026 received_on=20/3/2026
show 2 to-3 add registration "campaign=$(issued to-3 "15 năm")" "unit=Tổ dân phố 3" kind=model \
    "title=Nhà sạch ngõ đẹp" received_on=22/3/2026
has_laptop() {
    ask dong-thanh '[r["id"] for r in d["records"] if r["title"] == "Nhà sạch ngõ đẹp"][0]' list registration
}
must wait_for 20 has_laptop
good "Phường nhận đăng ký của Tổ dân phố 3 qua mạng nội bộ, không cần mạng ngoài" \
    "The ward has the laptop's registration over its own network"
say "Tỉnh lúc này (số liệu chỉ như lần liên lạc trước):" "The province now (as of the last contact):"
show 12 tinh missing "$(issued tinh "sạch rác")" --as-of 21/3/2026

# --- 5 --------------------------------------------------------------------------------------------

heading 5 "Killed in the middle of writing" "Máy tắt đột ngột giữa lúc ghi"
say "Xã Hòa An nhập danh sách hộ; máy bị ngắt điện giữa chừng (SIGKILL)." \
    "Hòa An enters households; its machine is killed in the middle (SIGKILL)."
: >"$T/answered"
(
    k=0
    while t hoa-an add household "head=Hộ $k" "address=Thôn $((k % 5 + 1))" >"$T/written" 2>&1; do
        echo "Hộ $k" >>"$T/answered"
        k=$((k + 1))
    done
) &
writer=$!
remember_pid $writer
must wait_for 30 grep -q 'Hộ 60$' "$T/answered"
stop_hard hoa-an
wait $writer
forget_pid $writer
start hoa-an --peer "$uplink"
t hoa-an list household --limit 1000 --json | json '[r["fields"]["head"] for r in d["records"]]' | sort >"$T/there"
expect "$(wc -l <"$T/answered") lần ghi đã được trả lời; khởi động lại: không mất lần nào" \
    "$(wc -l <"$T/answered") writes were answered; after the restart none is lost" \
    "$(sort "$T/answered" | comm -23 - "$T/there")" ""

# --- 6 --------------------------------------------------------------------------------------------

heading 6 "The link is back" "Có mạng lại"
must wire duong-truyen open
must wire duong-truyen reset
for node in dong-thanh vinh-son hoa-an; do
    must wait_for 40 sync_node $node
    good "$(ask $node 'd["unit"]' status): đã trao đổi xong" "$node: everything is exchanged"
done
bytes=$(wire duong-truyen stats | json 'd["up"] + d["down"]')
say "Tất cả qua đường truyền: $bytes byte." "All of it took $bytes bytes over the link."

# --- 7 --------------------------------------------------------------------------------------------

heading 7 "What the province sees" "Tỉnh xem được gì"
campaign=$(issued tinh "sạch rác")
say "Ai chưa đăng ký (hạn 15/3/2026):" "Who has not registered (due 15/3/2026):"
show 16 tinh missing "$campaign" --all --as-of 21/3/2026
say "Báo cáo thứ Sáu hàng tuần:" "The reports of each Friday:"
show 20 tinh due "$campaign" --all --as-of 21/3/2026
say "Số liệu của từng xã cũ mới thế nào:" "How fresh each commune's data is:"
show 10 tinh freshness
say "Đã trao đổi với ai, bao nhiêu:" "With whom how much was exchanged:"
show 10 tinh peers
ask tinh '["     {}: {} + {} byte, {} sessions, {} round trips".format(p["name"], p["bytes_in"], p["bytes_out"], p["sessions"], p["round_trips"]) for p in d["peers"]]' status
expect "Một phường, hai xã: đăng ký của tỉnh còn thiếu đúng một" "Of three communes exactly one is missing" \
    "$(ask tinh 'd["totals"]["missing"]' missing "$campaign" --as-of 21/3/2026)" 1

# --- 8 --------------------------------------------------------------------------------------------

heading 8 "Everybody has the same" "Ai cũng có như nhau"
for pair in "tinh dong-thanh" "tinh vinh-son" "tinh hoa-an" "dong-thanh to-3"; do
    # shellcheck disable=SC2086 # two words
    must converge 20 $pair
    good "$pair: $(tail -1 "$T/wait.out"), mã kiểm trạng thái trùng nhau" \
        "$pair: $(tail -1 "$T/wait.out"), the state digests agree"
done
for node in tinh dong-thanh vinh-son hoa-an to-3; do
    must t $node verify --rebuild
done
good "Mọi chữ ký đúng; dựng lại từ nhật ký ra đúng số liệu đang có" \
    "Every signature is right; what is rebuilt from the logs equals what stands"

say "Xong sau $(($(date +%s) - started)) giây." "Done in $(($(date +%s) - started)) seconds."
[ -z "$once" ] || exit 0

# --- looking around -------------------------------------------------------------------------------

heading 9 "Look around" "Tự xem"
say "Các máy vẫn chạy. Mở một cửa sổ khác:" "The machines stay up. In another terminal:"
cat <<TEXT

     alias thidua=$THIDUA
     export THIDUA_SOCKET=$T/tinh.sock            # tinh, dong-thanh, vinh-son, hoa-an, to-3
     thidua --help
     thidua missing --as-of 21/3/2026
     thidua list unit
     thidua status
     thidua add registration --help
     $BUILD/tests/util/proxy --ask $T/duong-truyen.link cut     # open

TEXT
say "Nhật ký: $T/*.log. Ctrl-C để kết thúc và xóa." "Logs: $T/*.log. Ctrl-C ends and removes everything."
trap 'echo; exit 0' INT
wait "$(pid_of tinh)"
fail "Máy tỉnh đã dừng." "The hub has ended."
