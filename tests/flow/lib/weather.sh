# tests/flow/lib/weather.sh: what the flows about bad weather share: time that goes by, and nodes that are away. To be sourced by them.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/frame.sh"

runs() { [ -e "$region/$1/pid" ]; }

kill_node() { kill_at_once "$1"; }

# Node and person are there again.
back() {
    start_node "$1" && login "$1" || { why="$1 does not come back"; return 1; }
    wait_for 10 hub_is "$1" true || { why="$1 does not find the hub"; return 1; }
}

# not_over_midnight SECONDS: no day ends so soon, neither here nor in UTC, by which days are counted; if one would, this waits for the next.
not_over_midnight() {
    local at left
    for at in $(date -u +%-H*3600+%-M*60+%-S) $(date +%-H*3600+%-M*60+%-S); do
        left=$((86400 - (at)))
        [ "$left" -gt "$1" ] || sleep "$left"
    done
}

# set_clock SECONDS COMMAND...: started by COMMAND, a program lives so much later than now (the test clock of debug builds).
set_clock() {
    export SCHAKEL_CLOCK_OFFSET_S=$1
    shift
    "$@"
}

# later SECONDS: so much later for everybody; who runs is started again, who is away stays away.
later() {
    local p nodes=()
    for p in $partners; do
        runs "$p" || continue
        nodes+=("$p")
        stop_node "$p"
    done
    stop_node keyholder
    stop_node hub
    export SCHAKEL_CLOCK_OFFSET_S=$((${SCHAKEL_CLOCK_OFFSET_S:-0} + $1))
    start_hub && start_keyholder || { why="hub and keyholder do not start again"; return 1; }
    for p in "${nodes[@]}"; do back "$p" || return 1; done
}

# keep_start, and from_start: whoever runs, as at that moment, in the present. What takes months in all would outlast certificates otherwise.
keep_start() {
    local p
    who_runs=""
    for p in $partners; do ! runs "$p" || who_runs+=" $p"; done
    stop_all
    cp -a "$region" "$region.kept"
    start_all
}

from_start() {
    stop_all
    rm -rf "$region"
    cp -a "$region.kept" "$region"
    unset SCHAKEL_CLOCK_OFFSET_S
    start_all
}

stop_all() {
    local p
    for p in $partners keyholder hub; do [ ! -e "$region/$p/pid" ] || stop_node "$p"; done
}

start_all() {
    local p
    start_hub && start_keyholder || { why="hub and keyholder do not start again"; return 1; }
    for p in $who_runs; do back "$p" || return 1; done
}

# How often a statement is known at a partner.
times_known() { as "$1" event list --json 2>/dev/null | lines | grep -c "\"statement\":\"$2\""; }
is_known_once() { [ "$(times_known "$1" "$2")" = 1 ]; }

# Nothing of these partners is on its way to the hub any more.
all_sent() { local p; for p in "$@"; do outbox_empty "$p" || return 1; done; }

leaves() { "$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null | value leaves; }
leaves_reach() { [ "$(leaves)" -ge "$1" ]; }
# No node that runs has anything on its way to the hub.
nobody_sends() { local p; for p in $partners; do ! runs "$p" || outbox_empty "$p" || return 1; done; }
# Nobody has anything to say any more; of a machine that stands still for a second and a half only nobody_sends can tell.
quiet() { nobody_sends && steady && nobody_sends; }
steady() { local size; size=$(leaves) && sleep 1.5 && [ "$(leaves)" = "$size" ]; }
