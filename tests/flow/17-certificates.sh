#!/usr/bin/env bash
# Keys of organisations that end between two steps of a disclosure: of a node between signing, leaf, fetch and opening, and of sealing between
# asking, granting and opening. What was right when it was logged stays right; what comes too late says why, and goes on with the next key
# without help from others. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/registry.sh"

DAY=86400

lies_at() { as "$1" inbox --json 2>/dev/null | lines | grep "$2" >/dev/null; }
arrived() { wait_for 15 lies_at leerplicht "$1.*\"kind\":\"share\"" || { why="the share of $1 is not at the officer"; return 1; }; }
says() { "$bin/schakel" --home "$region/$1" status --json | grep -E "\"warning\":\"$2" >/dev/null; }
days_left() { "$bin/schakel" --home "$region/$1" status --json | grep -o '"certs":{[^}]*}' | value "$2"; }

asked() {
    ask leerplicht request new --case "$case_of" --to vo --purpose att_followup --sections ident,att
    expect "the officer asks" "$got" '"verdict":"PERMIT"' || return 1
    request=$(printf '%s' "$got" | value request)
    wait_for 20 lies_at vo "$request" || { why="the request is not at the school"; return 1; }
}
granted() { ask vo grant --request "$1"; expect "the school grants" "$got" '"ok":true'; }
opened() {
    ask leerplicht open --share "$1" --informed "$(date -d "@$(($(date +%s) + SCHAKEL_CLOCK_OFFSET_S))" +%F)"
    expect "the officer reads" "$got" '"att":\{'
}

other_days() { [ "$(days_left vo node)" = 4 ] && [ "$(days_left leerplicht node)" -gt 80 ]; }
# Day 80: the officer's node gets another node key, not another one for sealing. Day 85: all that is between two steps on day 90.
scene_between_steps() {
    later $((80 * DAY)) || return 1
    wait_for 10 says vo 'the node key of this organisation ends on ' || { why="the school is not warned ten days before"; return 1; }
    for key in node officer; do got=$(rotate leerplicht "$key") || { why="$key: $got"; return 1; }; done
    stop_node leerplicht
    back leerplicht && later $((5 * DAY)) || return 1
    wait_for 10 other_days || { why="other days are left: $(days_left vo node), $(days_left leerplicht node)"; return 1; }
    ask vo event add --number "$(child_number 2)" --event VZM --to leerplicht
    expect "the school reports" "$got" '"ok":true' || return 1
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    case_of=$(printf '%s' "$got" | value case)
    asked && to_open=$request && asked && to_fetch=$request && asked && to_log=$request && asked && to_grant=$request || return 1
    granted "$to_open" && arrived "$to_open" || return 1
    stop_node leerplicht
    granted "$to_fetch" && wait_for 10 outbox_empty vo || { why="${why:-the share is not sent}"; return 1; }
    stop_node hub
    granted "$to_log" || return 1
    expect "it waits for the hub" "$got" '"queued":true' || return 1
    stop_node vo
    start_hub || { why="the hub does not start"; return 1; }
    later $((6 * DAY))
}

# What was logged while its sender's key counted is believed, and opens with a key that has ended.
scene_after_the_leaf() {
    back leerplicht && arrived "$to_fetch" && opened "$to_fetch"
}

# What was signed, and is not logged: its node says why, and with another key it goes.
scene_before_the_leaf() {
    start_node vo && login vo || { why="the school does not start"; return 1; }
    wait_for 10 says vo 'the node key of this organisation ended on .*schakel org rotate node' || { why="it does not say why: $("$bin/schakel" --home "$region/vo" status --json)"; return 1; }
    ask vo event add --number "$(child_number 3)" --event VZM --to leerplicht
    expect "a report is kept, and says why it waits" "$got" '"queued":true,"note":"the node key .* ended' || return 1
    made=$(printf '%s' "$got" | value statement)
    ! lies_at leerplicht "$to_log.*\"kind\":\"share\"" || { why="the hub took what an ended key signed"; return 1; }
    got=$(rotate vo node) || { why="rotate: $got"; return 1; }
    stop_node vo
    start_node vo && login vo || { why="the school does not start with the next key"; return 1; }
    wait_for 20 outbox_empty vo || { why="it is not sent: $(status_of vo outbox_trouble)"; return 1; }
    arrived "$to_log" && opened "$to_log" || return 1
    wait_for 10 is_known_once leerplicht "$made" || { why="the report is known at the officer $(times_known leerplicht "$made") times"; return 1; }
}

# Nothing can be sealed to a key that ended: the holder is told, and grants when there is another.
scene_before_the_grant() {
    wait_for 10 says leerplicht 'the hpke key of this organisation ended on ' || { why="the officer's node does not say that its key ended"; return 1; }
    ask vo grant --request "$to_grant"
    expect "the school cannot grant" "$got" '"ok":false' || return 1
    expect "and is told whose key is missing" "$got" 'leerplicht' || return 1
    got=$(rotate leerplicht hpke) || { why="hpke: $got"; return 1; }
    stop_node leerplicht
    back leerplicht && wait_for 10 outbox_empty leerplicht || { why="${why:-the new key is not published}"; return 1; }
    wait_for 10 granted "$to_grant" || return 1
    arrived "$to_grant" && opened "$to_grant"
}

# Sealed to the key of before, and opened by the node that has the next one.
scene_before_the_opening() { opened "$to_open"; }

scene_the_log_holds() {
    local p
    for p in vo leerplicht; do
        [ "$(status_of "$p" log_trusted)" = true ] && [ "$(status_of "$p" bad_mail)" = 0 ] || { why="$p got mail that it did not believe"; return 1; }
    done
}

set -e
region_up
set +e
stop_node cjg
stop_node wijkteam
run_scenes between_steps after_the_leaf before_the_leaf before_the_grant before_the_opening the_log_holds
