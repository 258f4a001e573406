#!/usr/bin/env bash
# A node that keeps a copy of the log by itself (`mirror = yes`): it is whole at each step, also when the node was killed or its disk is full, and
# a hub that lost its newest leaves is restored from it. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
if [ -z "${MIRROR_IN_NAMESPACE:-}" ]; then
    for way in "unshare -m" "unshare -rm"; do
        $way true 2>/dev/null && MIRROR_IN_NAMESPACE=1 exec $way bash "$0" "$@"
    done
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

mirror_finish() {
    region_down
    umount "$region/cjg/mirror" 2>/dev/null
    finish
}
trap mirror_finish EXIT

copy=$region/cjg/mirror
size() { sed -n 2p "$copy/checkpoint" 2>/dev/null || echo 0; }
reaches() { [ "$(size)" -ge "$1" ]; }
notes() { status_of cjg mirror_note | grep "$1" >/dev/null; }
notes_nothing() { [ -z "$(status_of cjg mirror_note)" ] && [ -n "$(status_of cjg mirror_time)" ]; }
# The copy may be made longer at this very moment, and a part of before go while it is read.
is_whole() { wait_for 5 verifies; }
verifies() {
    got=$("$bin/schakel" verify --region "$region/region" --log "$copy" --json || true)
    expect "the copy gives the root, and nothing is wrong with it" "$got" '"root_holds":true.*"ok":true'
}
event() { ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht; value ok <<<"$got"; }
hub() { "$bin/schakel-hub" --home "$region/hub" "$@"; }

names_size() { [ "$(status_of cjg mirror_leaves)" = "$(size)" ]; }

scene_it_follows() {
    stop_node cjg
    printf 'mirror = yes\n' >>"$region/cjg/schakel.conf"
    start_node cjg || return 1
    wait_for 15 notes_nothing || { why="no word of it: $("$bin/schakel" --home "$region/cjg" status)"; return 1; }
    is_whole || return 1
    [ -s "$copy/registry" ] || { why="without the registry"; return 1; }
    wait_for 10 names_size || { why="status names another size"; return 1; }
}

# What the others cosigned stands in it too, so that whoever has the copy need not take the hub's word.
is_anchored() { is_whole && grep -q '"anchored_size":[1-9]' <<<"$got"; }
scene_others_cosigned_it() {
    [ "$(event 9)" = true ] || { why="nothing happens"; return 1; }
    wait_for 30 is_anchored || { why="nothing of it is anchored: $got"; return 1; }
    # Of another log, as one of before a new origin is: it would look like a second history.
    cp "$region/region" "$copy/checkpoint.anchored"
    [ "$(event 10)" = true ] || { why="nothing happens"; return 1; }
    wait_for 30 is_anchored || { why="what does not belong there stays: $got"; return 1; }
}

# Killed between two writes: what was being written and what no checkpoint names are there, and it goes on from the checkpoint.
scene_killed_half_written() {
    local n
    kill_node cjg
    n=$(size)
    printf 'half' >"$copy/checkpoint.12345678.tmp"
    printf 'half' >"$copy/tile/entries/000.12345678.tmp"
    mkdir -p "$copy/tile/entries/000.p" && printf 'behind the checkpoint' >"$copy/tile/entries/000.p/$((n + 1))"
    [ "$(event 3)" = true ] || { why="nothing happens"; return 1; }
    start_node cjg || return 1
    wait_for 15 reaches $((n + 1)) || { why="it does not go on: $(status_of cjg mirror_note)"; return 1; }
    is_whole || return 1
    wait_for 10 no_half_written || { why="what was half written stays: $(find "$copy" -name '*.tmp')"; return 1; }
}
no_half_written() { [ -z "$(find "$copy" -name '*.tmp')" ]; }

# The role is killed alone: a node with a part that died does not run on as if nothing was.
scene_without_its_role_it_ends() {
    local pid
    pid=$(pgrep -P "$(cat "$region/cjg/pid")" -f 'role mirror') || { why="there is no such role"; return 1; }
    kill -9 "$pid"
    ended() { ! kill -0 "$(cat "$region/cjg/pid")" 2>/dev/null; }
    wait_for 10 ended || { why="the node runs on"; return 1; }
    grep -q 'mirror' "$region/cjg/log" || { why="it does not say which part"; return 1; }
    rm -f "$region/cjg/pid"
    back cjg || return 1
}

scene_no_room() {
    local n
    [ -n "${MIRROR_IN_NAMESPACE:-}" ] || { echo "not run: no mount namespace can be made here"; return 0; }
    stop_node cjg
    mv "$copy" "$region/kept.mirror" && mkdir "$copy" && mount -t tmpfs -o size=1024k none "$copy" &&
        cp -a "$region/kept.mirror/." "$copy" || { why="no small disk"; return 1; }
    dd if=/dev/zero of="$copy/filler" bs=1024 count=2000 status=none 2>/dev/null
    n=$(size)
    back cjg || return 1
    wait_for 15 notes full || { why="status does not say that it is full: $(status_of cjg mirror_note)"; return 1; }
    ask cjg case open --number "$(child_number 14)" --purpose case_support
    expect "the node works on" "$got" '"ok":true' || return 1
    [ "$(size)" = "$n" ] || { why="it goes on without room"; return 1; }
    is_whole || return 1
    stop_node cjg
    rm -f "$copy/filler"
    back cjg || return 1
    wait_for 15 reaches $((n + 1)) || { why="it does not go on with room: $(status_of cjg mirror_note)"; return 1; }
    is_whole || return 1
}

# A leaf that comes behind the copy would be lost with the hub.
has_all_at_rest() { quiet && [ "$(size)" = "$(leaves)" ] && nobody_sends; }

scene_a_hub_is_restored_from_it() {
    local n
    wait_for 20 quiet || { why="the log does not come to rest"; return 1; }
    hub backup "$region/hub.backup" >/dev/null || { why="the hub makes no backup"; return 1; }
    [ "$(event 4)" = true ] || { why="nothing happens after"; return 1; }
    wait_for 30 has_all_at_rest || { why="the copy stays behind"; return 1; }
    stop_node hub
    n=$(size)
    mv "$region/hub/store" "$region/hub.lost"
    ! hub restore "$region/hub.backup" >/dev/null 2>&1 || { why="without the leaves"; return 1; }
    hub restore --mirror "$copy" "$region/hub.backup" >"$region/said" 2>&1 || { why="not with the node's copy: $(cat "$region/said")"; return 1; }
    start_hub || return 1
    wait_for 20 leaves_reach "$n" || { why="leaves are missing"; return 1; }
    wait_for 15 hub_is cjg true && [ "$(status_of cjg log_trusted)" = true ] || { why="not the same log"; return 1; }
    [ "$(event 5)" = true ] || { why="it does not go on"; return 1; }
    wait_for 20 reaches $((n + 1)) || { why="the copy does not go on"; return 1; }
}

# A copy that was changed is never written over: it is told, and the node goes on with its work.
scene_a_changed_copy_is_told() {
    local n
    stop_node cjg
    n=$(size)
    printf 'X' | dd of="$(find "$copy/tile/entries" -type f | head -n 1)" bs=1 seek=100 conv=notrunc 2>/dev/null
    back cjg || return 1
    wait_for 15 notes 'not a whole copy' || { why="it is not told: $(status_of cjg mirror_note)"; return 1; }
    [ "$(size)" = "$n" ] || { why="it was written over"; return 1; }
    ask cjg case open --number "$(child_number 15)" --purpose case_support
    expect "the node works on" "$got" '"ok":true' || return 1
}

set -e
region_up
set +e
run_scenes it_follows others_cosigned_it killed_half_written without_its_role_it_ends no_room a_hub_is_restored_from_it a_changed_copy_is_told
