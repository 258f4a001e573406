#!/usr/bin/env bash
# A hub that lies about acts and mail (tests/liar: the hub itself, with its real store and log key): each lie is caught by the node that should,
# which says so in its log and changes nothing; when the hub tells the truth again all goes on as if nothing had been. With the programs of
# SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"

# reports WHO FIRST LAST TO: a report about each of these children, all at once.
reports() {
    local i
    { echo "number,event,to"; for i in $(seq "$2" "$3"); do echo "$(child_number "$i"),VZM,$4"; done; } >"$region/reports.csv"
    as "$1" event add --from "$region/reports.csv" --json >"$region/said" 2>&1
}
statements() { as "$1" event list --json 2>/dev/null | value_each statement | sort; }
known_all() { [ "$(statements "$1" | uniq | wc -l)" = "$2" ] && [ -z "$(statements "$1" | uniq -d)" ]; }

scene_receipts() {
    local lie list=() named=(wrong-root empty-tree other-key unsigned wrong-index wrong-side wrong-number wrong-previous wrong-proof late early another-act says-no)
    for lie in "${named[@]}" no-receipt; do list+=("$lie@answer:statement"); done
    reports vo 20 20 leerplicht
    mark
    tell hub "${list[@]}"
    reports vo 21 $((20 + ${#list[@]})) leerplicht &
    local command=$!
    for lie in "${named[@]}"; do caught hub "$lie@answer:statement" vo "bad-receipt kind=statement err=signature message=@id" || return 1; done
    caught hub "no-receipt@answer:statement" vo "no-receipt kind=statement reason=ACCEPTED message=@id" || return 1
    [ "$(status_of vo outbox)" = ${#list[@]} ] || { why="the school believes some of it: $(status_of vo outbox) wait"; return 1; }
    tell hub
    wait "$command"
    wait_for 40 outbox_empty vo || { why="the reports are not sent afterwards: $(status_of vo outbox_trouble)"; return 1; }
    wait_for 40 known_all leerplicht $((1 + ${#list[@]})) || { why="the office knows $(statements leerplicht | wc -l)"; return 1; }
}

# ---- what partners get ----

scene_mail() {
    local lie list=() command named=(other-child other-region other-pack other-addressee longer other-original unknown-setter other-index other-time)
    for lie in "${named[@]}" forged invented-partner other-kind far-number; do list+=("$lie@mail:statement"); done
    picture leerplicht >"$region/before"
    mark
    tell hub "${list[@]}"
    reports vo 41 $((40 + ${#list[@]})) leerplicht &
    command=$!
    for lie in "${named[@]}"; do caught hub "$lie@mail:statement" leerplicht "bad-mail kind=statement index=@number err=signature" || return 1; done
    for lie in forged invented-partner; do caught hub "$lie@mail:statement" leerplicht "bad-mail kind=statement index=@number err=notfound" || return 1; done
    caught hub "other-kind@mail:statement" leerplicht "bad-mail kind=report index=@number err=syntax" || return 1
    caught hub "far-number@mail:statement" leerplicht "bad-mail kind=statement index=10[0-9][0-9] err=signature" || return 1
    picture leerplicht | cmp -s - "$region/before" || { why="the office believes some of it"; return 1; }
    tell hub
    wait "$command"
    wait_for 40 known_all leerplicht $((15 + ${#list[@]})) || { why="the office knows $(statements leerplicht | wc -l)"; return 1; }
}

# Kept back while later mail goes; under a number that was given before; and one mail two times over.
scene_ways() {
    local known lie
    known=$(statements leerplicht | wc -l)
    mark
    tell hub withheld@way:statement twice@way:statement
    reports vo 61 62 leerplicht
    caught hub withheld@way:statement leerplicht "number-asked-again index=[0-9]+" || return 1
    wait_for 40 was_told hub twice@way:statement || { why="nothing came twice"; return 1; }
    wait_for 40 known_all leerplicht $((known + 1)) || { why="the office knows $(statements leerplicht | wc -l), and not one more than $known"; return 1; }
    lie_caught "twice@way:statement: leerplicht knows it once"
    tell hub
    wait_for 40 known_all leerplicht $((known + 2)) || { why="what was kept back does not come"; return 1; }
    mark
    tell hub number-before@mail:statement
    reports vo 63 63 leerplicht
    caught hub number-before@mail:statement leerplicht "number-given-twice kind=statement index=[0-9]+" || return 1
    known_all leerplicht $((known + 2)) || { why="the office believes it"; return 1; }
    tell hub
    wait_for 40 known_all leerplicht $((known + 3)) || { why="it does not come afterwards"; return 1; }
    mark
    tell hub other-size@answer:statement
    reports vo 64 64 leerplicht
    caught hub other-size@answer:statement vo "answer-size kind=statement" || return 1
    tell hub
}

set -e
region_up
set +e
scene_list() { all_caught hub 31; }
run_scenes receipts mail ways list
