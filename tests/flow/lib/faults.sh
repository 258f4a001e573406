# tests/flow/lib/faults.sh: one allocation, write or sync of a role of the hub or of a partner's vault fails: what the flows about that share.
# Sourced behind lib/weather.sh. Under a sanitizer, which has an allocator of its own, it ends the flow.
# shellcheck shell=bash

. "$source/tests/flow/lib/keep.sh"

shim=$bin/fault-shim.so
[ -e "$shim" ] || { echo "not run: there is no $shim, as under a sanitizer"; failed=0; exit 0; }

ROLES="core signer vault"
KINDS="allocation write sync"

# ---- six numbers of 64 bits: what is left until one fails, and how many there were ----

kind_index() { case $1 in allocation) echo 0 ;; write) echo 1 ;; sync) echo 2 ;; esac; }
le64() { local i n=$1; for i in 1 2 3 4 5 6 7 8; do printf '\\x%02x' $((n & 255)); n=$((n >> 8)); done; }
number_at() { od -An -t u8 -j $(($2 * 8)) -N 8 "$region/fault.$1" | tr -d ' '; }
set_left() { printf "$(le64 "$3")" | dd of="$region/fault.$1" bs=8 seek="$(kind_index "$2")" conv=notrunc status=none; }
left_of() { number_at "$1" "$(kind_index "$2")"; }
count_of() { number_at "$1" $((3 + $(kind_index "$2"))); }

# fault_of tells roles of one name in two programs apart.
fault_of=""
under_shim() {
    local role list=""
    for role in $ROLES; do
        [ -e "$region/fault.$fault_of$role" ] || head -c 48 /dev/zero >"$region/fault.$fault_of$role"
        list+="$role:$region/fault.$fault_of$role,"
    done
    # In the place of this shell: who ends its process id ends the program.
    LD_PRELOAD=$shim SCHAKEL_TEST_FAULT=$list exec "$@"
}

run_hub() { under_shim "$bin/schakel-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1; }

# A flow that ends early ends the hub that is kept, and with it who keeps it.
keeper=""
finish_kept() {
    stop_kept hub "$keeper"
    finish
}

start_shimmed_node() {
    under_shim "$bin/schakel" --home "$region/vo" node --passphrase-fd 4 4< <(secret vo-vault) >>"$region/vo/log" 2>&1 &
    echo $! >"$region/vo/pid"
    region_pids+=("$!")
    comes_up "$!" "$bin/schakel" --home "$region/vo" status
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

fault_came() { [ "$(left_of "$1" "$2")" = 0 ]; }

# Whoever ended did so with a code and said why; nobody crashed.
scene_ends_are_clear() {
    [ -e "$region/ends" ] || return 0
    why="ended without a reason: $(grep -vE ' (0|69|70|71|73|74|75|78)$' "$region/ends" | sort | uniq -c | tr '\n' ' ')"
    ! grep -qvE ' (0|69|70|71|73|74|75|78)$' "$region/ends"
}

# The log as it was left is whole, and what these partners keep of it is in it. The hub runs without faults from here on.
scene_the_log_holds() {
    local p
    stop_kept hub "$keeper"
    start_hub || return 1
    for p in vo leerplicht; do
        as_login "$p" officer || { why="no officer at $p"; return 1; }
        wait_for 10 log_has_receipts "$p" || { why="$p: $got"; return 1; }
    done
}

# What is on its way at this moment has its leaf or its receipt a moment later.
log_has_receipts() {
    rm -rf "$region/export" "$region/receipts.$1"
    got=$("$bin/schakel" --home "$region/$1" --as officer archive export --out "$region/receipts.$1" --json 2>&1) &&
        got=$("$bin/schakel-hub" --home "$region/hub" export "$region/export" --json 2>&1) &&
        got=$("$bin/schakel" verify --region "$region/region" --log "$region/export" --receipts "$region/receipts.$1" --json 2>&1)
}

# The region with hub and school under the shim, and the office; nobody else.
region_under_faults() {
    set -e
    region_up
    for p in vo leerplicht; do staff "$p" officer officer; done
    set +e
    stop_node hub
    stop_node vo
    stop_node cjg
    stop_node wijkteam
    keep hub run_hub & keeper=$!
    trap finish_kept EXIT
    wait_for 10 hub_runs && start_shimmed_node && login vo || { echo "the region does not run under the shim"; exit 1; }
}
