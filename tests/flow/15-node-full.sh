#!/usr/bin/env bash
# A partner's disk is nearly full, then full: the node says so and how to go on, and stays up; what stops something goes as long as it can; when
# there is room again it goes on, without a start, and has lost nothing. On a small file system of its own, in a mount namespace where that is
# allowed. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
if [ -z "${FULL_IN_NAMESPACE:-}" ]; then
    for way in "unshare -m" "unshare -rm"; do
        $way true 2>/dev/null && FULL_IN_NAMESPACE=1 exec $way bash "$0" "$@"
    done
    echo "not run: no mount namespace can be made here"
    exit 0
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

DISK_KIB=24576
disk_finish() {
    region_down
    umount "$region/vo/store" 2>/dev/null
    finish
}
trap disk_finish EXIT

free_kib() { df -k --output=avail "$region/vo/store" | tail -n 1 | tr -d ' '; }
# All but so many KiB.
fill() { dd if=/dev/zero of="$region/vo/store/filler" bs=1024 count=$(($(free_kib) - $1)) oflag=append conv=notrunc status=none; }
make_room() { rm -f "$region/vo/store/filler"; }
node_pid() { cat "$region/vo/pid"; }
stays_up() { kill -0 "$1" 2>/dev/null && "$bin/schakel" --home "$region/vo" status >/dev/null 2>&1; }

report() { ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht; }
consent() {
    ask vo consent record --number "$(child_number "$1")" --holder vo --receiver cjg --purpose youth_help_access --sections need --yes y,g1,g2
}

scene_small_disk() {
    stop_node vo
    cp -a "$region/vo/store" "$region/kept" && mount -t tmpfs -o size=${DISK_KIB}k none "$region/vo/store" &&
        cp -a "$region/kept/." "$region/vo/store" || { why="no small disk"; return 1; }
    back vo || return 1
    pid=$(node_pid)
    consent 2
    said=$(printf '%s' "$got" | value statement)
    expect "a consent is recorded" "$got" '"ok":true' || return 1
    report 3
    expect "a report goes" "$got" '"ok":true' || return 1
}

# What discloses or fills waits; what stops something goes.
scene_nearly_full() {
    fill $((DISK_KIB * 3 / 100))
    ask vo record put --number "$(child_number 2)" --section need --field what="a quiet place"
    expect "nothing new is stored" "$got" '"class":"full".*nearly full' || return 1
    ask vo send --number "$(child_number 2)" --to cjg --purpose youth_help_access --sections need
    expect "nothing is given" "$got" '"class":"full"' || return 1
    ask vo consent withdraw --statement "$said"
    expect "a withdrawal goes" "$got" '"ok":true' || return 1
    expect "and the status says why" "$(status_of vo disk_note)" 'nearly full' || return 1
    stays_up "$pid" || { why="the node ended"; return 1; }
}

# Long reasons use up what the store has in front.
scene_full() {
    local n refused=no words
    words=$(head -c 12000 /dev/zero | tr '\0' w)
    fill 0
    for n in $(seq 4 75); do
        ask vo consent record --number "$(child_number "$n")" --holder vo --receiver leerplicht --purpose case_support --sections need --yes g1 \
            --evidence "$words"
        if printf '%s' "$got" | grep '"ok":true' >/dev/null; then
            printf '%s\n' "$(printf '%s' "$got" | value statement)" >>"$region/promised"
            continue
        fi
        refused=yes
        expect "it says what is wrong, and how to go on" "$got" '"class":"full","text":"[^"]*disk[^"]*[Mm]ake room' || return 1
        break
    done
    [ "$refused" = yes ] || { why="it is never full: $(free_kib) KiB"; return 1; }
    stays_up "$pid" || { why="the node ended: $(tail -n 2 "$region/vo/log")"; return 1; }
    # What comes in waits at the hub.
    ask leerplicht case open --number "$(child_number 3)" --purpose att_followup
    ask leerplicht request new --number "$(child_number 3)" --to vo --purpose att_followup --sections ident,att
    request=$(printf '%s' "$got" | value request)
    expect "the office asks" "$got" '"verdict":"PERMIT"' || return 1
    sleep 2
    stays_up "$pid" || { why="the node ended over its mail: $(tail -n 2 "$region/vo/log")"; return 1; }
}

lies_at() { as "$1" inbox --json 2>/dev/null | lines | grep "$2" >/dev/null; }
is_promised_known() {
    local id
    as leerplicht statement list --json 2>/dev/null | lines | grep -o '"statement":"[0-9a-f]*"' >"$region/known"
    while read -r id; do [ "$(grep -c "$id" "$region/known")" = 1 ] || return 1; done <"$region/promised"
}

scene_room_again() {
    make_room
    wait_for 30 lies_at vo "$request" || { why="the request does not come: $(status_of vo outbox_trouble)"; return 1; }
    report 30
    expect "reports go again" "$got" '"ok":true' || return 1
    printf '%s\n' "$(printf '%s' "$got" | value statement)" >>"$region/promised"
    wait_for 70 outbox_empty vo || { why="something is not sent: $(status_of vo outbox_trouble)"; return 1; }
    wait_for 10 is_promised_known || { why="what was promised is not known at the office"; return 1; }
    ask vo preview --request "$request"
    expect "and the request is there" "$got" '"ok":true' || return 1
    [ "$(node_pid)" = "$pid" ] && stays_up "$pid" || { why="it was started again"; return 1; }
}

request=""
set -e
region_up
set +e
stop_node wijkteam
run_scenes small_disk nearly_full full room_again
