#!/usr/bin/env bash
# What a care coordinator reads: lists by page and in the order of what needs a person, no line wider than a terminal, in Dutch as in English,
# no number of a child where none is needed, and what was done already is said and not done again. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

REPORTS=320   # more than one answer of the node holds
WIDE=100

# people WHO COMMAND...: as a person, on a terminal's worth of columns; fills "read".
people() {
    local who=$1
    shift
    read=$(as "$who" "$@" --lang nl 2>&1)
}
is_narrow() {
    local widest
    widest=$(printf '%s\n' "$read" | LC_ALL=C.UTF-8 awk '{ if (length($0) > w) w = length($0) } END { print w + 0 }')
    [ "$widest" -le "$WIDE" ] || { why="$1: $widest columns"; return 1; }
}
shows() { printf '%s\n' "$read" | grep -E -- "$2" >/dev/null || { why="$1; it shows: $(printf '%s' "$read" | head -c 500)"; return 1; }; }
count() { printf '%s\n' "$read" | grep -cE -- "$1"; }

# Every second day one report of the same child, in one file.
scene_many_reports() {
    local i
    {
        echo "number,event,to,occurred"
        for i in $(seq "$REPORTS"); do echo "$(child_number $((2 + i % 60))),VZM,leerplicht,$(date -d "$((i % 20)) days ago" +%F)"; done
    } >"$region/reports.csv"
    as vo event add --from "$region/reports.csv" >"$region/said" 2>&1 || { why="not all were reported: $(tail -n 2 "$region/said")"; return 1; }
    wait_for 30 has_all || { why="they do not all come: $(as leerplicht inbox --all 2>/dev/null | grep -c '^Report')"; return 1; }
}
has_all() { [ "$(as leerplicht inbox --all --lang en 2>/dev/null | grep -c '^Report from')" = "$REPORTS" ]; }

scene_by_page() {
    people leerplicht inbox
    [ "$(count '^Melding van')" = 25 ] || { why="a page has $(count '^Melding van') rows"; return 1; }
    shows "how many more" "En nog $((REPORTS - 25))\. De volgende: voeg --skip 25 toe" || return 1
    people leerplicht inbox --skip $((REPORTS - 3))
    [ "$(count '^Melding van')" = 3 ] || { why="the last page has $(count '^Melding van')"; return 1; }
    # More than one answer of the node has room for, without one twice.
    people leerplicht event list --limit $((REPORTS - 10))
    [ "$(count '^VZM')" = $((REPORTS - 10)) ] || { why="asked for $((REPORTS - 10)), got $(count '^VZM')"; return 1; }
    [ "$(printf '%s\n' "$read" | grep '^VZM' | grep -o '[0-9a-f]\{8\}$' | sort -u | grep -c .)" = $((REPORTS - 10)) ] || { why="some come twice"; return 1; }
    shows "the rest" "En nog 10\. De volgende: voeg --skip $((REPORTS - 10))" || return 1
    people leerplicht inbox --limit 0
    shows "no page of nothing" "1 of meer" || return 1
}

# Behind all those reports nothing is hidden that needs a person.
scene_what_needs_a_person() {
    ask cjg objection add --number "$(child_number 5)" --purpose att_followup --to leerplicht
    expect "the objection is told" "$got" '"ok":true' || return 1
    wait_for 10 lies_at leerplicht '"kind":"objection"' || { why="the objection does not come"; return 1; }
    ask cjg case open --number "$(child_number 6)" --purpose case_support
    ask cjg case invite --case "$(printf '%s' "$got" | value case)" --partner leerplicht --purpose case_support
    wait_for 10 lies_at leerplicht '"kind":"invitation"' || { why="the invitation does not come"; return 1; }
    people leerplicht inbox --limit 3
    [ "$(printf '%s\n' "$read" | grep -E '^(Uitnodiging|Bezwaar|Melding)' | cut -d' ' -f1 | tr -d ',' | tr '\n' ' ')" = "Uitnodiging Bezwaar Melding " ] ||
        { why="in another order: $(printf '%s\n' "$read" | grep -E '^[UBM]')"; return 1; }
}
# Reads to the end: who stops before makes the command before it fail.
lies_at() { as "$1" inbox --json 2>/dev/null | lines | grep "$2" >/dev/null; }

# From the report to a case without a number on the screen or in the hand.
scene_from_the_report() {
    local report
    report=$(as leerplicht inbox --json | lines | grep '"kind":"event"' | head -n 1 | value id | cut -c1-8)
    people leerplicht case open --from-report "$report" --purpose att_followup
    shows "the case and what comes next" "schakel request new --case [0-9a-f]{8} --to PARTNER --purpose att_followup" || return 1
    ! printf '%s' "$read" | grep -E '[0-9]{9}' >/dev/null || { why="a number is shown"; return 1; }
    people leerplicht case open --from-report "$report" --purpose att_followup
    shows "the second time it is there" "Deze casus is er al" || return 1
}

scene_once() {
    local said before
    ask vo consent record --number "$(child_number 7)" --holder vo --receiver cjg --purpose youth_help_access --sections need --yes g1
    ask vo consent record --number "$(child_number 7)" --holder vo --receiver cjg --purpose youth_help_access --sections need --yes y,g1,g2
    said=$(printf '%s' "$got" | value statement)
    people vo consent list --number "$(child_number 7)"
    [ "$(count 'mag lezen van')" = 1 ] || { why="$(count 'mag lezen van') consents for one"; return 1; }
    shows "and that there is an older one" "En nog 1 oudere" || return 1
    before=$(date +%F)
    people vo consent withdraw --statement "$said"
    shows "withdrawn" "^Ingetrokken" || return 1
    people vo consent withdraw --statement "$said"
    shows "withdrawn already, and when" "al ingetrokken, op ($before|$(date +%F))" || return 1
    [ "$(as vo statement list --json | lines | grep -c '"kind":"withdrawal"')" = 1 ] || { why="it was withdrawn twice"; return 1; }
}

# shellcheck disable=SC2086
audited() { read=$("$bin/schakel" --home "$region/leerplicht" --as privacy $1 --lang nl 2>&1); }
# What is on its way when it is asked has a number that is not here yet.
shows_whole_so_far() { audited "audit complete --to $(date +%F)"; shows "nothing is missing" "ontbreekt tot nu toe niets"; }

# What stands on the screen fits on it.
scene_narrow() {
    local words
    staff leerplicht privacy officer || { why="no officer"; return 1; }
    for words in inbox "event list" "request list" "case show" "consent list" "statement list" "outbox list" "record list" "policy show" \
        "policy show --purpose att_followup" "--help" "weigh --help" "consent record --help" "send --help" "audit --help"; do
        # shellcheck disable=SC2086
        people leerplicht $words
        is_narrow "$words" || return 1
    done
    wait_for 20 shows_whole_so_far || { why="$why, and the day is not over"; return 1; }
    for words in audit "audit complete" "audit complete --to $(date +%F)"; do
        audited "$words"
        is_narrow "$words" || return 1
    done
}

scene_what_is_lacking() {
    people vo send --number "$(child_number 8)" --to cjg --purpose youth_help_access --sections need
    for words in "schakel event add" "schakel consent record" "schakel weigh .*--sections need --send|--send; geef"; do
        shows "all that is lacking" "$words" || return 1
    done
    printf '[\n {"number":"%s",\n  "att": {"days": 3}, "gossip": {}}]' "$(child_number 8)" >"$region/wrong.json"
    ask vo record import "$region/wrong.json"
    expect "every mistake, and where" "$got" '"mistakes":\[\{"file":"wrong.json","line":3,"column":11,.*"line":3,"column":23,' || return 1
}

set -e
region_up
set +e
stop_node wijkteam
run_scenes many_reports by_page what_needs_a_person from_the_report once narrow what_is_lacking
