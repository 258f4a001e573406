#!/usr/bin/env bash
# The hub's disk is nearly full, then full: disclosures stop and say so; reports, withdrawals, reading and the log go on as long as they can;
# when there is room again what waited is done. On a small file system of its own, in a mount namespace where that is allowed. With the
# programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
if [ -z "${FULL_IN_NAMESPACE:-}" ]; then
    for way in "unshare -m" "unshare -rm"; do
        $way true 2>/dev/null && FULL_IN_NAMESPACE=1 exec $way bash "$0" "$@"
    done
    echo "not run: no mount namespace can be made here"
    exit 0
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

DISK_KIB=32768
disk_finish() {
    region_down
    umount "$region/hub/store" 2>/dev/null
    finish
}
trap disk_finish EXIT

hub_is_full() { "$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null | grep '"full":true' >/dev/null; }
hub_has_room() { "$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null | grep '"full":false' >/dev/null; }
free_kib() { df -k --output=avail "$region/hub/store" | tail -n 1 | tr -d ' '; }

# All but so many KiB.
fill() { dd if=/dev/zero of="$region/hub/store/filler" bs=1024 count=$(($(free_kib) - $1)) oflag=append conv=notrunc status=none; }
make_room() { rm -f "$region/hub/store/filler"; }

report() { ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht; }
ask_for() {
    ask leerplicht request new --case "$case_f" --to vo --purpose att_followup --sections ident,att
    request=$(printf '%s' "$got" | value request)
}
lies_at() { as "$1" inbox --json 2>/dev/null | lines | grep "$2" >/dev/null; }

scene_small_disk() {
    stop_node hub
    cp -a "$region/hub/store" "$region/kept" && mount -t tmpfs -o size=${DISK_KIB}k none "$region/hub/store" &&
        cp -a "$region/kept/." "$region/hub/store" || { why="no small disk"; return 1; }
    start_hub || { why="the hub does not start on it"; return 1; }
    report 2
    made=$(printf '%s' "$got" | value statement)
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    case_f=$(printf '%s' "$got" | value case)
    wait_for 10 is_known_once leerplicht "$made" || { why="the report does not come"; return 1; }
    ask_for
    expect "the officer asks" "$got" '"verdict":"PERMIT"' || return 1
    before=$request
    wait_for 10 lies_at vo "$before" || { why="the request does not come"; return 1; }
    ask vo consent record --number "$(child_number 2)" --holder vo --receiver leerplicht --purpose att_followup --sections att --yes y,g1,g2
    expect "a consent is recorded" "$got" '"ok":true' || return 1
    consent=$(printf '%s' "$got" | value statement)
    staff vo invaller caseworker
}

# at_once WHAT: the last answer says that it is done, not kept.
at_once() { expect "$1" "$got" '"ok":true' && expect_not "$1 at once" "$got" '"queued"'; }
knows() { as leerplicht statement list --json 2>/dev/null | lines | grep "$1" >/dev/null; }

scene_nearly_full() {
    fill $((DISK_KIB * 3 / 100))
    wait_for 10 hub_is_full || { why="the hub does not notice: $(free_kib) KiB are free"; return 1; }
    SCHAKEL_TEST_PATIENCE=1 ask_for
    expect "no request is taken" "$got" '"queued":true' || return 1
    # When it came later than the command, the status has it.
    is_only_late "$got" || expect "and the answer says why" "$got" '"note":"The hub.s disk is nearly full' || return 1
    wait_for 10 status_says_why || { why="the status does not say why: $(status_of leerplicht outbox_trouble)"; return 1; }
    came_behind leerplicht vo LRV "$(child_number 5)" || return 1
    ! lies_at vo "$request" || { why="the request came all the same"; return 1; }
    SCHAKEL_TEST_PATIENCE=1 ask vo grant --request "$before"
    expect "no grant is taken" "$got" '"queued":true' || return 1
    report 3
    expect "a report is" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued"' || return 1
    made=$(printf '%s' "$got" | value statement)
    wait_for 10 is_known_once leerplicht "$made" || { why="the report does not come"; return 1; }
    ! lies_at leerplicht "$before.*\"kind\":\"share\"" || { why="the share came all the same"; return 1; }
    ask vo event end --statement "$made"
    expect "it can be ended" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued"' || return 1
    "$bin/schakel-hub" --home "$region/hub" export "$region/export" --json >/dev/null 2>&1 || { why="the log cannot be read"; return 1; }
}

# What waits longest is named; an acknowledgement may be on its way before it.
status_says_why() { status_of leerplicht outbox_trouble | grep '[Dd]isk' >/dev/null; }

# What stops something does not wait for room: a withdrawal, an objection, its end, a key that is taken back.
scene_what_stops_goes_on() {
    hub_is_full || { why="there is room again"; return 1; }
    ask vo consent withdraw --statement "$consent"
    at_once "a withdrawal" || return 1
    wait_for 10 knows '"kind":"withdrawal"' || { why="the officer does not hear of the withdrawal"; return 1; }
    ask vo objection add --number "$(child_number 3)" --purpose att_followup --to leerplicht
    at_once "an objection" || return 1
    said=$(printf '%s' "$got" | value statement)
    wait_for 10 knows "$said" || { why="the officer does not hear of the objection"; return 1; }
    ask vo objection end --statement "$said"
    at_once "its end" || return 1
    got=$("$bin/schakel" --home "$region/vo" --as admin staff revoke --login invaller --reason stolen --json 2>&1)
    at_once "a revocation" || return 1
    wait_for 10 officer_sees_revocation || { why="the officer's node does not hear of the revoked key"; return 1; }
    hub_is_full || { why="there was room again meanwhile"; return 1; }
}
officer_sees_revocation() { "$bin/schakel" --home "$region/leerplicht" partner list --json | grep revoked_keys >/dev/null; }

# It may have ended, or end a moment later over what it had begun.
hub_goes_on() {
    is_alive hub || { stop_node hub; start_hub; } || return 1
    hub_has_room
}

# Not a byte is left: whatever happens to the hub, what is promised is kept.
scene_full() {
    fill 0
    # Once: what it is told is all that is asked here, and what waits goes when there is room.
    SCHAKEL_TEST_PATIENCE=1 ask_once vo event add --number "$(child_number 4)" --event VZM --to leerplicht
    expect "a report is kept, here or there" "$got" '"ok":true' || return 1
    promised=$(printf '%s' "$got" | value statement)
    sleep 2
    make_room
    wait_for 10 hub_goes_on || { why="the hub does not start again, or does not notice the room"; return 1; }
    wait_for 70 outbox_empty vo || { why="it is not sent: $(status_of vo outbox_trouble)"; return 1; }
    wait_for 10 is_known_once leerplicht "$promised" || { why="known at the officer: $(times_known leerplicht "$promised") times"; return 1; }
}

# What waited goes by itself; a start of the node only saves the minute that it may wait before it tries again.
scene_room_again() {
    stop_node leerplicht
    back leerplicht && wait_for 20 outbox_empty leerplicht || { why="${why:-it is not sent: $(status_of leerplicht outbox_trouble)}"; return 1; }
    wait_for 10 lies_at vo "$request" || { why="the request does not come"; return 1; }
    ask vo grant --request "$request"
    expect "the school grants" "$got" '"ok":true' || return 1
    wait_for 10 lies_at leerplicht "$request.*\"kind\":\"share\"" || { why="the share does not come"; return 1; }
    "$bin/schakel-hub" --home "$region/hub" export "$region/export2" --json >/dev/null 2>&1 || { why="no copy of the log"; return 1; }
    got=$("$bin/schakel" verify --region "$region/region" --log "$region/export2" --json 2>&1) || { why="the log: $got"; return 1; }
}

set -e
region_up
set +e
stop_node cjg
stop_node wijkteam
run_scenes small_disk nearly_full what_stops_goes_on full room_again
