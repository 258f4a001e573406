#!/usr/bin/env bash
# Witnesses on real processes: what partners, keyholder and a public witness over HTTP cosign is anchored; without a fresh word of others nothing
# is given; a hub that was put back from an old copy, signer and all, is found by the nodes, which stop and say so, until a person goes on.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"

hub_status() { "$bin/schakel-hub" --home "$region/hub" status --json; }
# It ends with another code when the log is not trusted.
node_status() { as "$1" status --json 2>/dev/null || true; }
all_anchored() { local s; s=$(hub_status) && [ "$(value anchored <<<"$s")" = "$(value leaves <<<"$s")" ]; }
says() { node_status "$1" | grep -E "$2" >/dev/null; }
is_anchored() { says "$1" '"anchored_size":[1-9]'; }

start_public() {
    public_port=$(free_port)
    mkdir -p "$region/public"
    public_vkey=$("$bin/test-witness" witness.example 0 3>"$region/public/key")
    region_make_opts=(--witness "$public_vkey")
    region_hub_conf="witnesses = witness.example http://127.0.0.1:$public_port/prefix/"
}

# It serves the log of the region, whose key is known only when the hub has been made.
run_public() {
    local log
    log=$(sed -n 's/^log //p' "$region/region")
    "$bin/test-witness" witness.example "$public_port" "$log" <"$region/public/key" >"$region/public/log" 2>&1 &
    echo $! >"$region/public/pid"
    region_pids+=("$!")
    # Who is not there when the hub asks is asked again after a minute.
    wait_for 10 answers "$!" listens || { echo "the public witness does not listen" >&2; return 70; }
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$public_port") 2>/dev/null; }

# ---- everybody cosigns ----

scene_anchored() {
    # What the old copy below will not have.
    staff vo extra caseworker || { why="no act"; return 1; }
    wait_for 20 all_anchored || { why="not anchored: $(hub_status)"; return 1; }
    for p in $partners; do
        wait_for 20 is_anchored "$p" || { why="$p knows of nothing anchored: $(node_status "$p")"; return 1; }
        wait_for 10 says "$p" '"log_fresh":true' || { why="$p: $(node_status "$p")"; return 1; }
        wait_for 10 says "$p" '"cosigns":true' || { why="$p does not cosign"; return 1; }
    done
}

# Leaves may come at any moment: a copy is taken until one lies whole under what was cosigned.
copy_is_anchored() {
    rm -rf "$region/copy2"
    "$bin/schakel-hub" --home "$region/hub" export "$region/copy2" && grep -q witness.example "$region/copy2/checkpoint.anchored" || return 1
    got=$("$bin/schakel" verify --region "$region/region" --log "$region/copy2" --json)
    grep -q '"standing":"anchored"' <<<"$got"
}

scene_public_witness() {
    wait_for 15 grep -q '^200$' "$region/public/log" || { why="the public witness was not asked: $(cat "$region/public/log")"; return 1; }
    wait_for 15 grep -q '^200 registry$' "$region/public/log" || { why="it was not asked about the registry: $(cat "$region/public/log")"; return 1; }
    wait_for 25 copy_is_anchored || { why="no copy is anchored, or the public witness has no line: $got"; return 1; }
    expect "by enough partners" "$got" '"cosigned_partners":[34]' || return 1
    # A line that was taken out makes it the hub's word again.
    grep -v -e ' sleutelhuis ' -e ' witness.example ' "$region/copy2/checkpoint.anchored" >"$region/less" && mv "$region/less" "$region/copy2/checkpoint.anchored"
    cp "$region/copy2/checkpoint.anchored" "$region/less"
    got=$("$bin/schakel" verify --region "$region/region" --log "$region/copy2" --json)
    expect "without an outsider it is not" "$got" '"standing":"receipt"' || return 1
}

# ---- nobody has a fresh word ----

# The node and the hub 11 minutes later, and nobody else: what the others cosigned is too old to give anything on.
scene_frozen() {
    for p in leerplicht cjg wijkteam keyholder vo; do stop_node "$p"; done
    stop_node hub
    kill "$(cat "$region/public/pid")"
    export SCHAKEL_CLOCK_OFFSET_S=700
    start_hub && start_node vo && login vo || { why="hub and node do not start again"; return 1; }
    wait_for 10 says vo '"log_fresh":false' || { why="still fresh: $(node_status vo)"; return 1; }
    start_keyholder || { why="the keyholder does not start again"; return 1; }
    wait_for 20 says vo '"log_fresh":true' || { why="the keyholder's word does not help: $(node_status vo)"; return 1; }
}

# ---- a hub from an old copy ----

scene_old_copy() {
    local code=0
    stop_node hub
    mv "$region/hub" "$region/newer"
    cp -r "$region/older" "$region/hub"
    start_hub || { why="the hub does not start with an old copy"; return 1; }
    wait_for 20 says vo '"log_trusted":false' || { why="it was not noticed: $(node_status vo)"; return 1; }
    as vo status >"$region/said" || code=$?
    [ "$code" != 0 ] || { why="status ends with 0"; return 1; }
    expect "status begins with it" "$(head -n 2 "$region/said" | tr '\n' ' ')" '^NOT WELL: .*(NO LONGER SHOWS|CONTRADICTS)' || return 1
    as vo record list >/dev/null 2>"$region/said" || { why="reading stopped too"; return 1; }
    expect "every command says it" "$(cat "$region/said")" 'NO LONGER SHOWS|CONTRADICTS' || return 1
}

scene_accepted() {
    local s
    # The real hub is back: what was only cut short is whole again.
    stop_node hub
    rm -rf "$region/hub"
    mv "$region/newer" "$region/hub"
    start_hub || { why="the real hub does not start"; return 1; }
    wait_for 40 says vo '"log_trusted":true' || { why="still not trusted: $(node_status vo)"; return 1; }
    s=$(as_login vo admin && "$bin/schakel" --home "$region/vo" --as admin log accept --reason "nothing was wrong after all" --json 2>&1) \
        && { why="there was nothing to accept: $s"; return 1; }
    expect "it says so" "$s" 'nothing to accept' || return 1
}

set -e
start_public
region_up
run_public
# A copy of an early moment, for later.
stop_node hub
cp -r "$region/hub" "$region/older"
start_hub
set +e
run_scenes anchored public_witness frozen old_copy accepted
