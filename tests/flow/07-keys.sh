#!/usr/bin/env bash
# Every key of a partner is changed while the region runs: node, HPKE, officer, TLS, and the root key by two others' word; and every passphrase. With the
# programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/registry.sh"

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
    settle wijkteam staff add
    expect "it acts under it" "$got" '"ok":true' || return 1
    expect_not "and the hub knows it" "$got" 'queued' || return 1
}

finds_hub() { "$bin/schakel" --home "$region/$1" status --json | grep '"hub_reachable":true' >/dev/null; }

# The hub's TLS key, under the authority that the region file pins: nobody joins again.
scene_hub_tls() {
    cp "$region/hub/keys/tls-server.key" "$region/tls.before"
    cp "$region/hub/keys/tls-ca.crt" "$region/ca.before"
    "$bin/schakel-hub" --home "$region/hub" rotate >/dev/null || { why="it does not rotate"; return 1; }
    cmp -s "$region/hub/keys/tls-server.key" "$region/tls.before" && { why="the key is the same"; return 1; }
    cmp -s "$region/hub/keys/tls-ca.crt" "$region/ca.before" || { why="another authority"; return 1; }
    stop_node hub
    start_hub || { why="the hub does not start with it"; return 1; }
    wait_for 15 finds_hub vo || { why="nodes do not take it"; return 1; }
    ask vo event add --number "$(child_number 7)" --event VZM --to leerplicht
    expect "it goes on" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" 'queued' || return 1
}

scene_keyholder_tls() {
    cp "$region/keyholder/tls.crt" "$region/crt.before"
    secret keyholder | "$bin/schakel" --home "$region/keyholder" keyholder rotate --passphrase-fd 0 >/dev/null || { why="it does not rotate"; return 1; }
    cmp -s "$region/keyholder/tls.crt" "$region/crt.before" && { why="the certificate is the same"; return 1; }
    secret nobody | "$bin/schakel" --home "$region/keyholder" keyholder rotate --passphrase-fd 0 >/dev/null 2>&1 && { why="with any passphrase"; return 1; }
    stop_node keyholder
    start_keyholder || { why="the keyholder does not start with it"; return 1; }
    ask_again vo case open --number "$(new_number 88000)" --purpose case_support
    expect "nodes take it" "$got" '"ok":true' || return 1
}
# What the keys lie under: the vault's, a person's, the root key's and a keyholder's. Each opens with the new one and no longer with the old.
passphrase() { local from=$1 to=$2; shift 2; { secret "$from"; secret "$to"; } | "$bin/schakel" "$@" --passphrase-fd 0 --json 2>&1; }
scene_passphrases() {
    local vo=(--home "$region/vo") holder=(--home "$region/keyholder")
    got=$(passphrase vo-vault changed "${vo[@]}" org passphrase vault) || { why="vault: $got"; return 1; }
    got=$(passphrase vo-vault changed "${vo[@]}" org passphrase vault) && { why="the old one still opens the vault"; return 1; }
    stop_node vo
    got=$(secret vo-vault | timeout 60 "$bin/schakel" "${vo[@]}" node --passphrase-fd 0 2>&1) && { why="the node starts with the old one"; return 1; }
    expect "it says why it does not start" "$got" 'this passphrase does not open the key' || return 1
    got=$(passphrase changed vo-vault "${vo[@]}" org passphrase vault) || { why="back: $got"; return 1; }
    start_node vo && as_login vo admin && as_login vo coordinator || { why="the node does not start with the new one"; return 1; }
    got=$(passphrase vo-coordinator changed "${vo[@]}" --as coordinator passphrase) || { why="own: $got"; return 1; }
    got=$(secret changed | "$bin/schakel" "${vo[@]}" login --as coordinator --passphrase-fd 0 2>&1) || { why="the new one opens no session: $got"; return 1; }
    got=$(passphrase changed vo-coordinator "${vo[@]}" --as coordinator passphrase) || { why="own, back: $got"; return 1; }
    got=$(passphrase vo-root changed "${vo[@]}" org passphrase root) && got=$(passphrase changed vo-root "${vo[@]}" org passphrase root) \
        || { why="root: $got"; return 1; }
    got=$(passphrase keyholder changed "${holder[@]}" keyholder passphrase) && got=$(passphrase changed keyholder "${holder[@]}" keyholder passphrase) \
        || { why="keyholder: $got"; return 1; }
}

# A number of the range for examples that nobody has yet.
new_number() {
    awk -v from="$1" 'BEGIN {
        for (n = from; ; n++) {
            number = sprintf("9999%05d", n)
            sum = -substr(number, 9, 1)
            for (i = 1; i <= 8; i++) sum += (10 - i) * substr(number, i, 1)
            if (sum % 11 == 0) { print number; exit }
        }
    }'
}

set -e
region_up
set +e
run_scenes keys root_key hub_tls keyholder_tls passphrases
