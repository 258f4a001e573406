# What the flows about the registry share: statements with a root key, and what every node sees. Sourced behind tools/scenes.sh.
# shellcheck shell=bash

# root PARTNER COMMAND...: with that partner's root key.
root() {
    local who=$1
    shift
    secret "$who-root" | "$bin/schakel" --home "$region/$who" "$@" --passphrase-fd 0 --json 2>&1
}
# send PARTNER FILE: what its hub says to it. Is that late, it is sent once more when the first has gone, and then the hub says what it said.
send() {
    local first
    send_once "$@"
    { is_only_late "$got" && is_alive hub; } || return 0
    first=$got
    wait_for 10 says_all "$1"
    send_once "$@"
    case $got in *'"where":"REPLAYED"'* | *'"where":"EXISTS"'*) got=$first ;; esac
}
send_once() { got=$("$bin/schakel" --home "$region/$1" --as admin partner send --file "$2" --json 2>&1) || true; }
listed() { "$bin/schakel" --home "$region/$1" partner list --json; }
sees() { listed "$1" | sed 's/},{/}\n{/g' | grep "\"handle\":\"$2\"" | grep "\"state\":\"$3\"" >"$region/seen"; }
# everybody HANDLE STATE: every node says so within 10 seconds; ten minutes are what is promised.
everybody() {
    local p
    for p in $nodes; do wait_for 10 sees "$p" "$1" "$2" || { why="$p does not see $1 as $2"; return 1; }; done
}
nodes=$partners
s=$region/statement

# rotate PARTNER KEY...: with both passphrases.
rotate() {
    local who=$1
    shift
    { secret "$who-root"; secret "$who-vault"; } | "$bin/schakel" --home "$region/$who" org rotate "$@" --passphrase-fd 0 --json 2>&1
}
restarted() {
    stop_node "$1"
    start_node "$1" && as_login "$1" admin && as_login "$1" coordinator
}
