#!/usr/bin/env bash
# A role that dies ends its program, which names it: each role of hub, keyholder and node, killed with SIGKILL. Started again, each program
# works as before. And SIGTERM while there is work ends each cleanly within seconds. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

# A core that lost another role ends as it is, with all that it had: that is no leak. What SIGTERM leaves is looked at in 02-node.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
CLEAN_S=6

# A hub has a witness role only where public witnesses are set, a keyholder a cosigner only where the region names it; both are here. Nobody
# listens at that address: its role need not succeed to be there.
public_vkey=$("$bin/test-witness" witness.example 0 3>/dev/null)
region_make_opts=(--witness "$public_vkey")

role_pid() { pgrep -P "$(cat "$region/$1/pid")" -f -- "--role $2\$"; }
start_again() { case $1 in hub) start_hub ;; keyholder) start_keyholder ;; *) start_node "$1" && login "$1" ;; esac; }

# A process is its number and when it began: the number alone is somebody else's within minutes.
process() { echo "$1:$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)"; }
is_gone() { has_ended "${1%:*}" || [ "$(process "${1%:*}")" != "$1" ]; }
gone_in() { wait_for "$1" is_gone "$2"; }

# A report reaches the officer's node: everybody works.
all_works() {
    wait_for 10 hub_is vo true && wait_for 10 hub_is leerplicht true || { why="the nodes do not find the hub after $1"; return 1; }
    asked=$((${asked:-0} + 1))
    ask vo event add --number "$(child_number $((1 + asked)))" --event VZM --to leerplicht
    expect "a report after $1" "$got" '"ok":true' || return 1
    wait_for 15 is_known_once leerplicht "$(printf '%s' "$got" | value statement)" || { why="a report after $1 does not come"; return 1; }
}

# killed WHO ROLE: the program ends with 70 and names that role, no other; no process of it is left.
killed() {
    local at pid children=() code=0 child
    at=$(($(stat -c %s "$region/$1/log") + 1))
    pid=$(cat "$region/$1/pid")
    wait_for 5 role_pid "$1" "$2" || { why="$1 has no role $2"; return 1; }
    for child in $(pgrep -P "$pid"); do children+=("$(process "$child")"); done
    kill -9 "$(role_pid "$1" "$2")"
    gone_in 10 "$(process "$pid")" || { why="$1 lives on without $2"; return 1; }
    wait "$pid" || code=$?
    [ "$code" = 70 ] || { why="$1 without $2 ends with $code"; return 1; }
    for child in "${children[@]}"; do
        gone_in 10 "$child" || { why="$1 is gone, and its process $child is not"; return 1; }
    done
    tail -c "+$at" "$region/$1/log" | grep -vE '^[0-9]{4}-|=' >"$region/said"
    expect "$1 names $2" "$(cat "$region/said")" "(^|[ :])$2(:| |\$)" || return 1
    [ "$(grep -oE '\b(gate|core|signer|oprf|witness|cosigner|vault)\b' "$region/said" | sort -u)" = "$2" ] ||
        { why="$1 without $2 names more: $(cat "$region/said")"; return 1; }
    start_again "$1" || { why="$1 does not start again after $2"; return 1; }
    all_works "$2 of $1"
}

scene_hub_roles() {
    local role
    for role in gate core signer oprf witness; do killed hub "$role" || return 1; done
}
scene_keyholder_roles() {
    local role
    for role in gate oprf cosigner; do killed keyholder "$role" || return 1; done
}
scene_node_roles() { killed vo vault; }

# A hub with fewer roles than it could have says so here, not by a scene that had nothing to kill.
scene_every_role_was_there() {
    local want="core gate oprf signer witness" have
    have=$(pgrep -a -P "$(cat "$region/hub/pid")" | grep -o -- '--role [a-z]*' | cut -d' ' -f2 | sort | tr '\n' ' ')
    [ "${have% }" = "$want" ] || { why="the hub's roles are $have"; return 1; }
    have=$(pgrep -a -P "$(cat "$region/keyholder/pid")" | grep -o -- '--role [a-z]*' | cut -d' ' -f2 | sort | tr '\n' ' ')
    [ "${have% }" = "cosigner gate oprf" ] || { why="the keyholder's roles are $have"; return 1; }
}

# walled PID: each thread of it has a filter for system calls, and nothing it could start would have more rights.
walled() {
    local status
    for status in /proc/"$1"/task/*/status; do
        grep -q '^Seccomp:[[:space:]]*2$' "$status" && grep -q '^NoNewPrivs:[[:space:]]*1$' "$status" || return 1
    done
}
scene_every_role_is_walled_in() {
    local who role n=0
    for who in hub keyholder vo; do
        for role in $(pgrep -P "$(cat "$region/$who/pid")" -f -- '--role '); do
            wait_for 5 walled "$role" || { why="a process of $who has no filter: $(tr '\0' ' ' </proc/"$role"/cmdline)"; return 1; }
            n=$((n + 1))
        done
    done
    [ "$n" = 9 ] || { why="$n roles were looked at, and not 9"; return 1; }
    ! grep -h 'this system has no' "$region"/*/log || { why="this system lacks a wall"; return 1; }
}

# ---- SIGTERM ----

# Reports of two partners without a pause.
work_hard() {
    local p
    { echo number,event,to; sed -n '2,$p' "$region/data/vo.csv" | cut -d, -f1 | head -n 30 | sed 's/$/,VZM,leerplicht/'; } >"$region/rows.vo"
    { echo number,event,to; sed -n '2,$p' "$region/data/cjg.csv" | cut -d, -f1 | head -n 30 | sed 's/$/,HELP_REQ,leerplicht/'; } >"$region/rows.cjg"
    work=()
    for p in vo cjg; do
        while [ ! -e "$region/stop.work" ]; do
            as "$p" event add --from "$region/rows.$p" --json >>"$region/report.$p" 2>/dev/null || sleep 0.1
        done & work+=("$!")
    done
    region_pids+=("${work[@]}")
}

busy() { [ "$(leaves)" -ge $((busy_from + 20)) ]; }

# ended WHO: under load, with 0, in time.
ended() {
    local pid began code=0
    busy_from=$(leaves)
    wait_for 20 busy || { why="there is no load before $1 ends"; return 1; }
    pid=$(cat "$region/$1/pid")
    began=$(date +%s%N)
    kill "$pid"
    gone_in "$CLEAN_S" "$(process "$pid")" || { why="$1 is not gone after $CLEAN_S s"; return 1; }
    echo "   $1 ended in $((($(date +%s%N) - began) / 1000000)) ms"
    wait "$pid" || code=$?
    [ "$code" = 0 ] || { why="$1 ends with $code: $(tail -n 3 "$region/$1/log")"; return 1; }
    start_again "$1" || { why="$1 does not start again"; return 1; }
}

scene_sigterm_under_load() {
    local who
    work_hard
    for who in hub vo keyholder; do ended "$who" || { touch "$region/stop.work"; wait "${work[@]}"; return 1; }; done
    touch "$region/stop.work"
    wait "${work[@]}"
    wait_for 60 outbox_empty vo && wait_for 60 outbox_empty cjg || { why="the outbox is not sent: $(status_of vo outbox_trouble)"; return 1; }
    all_works "the ends"
}

set -e
region_up
stop_node hub
echo "witnesses = witness.example http://127.0.0.1:$(free_port)/" >>"$region/hub/schakel.conf"
start_hub
set +e
run_scenes every_role_was_there every_role_is_walled_in hub_roles keyholder_roles node_roles sigterm_under_load
