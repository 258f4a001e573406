#!/usr/bin/env bash
# The key with which a public witness cosigns is changed while the region runs: by its key of before and two partners, and with nothing less; a line
# of the key that was changed counts no more, and the hub says so. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/registry.sh"
. "$source/tests/flow/lib/witkey.sh"

public=$region/public
# make_key FILE: a key of the public witness; its verifier key.
make_key() { "$bin/test-witness" witness.example 0 3>"$public/$1"; }
# note_key FILE VKEY: the same key as the programs of witnesses keep it.
note_key() {
    local id=${2#*+}
    { printf 'PRIVATE+KEY+witness.example+%s+' "${id%%+*}"; { printf '\004'; head -c 32 "$public/$1"; } | base64 -w0; echo; } >"$public/$1.note"
}
# It goes over from the first key to the second when it is told to. It knows the logs of a list that it reads again, so that it is up before there is a
# log: who is down is asked again after a minute.
serve() {
    cat "$public/first" "$public/second" | "$bin/test-witness" witness.example "$public_port" "$public/logs" >"$public/log" 2>&1 &
    echo $! >"$public/pid"
    region_pids+=("$!")
}
# As soon as there is a hub: the longer it does not know the log, the later it is asked again.
tell_witness() {
    wait_for 60 "$bin/schakel-hub" --home "$region/hub" witnesses --output "$public/logs.new" && mv "$public/logs.new" "$public/logs"
}
hub_says() { "$bin/schakel-hub" --home "$region/hub" witnesses --json 2>/dev/null | grep "\"log\":\"schakel-demo.log\",\"state\":\"$1\"" >/dev/null; }
counts() { listed "$1" | grep "\"name\":\"witness.example\",\"witness_key\":\"$2\"" >/dev/null; }
key_of() { printf '%s' "${1#*+*+}" | base64 -d | tail -c 32 | od -An -tx1 | tr -d ' \n'; }
propose() { rm -f "$s"; got=$(root vo partner propose --outsider "$1" --out "$s"); }
as_witness() { got=$("$bin/schakel" witness sign "$s" --key "$public/$1" --json 2>&1); }

scene_before() {
    # From here on it is the only one from outside.
    stop_node keyholder
    act vo || return 1
    wait_for 30 all_anchored || { why="nothing is anchored: $(hub_number anchored) of $(hub_number leaves)"; return 1; }
    wait_for 10 hub_says cosigns || { why="the hub does not say that it cosigns"; return 1; }
    wait_for 10 counts vo "$(key_of "$first")" || { why="its key is not listed: $(listed vo)"; return 1; }
}

scene_refused() {
    propose "$first" && { why="the key that it has already"; return 1; }
    propose "another.example+${second#*+}" && { why="no key of that name"; return 1; }
    propose "$other" && { why="of nobody in this region"; return 1; }
    expect "it says who is not there" "$got" "other.example.* is no witness from outside" || return 1
    propose "$second" || { why="propose: $got"; return 1; }
    expect "it says what is next" "$got" '"act":"witness".*"seen":[1-9].*"signed":1,"next":"two partners.*schakel witness sign' || return 1
    got=$(root cjg partner sign "$s") || { why="sign: $got"; return 1; }
    send vo "$s"
    expect "two partners are not enough" "$got" '"where":"NOT_WITNESS"' || return 1
    as_witness second.note && { why="the next key signs for itself"; return 1; }
    expect "it says why" "$got" 'replaces another key' || return 1
    propose "$second" && as_witness first.note || { why="the key of before: $got"; return 1; }
    send vo "$s"
    expect "nor one and the key of before" "$got" '"where":"ONE_SIGNER"' || return 1
}

scene_changed() {
    propose "$second" && as_witness first.note || { why="$got"; return 1; }
    expect "it reads what it signs" "$got" '"says":"witness.example: cosigns.*"witness":"witness.example.*"seen":[1-9]' || return 1
    got=$(root cjg partner sign "$s") || { why="sign: $got"; return 1; }
    expect "with two it is complete" "$got" '"signed":3,"next":"send it' || return 1
    act vo || return 1
    wait_for 30 all_anchored || { why="nothing is anchored meanwhile"; return 1; }
    send vo "$s"
    expect "the registry takes it" "$got" '"ok":true' || return 1
    for p in $partners; do wait_for 10 counts "$p" "$(key_of "$second")" || { why="$p counts another"; return 1; }; done
}

# It goes on with the key of before: nothing is anchored, and who runs the hub hears why.
scene_old_key() {
    act vo || return 1
    wait_for 20 hub_says not-its-key || { why="the hub does not say so: $("$bin/schakel-hub" --home "$region/hub" witnesses)"; return 1; }
    all_anchored && { why="a line of the key of before counts"; return 1; }
    wait_for 10 is_alarmed || { why="no alarm"; return 1; }
}
is_alarmed() { "$bin/schakel-hub" --home "$region/hub" status --json | grep '"outside_alarm":true' >/dev/null; }

scene_new_key() {
    kill -USR1 "$(cat "$public/pid")"
    wait_for 40 all_anchored || { why="the new key does not count: $(hub_number anchored) of $(hub_number leaves)"; return 1; }
    wait_for 40 registry_anchored || { why="nor in the registry"; return 1; }
    wait_for 10 hub_says cosigns || { why="the alarm stays"; return 1; }
    wait_for 20 is_copied_whole after || { why="verify does not count it: $(standing after)"; return 1; }
}

set -e
mkdir -p "$public"
first=$(make_key first)
second=$(make_key second)
other=$("$bin/test-witness" other.example 0 3>/dev/null)
note_key first "$first"
note_key second "$second"
public_port=$(free_port)
region_make_opts=(--witness "$first")
region_hub_conf="witnesses = witness.example http://127.0.0.1:$public_port/
contact = Beheer, beheer@example.invalid"
: >"$public/logs"
serve
tell_witness & telling=$!
region_up
wait "$telling"
set +e
run_scenes before refused changed old_key new_key
