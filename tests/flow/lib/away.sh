# tests/flow/lib/away.sh: one disclosure in steps, for flows in which somebody is off between two of them. Sourced behind lib/weather.sh.
# shellcheck shell=bash
DAY=86400

away() { stop_node "$1"; }

# A case about the second child with a fresh report, at the officer.
open_case() {
    ask vo event add --number "$(child_number 2)" --event VZM --to leerplicht
    expect "the school reports" "$got" '"ok":true' || return 1
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    expect "the officer opens a case" "$got" '"ok":true' || return 1
    case_a=$(printf '%s' "$got" | value case)
}

ask_school() {
    ask leerplicht request new --case "$case_a" --to vo --purpose att_followup --sections ident,att
    expect "the officer asks" "$got" '"verdict":"PERMIT"' || return 1
    request=$(printf '%s' "$got" | value request)
}

lies_at() { [ -n "$(as "$1" inbox --json 2>/dev/null | lines | grep "$2")" ]; }

school_grants() {
    wait_for 10 lies_at vo "$request" || { why="the request is not at the school"; return 1; }
    ask vo grant --request "$request"
    expect "the school grants" "$got" '"ok":true' || return 1
}

officer_reads() {
    wait_for 10 lies_at leerplicht "$request.*\"kind\":\"share\"" || { why="the share is not at the officer"; return 1; }
    ask leerplicht open --share "$request" --informed "$(date +%F)"
    expect "the officer reads" "$got" '"att":\{' || return 1
}

school_hears() { [ -n "$(as vo request show --request "$1" --json 2>/dev/null | grep "$2")" ]; }
