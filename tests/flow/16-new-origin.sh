#!/usr/bin/env bash
# A hub lost its newest leaves and nobody has a copy: two partners let the log go on under its next origin. Refused with less than their word;
# every node and the keyholder go on with the new log; what was proven under the old one is proven still. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/registry.sh"

hub() { "$bin/schakel-hub" --home "$region/hub" "$@"; }
event() { ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht; value ok <<<"$got"; }
last_event() { as vo event list --number "$(child_number "$1")" --json | value statement; }
hub_status() { hub status --json | value "$1"; }
refused() { ! hub restore "$@" >"$region/said" 2>&1; }
trusts() { [ "$(status_of "$1" log_trusted)" = true ]; }
goes_on() { [ "$(status_of "$1" log_origin)" = "schakel-demo.log/${2:-2}" ]; }
# outside LOG STATE: how the public witness stands to this log, as the hub says it.
outside() { hub witnesses --json | grep "\"log\":\"$1\",\"state\":\"$2\"" >/dev/null; }
alarmed() { hub status --json | grep '"outside_alarm":true' >/dev/null; }
anchored_above() { [ "$(hub_status anchored)" -gt "$1" ]; }

# Only who runs it can make it know a log: what the hub says is sent to him, as it is.
tell_witness() {
    hub witnesses --output "$region/public/logs" >"$region/said" || { why="no list of logs: $(cat "$region/said")"; return 1; }
    wait_for 30 outside "$1" cosigns || { why="the public witness does not cosign $1: $(hub witnesses)"; return 1; }
    wait_for 10 not alarmed || { why="the alarm goes on: $(hub status)"; return 1; }
}

scene_a_public_witness_is_told() {
    wait_for 10 outside schakel-demo.log unknown || { why="it is not said that it does not know the log: $(hub witnesses)"; return 1; }
    wait_for 10 alarmed || { why="status does not say so: $(hub status)"; return 1; }
    hub witnesses | grep 'DOES NOT KNOW THIS LOG' >/dev/null || { why="not said to people: $(hub witnesses)"; return 1; }
    tell_witness schakel-demo.log || return 1
    wait_for 30 outside schakel-demo.log/registry cosigns || { why="the registry is not cosigned: $(hub witnesses)"; return 1; }
}

scene_leaves_are_lost() {
    scene_no_ground || return 1
    wait_for 20 quiet || { why="the log does not come to rest"; return 1; }
    hub backup "$region/hub.backup" >/dev/null || { why="no backup"; return 1; }
    kept=$(sed -n "s/^leaves //p" "$region/hub.backup/whole")
    nothing_is_lost || return 1
    [ "$(event 3)" = true ] && [ "$(event 4)" = true ] || { why="nothing happens after"; return 1; }
    wait_for 20 is_known_once leerplicht "$(last_event 4)" || { why="not known at the office"; return 1; }
    wait_for 20 outbox_empty vo || { why="the school has no receipt: $(status_of vo outbox_trouble)"; return 1; }
    stop_node hub
    rm -rf "$region/hub/store"
    refused "$region/hub.backup" || { why="without the leaves"; return 1; }
    grep -q -- '--lost' "$region/said" || { why="it does not say what can be done: $(cat "$region/said")"; return 1; }
    hub restore --lost --output "$region/origin.req" --json "$region/hub.backup" >"$region/said" 2>&1 || { why="--lost: $(cat "$region/said")"; return 1; }
    seen=$(value seen <"$region/said")
    [ "$(value kept <"$region/said")" = "$kept" ] && [ "$seen" -gt "$kept" ] || { why="it does not say what is lost: $(cat "$region/said")"; return 1; }
    refused --lost --output "$region/origin.req" "$region/hub.backup" || { why="what was written is written over"; return 1; }
    [ ! -e "$region/hub/store" ] && [ ! -e "$region/hub/store.new" ] || { why="a store is put in its place, or stays beside it"; return 1; }
}

# While the backup has all, no statement is made about a loss.
nothing_is_lost() {
    stop_node hub
    mv "$region/hub/store" "$region/store.aside"
    refused --lost --output "$region/origin.none" "$region/hub.backup" || { why="a statement about nothing"; return 1; }
    grep -q 'nothing is lost: all' "$region/said" || { why="it does not say that nothing is lost: $(cat "$region/said")"; return 1; }
    refused --newest --lost --output "$region/origin.none" "$region/hub.backup" || { why="--newest and --lost"; return 1; }
    grep -q 'does not go with --newest' "$region/said" || { why="it does not say what contradicts: $(cat "$region/said")"; return 1; }
    [ ! -e "$region/origin.none" ] || { why="a file was written"; return 1; }
    mv "$region/store.aside" "$region/hub/store"
    start_hub
}

# names_less N: signed by two, N leaves less than the store has, under a root that is not theirs. A node that happened to see a head of that size signs none.
names_less() {
    rm -f "$s.less"
    sed "s/^kept .*/kept $((kept - $1))/" "$region/origin.req" >"$region/origin.less"
    got=$(root vo partner propose --new-origin "$region/origin.less" --out "$s.less") && got=$(root cjg partner sign "$s.less")
}

scene_two_partners_say_so() {
    local less=1
    got=$(root vo partner propose --new-origin "$region/origin.req" --out "$s") || { why="propose: $got"; return 1; }
    expect "it says what is signed" "$got" "\"act\":\"origin\".*\"origin\":2,\"seen\":$seen.*\"kept\":$kept" || return 1
    refused --new-origin "$s" "$region/hub.backup" || { why="with the word of one"; return 1; }
    grep -q ONE_SIGNER "$region/said" || { why="it does not say that one signed: $(cat "$region/said")"; return 1; }
    until names_less "$less"; do
        less=$((less + 1))
        [ "$less" -lt 9 ] || { why="sign: $got"; return 1; }
    done
    refused --new-origin "$s.less" "$region/hub.backup" || { why="of another store"; return 1; }
    grep -q 'another store' "$region/said" || { why="it does not say that it is another: $(cat "$region/said")"; return 1; }
    sed "s/^seen .*/seen $(status_of vo checkpoint_size)/; s/^digest .*/digest $(printf '11%.0s' {1..32})/" "$region/origin.req" >"$region/origin.other"
    got=$(root vo partner propose --new-origin "$region/origin.other" --out "$s.other") && { why="another root than the node saw is signed"; return 1; }
    expect "and why not" "$got" 'two stories' || return 1
    got=$(root leerplicht partner sign "$s") || { why="sign: $got"; return 1; }
    expect "it goes to the operator" "$got" 'restore --new-origin' || return 1
    # As when it is killed at its end: the origin has its number, the store is not there.
    hub restore --new-origin "$s" "$region/hub.backup" >"$region/said" 2>&1 && rm -rf "$region/hub/store" || { why="not at first: $(cat "$region/said")"; return 1; }
    hub restore --lost --output "$region/origin.killed" --json "$region/hub.backup" >"$region/said" 2>&1 || { why="--lost after a kill: $(cat "$region/said")"; return 1; }
    [ "$(value seen <"$region/said")" = "$seen" ] || { why="it forgot what was signed: $(cat "$region/said")"; return 1; }
    hub restore --new-origin "$s" "$region/hub.backup" >"$region/said" 2>&1 || { why="not with the word of two: $(cat "$region/said")"; return 1; }
    grep -q 'schakel-hub witnesses' "$region/said" || { why="public witnesses are forgotten: $(cat "$region/said")"; return 1; }
}

# Another log to it, but the registry is not.
scene_the_witness_is_told_again() {
    start_hub || return 1
    wait_for 10 outside schakel-demo.log/2 unknown || { why="it is not said that it does not know the new log: $(hub witnesses)"; return 1; }
    wait_for 10 alarmed || { why="status does not say so: $(hub status)"; return 1; }
    tell_witness schakel-demo.log/2 || return 1
    wait_for 10 outside schakel-demo.log/registry cosigns || { why="the registry needs nothing: $(hub witnesses)"; return 1; }
}

has_its_line() { rm -rf "$region/export" && hub export "$region/export" && grep -q witness.example "$region/export/checkpoint.anchored"; }
may_have() {
    ask leerplicht request new --case "$1" --to vo --purpose att_followup --sections att
    grep -qE "$(verdict att PERMIT)" <<<"$got"
}

scene_all_go_on() {
    local p
    for p in $partners; do
        wait_for 10 hub_is "$p" true || { why="$p does not find the hub"; return 1; }
        wait_for 10 goes_on "$p" || { why="$p does not follow: $(status_of "$p" log_origin)"; return 1; }
        wait_for 10 trusts "$p" || { why="$p does not trust the log: $("$bin/schakel" --home "$region/$p" status --json)"; return 1; }
    done
    head -n 1 "$region/hub/public/registry" | grep -a 'log/registry' >/dev/null || { why="the registry has another origin"; return 1; }
    [ "$(event 5)" = true ] || { why="the school cannot report"; return 1; }
    wait_for 20 is_known_once leerplicht "$(last_event 5)" || { why="the office does not hear of it"; return 1; }
    [ "$(times_known leerplicht "$(last_event 4)")" = 1 ] || { why="what was lost is not known where it was told"; return 1; }
    # What the school said in the time between no store knows any more: it says it again.
    wait_for 10 grep -q hub-was-put-back "$region/vo/log" || { why="the school does not notice"; return 1; }
    wait_for 20 outbox_empty vo || { why="it is not sent again"; return 1; }
    ask leerplicht case open --number "$(child_number 4)" --purpose att_followup
    lost_case=$(printf '%s' "$got" | value case)
    # It is put into the outbox a moment after the break was seen: the box may have been empty before.
    wait_for 10 may_have "$lost_case" || { why="what was reported does not count again: $got"; return 1; }
    wait_for 40 anchored_above "$kept" || { why="nobody cosigns the new log: $(hub_status anchored)"; return 1; }
    for p in $partners; do
        trusts "$p" || { why="$p does not trust the log"; return 1; }
    done
    # Another disclosure, from the beginning.
    scene_absence_report || return 1
}

scene_what_was_proven_is_proven_still() {
    wait_for 20 has_its_line || { why="no export, or the public witness has no line in it: $(hub witnesses)"; return 1; }
    [ "$(sed -n 1p "$region/export/checkpoint")" = "schakel-demo.log/2" ] || { why="not under the new origin"; return 1; }
    "$bin/schakel" --home "$region/cjg" hub mirror --out "$region/mirror" >/dev/null || { why="no mirror"; return 1; }
    staff vo privacy officer
    wait_for 20 archive_verifies || { why="it does not verify: $(cat "$region/said")"; return 1; }
    [ "$(value receipts_lost <"$region/said")" -gt 0 ] || { why="it does not say what was lost: $(cat "$region/said")"; return 1; }
    # Without the registry nobody says that those were lost: then they are missing.
    mv "$region/export/registry" "$region/registry.away"
    "$bin/schakel" verify --region "$region/region" --receipts "$region/archive" --log "$region/export" --json >"$region/said" 2>&1
    [ "$(value ok <"$region/said")" = false ] || { why="lost leaves are excused by nobody's word"; return 1; }
}

# What is on its way at this moment has its leaf or its receipt a moment later.
archive_verifies() {
    rm -rf "$region/archive"
    "$bin/schakel" --home "$region/vo" --as privacy archive export --out "$region/archive" --json >"$region/said" 2>&1 && has_its_line || return 1
    "$bin/schakel" verify --region "$region/region" --receipts "$region/archive" --log "$region/export" --json >"$region/said" 2>&1
    [ "$(value ok <"$region/said")" = true ]
}

backed_up() {
    rm -rf "$region/hub.second"
    quiet && hub backup "$region/hub.second" >/dev/null && [ "$(sed -n "s/^leaves //p" "$region/hub.second/whole")" = "$(leaves)" ]
}

registry_is() { cmp -s "$region/hub/public/registry" "$1"; }

# The hub starts and stops with the new log as with the old one, and is copied and put back. Its copy of the registry for the other roles is made
# from the store each time, whatever became of it, and none of them goes by the one of before.
scene_it_is_a_hub_like_any() {
    local copy
    stop_node hub
    cp "$region/hub/public/registry" "$region/registry.good"
    for copy in damaged gone; do
        case $copy in
        damaged) printf 'x' | dd of="$region/hub/public/registry" bs=1 seek=300 conv=notrunc 2>/dev/null ;;
        gone) rm "$region/hub/public/registry" ;;
        esac
        ! registry_is "$region/registry.good" || { why="nothing is $copy"; return 1; }
        start_hub || { why="it does not start when its copy of the registry is $copy: $(tail -n 3 "$region/hub/log")"; return 1; }
        wait_for 10 registry_is "$region/registry.good" || { why="the copy is not made anew when it was $copy"; return 1; }
        [ "$copy" = gone ] || stop_node hub
    done
    # An act of a node between the backup and the stop would be missing in it.
    wait_for 10 backed_up || { why="no backup, or the log does not come to rest"; return 1; }
    stop_node hub
    mv "$region/hub/origin" "$region/origin.lost"
    ! timeout 60 "$bin/schakel-hub" --home "$region/hub" run >"$region/said" 2>&1 || { why="it runs under the old origin"; return 1; }
    grep -q 'goes on as schakel-demo.log/2' "$region/said" || { why="it does not say why: $(cat "$region/said")"; return 1; }
    rm -rf "$region/hub/store"
    hub restore "$region/hub.second" >"$region/said" 2>&1 || { why="not put back: $(cat "$region/said")"; return 1; }
    start_hub || { why="it does not start after"; return 1; }
    wait_for 10 hub_is vo true || { why="nodes do not find it"; return 1; }
    [ "$(event 6)" = true ] || { why="the school cannot report"; return 1; }
    [ "$(status_of vo log_trusted)" = true ] || { why="not the same log"; return 1; }
}

# The machine is lost too, and with it what was signed last: what the partners' nodes have seen says it, and their registry.
scene_a_machine_is_lost_too() {
    local p more
    [ "$(event 7)" = true ] || { why="nothing happens"; return 1; }
    wait_for 20 is_known_once leerplicht "$(last_event 7)" || { why="not known at the office"; return 1; }
    stop_node hub
    mv "$region/hub" "$region/hub.lost"
    "$bin/schakel" --home "$region/vo" partner export --out "$region/registry.node" >/dev/null || { why="a node does not give its registry"; return 1; }
    refused --lost --output "$region/origin.third" "$region/hub.second" || { why="without a registry"; return 1; }
    grep -q 'partner export' "$region/said" || { why="it does not say where the registry is: $(cat "$region/said")"; return 1; }
    hub restore --lost --output "$region/origin.third" --registry "$region/registry.node" --json "$region/hub.second" >"$region/said" 2>&1 || {
        why="--lost: $(cat "$region/said")"; return 1; }
    more=$(value seen <"$region/said")
    expect "that it does not know all is said" "$(cat "$region/said")" '"note":"how much is lost this machine does not know' || return 1
    got=$(root vo partner propose --new-origin "$region/origin.third" --out "$s.third") || { why="propose: $got"; return 1; }
    expect "the third origin" "$got" '"origin":3' || return 1
    [ "$(printf '%s' "$got" | value seen)" -gt "$more" ] || { why="what the node has seen is not named: $got"; return 1; }
    # Who has seen more does not sign less: then it proposes, and the other signs.
    got=$(root leerplicht partner sign "$s.third") || {
        expect "who has seen more says so" "$got" 'propose it anew from here' || return 1
        got=$(root leerplicht partner propose --new-origin "$region/origin.third" --out "$s.third") && got=$(root vo partner sign "$s.third")
    } || { why="sign: $got"; return 1; }
    hub restore --new-origin "$s.third" --registry "$region/registry.node" "$region/hub.second" >"$region/said" 2>&1 || {
        why="not put back: $(cat "$region/said")"; return 1; }
    start_hub || return 1
    for p in $partners; do wait_for 10 goes_on "$p" 3 || { why="$p does not follow: $(status_of "$p" log_origin)"; return 1; }; done
    [ "$(event 8)" = true ] || { why="the school cannot report"; return 1; }
    for p in $partners; do
        wait_for 10 trusts "$p" || { why="$p does not trust the log: $("$bin/schakel" --home "$region/$p" status --json)"; return 1; }
    done
}

# A public witness that knows no log yet.
start_public() {
    local port
    port=$(free_port)
    mkdir -p "$region/public"
    : >"$region/public/logs"
    region_make_opts=(--witness "$("$bin/test-witness" witness.example 0 3>"$region/public/key")")
    region_hub_conf="witnesses = witness.example http://127.0.0.1:$port/
contact = the hub of this flow"
    "$bin/test-witness" witness.example "$port" "$region/public/logs" <"$region/public/key" >"$region/public/log" 2>&1 &
    region_pids+=("$!")
}

set -e
start_public
region_up
set +e
run_scenes a_public_witness_is_told leaves_are_lost two_partners_say_so the_witness_is_told_again all_go_on what_was_proven_is_proven_still it_is_a_hub_like_any a_machine_is_lost_too
