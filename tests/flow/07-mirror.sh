#!/usr/bin/env bash
# A copy of the log that follows it: the node may come and go, what was copied is whole at each step, and parts of tiles that were replaced go.
# With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

size() { sed -n 2p "$region/followed/checkpoint" 2>/dev/null || echo 0; }
has_grown() { [ "$(size)" -gt "$1" ]; }
# The copy may be made longer at this very moment, and a part of before go while it is read.
is_whole() { wait_for 5 verifies; }
verifies() {
    got=$("$bin/schakel" verify --region "$region/region" --log "$region/followed" --json || true)
    expect "the copy gives the root" "$got" '"root_holds":true'
}
has_one_part() { [ "$(parts)" -le 1 ]; }
parts() { find "$region/followed/tile/entries" -type f -path '*.p/*' | wc -l; }

scene_it_follows() {
    local before
    "$bin/schakel" --home "$region/cjg" hub mirror --out "$region/followed" --follow >/dev/null 2>"$region/follow.log" &
    follower=$!
    region_pids+=("$follower")
    wait_for 10 test -f "$region/followed/checkpoint" || { why="nothing is copied: $(cat "$region/follow.log")"; return 1; }
    is_whole || return 1
    before=$(size)
    stop_node cjg
    ask vo case open --number "$(child_number 14)" --purpose case_support
    expect "the log grows while the node is away" "$got" '"ok":true' || return 1
    sleep 11
    is_ours "$follower" || { why="it ended with its node: $(cat "$region/follow.log")"; return 1; }
    start_node cjg || return 1
    wait_for 30 has_grown "$before" || { why="it does not go on: $(cat "$region/follow.log")"; return 1; }
    is_whole || return 1
    # A new part is there before the one that it replaces goes.
    wait_for 10 has_one_part || { why="old parts stay"; return 1; }
    [ -s "$region/followed/registry" ] || { why="without the registry"; return 1; }
}

# Leaves that do not give what was signed: it ends and says so, and the folder stays as evidence.
scene_it_ends_at_a_lie() {
    wait_for 25 ended_at_a_lie || { why="it goes on over a copy that was changed"; return 1; }
    grep -q 'not a whole copy' "$region/follow.log" || { why="it does not say why: $(cat "$region/follow.log")"; return 1; }
}

# A part that a longer one replaces takes the change with it: so it is made again.
ended_at_a_lie() {
    local entries
    is_ours "$follower" || return 0
    for entries in "$region"/followed/tile/entries/000 "$region"/followed/tile/entries/000.p/*; do
        [ ! -f "$entries" ] || printf 'X' | dd of="$entries" bs=1 seek=100 conv=notrunc,nocreat 2>/dev/null
    done
    return 1
}

set -e
region_up
set +e
run_scenes it_follows it_ends_at_a_lie
