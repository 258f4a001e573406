#!/usr/bin/env bash
# One allocation, write to a file or sync of the hub's core, its signer or a partner's vault fails, at places spread over what one report
# takes: the program answers clearly or ends, naming who; started again, nothing that was acknowledged is lost, and nothing is done twice.
# With the programs of SCHAKEL_BIN; a sanitizer has an allocator of its own, so under one this is not run.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

shim=$bin/fault-shim.so
[ -e "$shim" ] || { echo "not run: there is no $shim, as under a sanitizer"; failed=0; exit 0; }

ROLES="core signer vault"
KINDS="allocation write sync"
PLACES=${FAULT_PLACES:-3}
faults=0 ended=0 asked=0

# ---- six numbers of 64 bits: what is left until one fails, and how many there were ----

kind_index() { case $1 in allocation) echo 0 ;; write) echo 1 ;; sync) echo 2 ;; esac; }
le64() { local i n=$1; for i in 1 2 3 4 5 6 7 8; do printf '\\x%02x' $((n & 255)); n=$((n >> 8)); done; }
number_at() { od -An -t u8 -j $(($2 * 8)) -N 8 "$region/fault.$1" | tr -d ' '; }
set_left() { printf "$(le64 "$3")" | dd of="$region/fault.$1" bs=8 seek="$(kind_index "$2")" conv=notrunc status=none; }
left_of() { number_at "$1" "$(kind_index "$2")"; }
count_of() { number_at "$1" $((3 + $(kind_index "$2"))); }

under_shim() {
    local role list=""
    for role in $ROLES; do
        [ -e "$region/fault.$role" ] || head -c 48 /dev/zero >"$region/fault.$role"
        list+="$role:$region/fault.$role,"
    done
    # In the place of this shell: who ends its process id ends the program.
    LD_PRELOAD=$shim SCHAKEL_TEST_FAULT=$list exec "$@"
}

# As a service manager would; how it ended stands in "ends".
keep_hub() {
    local code
    while [ ! -e "$region/stop" ]; do
        under_shim "$bin/schakel-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1 &
        echo $! >"$region/hub/pid"
        code=0
        wait $! || code=$?
        echo "hub $code" >>"$region/ends"
        sleep 0.1
    done
}

start_shimmed_node() {
    under_shim "$bin/schakel" --home "$region/vo" node --passphrase-fd 4 4< <(secret vo-vault) >>"$region/vo/log" 2>&1 &
    echo $! >"$region/vo/pid"
    region_pids+=("$!")
    wait_for 10 "$bin/schakel" --home "$region/vo" status
}

node_runs() { kill -0 "$(cat "$region/vo/pid")" 2>/dev/null; }
hub_runs() { "$bin/schakel-hub" --home "$region/hub" status >/dev/null 2>&1; }

node_again() {
    local code=0
    node_runs && return 0
    wait "$(cat "$region/vo/pid")" 2>/dev/null || code=$?
    echo "node $code" >>"$region/ends"
    start_shimmed_node && login vo || { why="the node does not start again"; return 1; }
}

# ---- one fault ----

report() {
    asked=$((asked + 1))
    ask vo event add --number "$(child_number $((1 + asked % 100)))" --event VZM --to leerplicht
}

# A yes with an id was promised, at once or kept for later; a no has a class and a text, or the node was gone.
judge_answer() {
    if printf '%s' "$got" | grep -q '"ok":true'; then
        printf '%s\n' "$(printf '%s' "$got" | value statement)" >>"$region/promised"
        return 0
    fi
    printf '%s' "$got" | grep -qE '"ok":false,"error":\{"class":"[a-z]+","text":"[^"]{5,}' || { why="an answer that says nothing: $got"; return 1; }
}

one_fault() {
    local role=$1 kind=$2 nth=$3 before=0
    [ -e "$region/ends" ] && before=$(wc -l <"$region/ends")
    set_left "$role" "$kind" "$nth"
    report
    judge_answer || return 1
    # What was not reached by the report is reached by what follows from it, or not at all.
    wait_for 2 fault_came "$role" "$kind" && faults=$((faults + 1))
    set_left "$role" "$kind" 0
    node_again || return 1
    wait_for 15 hub_runs || { why="the hub is not started again after $role $kind $nth"; return 1; }
    wait_for 30 outbox_empty vo || { why="the outbox is not sent after $role $kind $nth: $(status_of vo outbox_trouble)"; return 1; }
    [ ! -e "$region/ends" ] || ended=$((ended + $(wc -l <"$region/ends") - before))
}
fault_came() { [ "$(left_of "$1" "$2")" = 0 ]; }

# How many of a kind one report takes.
per_report() {
    local before
    before=$(count_of "$1" "$2")
    report
    judge_answer
    wait_for 10 outbox_empty vo
    echo $(($(count_of "$1" "$2") - before))
}

scene_faults() {
    local role kind takes place
    touch "$region/promised"
    for role in $ROLES; do
        for kind in $KINDS; do
            takes=$(per_report "$role" "$kind")
            [ "$takes" -gt 0 ] || { echo "   $role makes no $kind for a report"; continue; }
            for place in $(seq 1 "$PLACES"); do
                one_fault "$role" "$kind" $((1 + (place - 1) * takes / PLACES)) || return 1
            done
            echo "   $role $kind: $takes a report, $SECONDS s"
        done
    done
    [ "$faults" -ge $((4 * PLACES)) ] || { why="only $faults faults came"; return 1; }
}

# ---- afterwards ----

scene_nothing_lost_nothing_twice() {
    local id
    [ "$(wc -l <"$region/promised")" -ge $((4 * PLACES)) ] || { why="only $(wc -l <"$region/promised") were promised"; return 1; }
    wait_for 10 all_there || { why="promised, and not there: $missing"; return 1; }
    as leerplicht event list --json | lines | grep -o '"statement":"[^"]*"' | sort | uniq -d >"$region/twice"
    [ ! -s "$region/twice" ] || { why="done twice: $(head -n 1 "$region/twice")"; return 1; }
}
all_there() {
    as leerplicht event list --json | value_each statement | sort >"$region/there"
    missing=$(sort "$region/promised" | comm -23 - "$region/there" | head -n 1)
    [ -z "$missing" ]
}

# Whoever ended did so with a code and said why; nobody crashed.
scene_ends_are_clear() {
    [ -e "$region/ends" ] || return 0
    why="ended without a reason: $(grep -vE ' (0|69|70|71|73|74|75|78)$' "$region/ends" | sort | uniq -c | tr '\n' ' ')"
    ! grep -qvE ' (0|69|70|71|73|74|75|78)$' "$region/ends"
}

scene_the_log_holds() {
    local p
    touch "$region/stop"
    kill "$(cat "$region/hub/pid")"
    wait "$keeper" 2>/dev/null
    start_hub || return 1
    got=$("$bin/schakel-hub" --home "$region/hub" export "$region/export" --json 2>&1) || { why="export: $got"; return 1; }
    for p in vo leerplicht; do
        as_login "$p" officer || { why="no officer at $p"; return 1; }
        "$bin/schakel" --home "$region/$p" --as officer archive export --out "$region/receipts.$p" --json >/dev/null 2>&1 || { why="no archive of $p"; return 1; }
        got=$("$bin/schakel" verify --region "$region/region" --log "$region/export" --receipts "$region/receipts.$p" --json 2>&1) ||
            { why="$p: $got"; return 1; }
    done
}

set -e
region_up
for p in vo leerplicht; do staff "$p" officer officer; done
set +e
stop_node hub
stop_node vo
stop_node cjg
stop_node wijkteam
keep_hub & keeper=$!
region_pids+=("$keeper")
wait_for 10 hub_runs && start_shimmed_node && login vo || { echo "the region does not run under the shim"; exit 1; }
failed=0
for name in faults nothing_lost_nothing_twice ends_are_clear the_log_holds; do
    why=""
    if "scene_$name"; then echo "ok $name, $SECONDS s"; else echo "FAILED $name: $why"; failed=1; break; fi
done
touch "$region/stop"
echo "$faults faults came, $ended ends, $asked reports"
exit "$failed"
