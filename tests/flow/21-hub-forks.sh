#!/usr/bin/env bash
# A hub that lives twice: the same home, keys and region, one life shown to two partners and the other to two others. Neither half can anchor what
# it is shown, the keyholder cosigns one history only, and whoever meets the other life stops and says so. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

hub_number() { "$bin/schakel-hub" --home "$region/$1" status --json 2>/dev/null | value "$2"; }
all_anchored() { local size; size=$(hub_number "$1" anchored) && [ "${size:-0}" -gt 0 ] && [ "$(hub_number "$1" leaves)" = "$size" ]; }
says() { { as "$1" status --json 2>/dev/null || true; } | grep -E "$2" >/dev/null; }

# The second life, on another port.
second_life() {
    fork_port=$(free_port)
    stop_node hub
    cp -a "$region/hub" "$region/fork"
    sed -i "s/^listen = .*/listen = 127.0.0.1:$fork_port/" "$region/fork/schakel.conf"
    start_hub || return 1
    "$bin/schakel-hub" --home "$region/fork" run >>"$region/fork/log" 2>&1 &
    echo $! >"$region/fork/pid"
    region_pids+=("$!")
    comes_up "$!" "$bin/schakel-hub" --home "$region/fork" status
}

# moved PARTNER PORT: its node talks to the hub there.
moved() {
    stop_node "$1"
    [ ! -e "$region/$1/schakel.conf" ] || sed -i '/^hub = /d' "$region/$1/schakel.conf"
    printf 'hub = 127.0.0.1:%s\n' "$2" >>"$region/$1/schakel.conf"
    # Not as start_node does, which waits for a status of 0: whoever met both lives has none.
    "$bin/schakel" --home "$region/$1" node --passphrase-fd 4 4< <(secret "$1-vault") >>"$region/$1/log" 2>&1 &
    echo $! >"$region/$1/pid"
    region_pids+=("$!")
    wait_for 10 login "$1" && as_login "$1" admin 2>/dev/null || { why="$1 does not come back"; return 1; }
}

scene_two_lives() {
    wait_for 40 all_anchored hub || { why="the one hub is not anchored: $(hub_number hub anchored) of $(hub_number hub leaves)"; return 1; }
    second_life || { why="there is no second life"; return 1; }
    shared=$(hub_number fork leaves)   # nobody talks to it yet
    for p in cjg wijkteam; do moved "$p" "$fork_port" || return 1; done
    # Each half has an act of its own, with a receipt that is right. One each: a keyholder that is shown less than it knows waits, for up to a
    # minute, until the hub collects for what it has now.
    staff vo extra caseworker || { why="no act in the first life"; return 1; }
    staff cjg extra caseworker || { why="no act in the second life"; return 1; }
    wait_for 10 grown hub && wait_for 10 grown fork || { why="nothing was logged"; return 1; }
    "$bin/schakel" --home "$region/wijkteam" hub mirror --out "$region/copy.fork" >/dev/null || { why="no copy of the second life"; return 1; }
}
grown() { [ "$(hub_number "$1" leaves)" -gt "$shared" ]; }

keyholder_seen() { grep -h -q 'keyholder-saw-another-log' "$region"/*/log; }

# Time enough: one hub with all of them is anchored within two or three seconds.
scene_neither_is_anchored() {
    local life
    wait_for 90 keyholder_seen || { why="the keyholder cosigned both, or neither"; return 1; }
    sleep 4
    for life in hub fork; do
        [ "$(hub_number "$life" anchored)" -le "$shared" ] || { why="$life has $(hub_number "$life" anchored) anchored, more than the $shared of before"; return 1; }
    done
    echo "   $(hub_number hub leaves) and $(hub_number fork leaves) leaves, $shared shared, $(hub_number hub anchored) and $(hub_number fork anchored) anchored"
}

# It met both: for ever, until a person looked into it; disclosures stop, reading goes on.
scene_met_both() {
    local p
    for p in cjg wijkteam; do moved "$p" "$region_port" || return 1; done
    as vo event add --number "$(child_number 2)" --event VZM --to cjg --json >"$region/said" 2>&1
    for p in cjg wijkteam; do
        wait_for 40 says "$p" '"log_trusted":false' || { why="$p trusts the other life: $(tail -n 5 "$region/$p/log")"; return 1; }
        as "$p" record list >/dev/null 2>"$region/loud" || { why="$p cannot read"; return 1; }
        # An opening of the other life that comes before the two heads are compared is what is told first.
        expect "$p says it aloud" "$(cat "$region/loud")" 'CONTRADICTS|NO LONGER SHOWS|BAD_OPENING' || return 1
        wait_for 20 grep -q 'log-forked' "$region/$p/log" || { why="$p does not find that the heads do not fit"; return 1; }
    done
    wait_for 10 says vo '"log_trusted":true' && wait_for 10 says leerplicht '"log_trusted":true' || { why="who saw one life only stops too"; return 1; }
}

# What the log signed for the other half, brought by people: then it is no partner's word but proof.
scene_a_signed_checkpoint_is_proof() {
    "$bin/schakel" --home "$region/leerplicht" hub mirror --out "$region/copy.first" >/dev/null || { why="no copy of the first life"; return 1; }
    as_login vo admin
    got=$("$bin/schakel" --home "$region/vo" --as admin log compare --checkpoint "$region/copy.first/checkpoint" --json)
    expect "what is of this life fits" "$got" '"result":"(same|asked)"' || return 1
    sed '2s/.*/1/' "$region/copy.fork/checkpoint" >"$region/changed"
    got=$("$bin/schakel" --home "$region/vo" --as admin log compare --checkpoint "$region/changed" --json)
    expect "what the log did not sign is nothing" "$got" 'not signed by this region' || return 1
    says vo '"log_trusted":true' || { why="it stops on what proves nothing"; return 1; }
    got=$("$bin/schakel" --home "$region/vo" --as admin log compare --checkpoint "$region/copy.fork/checkpoint" --json)
    expect "that of the other life is taken" "$got" '"result":"(contradicts|asked)"' || return 1
    wait_for 30 says vo '"log_trusted":false' || { why="the other life is not found: $got"; return 1; }
    as vo record list >/dev/null 2>"$region/loud"
    expect "it says it aloud" "$(cat "$region/loud")" 'CONTRADICTS' || return 1
}

set -e
region_up
set +e
run_scenes two_lives neither_is_anchored met_both a_signed_checkpoint_is_proof
