#!/usr/bin/env bash
# The core killed with SIGKILL under load, twenty times, and each time the hub is started again as a service manager would. Then every
# archive is compared with the log and with what commands reported: nothing acknowledged lost, nothing done twice, no release without
# a grant before it. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/keep.sh"

KILLS=20
work=()

keeper=""

# Those at work end when they see that they should; what they wait for ends with the nodes.
leave() {
    touch "$region/stop.load" "$region/stop.grants"
    stop_kept hub "$keeper"
    region_down
    [ "${#work[@]}" = 0 ] || wait "${work[@]}" 2>/dev/null
    finish
}
trap leave EXIT

# ---- the hub, and who kills it ----

run_hub() { exec "$bin/schakel-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1; }

core_pid() { pgrep -P "$(cat "$region/hub/pid")" -f -- '--role core'; }
# Taken by the hub, not only queued at the node.
acts() { cat "$region"/report.* 2>/dev/null | grep '"ok":true' | grep -cv '"queued":true'; }
hub_runs() { "$bin/schakel-hub" --home "$region/hub" status >/dev/null 2>&1; }
more_acts() { [ "$(acts)" -ge "$1" ]; }
core_runs() { core_pid; }
# Not the one whose core was killed, which takes a moment to end, nor one that is only starting: it would end otherwise.
hub_is_new() { [ "$(cat "$region/hub/pid")" != "$hub_before" ] && hub_runs; }

# Under load means: since the last time commands were answered, at least ten.
kill_core() {
    wait_for 30 hub_is_new || { why="the hub does not come back after kill $killed"; return 1; }
    hub_before=$(cat "$region/hub/pid")
    wait_for 30 more_acts $(($(acts) + 10)) || { why="no acts are taken after kill $killed"; return 1; }
    sleep "0.0$((RANDOM % 10))"
    wait_for 10 core_runs || { why="no core runs after kill $killed"; return 1; }
    kill -9 "$(core_pid)" || { why="the core was gone before kill $killed"; return 1; }
    killed=$((killed + 1))
}

# ---- the load ----

# Reports of absence from the school, reports by the CJG, and again from the start.
report_events() {
    local who=$1 event=$2 to=$3
    { echo number,event,to; sed -n '2,$p' "$region/data/$who.csv" | cut -d, -f1 | head -n 15 | sed "s/\$/,$event,$to/"; } >"$region/rows.$who"
    while [ ! -e "$region/stop.load" ]; do
        as "$who" event add --from "$region/rows.$who" --json >>"$region/report.$who" 2>>"$region/errors"
        sleep 0.3
    done
}

# Requests by the officer; the school grants what comes in, the officer opens what comes back.
ask_on() {
    while [ ! -e "$region/stop.load" ]; do
        as leerplicht request new --case "$case_r" --to vo --purpose att_followup --sections ident,att,effort --json \
            >>"$region/report.request" 2>>"$region/errors"
        echo >>"$region/report.request"
        sleep 0.1
    done
}

grant_on() {
    local id
    while [ ! -e "$region/stop.grants" ]; do
        for id in $(waiting_requests); do
            as vo grant --request "$id" --json >"$region/grant" 2>>"$region/errors" || continue
            grep -q '"ok":true' "$region/grant" && echo "$id" >>"$region/granted"
            cat "$region/grant" >>"$region/report.grant"
        done
        sleep 0.05
    done
}

# Not what was granted already: until the hub has answered it may still be shown.
waiting_requests() {
    as vo inbox --json 2>/dev/null | sed 's/},{/}\n{/g' | grep '"kind":"request"' | value_each id | grep -vxF -f "$region/granted"
}

start_load() {
    local began
    ask vo event add --number "$(child_number 2)" --event VZM --to leerplicht
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    case_r=$(printf '%s' "$got" | value case)
    echo none >"$region/granted"
    report_events vo VZM leerplicht & work+=("$!")
    report_events cjg HELP_REQ leerplicht & work+=("$!")
    ask_on & work+=("$!")
    grant_on & work+=("$!")
}

# What is asked of the archives below, and then some.
enough_was_done() { [ "$(acts)" -ge 260 ] && [ "$(wc -l <"$region/granted")" -ge 26 ]; }

scene_kill_under_load() {
    killed=0 hub_before=""
    stop_node hub
    keep hub run_hub & keeper=$!
    wait_for 10 hub_runs || { why="the hub does not start"; return 1; }
    start_load
    while [ "$killed" -lt "$KILLS" ]; do kill_core || return 1; done
    wait_for 30 more_acts $(($(acts) + 10)) || { why="no acts are taken after the last kill"; return 1; }
    wait_for 60 enough_was_done || { why="$(wc -l <"$region/granted") grants and $(acts) acts in all"; return 1; }
    touch "$region/stop.load"
    wait "${work[@]:0:3}"
    [ "$(grep -cx "hub 70" "$region/ends")" = "$KILLS" ] || { why="the hub ended otherwise: $(sort "$region/ends" | uniq -c | tr '\n' ' ')"; return 1; }
}

# ---- afterwards ----

scene_everything_arrives() {
    local p
    for p in $partners; do
        wait_for 60 outbox_empty "$p" || { why="the outbox of $p is not sent"; return 1; }
    done
    wait_for 30 all_granted || { why="requests lie ungranted: $(waiting_requests | head -n 3)"; return 1; }
    touch "$region/stop.grants"
    wait "${work[3]}"
    for p in $partners; do
        wait_for 60 outbox_empty "$p" || { why="the outbox of $p is not sent"; return 1; }
    done
    wait_for 20 at_rest || { why="the last mail does not arrive"; return 1; }
    wait_for 30 all_is_there || { why="numbers, mail or acknowledgements are missing: $(cat "$region/error")"; return 1; }
}

# A second in which nobody got anything may be one in which the machine did something else: so what must come is looked for as well, and the log has not
# grown from before the archives were read until it was copied.
all_is_there() {
    local before
    before=$(export_log) && export_all && all_acknowledged && awk '
        $5 == "-" { bad = 1 }
        $3 == "sent" && $4 ~ /^(request|grant|release)$/ { sent[$6] = 1 } $3 == "received" { came[$6] = 1 }
        END { for (i in sent) if (!(i in came)) bad = 1; exit bad }' "$region/entries" && [ "$(export_log)" = "$before" ]
}
# How many leaves it has.
export_log() {
    rm -rf "$region/export"
    "$bin/schakel-hub" --home "$region/hub" export "$region/export" --json 2>"$region/error" | value leaves
}

# Nobody has got anything for a second.
at_rest() {
    local p before="" after=""
    for p in $partners; do before+=" $("$bin/schakel" --home "$region/$p" status --json | value running)"; done
    sleep 1
    for p in $partners; do after+=" $("$bin/schakel" --home "$region/$p" status --json | value running)"; done
    [ "$before" = "$after" ]
}

all_granted() { [ -z "$(waiting_requests)" ]; }

export_all() {
    local p
    for p in $partners; do
        rm -rf "$region/receipts.$p"
        "$bin/schakel" --home "$region/$p" --as officer archive export --out "$region/receipts.$p" --json >/dev/null 2>"$region/error" || return 1
        "$bin/list-entries" "$region/region" "$region/receipts.$p" 2>"$region/error" | sed "s/^/$p /" >"$region/entries.$p" || return 1
    done
    cat "$region"/entries.* >"$region/entries"
}

# PARTNER NUMBER DIRECTION KIND LEAF MESSAGE REFERS STATEMENT: every statement that was sent came back acknowledged.
all_acknowledged() {
    awk '$3 == "received" && $4 == "statement" { came[$6] = 1 } $3 == "received" && $4 == "ack" { acked[$7] = 1 }
        END { for (i in came) if (!(i in acked)) exit 1 }' "$region/entries"
}

officers() {
    local p
    for p in $partners; do staff "$p" officer officer || return 1; done
}

scene_the_log_holds() {
    local p
    for p in $partners; do
        got=$("$bin/schakel" verify --region "$region/region" --log "$region/export" --receipts "$region/receipts.$p" --json 2>&1) ||
            { why="$p: $got"; return 1; }
        expect "$p has every number" "$got" '"bad_mail":0,"withdrawn":0,"missing":0,"not_kept":0,"first":1,' || return 1
        leaves=$(printf '%s' "$got" | value leaves)
    done
}

# What commands said was done: each statement and request once among what was sent and once at the other side, under one leaf.
scene_nothing_lost_nothing_twice() {
    cat "$region"/report.vo "$region"/report.cjg | grep '"ok":true' | value_each statement >"$region/reported"
    grep '"verdict":"PERMIT"' "$region/report.request" | value_each request >>"$region/reported"
    sed 1d "$region/granted" | sed 's/$/ grant/' >>"$region/reported"
    [ "$(wc -l <"$region/reported")" -gt 200 ] || { why="only $(wc -l <"$region/reported") acts were reported"; return 1; }
    why=$(awk -v leaves="$leaves" '
        FNR == NR { want[$1 ($2 == "" ? "" : " " $2)] = 1; next }
        $5 == "-" { print "number " $2 " of " $1 " never came"; exit }
        { key = $4 == "statement" ? $8 : $4 == "grant" ? $7 " grant" : $4 == "request" ? $6 : "" }
        $3 == "sent" {
            if (at[$6]++) { print "message " $6 " was done twice"; exit }
            if (leaf[$5]++) { print "leaf " $5 " stands in two archives"; exit }
            if (key != "") { sent[key]++; place[key] = $5 }
        }
        $3 == "received" {
            if (got[$6]++) { print "message " $6 " came twice"; exit }
            if (key != "") { received[key]++; there[key] = $5 }
        }
        END {
            for (k in want)
                if (sent[k] != 1 || received[k] != 1 || place[k] != there[k]) {
                    print k " was reported as done; sent " sent[k] + 0 ", received " received[k] + 0; exit
                }
            for (i = 0; i < leaves; i++) if (!(i in leaf)) { print "leaf " i " is of nobody"; exit }
        }' "$region/reported" "$region/entries")
    [ -z "$why" ]
}

scene_no_release_without_a_grant() {
    why=$(awk '
        $3 == "sent" && $4 == "grant" { grant[$6] = $5; asked[$7] = $5 }
        $3 == "sent" && $4 == "release" { n++; release[$7] = $5 }
        END {
            if (n < 20) { print "only " n + 0 " releases"; exit }
            for (r in release) {
                before = r in grant ? grant[r] : r in asked ? asked[r] : -1
                if (before < 0 || before + 0 >= release[r] + 0) { print "the release at leaf " release[r] " has no grant before it"; exit }
            }
        }' "$region/entries")
    [ -z "$why" ]
}

set -e
region_up
officers
set +e
for name in kill_under_load everything_arrives the_log_holds nothing_lost_nothing_twice no_release_without_a_grant; do run_scene "$name" || break; done
echo "acts reported: $(acts), kills: $killed, leaves: ${leaves:-?}"
end_flow
