# tests/flow/lib/gate.sh: partners that speak to the hub through a gate that was taken over (tests/js/gate.mjs). Sourced behind lib/weather.sh.
# shellcheck shell=bash

control="$region/gate.lie" told="$region/gate.log"
tell() { echo "$1" >"$control.new" && mv "$control.new" "$control"; }
was_told() { [ "$(grep -c "\"lie\":\"$1\"" "$told")" -gt 0 ]; }

# through_the_gate PARTNER...: these speak to the hub through it, on plain tcp of this machine; the others as they did, on plain tcp too.
through_the_gate() {
    local p port address
    tell honest
    serve_plain no yes || return 1
    port=$(free_port)
    node "$source/tests/js/gate.mjs" "$port" "$region_port" "$control" >"$told" 2>&1 &
    region_pids+=("$!")
    for p in $partners; do
        stop_node "$p"
        address=$region_port
        case " $* " in *" $p "*) address=$port ;; esac
        printf 'plain = yes\nhub = 127.0.0.1:%s\nkeyholder = 127.0.0.1:%s\n' "$address" "$keyholder_port" >>"$region/$p/schakel.conf"
    done
    for p in $partners; do start_node "$p" && login "$p" || return 1; done
    for p in "$@"; do wait_for 10 hub_is "$p" true || return 1; done
}
