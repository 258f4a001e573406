# tests/flow/lib/keep.sh: a program that is started again whenever it ends, as a service manager would, and how that is ended. Sourced behind
# tools/region.sh.
# shellcheck shell=bash

# keep WHO COMMAND...: to be started with "&". COMMAND becomes the program (exec), whose process is in WHO/pid; how each ended is a line in "ends".
# Not without the shell of the flow: a flow that was killed leaves nobody who starts anything.
keep() {
    local who=$1 code
    shift
    while [ ! -e "$region/stop.$who" ] && kill -0 "$$" 2>/dev/null; do
        "$@" &
        echo $! >"$region/$who/pid"
        code=0
        wait $! || code=$?
        echo "$who $code" >>"$region/ends"
        sleep 0.1
    done
}

# stop_kept WHO KEEPER: no more starts, and the program of now ends, with its keeper. A start may have been under way: so until the keeper is gone.
# Nothing when there is no keeper, or none any more.
stop_kept() {
    local who=$1 keeper=$2 pid="" last=""
    [ -n "$keeper" ] || return 0
    touch "$region/stop.$who"
    # A job of this shell: the number alone may be somebody else's by now.
    while jobs -pr | grep -x "$keeper" >/dev/null; do
        pid=$(cat "$region/$who/pid" 2>/dev/null)
        if [ -n "$pid" ] && [ "$pid" != "$last" ] && is_ours "$pid"; then
            kill "$pid" 2>/dev/null
            last=$pid
        fi
        sleep 0.1
    done
    wait "$keeper" 2>/dev/null
    return 0
}
