#!/usr/bin/env bash
# A keyholder that lies (tests/liar: the keyholder itself), and a hub that lies about its own share: no pseudonym is made of it, the node says
# loudly whose answer was wrong, and the same children are done when the truth is told. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"

start_keyholder() {
    "$bin/liar-schakel" --home "$region/keyholder" keyholder run --passphrase-fd 4 4< <(secret keyholder) >>"$region/keyholder/log" 2>&1 &
    echo $! >"$region/keyholder/pid"
    region_pids+=("$!")
    comes_up "$!" keyholder_answers || { echo "the keyholder does not answer; see $region/keyholder/log" >&2; return 70; }
}

# number_at N: the Nth number of the range for examples that no record of the region has.
number_at() {
    awk -v skip="$1" 'BEGIN {
        for (n = 60000; ; n++) {
            number = sprintf("9999%05d", n)
            sum = -substr(number, 9, 1)
            for (i = 1; i <= 8; i++) sum += (10 - i) * substr(number, i, 1)
            if (sum % 11 == 0 && skip-- == 0) { print number; exit }
        }
    }'
}
reports_new() {
    { echo "number,event,to"; for i in "$@"; do echo "$(number_at "$i"),VZM,leerplicht"; done; } >"$region/new.csv"
    got=$(as vo event add --from "$region/new.csv" --json 2>&1) || true
}

# A register of two: they are asked for together, so that there is an order.
register_new() {
    { echo number,open_case; for i in "$@"; do echo "$(number_at "$i"),yes"; done; } >"$region/register.csv"
    got=$(as vo register derive "$region/register.csv" --json 2>&1) || true
}

# says PATTERN COMMAND...: its last answer does, or else the command is given again: who did not answer in time has not lied yet.
says() { grep -E -- "$1" <<<"$got" >/dev/null || { "${@:2}"; false; }; }

# lied WHO LIE LOG SAYS: the school reports about a child whom nobody knows; its log says LOG, the command SAYS, and no report is made.
next=0
lied() {
    local who=$1 lie=$2@share:derive log=$3 says=$4 before asks
    before=$(as vo event list --json | value_each statement | wc -l)
    mark
    tell "$who" "$lie"
    if [ "$2" = swapped ]; then
        asks=(register_new "$next" $((next + 1)))
    else
        asks=(reports_new "$next")
    fi
    next=$((next + ${#asks[@]} - 1))
    "${asks[@]}"
    caught "$who" "$lie" vo "pseudonyms-failed from=$who $log" || return 1
    wait_for 10 says "$says" "${asks[@]}"
    expect "the command says it" "$got" "$says" || return 1
    [ "$(as vo event list --json | value_each statement | wc -l)" = "$before" ] || { why="$lie: a report was made all the same"; return 1; }
    tell "$who"
    # The batch waits for the truth: told now, so that the next lie is about a question of its own. For half a second the node gives the same
    # answer, and asks nobody; later each time when nobody asks it to.
    wait_for 10 nobody_waits || { why="$lie: with the truth they are not done: $(status_of vo pseudonyms_note)"; return 1; }
}
nobody_waits() { [ "$(status_of vo pseudonyms_waiting)" = 0 ] || { register_new $((next - 1)); false; }; }

scene_share() {
    local lie wrong='the answer of the keyholder is not proven'
    got=""
    wait_for 10 says '"done":1,"failed":0' reports_new 900
    expect "honest, it works" "$got" '"done":1,"failed":0' || return 1
    # First the one that needs two: what waits of a register is not asked for again for a minute.
    for lie in swapped other-share bad-proof no-proof other-element identity not-canonical stale one-missing one-too-many nothing; do
        lied keyholder "$lie" "err=signature" "$wrong" || return 1
    done
    lied keyholder refuses "err=quota reason=QUOTA" '"class":"quota"' || return 1
    lied keyholder other-region "err=.* reason=WRONG_REGION" '"failed":1' || return 1
}

scene_hub() {
    local lie
    for lie in other-share bad-proof; do lied hub "$lie" "err=signature" 'the answer of the hub is not proven' || return 1; done
}

# ---- the truth again ----

scene_truth() {
    local at=0
    while [ "$at" -lt "$next" ]; do
        reports_new "$at"
        expect "child $at is done at last" "$got" '"done":1,"failed":0' || return 1
        at=$((at + 1))
    done
}

# ---- as a witness ----

somebody_says() { local p; for p in $partners; do ! log_says "$p" "$1" || return 0; done; return 1; }

scene_witness() {
    local lie
    for lie in another-log not-proven; do
        mark
        tell keyholder "$lie@witness:request"
        as vo event add --number "$(child_number 20)" --event VZM --to leerplicht --json >"$region/said" 2>&1
        wait_for 30 was_told keyholder "$lie@witness:request" || { why="$lie was not told"; return 1; }
        wait_for 40 somebody_says keyholder-saw-another-log || { why="nobody says so"; return 1; }
        lie_caught "$lie@witness:request: a node says keyholder-saw-another-log"
        tell keyholder
    done
}

set -e
region_up
set +e
scene_list() { all_caught keyholder 17; }
run_scenes share hub truth witness list
