#!/usr/bin/env bash
# A node that goes off around a leaf, for 1, 8 and 40 days: the asker before its request is logged, the holder when its grant was logged and the
# answer was lost, so that the release has not gone. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib/away.sh"

# Asked while the hub was off, and off itself before it is back.
asker_away_before_its_leaf() {
    stop_node hub
    ask leerplicht request new --case "$case_a" --to vo --purpose att_followup --sections ident,att
    expect "the request waits" "$got" '"queued":true' || return 1
    request=$(printf '%s' "$got" | value request)
    away leerplicht
    start_hub || { why="the hub does not start"; return 1; }
    later "$1" && back leerplicht || return 1
    wait_for 20 outbox_empty leerplicht || { why="the request is not sent: $(status_of leerplicht outbox_trouble)"; return 1; }
    school_grants && officer_reads
}

# The school speaks to the hub through a relay, which loses what the hub says from its grant on.
more_leaves() { [ "$(leaves)" -gt "$1" ]; }
holder_away_after_the_leaf() {
    local before
    ask_school || return 1
    wait_for 10 lies_at vo "$request" || { why="the request is not at the school"; return 1; }
    # Nobody else makes a leaf then.
    wait_for 10 outbox_empty vo && wait_for 10 outbox_empty leerplicht || { why="something is on its way before"; return 1; }
    before=$(leaves)
    kill -USR1 "$(cat "$region/frames/hub.pid")"
    as vo grant --request "$request" --json >"$region/said" 2>&1 &
    local command=$!
    wait_for 6 more_leaves "$before" || { why="the hub does not take the grant"; return 1; }
    kill_node vo
    wait "$command"
    kill -HUP "$(cat "$region/frames/hub.pid")"
    ! lies_at leerplicht "$request.*\"kind\":\"share\"" || { why="the release went before its grant had a receipt"; return 1; }
    later "$1" && back vo || return 1
    wait_for 20 outbox_empty vo || { why="the release is not sent: $(status_of vo outbox_trouble)"; return 1; }
    officer_reads
}

each_step() {
    local step
    for step in asker_away_before_its_leaf holder_away_after_the_leaf; do
        if [ "$1" = 40 ]; then from_start || return 1; fi
        "$step" $(($1 * DAY)) || { why="$step for $1 days: $why"; return 1; }
        echo "   $step $1 $SECONDS"
    done
}

scene_1_day() { each_step 1; }
scene_8_days() { each_step 8; }
scene_40_days() { each_step 40; }

set -e
region_up
open_case || { echo "$why"; exit 1; }
stop_node cjg
stop_node wijkteam
relay_to hub "$region_port"
stop_node vo
printf 'hub = 127.0.0.1:%s\n' "$relay_port" >>"$region/vo/schakel.conf"
back vo
keep_start
set +e
run_scenes 1_day 8_days 40_days
