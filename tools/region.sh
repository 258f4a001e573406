# tools/region.sh: the sample region on real processes, for tools/demo and the flow tests. To be sourced.
# Needs: bin (folder with schakel and schakel-hub), region (folder for all state), source (the project's folder).
# Gives: region_up, region_down, as PARTNER COMMAND..., value NAME (from a line of JSON on standard input).
# shellcheck shell=bash

partners="vo leerplicht cjg wijkteam"
region_pids=()
# More for `region make` and for the hub's settings, when a flow wants it.
region_make_opts=()
region_hub_conf=""

# The day that the programs reckon with, whatever day it is where this machine is, and also where no zones are installed.
export TZ='CET-1CEST,M3.5.0,M10.5.0/3'

# A passphrase per person, only for the sample region: as everywhere it travels on a descriptor, never in arguments. A build for tests spends
# no time on making them hard to guess; the release, and so tools/demo, does not know this name.
export SCHAKEL_TEST_CHEAP_PASSPHRASES=1
secret() { printf '%s\n' "sample-$1-passphrase"; }

# The text, number or word of a key in one line of JSON; the first one found.
value() { sed -n 's/.*"'"$1"'":\("\([^"]*\)"\|\([0-9a-z]*\)\).*/\2\3/p' | sed -n 1p; }
# The texts of a key in JSON, all of them, one a line.
value_each() { grep -o "\"$1\":\"[^\"]*\"" | cut -d'"' -f4; }

# as vo record list: a command of one partner, as its coordinator.
as() {
    local who=$1
    shift
    "$bin/schakel" --home "$region/$who" --as coordinator "$@"
}

# A port that nobody listens on and that no other region on this machine was given while its shell lives.
free_port() {
    local port try held="${TMPDIR:-/tmp}/schakel-ports-$(id -u)"
    mkdir -p "$held"
    for try in $(seq 50); do
        port=$((20000 + (RANDOM + try) % 12000))  # below those that the system gives to who dials out
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
        (
            flock 9
            [ -s "$held/$port" ] && kill -0 "$(cat "$held/$port")" 2>/dev/null && exit 1
            echo "$$" >"$held/$port"
        ) 9>"$held/lock" && { echo "$port"; return 0; }
    done
    echo "no free port found between 20000 and 32000" >&2
    return 69
}

# How many times as long as a quiet machine needs is waited for what must come. What comes is not waited for any longer, and a hang still ends.
# The programs of a build for tests wait so much longer for each other's answers, too.
PATIENCE=${SCHAKEL_TEST_PATIENCE:-4}
export SCHAKEL_TEST_PATIENCE=$PATIENCE
now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# wait_for SECONDS COMMAND...: until it succeeds, PATIENCE times as long at most.
wait_for() {
    local seconds=$(($1 * PATIENCE))
    shift
    wait_at_most "$seconds" "$@"
}

# wait_at_most SECONDS COMMAND...: so long and no longer, for what may as well not come.
wait_at_most() {
    local until=$(($(now_us) + $1 * 1000000))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ "$(now_us)" -lt "$until" ] || return 1
        sleep 0.05
    done
}

# answers PROCESS COMMAND...: the program that was started as this process does, or it ended.
answers() { "${@:2}" || ! kill -0 "$1"; }
# comes_up PROCESS COMMAND...: it answers; false when it ended instead.
comes_up() { wait_for 10 answers "$@" && "${@:2}" >/dev/null 2>&1; }

# A node's command has no answer of the hub before the link is there: whoever asks at once would be told that it waits.
is_linked() { ! is_alive hub || { "$bin/schakel" --home "$region/$1" status --json 2>/dev/null || true; } | grep '"hub_reachable":true' >/dev/null; }
is_alive() { [ -e "$region/$1/pid" ] && is_ours "$(cat "$region/$1/pid")"; }

# Its status ends with another code when something is wrong with the log: it answers all the same.
node_answers() { { "$bin/schakel" --home "$region/$1" status --json 2>/dev/null || true; } | grep '"ok":true' >/dev/null; }

start_node() {
    "$bin/schakel" --home "$region/$1" node --passphrase-fd 4 4< <(secret "$1-vault") >>"$region/$1/log" 2>&1 &
    echo $! >"$region/$1/pid"
    region_pids+=("$!")
    comes_up "$!" node_answers "$1" || { echo "the node of $1 does not answer; see $region/$1/log" >&2; return 70; }
    wait_for 10 is_linked "$1" || { echo "the node of $1 does not find the hub; see $region/$1/log" >&2; return 70; }
}

# Still a process of this region, and not somebody else's that has the number of one which ended: numbers come again within minutes.
is_ours() { jobs -pr | grep -x "$1" >/dev/null || grep -qaF -- "$region" "/proc/$1/cmdline" 2>/dev/null; }

stop_node() {
    local pid
    pid=$(cat "$region/$1/pid")
    is_ours "$pid" && kill "$pid" 2>/dev/null || return 0
    wait "$pid" 2>/dev/null || true
    rm -f "$region/$1/pid"
}

# kill_at_once WHO: as when the power goes. Its roles die behind it, and what they hold is free when they are gone: who starts it again must know that.
kill_at_once() {
    local pid role roles
    pid=$(cat "$region/$1/pid")
    roles=$(pgrep -P "$pid") || true
    kill -9 "$pid"
    wait "$pid" 2>/dev/null || true
    rm -f "$region/$1/pid"
    for role in $roles; do wait_for 10 has_ended "$role"; done
}
# Or only its number is left, until somebody asks for its end.
has_ended() { ! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null; }

start_hub() {
    "$bin/schakel-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1 &
    echo $! >"$region/hub/pid"
    region_pids+=("$!")
    comes_up "$!" "$bin/schakel-hub" --home "$region/hub" status || { echo "the hub does not answer; see $region/hub/log" >&2; return 70; }
}

# The second share of the pseudonym key, with an organisation of its own: neither hub nor partner.
make_keyholder() {
    keyholder_port=$(free_port)
    secret keyholder | "$bin/schakel" --home "$region/keyholder" keyholder init --name sleutelhuis --listen "127.0.0.1:$keyholder_port" \
        --passphrase-fd 0 >/dev/null
}

keyholder_answers() { "$bin/schakel" --home "$region/keyholder" keyholder status; }

start_keyholder() {
    "$bin/schakel" --home "$region/keyholder" keyholder run --passphrase-fd 4 4< <(secret keyholder) >>"$region/keyholder/log" 2>&1 &
    echo $! >"$region/keyholder/pid"
    region_pids+=("$!")
    comes_up "$!" keyholder_answers || { echo "the keyholder does not answer; see $region/keyholder/log" >&2; return 70; }
}

login() { as_login "$1" coordinator; }
as_login() { secret "$1-$2" | "$bin/schakel" --home "$region/$1" --as "$2" login --passphrase-fd 0 >/dev/null; }

# staff PARTNER NAME ROLE: added by the administrator, who is the first.
staff() {
    local by=(--as admin)
    [ "$2" != admin ] || by=()
    secret "$1-$2" | "$bin/schakel" --home "$region/$1" "${by[@]}" staff add --name "$2" --role "$3" --passphrase-fd 0 >/dev/null
    as_login "$1" "$2"
}

make_partner() {
    local handle=$1 kind=$2 name=$3
    mkdir -p "$region/$handle"
    { secret "$handle-root"; secret "$handle-vault"; } |
        "$bin/schakel" --home "$region/$handle" org init --handle "$handle" --kind "$kind" --name "$name" --passphrase-fd 0 >/dev/null
}

join_partner() {
    secret "$1-root" |
        "$bin/schakel" --home "$region/$1" hub join --region "$region/region" \
            --pack "$source/policy/packs/nl-jeugd" --request "$region/$1/join.req" --passphrase-fd 0 >/dev/null
    "$bin/schakel-hub" --home "$region/hub" welcome "$region/$1/join.req" -o "$region/$1/welcome" >/dev/null
    # It asks for nothing; who writes to it may be too late, and end the flow.
    "$bin/schakel" --home "$region/$1" hub join --welcome "$region/$1/welcome" >/dev/null
}

sign_region() {
    secret "$1-root" | "$bin/schakel" --home "$region/$1" region sign --region "$region/region" --passphrase-fd 0 >/dev/null
}

# Everything from nothing: keys, region file, four founders that sign it, hub, keyholder, nodes, one coordinator each.
region_up() {
    local p
    mkdir -p "$region"
    region_port=$(free_port)
    "$bin/schakel-hub" --home "$region/hub" init --name demo --listen "127.0.0.1:$region_port" --pack "$source/policy/packs/nl-jeugd" >/dev/null
    make_keyholder
    make_partner vo vo "Voorbeeld College"
    make_partner leerplicht leerplicht "Leerplicht Voorbeeldstad"
    make_partner cjg cjg "CJG Voorbeeldstad"
    make_partner wijkteam wijkteam "Wijkteam Voorbeeldwijk"
    "$bin/schakel" region make --name demo --hub "$region/hub/hub.pub" --keyholder "$region/keyholder/keyholder.pub" \
        --pack "$source/policy/packs/nl-jeugd" --out "$region/region" "${region_make_opts[@]}" "$region"/{vo,leerplicht,cjg,wijkteam}/org.pub >/dev/null
    for p in $partners; do sign_region "$p"; done
    "$bin/schakel-hub" --home "$region/hub" init --region "$region/region" >/dev/null
    "$bin/schakel" --home "$region/keyholder" keyholder join "$region/region" >/dev/null
    for p in $partners; do join_partner "$p"; done
    printf 'citizen_number = no\n' >>"$region/wijkteam/schakel.conf"
    [ -z "${region_hub_conf:-}" ] || printf '%s\n' "$region_hub_conf" >>"$region/hub/schakel.conf"
    start_hub && start_keyholder || return 70
    for p in $partners; do
        start_node "$p" && staff "$p" admin admin && staff "$p" coordinator coordinator || return 70
    done
    mkdir -p "$region/data"
    awk -v day="$(date +%F)" -v dir="$region/data" -f "$source/tests/data/make.awk"
    for p in vo leerplicht cjg; do import_records "$p" "$region/data/$p.csv" || return 70; done
}

# What a command says that did nothing, as an answer which it needs did not come in time. Of a machine that has much to do that is no wonder.
did_nothing() {
    case $1 in
        *'"class":"peer"'*'cannot be reached'*'nothing was done: give it again'*) ;;
        *'"class":"peer"'*'cannot be reached, and this needs its answer'* | *'"class":"peer"'*'has not answered yet; try'*) ;;
        *) false ;;
    esac
}

# import_records PARTNER FILE: children that are new to the partner cost questions to hub and keyholder, asked again until both have answered. What
# was said at last lies in "imported".
import_records() {
    local until=$((SECONDS + 30 * PATIENCE))
    until imported=$(as "$1" record import "$2" --json 2>&1); do
        did_nothing "$imported" && [ "$SECONDS" -lt "$until" ] || { printf 'import at %s: %s\n' "$1" "$imported" >&2; return 1; }
        sleep 0.5
    done
}

# End what this shell started, by its own process ids.
region_down() {
    local pid
    for pid in "${region_pids[@]}"; do ! is_ours "$pid" || kill "$pid" 2>/dev/null || true; done
    for pid in "${region_pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    region_pids=()
}
