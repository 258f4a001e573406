#!/usr/bin/env bash
# A hub and a partner put back from backups of some time ago: refused until the log is whole, with a copy of it whole again; numbers are not
# given twice; who lost what is told. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/registry.sh"

hub() { "$bin/schakel-hub" --home "$region/hub" "$@"; }
officer() { local who=$1; shift; "$bin/schakel" --home "$region/$who" --as privacy "$@"; }
event() { ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht; value ok <<<"$got"; }
last_event() { as vo event list --number "$(child_number "$1")" --json | value statement; }

scene_backups_are_made() {
    scene_no_ground && scene_absence_report || return 1
    staff vo privacy officer || { why="the school has no officer"; return 1; }
    # Then what is lost is the school's alone: what others still had to say would be numbers that it never knew.
    wait_for 20 quiet || { why="the log does not come to rest"; return 1; }
    hub backup "$region/hub.backup" >/dev/null || { why="the hub makes none while it runs"; return 1; }
    ! hub backup "$region/hub.backup" >/dev/null 2>&1 || { why="over another one"; return 1; }
    [ ! -e "$region/hub.backup/seeds" ] || { why="with the seeds"; return 1; }
    "$bin/schakel" --home "$region/leerplicht" backup "$region/office.backup" >/dev/null || { why="the office makes none while it runs"; return 1; }
    before=$(sed -n "s/^leaves //p" "$region/hub.backup/whole")
    [ "$(event 3)" = true ] && [ "$(event 4)" = true ] || { why="nothing happens after"; return 1; }
    wait_for 20 is_known_once leerplicht "$(last_event 4)" || { why="not known at the office"; return 1; }
    # The school has the receipts of both: of a number that it never saw it would learn in ten minutes only that it is missing.
    wait_for 20 outbox_empty vo || { why="the school has no receipt: $(status_of vo outbox_trouble)"; return 1; }
    got=$(root vo partner revoke cjg --reason ended --out "$s") && got=$(root leerplicht partner sign "$s") || { why="revoke: $got"; return 1; }
    send vo "$s"
    expect "a partner is revoked" "$got" '"ok":true' || return 1
    nodes="vo wijkteam leerplicht"
    everybody cjg revoked || return 1
    # An acknowledgement that the hub has and the school has not would be a number that it never knew.
    wait_for 20 all_acknowledged || { why="the school's reports are not acknowledged"; return 1; }
    # Not while it runs: what came behind the copy would be missing in it.
    stop_node hub
    hub export "$region/mirror" >/dev/null || { why="no copy of the log"; return 1; }
    after=$(sed -n 2p "$region/mirror/checkpoint")
    [ "$after" -gt "$before" ] || { why="no leaves after the backup"; return 1; }
}

all_acknowledged() { is_acknowledged 3 && is_acknowledged 4; }
is_acknowledged() { as vo statement list --json | lines | grep "\"statement\":\"$(last_event "$1")\"" | grep '"acknowledged":\["leerplicht"\]' >/dev/null; }

# Only the store is lost: the signer remembers more than the backup has.
scene_refused_until_whole() {
    ! hub restore "$region/hub.backup" >/dev/null 2>&1 || { why="over a store that is there"; return 1; }
    mv "$region/hub/store" "$region/hub.lost"
    ! hub restore "$region/hub.backup" >"$region/said" 2>&1 || { why="without the leaves"; return 1; }
    grep -q 'mirror' "$region/said" || { why="it does not say what is missing"; return 1; }
    # A copy with a leaf that was changed.
    cp -r "$region/mirror" "$region/mirror.bad"
    printf 'X' | dd of="$(find "$region/mirror.bad/tile/entries" -type f | tail -n 1)" bs=1 seek=$((228 * (after - 1) + 100)) conv=notrunc 2>/dev/null
    ! hub restore --mirror "$region/mirror.bad" "$region/hub.backup" >"$region/said" 2>&1 || { why="with a changed leaf"; return 1; }
    grep -q 'root that was signed' "$region/said" || { why="it does not say that the root differs: $(cat "$region/said")"; return 1; }
    # A copy of the log without the registry, and the hub's own copy lost: what was revoked since would not count.
    mv "$region/hub/public/registry" "$region/registry.lost"
    mv "$region/mirror/registry" "$region/registry.mirror"
    ! hub restore --mirror "$region/mirror" "$region/hub.backup" >"$region/said" 2>&1 || { why="without the registry"; return 1; }
    grep -q 'partner export' "$region/said" || { why="it does not say where the registry is: $(cat "$region/said")"; return 1; }
    [ ! -e "$region/hub/store" ] && [ ! -e "$region/hub/store.new" ] || { why="something stays of what was refused"; return 1; }
    # An old store by hand does not start either.
    cp -r "$region/hub.backup/store" "$region/hub/store"
    ! timeout 60 "$bin/schakel-hub" --home "$region/hub" run >"$region/said" 2>&1 || { why="it starts with an old store"; return 1; }
    rm -rf "$region/hub/store"
}

# No room, and killed at any moment: nothing is in its place that is not whole, the backup is as it was, and it can be given again.
scene_cut_short() {
    local blocks ms sum cut=0
    sum=$(cd "$region/hub.backup" && find . -type f -exec sha256sum {} + | sort | sha256sum)
    for blocks in 1 16 100; do
        (trap '' XFSZ; ulimit -f "$blocks"; exec "$bin/schakel-hub" --home "$region/hub" restore --mirror "$region/mirror" \
            --registry "$region/registry.mirror" "$region/hub.backup") >"$region/said" 2>&1 && { why="with room for $blocks KiB"; return 1; }
        grep -q '^schakel-hub: ' "$region/said" || { why="it does not say what is wrong: $(cat "$region/said")"; return 1; }
        [ ! -e "$region/hub/store" ] && [ ! -e "$region/hub/store.new" ] || { why="something stays of what had no room"; return 1; }
    done
    for ms in 001 003 006 010 015 020 030 050; do
        { timeout -s KILL "0.$ms" "$bin/schakel-hub" --home "$region/hub" restore --mirror "$region/mirror" \
            --registry "$region/registry.mirror" "$region/hub.backup" && break; } >/dev/null 2>&1
        [ -e "$region/hub/store" ] && break
        cut=$((cut + 1))
    done
    [ "$cut" -gt 0 ] || { why="no restore was cut short"; return 1; }
    rm -rf "$region/hub/store"
    [ "$(cd "$region/hub.backup" && find . -type f -exec sha256sum {} + | sort | sha256sum)" = "$sum" ] || { why="the backup was changed"; return 1; }
}

scene_whole_again() {
    local made
    "$bin/schakel" --home "$region/leerplicht" partner export --out "$region/registry.node" >/dev/null || { why="a node does not give its registry"; return 1; }
    cmp "$region/registry.node" "$region/registry.mirror" || { why="a node's registry is not the hub's"; return 1; }
    hub restore --mirror "$region/mirror" --registry "$region/registry.node" --json "$region/hub.backup" >"$region/said" || {
        why="not with the mirror: $(cat "$region/said")"; return 1; }
    expect "with the statement of the time between" "$(cat "$region/said")" '"statements":1,"statements_added":1' || return 1
    start_hub || return 1
    wait_for 20 leaves_reach "$after" || { why="leaves are missing"; return 1; }
    wait_for 10 hub_is vo true && wait_for 10 hub_is leerplicht true && wait_for 10 hub_is cjg true || { why="nodes do not find it"; return 1; }
    [ "$(event 5)" = true ] || { why="the school cannot report"; return 1; }
    cmp "$region/hub/public/registry" "$region/registry.lost" || { why="not the registry that it had"; return 1; }
    wait_for 10 cjg_is_refused || { why="what was revoked after the backup stays revoked; got: $got"; return 1; }
    [ ! -s "$region/was_done" ] || { why="something was done for who is revoked: $(cat "$region/was_done")"; return 1; }
    stop_node cjg
    made=$(last_event 5)
    wait_for 20 is_known_once leerplicht "$made" || { why="the office does not hear of it"; return 1; }
    [ "$(status_of vo log_trusted)" = true ] && [ "$(status_of leerplicht log_trusted)" = true ] || { why="not the same log"; return 1; }
    # The numbers of the time between are not given twice; that nothing lies between is not proven any more, and named.
    wait_for 20 break_is_named || { why="the break is not named: $(head -c 600 "$region/said")"; return 1; }
}

# It may hear late that the hub is there again, and then it waits; but what it asks for is never done.
cjg_is_refused() {
    ask_once cjg case open --number "$(child_number 11)" --purpose case_support
    ! grep '"ok":true' <<<"$got" | grep -v '"queued":true' >>"$region/was_done" || return 1
    grep -q '"ok":false.*REVOKED' <<<"$got"
}
break_is_named() { officer vo audit complete --json >"$region/said"; grep -q '"why":"its proof names another act before it' "$region/said"; }

# What the school reported in the time between the hub knew no more: the school's node says it again, and who asks on it is not refused.
scene_what_was_lost_is_said_again() {
    wait_for 10 grep -q hub-was-put-back "$region/vo/log" || { why="the school does not notice"; return 1; }
    wait_for 20 outbox_empty vo || { why="it is not sent"; return 1; }
    ask leerplicht case open --number "$(child_number 4)" --purpose att_followup
    lost_case=$(printf '%s' "$got" | value case)
    as leerplicht case show --case "$lost_case" --json >/dev/null 2>&1 || { why="its own case is not known to it"; return 1; }
    # It is put into the outbox a moment after the break was seen: the box may have been empty before.
    wait_for 10 counts_again || { why="what was reported does not count again: $got"; return 1; }
    is_known_once leerplicht "$(last_event 4)" || { why="it is there twice"; return 1; }
}

counts_again() {
    ask leerplicht request new --case "$lost_case" --to vo --purpose att_followup --sections att
    grep -q "$(verdict att PERMIT)" <<<"$got"
}

# A break in the log is not for a program to pass over: when what was lost cannot be laid open any more, disclosures stop at each partner until its officer has looked into it.
scene_an_officer_looks_into_it() {
    later 777600 || return 1
    as_login vo privacy
    wait_for 20 is_raised || { why="the break is not raised"; return 1; }
    clear_it || { why="it cannot be cleared"; return 1; }
    cleared=1
    wait_for 10 is_cleared || { why="it stays stopped after it was cleared $cleared times"; return 1; }
}
clear_it() { officer vo audit clear --reason "the operator put the hub back from a backup of today" >/dev/null; }
# Each of the two that were lost is looked into by itself, and the next may be raised a moment later.
is_cleared() {
    ! stopped vo || { [ "$cleared" -lt 2 ] && clear_it && cleared=$((cleared + 1)) && ! stopped vo; }
}
is_raised() { officer vo audit check >/dev/null; stopped vo; }
stopped() { [ "$(status_of "$1" log_trusted)" = false ]; }

# The office's machine is lost; what it was told since the backup it has no more, and knows which numbers that were.
scene_a_partner_is_put_back() {
    stop_node leerplicht
    mv "$region/leerplicht" "$region/leerplicht.lost"
    mkdir -p "$region/leerplicht"
    ! "$bin/schakel" --home "$region/leerplicht" restore "$region/hub.backup" >/dev/null 2>&1 || { why="from a hub's backup"; return 1; }
    # Not mixed with another's, and killed at some moments: no store that is not whole, and it can be given again.
    "$bin/schakel" --home "$region/wijkteam" backup "$region/team.backup" >/dev/null || { why="the team makes none"; return 1; }
    cp "$region/leerplicht.lost/org.pub" "$region/leerplicht/"
    "$bin/schakel" --home "$region/leerplicht" restore "$region/team.backup" >"$region/said" 2>&1 && { why="from another partner's"; return 1; }
    grep -q 'another organisation' "$region/said" || { why="it does not say that it is another's: $(cat "$region/said")"; return 1; }
    for ms in 002 005 010 020; do
        { timeout -s KILL "0.$ms" "$bin/schakel" --home "$region/leerplicht" restore "$region/office.backup"; } >/dev/null 2>&1
        [ -e "$region/leerplicht/store" ] && break
    done
    rm -rf "$region/leerplicht/store"
    "$bin/schakel" --home "$region/leerplicht" restore "$region/office.backup" >/dev/null || { why="not put back"; return 1; }
    cmp "$region/leerplicht/store/data.mdb" "$region/office.backup/store/data.mdb" || { why="not what was in the backup"; return 1; }
    back leerplicht || return 1
    # What others said again lies at the hub still; what it did itself since is gone.
    ! as leerplicht case show --case "$lost_case" --json >/dev/null 2>&1 || { why="it knows what came after the backup"; return 1; }
    [ "$(event 6)" = true ] && wait_for 20 is_known_once leerplicht "$(last_event 6)" || { why="it does not go on"; return 1; }
    as_login leerplicht admin && staff leerplicht privacy officer || { why="no officer there"; return 1; }
    officer leerplicht audit complete --json >"$region/said"
    grep -q '"complete":false' "$region/said" || { why="its list is called complete"; return 1; }
    ! grep -q 'BAD_OPENING' "$region/leerplicht/log" || { why="something was found bad"; return 1; }
}

# The machine is lost, and with it what was signed last: the mirror says it, and nobody else's word is taken for it.
scene_a_machine_is_lost() {
    local before made
    stop_node hub
    rm -rf "$region/mirror"
    hub export "$region/mirror" >/dev/null || { why="no copy of the log"; return 1; }
    before=$(sed -n 2p "$region/mirror/checkpoint")
    mv "$region/hub" "$region/hub.lost"
    for i in 1 2; do
        ! hub restore "$region/hub.backup" >"$region/said" 2>&1 || { why="with nobody's word, at try $i"; return 1; }
        grep -q -- '--newest' "$region/said" || { why="try $i does not say what is missing: $(cat "$region/said")"; return 1; }
    done
    cp -r "$region/hub.backup" "$region/hub.backup.half"
    rm "$region/hub.backup.half/whole"
    ! hub restore --mirror "$region/mirror" "$region/hub.backup.half" >/dev/null 2>&1 || { why="from half a backup"; return 1; }
    cp -r "$region/hub.backup" "$region/hub.backup.other"
    printf ' ' >>"$region/hub.backup.other/region"
    ! hub restore --mirror "$region/mirror" "$region/hub.backup.other" >"$region/said" 2>&1 || { why="from another region's"; return 1; }
    grep -q 'another region' "$region/said" || { why="it does not say that it is of another region: $(cat "$region/said")"; return 1; }
    cp -r "$region/hub.backup" "$region/hub.backup.changed"
    printf 'X' | dd of="$region/hub.backup.changed/store/data.mdb" bs=1 seek=70000 conv=notrunc 2>/dev/null
    ! hub restore --mirror "$region/mirror" "$region/hub.backup.changed" >"$region/said" 2>&1 || { why="from a backup of which a byte was changed"; return 1; }
    grep -q 'not as it was' "$region/said" || { why="it does not say that it was changed: $(cat "$region/said")"; return 1; }
    hub restore --mirror "$region/mirror" "$region/hub.backup" >"$region/said" 2>&1 || { why="not with the mirror: $(cat "$region/said")"; return 1; }
    start_hub || return 1
    wait_for 20 leaves_reach "$before" || { why="leaves are missing"; return 1; }
    wait_for 10 hub_is vo true && wait_for 10 hub_is leerplicht true || { why="nodes do not find it"; return 1; }
    # Its person's key was made known anew since the backup, and that is lost: the node makes it known again.
    ask vo event add --number "$(child_number 7)" --event VZM --to leerplicht
    expect "the school can report" "$got" '"ok":true' || return 1
    expect_not "and need not wait" "$got" '"queued":true' || return 1
    grep -q keys-made-known-again "$region/vo/log" || { why="the key was known: nothing is tried here"; return 1; }
    [ "$(status_of vo log_trusted)" = true ] || { why="not the same log"; return 1; }
    [ "$(sed -n '/^act revoke/p' "$region/hub/public/registry" | wc -l)" = 1 ] || { why="the revocation is gone"; return 1; }
}

set -e
region_up
set +e
run_scenes backups_are_made refused_until_whole cut_short whole_again what_was_lost_is_said_again a_partner_is_put_back an_officer_looks_into_it a_machine_is_lost
