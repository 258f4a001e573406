#!/usr/bin/env bash
# A node that is off for 1, 8 and 40 days at each step of a disclosure: nothing is lost, nothing is read that may not be read any more, and
# whoever comes back goes on where it was. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib/away.sh"

# The holder is off when it is asked.
holder_away_at_request() {
    away vo
    ask_school && later "$1" && back vo && school_grants && officer_reads
}

# The asker is off when it is granted.
asker_away_at_grant() {
    ask_school || return 1
    wait_for 10 lies_at vo "$request" || { why="the request is not at the school"; return 1; }
    away leerplicht
    school_grants && later "$1" && back leerplicht && officer_reads
}

# The asker is off between what it fetched and what it opens.
asker_away_before_opening() {
    ask_school && school_grants || return 1
    wait_for 10 lies_at leerplicht "$request.*\"kind\":\"share\"" || { why="the share is not at the officer"; return 1; }
    wait_for 15 school_hears "$request" '"fetched":' || { why="the school does not hear that it was fetched: $(as vo request show --request "$request" --json)"; return 1; }
    away leerplicht
    later "$1" || return 1
    # A week of silence after the fetch is shown to the holder, and not before.
    ask vo request show --request "$request"
    if [ "$1" -ge $((7 * DAY)) ]; then
        expect "the school sees the silence" "$got" '"silent_days":[1-9]' || return 1
        expect "and its status" "$(as vo status --json)" '"shares_silent":1' || return 1
    else
        expect_not "a day is no silence" "$got" 'silent_days' || return 1
    fi
    back leerplicht && officer_reads || return 1
    wait_for 15 school_hears "$request" '"opened":' || { why="the school does not hear that it was read"; return 1; }
    ask vo request show --request "$request"
    expect_not "then it is no silence any more" "$got" '"fetched":|silent_days'
}

# The holder is off when it is opened: it hears of it afterwards.
holder_away_at_opening() {
    ask_school && school_grants || return 1
    wait_for 10 lies_at leerplicht "$request.*\"kind\":\"share\"" || { why="the share is not at the officer"; return 1; }
    away vo
    officer_reads && later "$1" && back vo || return 1
    wait_for 10 school_hears "$request" '"opened":' || { why="the school does not hear that it was read: $(as vo request show --request "$request" --json)"; return 1; }
}

# The holder granted while the hub was off, and is off itself before the grant is logged.
holder_away_before_the_leaf() {
    ask_school || return 1
    wait_for 10 lies_at vo "$request" || { why="the request is not at the school"; return 1; }
    stop_node hub
    ask vo grant --request "$request"
    expect "the grant waits" "$got" '"queued":true' || return 1
    away vo
    start_hub || { why="the hub does not start"; return 1; }
    later "$1" && back vo && officer_reads
}

each_step() {
    local step
    for step in holder_away_at_request asker_away_at_grant asker_away_before_opening holder_away_at_opening holder_away_before_the_leaf; do
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
keep_start
set +e
run_scenes 1_day 8_days 40_days
