#!/usr/bin/env bash
# A hub in league with a partner (both of tests/liar): the partner signs with its own true keys what is not true, the hub takes it, logs it and
# passes it on, with leaf, number and receipt. Nothing is wrong with it outside: each lie is caught by what is inside, at the node of whom it is told
# to, which says so and changes nothing. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"
. "$source/tests/flow/lib/registry.sh"

# The school is the one that lies.
eval "honest_$(declare -f start_node)"
start_node() {
    local bin=$bin
    [ "$1" != vo ] || {
        mkdir -p "$region/lying"
        ln -sf "$bin/liar-schakel" "$region/lying/schakel"
        bin=$region/lying
    }
    honest_start_node "$1"
}

state_is() { [ "$(as "$1" request show --request "$2" --json 2>/dev/null | value state)" = "$3" ]; }
# asks CHILD: the office asks the school, which reported an absence; the request's id in "request".
asks() {
    ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht
    wait_for 20 is_known_once leerplicht "$(value statement <<<"$got")" || { why="no report about child $1: $got"; return 1; }
    ask leerplicht case open --number "$(child_number "$1")" --purpose att_followup
    ask leerplicht request new --case "$(value case <<<"$got")" --to vo --purpose att_followup --sections ident,att
    request=$(value request <<<"$got")
    wait_for 20 state_is vo "$request" waiting || { why="no request about child $1: $got"; return 1; }
}

# in_league KIND LIE...: told from now on, each about the next of its kind, and passed on.
in_league() {
    local kind=$1
    shift
    wait_for 20 all_sent vo || { why="what the school said before is not sent"; return 1; }
    statements_of leerplicht >"$region/before"
    mark
    tell hub "every-passes@judge:$kind" "every-passes@passed:$kind"
    tell vo "$@"
}
statements_of() { as "$1" event list --json 2>/dev/null | value_each statement | sort; }
# The numbers under which the office got what was passed on, in their order.
passed() { awk -v what="passed:$1" '$2 == what { print $3 }' "$region/hub/told" 2>/dev/null | awk '!seen[$0]++' | while read -r n; do echo $((16#${n: -16})); done; }
all_passed() { [ "$(passed "$1" | wc -l)" = "$2" ]; }

# inside KIND "LIE ERR"...: the school told these, the hub passed each on under a number of its own, and the office says of each number what is wrong
# inside, and believes nothing. In which order they came to the hub is not said: several are under way at once, and its pool judges them side by side.
inside() {
    local kind=$1 one lie number pattern left
    shift
    wait_for 40 all_passed "$kind" $# || { why="$(passed "$kind" | wc -l) of $# were passed on: $(cat "$region/vo/told")"; return 1; }
    left=$(passed "$kind" | tr '\n' ' ')
    for one in "$@"; do
        lie=${one% *}
        was_told vo "$lie" || { why="$lie: it was not told"; return 1; }
        pattern="bad-mail kind=$kind index=($(tr -s ' ' '|' <<<"${left% }")) err=${one#* }( |\$)"
        wait_for 40 log_says leerplicht "$pattern" || { why="$lie: the office does not say $pattern: $(since leerplicht | tail -n 6)"; return 1; }
        pattern=$(since leerplicht | grep -oE "$pattern" | sed -n 1p)
        number=${pattern#*index=} number=${number%% *}
        left=$(tr ' ' '\n' <<<"$left" | grep -vx -e "$number" -e '' | tr '\n' ' ')
        lie_caught "$lie, logged and passed on: leerplicht says $pattern"
    done
    statements_of leerplicht | cmp -s - "$region/before" || { why="the office believes some of it"; return 1; }
    tell vo
    tell hub
}

# It heard somebody else's words, has somebody who will leave, and gave something honestly.
scene_before() {
    as_login vo admin && staff vo gast caseworker || { why="no staff"; return 1; }
    ask cjg event add --number "$(child_number 2)" --event RIGHTS_REQ --to vo
    wait_for 20 is_known_once vo "$(value statement <<<"$got")" || { why="the school heard nothing: $got"; return 1; }
    tell vo keep-key@say:event
    "$bin/schakel" --home "$region/vo" --as gast event add --number "$(child_number 3)" --event VZM --to leerplicht --json >"$region/said" 2>&1
    wait_for 20 was_told vo keep-key@say:event || { why="$(cat "$region/said")"; return 1; }
    # As long as the key counts so does what it signs: what is caught below is that it counts no more.
    tell vo revoked-person@say:event
    ask vo event add --number "$(child_number 6)" --event VZM --to leerplicht
    wait_for 20 is_known_once leerplicht "$(value statement <<<"$got")" || { why="what that key signs counts for nothing from the first: $got"; return 1; }
    tell vo
    got=$("$bin/schakel" --home "$region/vo" --as admin staff revoke --login gast --reason stolen --json 2>&1)
    expect "the key is revoked" "$got" '"ok":true' || return 1
    wait_for 20 eval 'listed leerplicht | grep revoked_keys >/dev/null' || { why="the office does not hear of it"; return 1; }
    asks 4 && ask vo grant --request "$request" || return 1
    wait_for 20 state_is leerplicht "$request" arrived || { why="nothing arrives on an honest day: $got"; return 1; }
}

# ---- a disclosure ----

# What was given in one case, in the message of another.
scene_release() {
    asks 33 || return 1
    in_league release transplanted@sign:release || return 1
    ask vo grant --request "$request"
    wait_for 20 all_passed release 1 || { why="it was not passed on: $got"; return 1; }
    wait_for 20 log_says leerplicht "mail-dropped kind=release message=.*reason=.not what was granted" || { why="the office takes it: $(since leerplicht)"; return 1; }
    state_is leerplicht "$request" granted || { why="the office has something: $(as leerplicht request show --request "$request" --json)"; return 1; }
    lie_caught "transplanted@sign:release, logged and passed on: leerplicht says $(since leerplicht | grep -o 'mail-dropped kind=release .*' | head -n 1)"
    tell vo
    tell hub
}

# The same content, granted by a person who says so: the hub has nothing to see in it, and it opens nowhere but where it was sealed for.
scene_content() {
    asks 34 || return 1
    mark
    tell vo transplanted@seal:release
    ask vo grant --request "$request"
    wait_for 20 was_told vo transplanted@seal:release || { why="it was not told: $got"; return 1; }
    wait_for 20 state_is leerplicht "$request" arrived || { why="it did not come: $(as leerplicht request show --request "$request" --json)"; return 1; }
    ask leerplicht open --share "$request" --informed "$(date +%F)"
    expect "it does not open" "$got" '"ok":false' || return 1
    expect "and it says what to do" "$got" 'was not sealed for this request.*Phone them' || return 1
    expect_not "nothing of the other child is shown" "$got" "$(child_name 4)|\"att\"" || return 1
    lie_caught "transplanted@seal:release: leerplicht says $(value text <<<"$got" | cut -c1-60)"
    log_says leerplicht "share-does-not-open .*from=vo" || { why="its log does not name who gave it"; return 1; }
    tell vo
}

# Granted by nobody whom the school ever certified.
scene_grant() {
    asks 32 || return 1
    in_league grant unknown-setter@sign:grant || return 1
    ask vo grant --request "$request"
    inside grant "unknown-setter@sign:grant key" || return 1
    state_is leerplicht "$request" waiting || { why="the office takes it for granted"; return 1; }
}

# ---- what a person says, in a message that its node signed ----

# reports FIRST LAST: about each of these children, one after the other, in the background.
reports() {
    local i
    { echo "number,event,to"; for i in $(seq "$1" "$2"); do echo "$(child_number "$i"),VZM,leerplicht"; done; } >"$region/reports.csv"
    as vo event add --from "$region/reports.csv" --json >"$region/said" 2>&1 &
    region_pids+=("$!")
}

# In the name of another, from another region, and by somebody who left.
scene_people() {
    in_league statement in-anothers-name@say:event revoked-person@say:event inner-region@say:event || return 1
    reports 20 22
    inside statement "in-anothers-name@say:event key" "revoked-person@say:event key" "inner-region@say:event key"
}

# The last is a message that its own node does not take a receipt for.
scene_messages() {
    in_league statement unknown-setter@sign:statement others-words@sign:statement other-region@sign:statement || return 1
    reports 23 25
    inside statement "unknown-setter@sign:statement key" "others-words@sign:statement denied" "other-region@sign:statement config"
}

scene_the_truth() {
    asks 35 && ask vo grant --request "$request" || return 1
    wait_for 20 state_is leerplicht "$request" arrived || { why="honest again, nothing arrives: $got"; return 1; }
    ask leerplicht open --share "$request" --informed "$(date +%F)"
    expect "and opens" "$got" '"att":\{' || return 1
    [ "$(status_of leerplicht log_trusted)" = true ] || { why="the log is not trusted: it is the partner that lied"; return 1; }
}

set -e
region_up
set +e
scene_list() { all_caught "hub in league with a partner" 9; }
run_scenes before release content grant people messages the_truth list
