#!/usr/bin/env bash
# The whole way of a disclosure, from the request to the report that it was read, with one allocation, write or sync of the hub's core, its
# signer or the holder's vault failing on it: what was granted with an ok arrives and is read once, or is there to be given again; nothing
# arrives that was not granted. With the programs of SCHAKEL_BIN; not under a sanitizer.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/faults.sh"

# Where it fails, in parts of what a disclosure takes of that kind.
SIXTHS=${FAULT_SIXTHS:-"3"}
faults=0 tried=0

state_of() { as "$1" request show --request "$2" --json 2>/dev/null | value state; }
is_in_state() { state_of "$1" "$2" | grep -E "^($3)$" >/dev/null; }
settled() { outbox_empty vo && outbox_empty leerplicht; }

# Until it is known and sent, with as many tries as a person would make: what fails may be this one.
reports() {
    local try
    for try in 1 2 3 4; do
        node_again || return 1
        ask vo event add --number "$1" --event VZM --to leerplicht
        grep -q '"ok":true' <<<"$got" && wait_for 15 outbox_empty vo && return 0
    done
}

# ask of the next child; the request's id in "request".
asks() {
    local case
    tried=$((tried + 1))
    reports "$(child_number $((1 + tried)))"
    ask leerplicht case open --number "$(child_number $((1 + tried)))" --purpose att_followup
    case=$(value case <<<"$got")
    ask leerplicht request new --case "$case" --to vo --purpose att_followup --sections ident,att
    request=$(value request <<<"$got")
}

# disclose: until it is read, with as many tries as a person would make.
disclose() {
    local try
    asks
    for try in $(seq $((4 * PATIENCE))); do
        node_again || return 1
        wait_for 15 hub_runs || { why="the hub is not started again"; return 1; }
        [ -n "$request" ] || { asks; continue; }
        wait_at_most 10 is_in_state vo "$request" 'waiting|granted|released|opened' || continue
        ! is_in_state vo "$request" waiting || ask vo grant --request "$request"
        wait_at_most 10 is_in_state leerplicht "$request" 'arrived|opened' || continue
        ask leerplicht open --share "$request" --informed "$(date +%F)"
        grep -q '"att":{' <<<"$got" || continue
        wait_at_most 15 settled && wait_at_most 15 is_in_state vo "$request" opened && return 0
    done
    why="child $((1 + tried)), request $request: $(state_of vo "$request") at the school, $(state_of leerplicht "$request") at the office; $got"
    return 1
}

# How many one disclosure takes is another number each time: until it came.
one_fault() {
    local try
    set_left "$1" "$2" "$3"
    for try in 1 2 3; do
        disclose || { why="after $1 $2 $3: $why"; return 1; }
        ! fault_came "$1" "$2" || break
    done
    fault_came "$1" "$2" && faults=$((faults + 1))
    set_left "$1" "$2" 0
    node_again
}

scene_faults() {
    local role kind takes sixth before
    for role in $ROLES; do
        for kind in $KINDS; do
            [ -z "${takes_of[$role-$kind]:-}" ] && continue
            takes=${takes_of[$role-$kind]}
            [ "$takes" -gt 0 ] || continue
            for sixth in $SIXTHS; do one_fault "$role" "$kind" $((1 + sixth * takes / 6)) || return 1; done
            echo "   $role $kind: $takes a disclosure, $SECONDS s"
        done
    done
    [ "$faults" -ge 6 ] || { why="only $faults faults came"; return 1; }
}

# How many of each one disclosure takes.
declare -A takes_of
scene_without_faults() {
    local role kind
    for role in $ROLES; do for kind in $KINDS; do takes_of[$role-$kind]=$(count_of "$role" "$kind"); done; done
    disclose || return 1
    for role in $ROLES; do for kind in $KINDS; do takes_of[$role-$kind]=$(($(count_of "$role" "$kind") - takes_of[$role-$kind])); done; done
}

# One share for each request that was read, and the school gave nothing it did not grant.
scene_nothing_twice() {
    local given
    given=$(as leerplicht inbox --all --json | lines | grep '"kind":"share"' | grep -o '"id":"[^"]*"' | sort)
    [ -z "$(uniq -d <<<"$given")" ] || { why="a share came twice: $(uniq -d <<<"$given")"; return 1; }
    [ "$(grep -c . <<<"$given")" -le "$tried" ] || { why="more shares than requests"; return 1; }
}

region_under_faults
for name in without_faults faults nothing_twice ends_are_clear the_log_holds; do run_scene "$name" || break; done
echo "$faults faults came in $tried disclosures"
end_flow
