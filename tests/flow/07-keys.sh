#!/usr/bin/env bash
# Every key of a partner is changed while the region runs: node, HPKE, officer, TLS, and the root key by two others' word. With the
# programs of SCHAKEL_BIN.
set -uo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
bin=${SCHAKEL_BIN:-$source/build/debug/bin}
mkdir -p "$source/build/flow"
region=$(mktemp -d "$source/build/flow/keys.XXXXXX")
. "$source/tools/region.sh"
. "$source/tools/scenes.sh"
. "$source/tests/flow/lib/registry.sh"

finish() {
    region_down
    [ "${failed:-1}" = 0 ] && rm -rf "$region" || echo "state and logs: $region"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

node_key_is_new() { [ ! -f "$region/leerplicht/keys/node.next" ] && [ -f "$region/leerplicht/keys/node.old" ]; }

scene_keys() {
    local key
    ask vo event add --number "$(child_number 5)" --event VZM --to leerplicht
    expect "a report goes out under the old keys" "$got" '"ok":true' || return 1
    for key in node hpke officer; do
        got=$(rotate leerplicht "$key") || { why="$key: $got"; return 1; }
    done
    restarted leerplicht || { why="its node does not start"; return 1; }
    wait_for 10 node_key_is_new || { why="it does not go over to the new node key"; return 1; }
    ask leerplicht case open --number "$(child_number 15)" --purpose case_support
    expect "it acts under the new keys" "$got" '"ok":true' || return 1
    restarted leerplicht || { why="it does not start with the new keys"; return 1; }
    ask vo event add --number "$(child_number 6)" --event VZM --to leerplicht
    expect "others send to the new keys" "$got" '"ok":true' || return 1
    ask leerplicht case open --number "$(child_number 16)" --purpose case_support
    expect "and it goes on" "$got" '"ok":true' || return 1
}

# The root key and the one of TLS: two others say so, two files are carried.
scene_root_key() {
    got=$(rotate wijkteam root) || { why="rotate: $got"; return 1; }
    got=$(root wijkteam partner propose --org "$region/wijkteam/org.next.pub" --replaces wijkteam --out "$s") || { why="propose: $got"; return 1; }
    got=$(root cjg partner sign "$s") || { why="sign: $got"; return 1; }
    send cjg "$s"
    expect "not about itself" "$got" '"where":"OWN"' || return 1
    got=$(root vo partner propose --org "$region/wijkteam/org.next.pub" --replaces wijkteam --out "$s") || { why="propose: $got"; return 1; }
    got=$(root cjg partner sign "$s") || { why="sign: $got"; return 1; }
    send cjg "$s"
    expect "two others give it another root key" "$got" '"ok":true' || return 1
    got=$(rotate wijkteam tls) || { why="tls: $got"; return 1; }
    got=$(rotate wijkteam root --finish) || { why="finish: $got"; return 1; }
    join_partner wijkteam || { why="it cannot join under the new root key"; return 1; }
    restarted wijkteam || { why="its node does not start"; return 1; }
    got=$(secret wijkteam-nieuw | "$bin/schakel" --home "$region/wijkteam" --as admin staff add --name nieuw --role caseworker \
        --passphrase-fd 0 --json 2>&1)
    expect "it acts under it" "$got" '"ok":true' || return 1
    expect_not "and the hub knows it" "$got" 'queued' || return 1
}

set -e
region_up
set +e
failed=0
for name in ${SCENES:-keys root_key}; do
    why=""
    if "scene_$name"; then echo "ok $name"; else echo "FAILED $name: $why"; failed=1; fi
done
if grep -lE 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$region"/*/log; then
    grep -hE -A20 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$region"/*/log | head -60
    failed=1
fi
exit "$failed"
