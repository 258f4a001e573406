#!/usr/bin/env bash
# The key with which a witness cosigns is changed while the region runs: a founder's, a late partner's, and that of a partner who lost its node;
# the quorum anchors before, meanwhile and afterwards, and needs the new key. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/registry.sh"
. "$source/tests/flow/lib/witkey.sh"

# Three of four must cosign, and the keyholder.
scene_founder() {
    local before
    wait_for 20 all_anchored || { why="nothing is anchored before: $(hub_number anchored) of $(hub_number leaves)"; return 1; }
    wait_for 20 is_copied_whole before || { why="no copy is anchored before: $(standing before)"; return 1; }
    before=$(witness_key vo leerplicht)
    [ -n "$before" ] || { why="no witness key is listed"; return 1; }
    got=$(rotate leerplicht witness) || { why="rotate: $got"; return 1; }
    expect "it says what is next" "$got" '"key":"witness".*"next":' || return 1
    act vo || return 1
    wait_for 20 all_anchored || { why="nothing is anchored meanwhile"; return 1; }
    restarted leerplicht || { why="its node does not start"; return 1; }
    wait_for 15 goes_over leerplicht "$before" || { why="it does not go over: $(listed vo)"; return 1; }
    for p in $nodes; do wait_for 10 eval "[ \"\$(witness_key $p leerplicht)\" = \"\$(witness_key vo leerplicht)\" ]" || { why="$p counts another"; return 1; }; done
    # Without wijkteam its line is needed.
    alone vo cjg leerplicht
    act vo || return 1
    wait_for 30 all_anchored || { why="the new key does not count: $(hub_number anchored) of $(hub_number leaves)"; return 1; }
    wait_for 30 registry_anchored || { why="nor in the registry"; return 1; }
    wait_for 20 is_copied_whole after || { why="verify does not count it: $(standing after)"; return 1; }
    cp "$region/after/registry" "$region/before/registry"
    [ "$(standing before)" = anchored ] || { why="what was anchored before is $(standing before)"; return 1; }
    all_back
}

# A node that still has the key of before: it knows that this one counts no more, says so, and does not bother anybody with it.
scene_old_key() {
    local keys="$region/leerplicht/keys"
    stop_node leerplicht
    mv "$keys/witness" "$keys/witness.mine"
    cp "$keys/witness.old" "$keys/witness"
    start_node leerplicht && as_login leerplicht admin && login leerplicht || { why="it does not start"; return 1; }
    wait_for 5 node_says leerplicht '"cosigns":false' || { why="it cosigns"; return 1; }
    wait_for 5 node_says leerplicht '"witness_key_note":".*cosigns no more' || { why="it does not say so"; return 1; }
    alone vo cjg leerplicht
    act vo || return 1
    sleep 4
    all_anchored && { why="two and an old key are enough"; return 1; }
    stop_node leerplicht
    mv "$keys/witness.mine" "$keys/witness"
    all_back || { why="it does not come back"; return 1; }
    wait_for 10 node_says leerplicht '"cosigns":true' || { why="it does not cosign again"; return 1; }
    wait_for 30 all_anchored || { why="three are not enough"; return 1; }
}

# Who came later does as a founder does.
scene_late() {
    local before
    make_partner buurthuis school "Buurthuis West"
    got=$(root vo partner propose --org "$region/buurthuis/org.pub" --out "$s") && got=$(root cjg partner sign "$s") || { why="admit: $got"; return 1; }
    send vo "$s"
    expect "it is admitted" "$got" '"ok":true' || return 1
    join_partner buurthuis && start_node buurthuis && staff buurthuis admin admin && staff buurthuis coordinator coordinator \
        || { why="it does not join"; return 1; }
    nodes="$partners buurthuis"
    everybody buurthuis "takes part" || return 1
    before=$(witness_key vo buurthuis)
    got=$(rotate buurthuis witness) || { why="rotate: $got"; return 1; }
    restarted buurthuis || { why="its node does not start"; return 1; }
    wait_for 15 goes_over buurthuis "$before" || { why="it does not go over"; return 1; }
    # Three of five: its line is needed.
    alone vo cjg buurthuis
    act vo || return 1
    wait_for 30 all_anchored || { why="its new key does not count"; return 1; }
    all_back
}

# A node that was lost with what it knew and with its key: another partner says what it has seen, and it begins there.
gone_over() { [ "$(witness_key vo "$1")" != "$2" ] && [ ! -e "$region/$1/keys/witness.next" ]; }
scene_lost() {
    local before
    wait_for 20 all_anchored || { why="nothing is anchored before"; return 1; }
    before=$(witness_key vo wijkteam)
    stop_node wijkteam
    rm -rf "$region/wijkteam/store" "$region/wijkteam/keys/witness"
    got=$(rotate wijkteam witness) && { why="without a key it signs"; return 1; }
    expect "it says what to do" "$got" 'lost' || return 1
    got=$(rotate wijkteam witness --lost) || { why="rotate: $got"; return 1; }
    got=$(root vo partner propose --org "$region/wijkteam/org.witness.pub" --witness-of cjg --out "$s") && { why="for another partner"; return 1; }
    got=$(root vo partner propose --org "$region/wijkteam/org.witness.pub" --witness-of wijkteam --out "$s") || { why="propose: $got"; return 1; }
    expect "it says what it holds to" "$got" '"act":"witness".*"seen":[1-9].*"signed":1' || return 1
    got=$(root cjg partner sign "$s.two" 2>&1) && { why="signed nothing"; return 1; }
    cp "$s" "$s.two"
    got=$(root cjg partner sign "$s.two") || { why="sign: $got"; return 1; }
    send vo "$s.two"
    expect "two others do not take its vote" "$got" '"where":"NOT_OWN"' || return 1
    start_node wijkteam || { why="its node does not start"; return 1; }
    got=$(root wijkteam partner sign "$s") || { why="its own: $got"; return 1; }
    send vo "$s"
    expect "with its own root key it counts" "$got" '"ok":true' || return 1
    wait_for 15 gone_over wijkteam "$before" || { why="it does not go over"; return 1; }
    alone vo cjg wijkteam
    act vo || return 1
    wait_for 30 all_anchored || { why="its new key does not count"; return 1; }
}

set -e
region_up
set +e
run_scenes founder old_key late lost
