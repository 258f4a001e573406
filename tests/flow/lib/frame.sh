# tests/flow/lib/frame.sh: the frame of a flow: a region in a folder of its own, which is kept when something failed, and scenes, one after the other.
# Sourced first. SCHAKEL_BIN has the programs (the debug build otherwise); SCENES, if set, names the only scenes to run.
# Gives: source, bin, region, what tools/region.sh and tools/scenes.sh give, run_scene, end_flow, run_scenes, and questions that most flows ask.
# shellcheck shell=bash
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
bin=${SCHAKEL_BIN:-$source/build/debug/bin}
mkdir -p "$source/build/flow"
# Short, for the path of a socket may have 107 bytes.
region=$(basename "$0" .sh)
region=$(mktemp -d "$source/build/flow/${region:0:12}.XXXXXX")
. "$source/tools/region.sh"
. "$source/tools/scenes.sh"

# A flow that has more to end does so in a trap of its own, and then calls this. Only end_flow says that nothing failed.
failed=1
finish() {
    region_down
    if [ "$failed" = 0 ]; then
        rm -rf "$region"
    else
        # On another machine there is only what was printed.
        tail -n 6 "$region"/*/log 2>/dev/null
        echo "state and logs: $region"
    fi
    rm -rf "$region.kept"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

scenes_failed=""
run_scene() {
    why="" not_checked=""
    if "scene_$1"; then echo "ok $1, $SECONDS s${not_checked:+, but $not_checked}"; else echo "FAILED $1: $why"; scenes_failed+=" $1"; return 1; fi
}

# A sanitizer's report in any log is a failure, also of a program that went on.
end_flow() {
    if grep -hE -A20 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$region"/*/log >"$region/sanitizer"; then
        echo "FAILED: a sanitizer spoke, in $(cd "$region" && grep -lE 'ERROR: .*Sanitizer|runtime error:' -- */log | tr '\n' ' ')"
        head -60 "$region/sanitizer"
    elif [ -z "$scenes_failed" ]; then
        failed=0
    fi
    exit "$failed"
}

# run_scenes NAME...: each of them, also when the one before failed, and the end of the flow.
run_scenes() {
    local name
    # shellcheck disable=SC2086  # a list of words
    [ -z "${SCENES:-}" ] || set -- $SCENES
    for name in "$@"; do run_scene "$name"; done
    end_flow
}

not() { ! "$@"; }
lines() { sed 's/},{/}\n{/g'; }
status_of() { "$bin/schakel" --home "$region/$1" status --json 2>/dev/null | value "$2"; }
outbox_empty() { [ "$(status_of "$1" outbox)" = 0 ]; }
hub_is() { [ "$(status_of "$1" hub_reachable)" = "$2" ]; }
# The ids of all events that a partner knows, page by page; what comes meanwhile stands before them.
all_events() {
    local skip=0 page
    while page=$(as "$1" event list --skip "$skip" --json 2>/dev/null); do
        value_each statement <<<"$page"
        skip=$(value skip <<<"$page")
        [ -n "$skip" ] || return 0
    done
    return 1
}
