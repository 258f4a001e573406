#!/usr/bin/env bash
# One allocation, write to a file or sync of the hub's core, its signer or a partner's vault fails, at places spread over what one report
# takes: the program answers clearly or ends, naming who; started again, nothing that was acknowledged is lost, and nothing is done twice.
# With the programs of SCHAKEL_BIN; a sanitizer has an allocator of its own, so under one this is not run.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

. "$source/tests/flow/lib/faults.sh"

PLACES=${FAULT_PLACES:-3}
faults=0 ended=0 asked=0

# ---- one fault ----

report() {
    asked=$((asked + 1))
    ask vo event add --number "$(child_number $((1 + asked % 100)))" --event VZM --to leerplicht
}

# A yes with an id was promised, at once or kept for later; a no has a class and a text, or the node was gone.
judge_answer() {
    if printf '%s' "$got" | grep '"ok":true' >/dev/null; then
        printf '%s\n' "$(printf '%s' "$got" | value statement)" >>"$region/promised"
        return 0
    fi
    printf '%s' "$got" | grep -E '"ok":false,"error":\{"class":"[a-z]+","text":"[^"]{5,}' >/dev/null || { why="an answer that says nothing: $got"; return 1; }
}

# A node whose fault came with its answer ends a moment later, so it is looked for each time.
sent_by_a_node() { node_again && outbox_empty vo; }

one_fault() {
    local role=$1 kind=$2 nth=$3 before=0
    [ -e "$region/ends" ] && before=$(wc -l <"$region/ends")
    set_left "$role" "$kind" "$nth"
    report
    judge_answer || return 1
    # What was not reached by the report is reached by what follows from it, or not at all.
    wait_at_most 2 fault_came "$role" "$kind" && faults=$((faults + 1))
    set_left "$role" "$kind" 0
    wait_for 15 hub_runs || { why="the hub is not started again after $role $kind $nth"; return 1; }
    wait_for 30 sent_by_a_node || { why="the outbox is not sent after $role $kind $nth: $(status_of vo outbox_trouble)"; return 1; }
    [ ! -e "$region/ends" ] || ended=$((ended + $(wc -l <"$region/ends") - before))
}

# How many of a kind one report takes, in takes: not in a shell of its own, for each report is of another child.
per_report() {
    local before
    before=$(count_of "$1" "$2")
    report
    judge_answer || return 1
    wait_for 60 outbox_empty vo || { why="a report without a fault is not sent: $(status_of vo outbox_trouble)"; return 1; }
    takes=$(($(count_of "$1" "$2") - before))
}

scene_faults() {
    local role kind takes place
    touch "$region/promised"
    for role in $ROLES; do
        for kind in $KINDS; do
            per_report "$role" "$kind" || return 1
            [ "$takes" -gt 0 ] || { echo "   $role makes no $kind for a report"; continue; }
            for place in $(seq 1 "$PLACES"); do
                one_fault "$role" "$kind" $((1 + (place - 1) * takes / PLACES)) || return 1
            done
            echo "   $role $kind: $takes a report, $SECONDS s"
        done
    done
    [ "$faults" -ge $((4 * PLACES)) ] || { why="only $faults faults came"; return 1; }
}

# ---- afterwards ----

scene_nothing_lost_nothing_twice() {
    local id
    [ "$(wc -l <"$region/promised")" -ge $((4 * PLACES)) ] || { why="only $(wc -l <"$region/promised") were promised"; return 1; }
    wait_for 10 all_there || { why="promised, and not there: $missing"; return 1; }
    all_events leerplicht | sort | uniq -d >"$region/twice"
    [ ! -s "$region/twice" ] || { why="done twice: $(head -n 1 "$region/twice")"; return 1; }
}
all_there() {
    all_events leerplicht | sort >"$region/there"
    missing=$(sort "$region/promised" | comm -23 - "$region/there" | head -n 1)
    [ -z "$missing" ]
}

region_under_faults
for name in faults nothing_lost_nothing_twice ends_are_clear the_log_holds; do run_scene "$name" || break; done
echo "$faults faults came, $ended ends, $asked reports"
end_flow
