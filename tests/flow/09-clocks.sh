#!/usr/bin/env bash
# Clocks that are an hour off, the hub's or a partner's: nothing is done on wrong times, who uses it is told which clocks differ and what to
# do, and when they are right again what waited is done, once. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/registry.sh"
. "$source/tests/flow/lib/witkey.sh"

HOUR=3600

# Started again, so much ahead of the others from then on (or behind).
hub_with_clock() {
    stop_node hub
    set_clock "$1" start_hub
    unset SCHAKEL_CLOCK_OFFSET_S
}

school_with_clock() {
    stop_node vo
    set_clock "$1" start_node vo
    set_clock "$1" login vo
    unset SCHAKEL_CLOCK_OFFSET_S
}

sees_clocks() { "$bin/schakel" --home "$region/vo" status --json | grep -E "\"clocks_note\":\"the clock of this machine says .*(59|60|61) minutes apart" >/dev/null; }
sees_no_clocks() { ! sees_clocks; }

# A report while the clocks differ: it says so, and does not go.
report_in_vain() {
    wait_for 10 sees_clocks || { why="the status does not name the clocks: $("$bin/schakel" --home "$region/vo" status)"; return 1; }
    ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht
    expect "the report is kept" "$got" '"queued":true' || return 1
    expect "and it says why it waits" "$got" '"clocks_note":"the clock of this machine says .*apart.*timedatectl' || return 1
    made=$(printf '%s' "$got" | value statement)
    [ "$(status_of vo outbox)" -ge 1 ] && not is_known_once leerplicht "$made" || { why="it was taken on wrong times"; return 1; }
}

# Everything that waited is there, once, without anybody doing anything.
done_once() {
    wait_for 20 sees_no_clocks || { why="the status still names the clocks"; return 1; }
    wait_for 20 outbox_empty vo || { why="it is not sent: $(status_of vo outbox_trouble)"; return 1; }
    wait_for 20 is_known_once leerplicht "$made" || { why="known at the officer: $(times_known leerplicht "$made") times"; return 1; }
    [ "$(times_known vo "$made")" = 1 ] || { why="the school has it $(times_known vo "$made") times"; return 1; }
}

scene_hub_ahead() {
    hub_with_clock "$HOUR"
    report_in_vain 1 || return 1
    got=$(as vo event add --number "$(child_number 2)" --event VZM --to leerplicht --lang nl 2>&1)
    expect "on paper too, in Dutch" "$(tr '\n' ' ' <<<"$got")" 'de klok van deze machine zegt .*minuten *verschil' || return 1
    hub_with_clock 0
    done_once
}

scene_hub_behind() {
    hub_with_clock "-$HOUR"
    report_in_vain 3 || return 1
    hub_with_clock 0
    done_once
}

# What its person signed comes from the future: it waits until that hour has come, and what is reported now goes at once.
scene_school_ahead() {
    school_with_clock "$HOUR"
    report_in_vain 4 || return 1
    school_with_clock 0
    wait_for 20 sees_no_clocks || { why="the status still names the clocks"; return 1; }
    came_behind vo leerplicht VZM "$(child_number 6)" || { why="another report does not go past it: $why"; return 1; }
    not is_known_once leerplicht "$made" || { why="a report from the future is there"; return 1; }
    later "$HOUR" && done_once
}

# Everybody was an hour ahead, and is not any more: the log's time does not go back, and nobody has to wait for it.
scene_the_hour_taken_back() {
    later "-$HOUR" || return 1
    ask vo event add --number "$(child_number 7)" --event VZM --to leerplicht
    expect "a report is taken" "$got" '"ok":true' || return 1
    made=$(printf '%s' "$got" | value statement)
    wait_for 10 is_known_once leerplicht "$made" || { why="known at the officer: $(times_known leerplicht "$made") times; $(as leerplicht status --json)"; return 1; }
}

scene_school_behind() {
    school_with_clock "-$HOUR"
    report_in_vain 5 || return 1
    school_with_clock 0
    done_once
}

# ---- the keyholder's clock: only children that nobody asked for yet need it ----

keyholder_with_clock() {
    stop_node keyholder
    set_clock "$1" start_keyholder
    unset SCHAKEL_CLOCK_OFFSET_S
}

# A number of the range for examples that nobody has yet.
new_number() {
    awk -v from="$1" 'BEGIN {
        for (n = from; ; n++) {
            number = sprintf("9999%05d", n)
            sum = -substr(number, 9, 1)
            for (i = 1; i <= 8; i++) sum += (10 - i) * substr(number, i, 1)
            if (sum % 11 == 0) { print number; exit }
        }
    }'
}
# By itself the node asks after longer and longer pauses; whoever asks for the child lets it ask now.
is_done_for() { ask_once vo case open --number "$1" --purpose case_support; grep -q '"ok":true' <<<"$got"; }
none_waits() { [ "$(status_of vo pseudonyms_waiting)" = 0 ]; }

keyholder_off_by() {
    local number before
    number=$(new_number "$2")
    before=$(($(counted) + 1))
    keyholder_with_clock "$1"
    wait_for 10 answered_about "$number" || { why="the keyholder is not found: $got"; return 1; }
    expect "a new child is not made known on wrong times" "$got" '"ok":false' || return 1
    expect "and it says whose clock" "$got" 'keyholder.*clock' || return 1
    ask vo event add --number "$(child_number 2)" --event VZM --to leerplicht
    expect "a known child goes on" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued"' || return 1
    wait_for 10 is_counted "$before" || { why="the hub did not count it: $(counted), and not $before"; return 1; }
    # It is the only witness from outside: what it cosigns by its own clock counts, and hides nothing that comes later.
    wait_for 30 all_anchored || { why="nothing is anchored while its clock is off: $(hub_number anchored) of $(hub_number leaves)"; return 1; }
    keyholder_with_clock 0
    wait_for 20 is_done_for "$number" || { why="the child is not done when the clock is right: $got"; return 1; }
    wait_for 20 none_waits || { why="it still waits: $(status_of vo pseudonyms_note)"; return 1; }
    is_counted "$before" || { why="what waited was asked of the hub anew: $before, $(counted)"; return 1; }
}
# How many pseudonyms the hub counted today for all together: four bytes of its file.
counted() { od -An -tu1 -j 20 -N 4 "$region/hub/oprf/quota" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'; }
# Once: who is asked often and refuses is asked again by the node after longer and longer pauses.
answered_about() { ask_once vo case open --number "$1" --purpose case_support; ! grep -qE 'cannot be reached|this needs its answer|not answered yet' <<<"$got"; }
is_counted() { [ "$(counted)" = "$1" ]; }
# What is counted is counted a day.
scene_keyholder_ahead() { not_over_midnight 60; keyholder_off_by "$HOUR" 60000; }
scene_keyholder_behind() { not_over_midnight 60; keyholder_off_by "-$HOUR" 60200; }

# The others went on all the while, and nobody's log or receipts are torn.
scene_the_log_holds() {
    ask vo event add --number "$(child_number 1)" --event VZM --to leerplicht
    expect "a report goes out at once" "$got" '"ok":true' || return 1
    expect_not "and does not wait" "$got" '"queued"' || return 1
    expect "the log is whole" "$("$bin/schakel" --home "$region/vo" status --json)" '"log_trusted":true' || return 1
    [ "$(status_of leerplicht bad_mail)" = 0 ] || { why="mail that could not be believed at the officer"; return 1; }
}

set -e
region_up
set +e
run_scenes hub_ahead hub_behind keyholder_ahead keyholder_behind school_behind school_ahead the_hour_taken_back the_log_holds
