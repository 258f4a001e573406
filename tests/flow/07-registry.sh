#!/usr/bin/env bash
# Partners admit partners: a fifth one is proposed by one, signed by another, joins the running region and acts; persons, keys and partners
# are revoked, and are refused by the hub, by every node and by the keyholder. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/registry.sh"

scene_admit() {
    make_partner buurthuis school "Buurthuis West"
    got=$(root vo partner propose --org "$region/buurthuis/org.pub" --out "$s") || { why="propose: $got"; return 1; }
    expect "it says what is next" "$got" '"act":"admit".*"handle":"buurthuis".*"signed":1' || return 1
    send vo "$s"
    expect "one signature is not enough" "$got" '"where":"ONE_SIGNER"' || return 1
    got=$(root vo partner sign "$s") && { why="one partner signed twice"; return 1; }
    expect "nor are two of one partner" "$got" '"class":"exists"' || return 1
    got=$(root cjg partner sign "$s") || { why="sign: $got"; return 1; }
    send wijkteam "$s"
    expect "any node may bring it" "$got" '"ok":true' || return 1
    send vo "$s"
    expect "and once is enough" "$got" '"where":"REPLAYED"' || return 1
    everybody buurthuis "takes part"
}

scene_first_act() {
    join_partner buurthuis || { why="it could not join"; return 1; }
    start_node buurthuis || { why="its node does not start"; return 1; }
    nodes="$partners buurthuis"
    wait_for 10 "$bin/schakel" --home "$region/keyholder" keyholder block buurthuis || { why="the keyholder cannot block it"; return 1; }
    "$bin/schakel" --home "$region/keyholder" keyholder block buurthuis --undo >/dev/null || { why="nor unblock it"; return 1; }
    staff buurthuis admin admin && staff buurthuis coordinator coordinator || { why="its staff could not be added"; return 1; }
    wait_for 10 sees buurthuis cjg "takes part" || { why="it does not see the others"; return 1; }
    ask_again buurthuis case open --number "$(child_number 3)" --purpose case_support
    expect "the keyholder knows it, too" "$got" '"ok":true' || return 1
    case_id=$(value id <<<"$got")
    [ -n "$case_id" ] || case_id=$(value case <<<"$got")
    ask buurthuis case invite --case "$case_id" --purpose case_support --partner cjg
    expect "it acts with another partner" "$got" '"ok":true' || return 1
}

scene_staff_revoked() {
    local key
    staff leerplicht invaller caseworker
    wait_for 10 invaller_works || { why="the person does not work: $got"; return 1; }
    got=$("$bin/schakel" --home "$region/leerplicht" --as admin staff revoke --login invaller --reason stolen --json 2>&1)
    expect "the administrator ends the key" "$got" '"ok":true' || return 1
    got=$("$bin/schakel" --home "$region/leerplicht" --as invaller case list --json 2>&1) && { why="the session goes on"; return 1; }
    for p in $nodes; do
        wait_for 10 eval "listed $p | grep revoked_keys >'$region/seen'" || { why="$p does not know of the revoked key"; return 1; }
    done
}

invaller_works() {
    got=$("$bin/schakel" --home "$region/leerplicht" --as invaller case open --number "$(child_number 9)" --purpose case_support --json 2>&1)
}

scene_revoked() {
    got=$(root vo partner revoke buurthuis --reason ended --out "$s") || { why="revoke: $got"; return 1; }
    send vo "$s"
    expect "one cannot put another out" "$got" '"where":"ONE_SIGNER"' || return 1
    got=$(root leerplicht partner sign "$s") || { why="sign: $got"; return 1; }
    send leerplicht "$s"
    expect "two can" "$got" '"ok":true' || return 1
    nodes=$partners
    everybody buurthuis revoked || return 1
    ask buurthuis case open --number "$(child_number 11)" --purpose case_support
    expect "the keyholder and the hub refuse it" "$got" '"ok":false' || return 1
    expect "with the reason" "$got" 'REVOKED' || return 1
    ask cjg case invite --case "$case_id" --purpose case_support --partner buurthuis
    expect "no node gives it anything" "$got" 'takes no part in this region now' || return 1
    got=$(root vo partner propose --org "$region/buurthuis/org.pub" --out "$s") && got=$(root cjg partner sign "$s")
    send vo "$s"
    expect "and it does not come back with this key" "$got" '"where":"EXISTS"' || return 1
}

# A node's key was stolen: its partner's root key ends it. Hub and keyholder refuse it, every node knows; with another one the partner goes on.
scene_node_revoked() {
    local key number
    key=$("$bin/schakel" --home "$region/cjg" status --json | value node_key)
    [ "${#key}" = 64 ] || { why="the status does not say which key the node has: $key"; return 1; }
    got=$(root cjg partner revoke cjg --key "$key" --reason stolen --out "$s") || { why="revoke: $got"; return 1; }
    send vo "$s"
    expect "any node brings it" "$got" '"ok":true' || return 1
    # Itself it hears no more from the hub, and says so.
    for p in ${nodes/cjg/}; do
        wait_for 10 eval "listed $p | grep '$key' >/dev/null" || { why="$p does not know: $(listed "$p")"; return 1; }
    done
    number=$(child_number 17)
    ask_once cjg event add --number "$number" --event HELP_REQ --to leerplicht
    expect_not "nothing of it goes out" "$got" '"ok":true,.*"statement":"[0-9a-f]*"}$' || return 1
    came_behind vo leerplicht VZM || return 1
    [ "$(as leerplicht event list --number "$number" --json | value_each statement | grep -c .)" = 0 ] || { why="the hub took what a revoked key signed"; return 1; }
    wait_for 10 eval '"$bin/schakel" --home "$region/cjg" status --json | grep revoked >/dev/null' || { why="its own status does not say it: $("$bin/schakel" --home "$region/cjg" status --json)"; return 1; }
    got=$(rotate cjg node) || { why="rotate: $got"; return 1; }
    restarted cjg || { why="its node does not start with another key"; return 1; }
    # The first answer tells it that it was revoked; what was asked under the old key just before says so for half a second.
    goes_on() { ask cjg event add --number "$(child_number 18)" --event HELP_REQ --to leerplicht && grep -q '"ok":true' <<<"$got" && ! grep -q '"queued"' <<<"$got"; }
    wait_for 10 goes_on || { why="it does not go on with another key: $got"; return 1; }
    [ "$("$bin/schakel" --home "$region/cjg" status --json | value node_key)" != "$key" ] || { why="with the old key"; return 1; }
}

# Who came later cosigns as well, and counts: a copy of the log that it was brought with says so, offline.
newcomer_cosigned() {
    rm -rf "$region/copy"
    "$bin/schakel-hub" --home "$region/hub" export "$region/copy" >/dev/null && grep -q ' buurthuis ' "$region/copy/checkpoint.anchored" || return 1
    got=$("$bin/schakel" verify --region "$region/region" --log "$region/copy" --json)
    grep -q '"registry_size":[1-9]' <<<"$got"
}
scene_newcomer_cosigns() {
    wait_for 30 newcomer_cosigned || { why="it does not count among the witnesses: $got"; return 1; }
}

# A partner's copy of the log is byte for byte the hub's own, and grows.
scene_mirror() {
    got=$("$bin/schakel" --home "$region/cjg" hub mirror --out "$region/mirror" --json 2>&1)
    expect "the log is copied" "$got" '"ok":true|"leaves":' || return 1
    ask vo case open --number "$(child_number 12)" --purpose case_support
    wait_for 10 goes_on_copying || { why="it does not go on: $got"; return 1; }
    "$bin/schakel-hub" --home "$region/hub" export "$region/export" >/dev/null || { why="no export"; return 1; }
    whole=$(stat -c %s "$(newest export)")
    [ "$whole" -gt 1000 ] || { why="the export is empty"; return 1; }
    wait_for 10 is_the_hubs || { why="it is not the hub's: $got"; return 1; }
}
copies() { got=$("$bin/schakel" --home "$region/cjg" hub mirror --out "$region/mirror" --json 2>&1); }
goes_on_copying() { copies && expect "the copy goes on" "$got" '"added":[1-9]'; }
# It has what the node has heard of, which may be a moment behind.
is_the_hubs() { copies && cmp -n "$whole" "$(newest mirror)" "$(newest export)"; }
newest() {
    if [ -f "$region/$1/tile/entries/000" ]; then echo "$region/$1/tile/entries/000"; else ls -v -d "$region/$1"/tile/entries/000.p/* | tail -n 1; fi
}

# The hub starts again, and a node that was away: the registry is there.
scene_restart() {
    stop_node cjg
    stop_node hub
    start_hub || { why="the hub does not start"; return 1; }
    start_node cjg || { why="the node does not start"; return 1; }
    sees cjg buurthuis revoked || { why="it forgot"; return 1; }
    ask vo case open --number "$(child_number 13)" --purpose case_support
    expect "the region goes on" "$got" '"ok":true' || return 1
}

set -e
region_up
set +e
run_scenes admit first_act newcomer_cosigns staff_revoked revoked mirror restart node_revoked
