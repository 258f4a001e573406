#!/usr/bin/env bash
# As 14-faults, for the roles around the hub's core and for the keyholder: one allocation, write or sync of a gate, a share, a cosigner or the
# witness role fails while a new child is made known and reported; and of `backup`, which then is whole or says that it is not. With the
# programs of SCHAKEL_BIN; under a sanitizer this is not run.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib/faults.sh"

PLACES=${FAULT_PLACES:-2}
BACKUP_PLACES=${FAULT_PLACES:-4}
faults=0 turns=0

public_vkey=$("$bin/test-witness" witness.example 0 3>/dev/null)
region_make_opts=(--witness "$public_vkey")

run_hub() { ROLES="gate oprf witness" fault_of=hub. under_shim "$bin/schakel-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1; }
run_keyholder() {
    ROLES="gate oprf cosigner" fault_of=keyholder. under_shim "$bin/schakel" --home "$region/keyholder" keyholder run --passphrase-fd 4 \
        4< <(secret keyholder) >>"$region/keyholder/log" 2>&1
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

# The child is reported to the officer. What is promised is remembered.
report() {
    promised=no
    ask vo event add --number "$number" --event VZM --to leerplicht
    if printf '%s' "$got" | grep '"ok":true' >/dev/null; then
        printf '%s\n' "$(printf '%s' "$got" | value statement)" >>"$region/promised"
        promised=yes
        return 0
    fi
    printf '%s' "$got" | grep -E '"ok":false,"error":\{"class":"[a-z]+","text":"[^"]{5,}' >/dev/null || { why="an answer that says nothing: $got"; return 1; }
}

# A child that is new to hub and keyholder.
turn() {
    turns=$((turns + 1))
    wait_for 15 hub_is vo true || { why="the school does not find the hub"; return 1; }
    number=$(new_number $((60000 + 20 * turns)))
    { echo number,ident.name,ident.birth_date,guard.custody,guard.g1,guard.g2; echo "$number,Kind $turns,2012-01-01,g1 g2,Ouder Een,Ouder Twee"; } >"$region/child.csv"
    as vo record import "$region/child.csv" >/dev/null 2>&1
    report
}

# Who was told no tries again when all is well, and is then told yes.
again() {
    [ "$promised" = yes ] || { report && [ "$promised" = yes ]; }
}

# What one turn takes of a kind, in takes: not in a shell of its own, for each turn is another child.
per_turn() {
    local before
    before=$(count_of "$1" "$2")
    turn
    wait_for 20 all_done
    wait_for 15 again
    takes=$(($(count_of "$1" "$2") - before))
}
all_done() { outbox_empty vo && [ "$(status_of vo pseudonyms_waiting)" = 0 ]; }

one_fault() {
    set_left "$1" "$2" "$3"
    turn || return 1
    wait_at_most 2 fault_came "$1" "$2" && faults=$((faults + 1))
    set_left "$1" "$2" 0
    wait_for 15 hub_runs && wait_for 15 keyholder_answers || { why="not started again after $1 $2 $3"; return 1; }
    wait_for 30 all_done || { why="not all is done after $1 $2 $3: $(status_of vo outbox_trouble) $(status_of vo pseudonyms_note)"; return 1; }
    wait_for 15 again || { why="the report is refused after $1 $2 $3, when all runs again: $got"; return 1; }
}

scene_edges() {
    local role kind takes place
    touch "$region/promised"
    for role in hub.gate hub.oprf hub.witness keyholder.gate keyholder.oprf keyholder.cosigner; do
        [ "$(count_of "$role" allocation)" -gt 0 ] || { why="$role is not under the shim"; return 1; }
        for kind in $KINDS; do
            per_turn "$role" "$kind"
            [ "$takes" -gt 0 ] || continue
            for place in $(seq 1 "$PLACES"); do one_fault "$role" "$kind" $((1 + (place - 1) * takes / PLACES)) || return 1; done
            echo "   $role $kind: $takes a turn, $SECONDS s"
        done
    done
    [ "$faults" -ge $((3 * PLACES)) ] || { why="only $faults faults came"; return 1; }
}

scene_nothing_lost_nothing_twice() {
    [ "$(wc -l <"$region/promised")" -ge "$turns" ] || { why="of $turns only $(wc -l <"$region/promised") were promised"; return 1; }
    wait_for 15 all_there || { why="promised, and not there: $missing"; return 1; }
    all_events leerplicht | sort | uniq -d >"$region/twice"
    [ ! -s "$region/twice" ] || { why="done twice: $(head -n 1 "$region/twice")"; return 1; }
    [ "$(status_of vo log_trusted)" = true ] && [ "$(status_of vo bad_mail)" = 0 ] || { why="vo does not trust the log"; return 1; }
}
all_there() {
    all_events leerplicht | sort >"$region/there"
    missing=$(sort "$region/promised" | comm -23 - "$region/there" | head -n 1)
    [ -z "$missing" ]
}

# ---- backups ----

# backup OF DIR: of the hub, or of a partner's node, both running.
backup() {
    (
        ROLES=backup fault_of="$1."
        [ "$1" != hub ] || under_shim "$bin/schakel-hub" --home "$region/hub" backup "$2" --json
        under_shim "$bin/schakel" --home "$region/$1" backup "$2" --json
    )
}

# A whole backup, put back into a home of its own.
restores() {
    local home="$region/restored.$1" program=schakel code=0
    [ "$1" != hub ] || program=schakel-hub
    "$bin/$program" --home "$home" restore "$2" >"$region/said" 2>&1 || code=$?
    rm -rf "$home"
    return "$code"
}

# It ended with 0 and is whole; or it says why not, and what lies there is not taken for one.
one_backup() {
    local of=$1 dir="$region/backup.$1.$2.$3" code=0
    set_left "$of.backup" "$2" "$3"
    got=$(backup "$of" "$dir" 2>&1) || code=$?
    fault_came "$of.backup" "$2" && faults=$((faults + 1))
    set_left "$of.backup" "$2" 0
    if [ "$code" = 0 ]; then
        [ -s "$dir/whole" ] || { why="$of $2 $3: it says that it is made, and is not whole"; return 1; }
    else
        [ "$code" -ge 64 ] && [ "$code" -le 78 ] || { why="$of $2 $3 ends with $code: $got"; return 1; }
        # Who has no memory for a sentence says it with the code alone.
        [ "$2" = allocation ] || expect "$of $2 $3 says why" "$got" '"class":"[a-z]+","text":"[^"]{5,}' || return 1
        # Who had no memory left to say that it is made has made it: then nothing is missing there.
        [ ! -e "$dir/whole" ] || restores "$of" "$dir" || { why="$of $2 $3: not made ($got), and yet called whole"; return 1; }
    fi
    rm -rf "$dir"
}

scene_backups() {
    local of kind takes place before
    local -A first
    for of in hub leerplicht; do
        backup "$of" "$region/backup.$of" >/dev/null || { why="no backup of $of"; return 1; }
        before=$faults
        # What the first one took; the counts go on with each.
        for kind in $KINDS; do first[$kind]=$(count_of "$of.backup" "$kind"); done
        for kind in $KINDS; do
            takes=${first[$kind]}
            [ "$takes" -gt 0 ] || continue
            for place in $(seq 1 "$BACKUP_PLACES"); do one_backup "$of" "$kind" $((1 + (place - 1) * takes / BACKUP_PLACES)) || return 1; done
            echo "   $of $kind: $takes a backup, $SECONDS s"
        done
        [ "$((faults - before))" -ge "$BACKUP_PLACES" ] || { why="only $((faults - before)) faults came to the backups of $of"; return 1; }
        backup "$of" "$region/backup.$of.again" >/dev/null || { why="no backup of $of afterwards"; return 1; }
    done
}

set -e
region_up
set +e
stop_node hub
stop_node keyholder
stop_node cjg
stop_node wijkteam
echo "witnesses = witness.example http://127.0.0.1:$(free_port)/" >>"$region/hub/schakel.conf"
keep hub run_hub & keeper=$!
keep keyholder run_keyholder & key_keeper=$!
finish_both() {
    stop_kept keyholder "$key_keeper"
    finish_kept
}
trap finish_both EXIT
wait_for 10 hub_runs && wait_for 10 keyholder_answers && wait_for 10 hub_is vo true || { echo "the region does not run under the shim"; exit 1; }
run_scenes edges nothing_lost_nothing_twice ends_are_clear backups
