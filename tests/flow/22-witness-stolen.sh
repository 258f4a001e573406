#!/usr/bin/env bash
# A witness key that was changed and is in the hands of a hub that lies, and the keyholder's own, which two partners change with it. With the programs of
# SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/registry.sh"
. "$source/tests/flow/lib/witkey.sh"

scene_changed() {
    local before
    wait_for 20 all_anchored || { why="nothing is anchored before"; return 1; }
    before=$(witness_key vo leerplicht)
    got=$(rotate leerplicht witness) && restarted leerplicht || { why="rotate: $got"; return 1; }
    wait_for 15 goes_over leerplicht "$before" || { why="it does not go over"; return 1; }
}

# A hub that has the key of before, and puts its line under what is to be cosigned: it counts for nothing, of whatever moment it says to be, and
# the nodes say whose key it is.
scene_stolen_key() {
    local size lie
    mkdir -p "$region/stolen/keys"
    cp "$region/leerplicht/keys/vault" "$region/stolen/keys/"
    cp "$region/leerplicht/keys/witness.old" "$region/stolen/keys/witness"
    secret leerplicht-vault | "$bin/liar-steal" "$region/stolen" >"$region/hub/stolen" || { why="nothing was stolen"; return 1; }
    stop_node hub
    "$bin/liar-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1 &
    echo $! >"$region/hub/pid"
    region_pids+=("$!")
    comes_up "$!" "$bin/schakel-hub" --home "$region/hub" status || { why="the lying hub does not start"; return 1; }
    wait_for 20 all_anchored || { why="nothing is anchored before"; return 1; }
    alone vo cjg
    for lie in every-stolen-key every-stolen-before; do
        rm -f "$region/hub/told"
        printf '%s vo:cosign\n%s cjg:cosign\n' "$lie" "$lie" >"$region/hub/lie.new" && mv "$region/hub/lie.new" "$region/hub/lie"
        size=$(hub_number leaves)
        act vo && wait_for 20 grown "$size" || { why="no act: $got"; return 1; }
        size=$(hub_number leaves)
        wait_for 20 told_both "$lie" || { why="$lie was not told"; return 1; }
        sleep 2
        for p in vo cjg; do
            node_says "$p" "\"anchored_size\":$size[,}]" && { why="$p takes $lie for the third partner"; return 1; }
        done
    done
    wait_for 10 grep -q 'cosigned-under-a-key-of-before witness=leerplicht' "$region/vo/log" || { why="vo does not say whose key it is"; return 1; }
    : >"$region/hub/lie"
    stop_node hub
    start_hub && all_back || { why="the region does not come back"; return 1; }
    wait_for 40 all_anchored || { why="nothing is anchored afterwards"; return 1; }
}
grown() { [ "$(hub_number leaves)" -gt "$1" ]; }
told_both() { grep -q "$1 vo:cosign" "$region/hub/told" && grep -q "$1 cjg:cosign" "$region/hub/told"; }

# A copy of a log that went on in between is anchored with the next lines.
exports_anchored() { export_log outside && [ "$(standing outside)" = anchored ]; }

# The only witness from outside: without its line nothing is anchored.
scene_keyholder() {
    local say="$region/keyholder/witness.say"
    wait_for 20 all_anchored || { why="nothing is anchored before"; return 1; }
    got=$(secret keyholder | "$bin/schakel" --home "$region/keyholder" keyholder rotate witness --passphrase-fd 0 --json 2>&1) || { why="rotate: $got"; return 1; }
    got=$(root vo partner sign "$say") || { why="sign: $got"; return 1; }
    expect "it says what it is" "$got" '"act":"witness","key":"[0-9a-f]*","witness":"sleutelhuis.*"seen":[1-9].*"signed":2' || return 1
    send vo "$say"
    expect "one partner is not enough" "$got" '"where":"ONE_SIGNER"' || return 1
    got=$(root cjg partner sign "$say") || { why="sign: $got"; return 1; }
    expect "with two it is" "$got" '"signed":3' || return 1
    stop_node keyholder
    start_keyholder || { why="it does not start with a key that waits"; return 1; }
    act vo || return 1
    wait_for 30 all_anchored || { why="nothing is anchored meanwhile"; return 1; }
    send vo "$say"
    expect "the registry takes it" "$got" '"ok":true' || return 1
    wait_for 20 grep -q 'witness-key-changed' "$region/keyholder/log" || { why="it does not go over"; return 1; }
    act vo || return 1
    wait_for 40 all_anchored || { why="its new key does not count: $(hub_number anchored) of $(hub_number leaves)"; return 1; }
    wait_for 40 registry_anchored || { why="nor in the registry"; return 1; }
    wait_for 20 exports_anchored || { why="verify does not count it: $(standing outside)"; return 1; }
    stop_node keyholder
    start_keyholder || { why="it does not start with its new key"; return 1; }
    [ -e "$region/keyholder/keys/witness" ] && [ ! -e "$region/keyholder/keys/witness.next" ] || { why="the key is not in its place"; return 1; }
    act vo || return 1
    wait_for 40 all_anchored || { why="it does not cosign when it starts again"; return 1; }
}

set -e
region_up
set +e
run_scenes changed stolen_key keyholder
