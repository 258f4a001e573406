#!/usr/bin/env bash
# A gate that was taken over (tests/js/gate.mjs): what it makes up, changes, repeats, cuts or keeps back between a node and the hub is seen, said
# in the node's log, believed by nobody, and made good as soon as the gate is honest. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/gate.sh"

log_says() { tail -c "+$(($3 + 1))" "$region/$1/log" | grep -E "$2" >/dev/null; }
size() { stat -c %s "$region/$1/log"; }

# lied NAME WHO PATTERN: under this lie the school reports; WHO's node says PATTERN in its log; then the gate is honest, and all is as if it had
# been. What a lie with no pattern does is that the school waits, or that nothing comes of it; that it was told at all, the gate says.
lied() {
    local name=$1 who=$2 pattern=$3 at made before
    before=$(as vo event list --json | value_each statement | sort)
    at=$(size "$who")
    tell "$name"
    as vo event add --number "$(child_number 3)" --event VZM --to leerplicht --json >"$region/said" 2>&1 &
    local command=$!
    [ -z "$pattern" ] || wait_for 15 log_says "$who" "$pattern" "$at" || { tell honest; why="$name: the node of $who does not say $pattern: $(tail -c "+$((at + 1))" "$region/$who/log" | tail -n 5; cat "$region/said")"; return 1; }
    [ -n "$pattern" ] || [ "$name" = honest ] || wait_for 15 was_told "$name" || { tell honest; why="$name was not told: $(tail -n 2 "$told"; cat "$region/said")"; return 1; }
    [ -n "$pattern" ] || wait "$command"
    tell honest
    [ "$name" = honest ] || was_told "$name" || { why="$name was not told: $(tail -n 2 "$told"; cat "$region/said")"; return 1; }
    wait "$command"
    wait_for 20 outbox_empty vo || { why="$name: the report is not sent afterwards: $(status_of vo outbox_trouble)"; return 1; }
    made=$(comm -13 <(printf '%s\n' "$before") <(as vo event list --json | value_each statement | sort))
    [ "$(printf '%s\n' "$made" | grep -c .)" = 1 ] || { why="$name: the school made $(printf '%s\n' "$made" | grep -c .) reports"; return 1; }
    wait_for 10 is_known_once leerplicht "$made" || { why="$name: known at the officer $(times_known leerplicht "$made") times"; return 1; }
    echo "   $name $SECONDS"
}

scene_answers() {
    through_the_gate vo leerplicht || { why="${why:-the region does not go on through the gate}"; return 1; }
    lied honest vo '' &&
        lied accepted-without-receipt vo no-receipt &&
        lied receipt-of-another-act vo bad-receipt &&
        lied receipt-changed vo bad-receipt &&
        lied leaf-time-changed vo bad-receipt &&
        lied answer-to-another vo '' &&
        lied cut-short vo bad-reply &&
        lied not-a-frame vo bad-reply
}
scene_mail() {
    lied mail-changed leerplicht bad-mail &&
        lied mail-receipt-changed leerplicht 'bad-mail|bad-reply' &&
        lied mail-cut leerplicht 'bad-reply|mail-not-applied' &&
        lied mail-again leerplicht '' &&
        lied mail-withheld leerplicht ''
}
scene_questions() {
    lied question-changed vo 'BAD_SIGNATURE|NOT_A_FRAME' &&
        lied question-of-other-kind vo WRONG_KIND &&
        lied question-twice vo ''
}

set -e
command -v node >/dev/null
. "$source/tests/flow/lib/npm.sh"
install_libraries
region_up
set +e
scene_list() { count=$(grep -o '"lie":"[a-z-]*"' "$told" | sort -u | wc -l); [ "$count" = 15 ] || { why="$count lies were told"; return 1; }; }
run_scenes answers mail questions list
