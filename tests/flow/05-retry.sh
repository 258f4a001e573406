#!/usr/bin/env bash
# Answers and questions that are lost on the way, and tried again 11 minutes and 8 days later: what the hub applied is not done twice, what
# it did not is done now, or its person is told why not. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

# The school speaks to the hub through a relay that can lose what is said.
through_a_relay() {
    relay_to hub "$region_port" || return 1
    stop_node vo
    printf 'hub = 127.0.0.1:%s\n' "$relay_port" >>"$region/vo/schakel.conf"
    back vo
}
weather() { kill "-$1" "$(cat "$region/frames/hub.pid")"; }

more_leaves() { [ "$(leaves)" -gt "$1" ]; }
recorded() { cat "$region/frames/hub"/*.up | wc -c; }
more_recorded() { [ "$(recorded)" -ge $(($1 + 600)) ]; }

# Questions go by as well: only with something in the list is it the report that was seen.
it_waits() { [ "$(status_of vo outbox)" -ge 1 ]; }
taken() { it_waits && more_leaves "$1"; }
on_its_way() { it_waits && more_recorded "$1"; }

# report CHILD SIGNAL: the school reports, what is said to it or by it is lost, and its node dies. Statement in "made".
report() {
    local before said
    # What was sent before, a login's certificate too, makes leaves and bytes of its own.
    wait_for 10 outbox_empty vo || { why="something is on its way before: $(status_of vo outbox_trouble)"; return 1; }
    before=$(leaves) said=$(recorded)
    weather "$2"
    as vo event add --number "$(child_number "$1")" --event VZM --to leerplicht --json >"$region/said" 2>&1 &
    local command=$!
    if [ "$2" = USR1 ]; then
        wait_for 6 taken "$before" || { why="the hub does not take it"; return 1; }
    else
        wait_for 6 on_its_way "$said" || { why="the node does not send it"; return 1; }
    fi
    kill_node vo
    wait "$command"
    weather HUP
}

# The newest statement that the school made itself.
newest_of_vo() { as vo event list --json | lines | grep '"setter":"vo"' | value_each statement | grep -vxF -f "$region/known"; }

# after SECONDS SIGNAL: reported, lost, tried again so much later.
after() {
    local made
    as vo event list --json | value_each statement >"$region/known"
    echo none >>"$region/known"
    report 1 "$2" || return 1
    later "$1" && back vo || return 1
    wait_for 10 outbox_empty vo || { why="the outbox is not sent: $(status_of vo outbox_trouble)"; return 1; }
    made=$(newest_of_vo)
    [ "$(printf '%s\n' "$made" | grep -c .)" = 1 ] || { why="the school has $(printf '%s\n' "$made" | grep -c .) new statements"; return 1; }
    wait_for 5 is_known_once leerplicht "$made" || { why="known at the officer: $(times_known leerplicht "$made") times"; return 1; }
    got=$made
}

scene_applied_and_11_minutes() { through_a_relay && after 660 USR1; }
scene_not_applied_and_11_minutes() { after 660 USR2; }
scene_applied_and_8_days() { after 691200 USR1; }
# The person's certificate ended meanwhile. The act waits, saying so, until that person logs in: the same key then has a new one.
scene_not_applied_and_8_days() {
    local made
    as vo event list --json | value_each statement >"$region/known"
    echo none >>"$region/known"
    report 1 USR2 || return 1
    later 691200 && start_node vo || { why="${why:-the school does not start}"; return 1; }
    wait_for 10 says_why || { why="the school does not say why it waits: $(status_of vo outbox) $(status_of vo outbox_trouble)"; return 1; }
    login vo
    wait_for 10 outbox_empty vo || { why="it still waits: $(status_of vo outbox_trouble)"; return 1; }
    made=$(newest_of_vo)
    wait_for 5 is_known_once leerplicht "$made" || { why="known at the officer: $(times_known leerplicht "$made") times"; return 1; }
}
says_why() { [ "$(status_of vo outbox)" = 1 ] && "$bin/schakel" --home "$region/vo" status --json | grep 'no valid certificate' >/dev/null; }

# A login while the hub is away makes a certificate that nobody gets before it ends: it goes, and holds up nothing that comes after it.
scene_certificate_ended_unsent() {
    as_login vo admin || { why="no administrator"; return 1; }
    stop_node hub
    staff vo invaller caseworker
    [ "$(status_of vo outbox)" -ge 1 ] || { why="no certificate waits"; return 1; }
    stop_node vo
    start_hub || { why="the hub does not start"; return 1; }
    later 777600 && back vo || return 1
    ask vo event add --number "$(child_number 4)" --event VZM --to leerplicht
    expect "a report goes" "$got" '"ok":true' || return 1
    wait_for 15 outbox_empty vo || { why="it is held up: $(status_of vo outbox_trouble)"; return 1; }
    wait_for 5 is_known_once leerplicht "$(printf '%s' "$got" | value statement)" || { why="it is not at the officer"; return 1; }
}

set -e
region_up
set +e
run_scenes applied_and_11_minutes not_applied_and_11_minutes applied_and_8_days not_applied_and_8_days certificate_ended_unsent
