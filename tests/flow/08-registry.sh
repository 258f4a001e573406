#!/usr/bin/env bash
# A hub (its gate, tests/js/gate.mjs) that hides the registry from one node, refused or frozen, while the log goes on: ten minutes later that
# node gives nothing, says so, and everything else goes on; then it hears of the revocation before it gives again. A node that was off as
# well. By the test clock; with the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/registry.sh"
. "$source/tests/flow/lib/gate.sh"

is() { [ "$(status_of "$1" "$2")" = "$3" ]; }
says() { "$bin/schakel" --home "$region/$1" status --lang en 2>&1 | grep "$2" >/dev/null; }

# prepare CHILD: the officer asks the school, which reported the absence. Gives event and request.
prepare() {
    ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht
    expect "the school reports" "$got" '"ok":true' || return 1
    event=$(printf '%s' "$got" | value statement)
    ask leerplicht case open --number "$(child_number "$1")" --purpose att_followup
    ask leerplicht request new --case "$(printf '%s' "$got" | value case)" --to vo --purpose att_followup --sections ident,att
    expect "the officer asks" "$got" '"ok":true' || return 1
    request=$(printf '%s' "$got" | value request)
    wait_for 10 eval 'as vo inbox --json | grep "$request" >/dev/null' || { why="the request did not arrive"; return 1; }
}
shared() { as leerplicht inbox --json | lines | grep '"kind":"share"' | grep "$1" >/dev/null; }

scene_refused() {
    through_the_gate vo || { why="${why:-the region does not go on through the gate}"; return 1; }
    wait_for 15 is vo registry_fresh true || { why="an honest gate: $("$bin/schakel" --home "$region/vo" status --json)"; return 1; }
    prepare 3 && kept=$request || return 1
    prepare 4 || return 1
    stop_node cjg
    tell registry-refused
    later 700 || return 1
    wait_for 15 says vo "no other witness confirmed the registry" || { why="status does not say it: $("$bin/schakel" --home "$region/vo" status --lang en)"; return 1; }
    is vo registry_fresh false && wait_for 15 is leerplicht registry_fresh true || { why="not that node alone"; return 1; }
    is vo log_trusted true || { why="the log is not trusted either"; return 1; }
    was_told registry-refused || { why="nothing was refused"; return 1; }
}

# What goes on, and what waits.
scene_only_giving_waits() {
    local other
    as vo grant --request "$request" --json >"$region/other" 2>&1 &
    other=$!
    ask_once vo grant --request "$kept"
    # A hub that is late is said before that.
    is_only_late "$got" || expect "the grant waits, and says why" "$got" '"queued":true.*"note":"[^"]*registry' || return 1
    expect "it waits" "$got" '"queued":true' || return 1
    wait "$other"
    expect "and another" "$(cat "$region/other")" '"queued":true' || return 1
    wait_for 10 both_wait || { why="the list does not say why they wait: $(as vo outbox list --json)"; return 1; }
    ask vo event end --statement "$event"
    expect "an event is taken back" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
    ask vo audit --json
    expect "the audit answers" "$got" '"ok":true|"entries"|\{' || return 1
    as_login vo admin
    secret vo-gast | "$bin/schakel" --home "$region/vo" --as admin staff add --name gast --role caseworker --passphrase-fd 0 >/dev/null
    got=$("$bin/schakel" --home "$region/vo" --as admin staff revoke --login gast --reason stolen --json 2>&1)
    expect "a key is revoked" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
    wait_for 10 eval 'listed leerplicht | grep revoked_keys >/dev/null' || { why="the others do not hear of the revoked key"; return 1; }
}

both_wait() { [ "$(as vo outbox list --json | grep -o '"kind":"grant",[^}]*"why":"nothing is given now: schakel status says why"' | wc -l)" = 2 ]; }

cosigned_by_keyholder() { cat "$region"/keyholder/witness/* | grep -A1 '/registry$' | grep -x "$1" >/dev/null; }

# Two partners put a third out, and the others bring that to the keyholder; this node alone does not hear of it. What others once said of the
# registry is told to it again and again, and nobody says it anew: who saw the longer one cosigns the shorter no more.
scene_frozen() {
    got=$(root leerplicht partner revoke wijkteam --reason ended --out "$s") && got=$(root vo partner sign "$s") || { why="revoke: $got"; return 1; }
    as_login leerplicht admin
    send leerplicht "$s"
    expect "two partners revoke a third" "$got" '"ok":true' || return 1
    wait_for 10 sees leerplicht wijkteam revoked || { why="the others do not hear of it"; return 1; }
    wait_for 20 cosigned_by_keyholder "$(status_of leerplicht registry_size)" || { why="the keyholder did not cosign it"; return 1; }
    tell registry-frozen
    wait_for 10 was_told registry-frozen || { why="nothing was frozen"; return 1; }
    sleep 3
    sees vo wijkteam revoked && { why="the frozen node heard of it: nothing is tried here"; return 1; }
    is vo registry_fresh false || { why="old lines made it fresh: $("$bin/schakel" --home "$region/vo" status --json)"; return 1; }
    shared "" && { why="a share went out"; return 1; }
    return 0
}

# It hears of the revocation first, and then what waited goes out; not what was taken back in the meantime.
scene_honest_again() {
    tell honest
    wait_for 20 is vo registry_fresh true || { why="it is not confirmed again"; return 1; }
    sees vo wijkteam revoked || { why="it gives before it knows of the revocation"; return 1; }
    wait_for 15 shared "$kept" || { why="what waited did not go out: $(as leerplicht inbox --json)"; return 1; }
    wait_for 10 outbox_empty vo || { why="something waits for ever: $(as vo outbox list --json)"; return 1; }
    shared "$request" && { why="what was taken back went out"; return 1; }
    return 0
}

# Off for all of it. When it may give again it knows.
scene_off_then_on() {
    local began=$SECONDS
    back cjg || return 1
    wait_for 20 is cjg registry_fresh true || { why="it is not confirmed"; return 1; }
    sees cjg wijkteam revoked || { why="it may give and does not know of the revocation"; return 1; }
    [ $((SECONDS - began)) -lt $((60 * PATIENCE)) ] || { why="it took $((SECONDS - began)) s"; return 1; }
    ask cjg case open --number "$(child_number 5)" --purpose case_support
    ask cjg case invite --case "$(printf '%s' "$got" | value case)" --purpose case_support --partner wijkteam
    expect "nothing goes to who was put out" "$got" 'takes no part|REVOKED' || return 1
}

set -e
command -v node >/dev/null
. "$source/tests/flow/lib/npm.sh"
install_libraries
region_up
set +e
run_scenes refused only_giving_waits frozen honest_again off_then_on
