#!/usr/bin/env bash
# A larger register than the quota allows: a partner cannot raise its own, two others can, for some days; hub and keyholder both count by what the
# registry says without being started again, for that partner alone, and go back to the usual number when it is over. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/registry.sh"

QUOTA=180

new_numbers() {
    awk -v from="$1" -v count="$2" 'BEGIN {
        for (n = from; count > 0; n++) {
            number = sprintf("9999%05d", n)
            sum = -substr(number, 9, 1)
            for (i = 1; i <= 8; i++) sum += (10 - i) * substr(number, i, 1)
            if (sum % 11 == 0) { print number; count-- }
        }
    }'
}
# register NAME FROM COUNT: a file of children that nobody has asked for yet.
register() { { echo number,open_case; new_numbers "$2" "$3" | sed 's/$/,no/'; } >"$region/$1.csv"; }
waiting_is() { [ "$(status_of "$1" pseudonyms_waiting)" = "$2" ]; }
has_leaves() { grep -qa "^act quota" "$region/keyholder/public/registry"; }

# Both sides let each partner have so many a day.
scene_too_many() {
    local side
    for side in keyholder hub; do
        stop_node "$side"
        printf 'pseudonyms_per_partner = %s\n' "$QUOTA" >>"$region/$side/schakel.conf"
    done
    start_hub && start_keyholder || { why="they do not start again"; return 1; }
    wait_for 15 hub_is vo true && wait_for 15 hub_is cjg true || { why="the nodes do not find the hub"; return 1; }
    register first 70000 300
    ask_again vo register derive "$region/first.csv"
    expect "the quota ends it" "$got" '"waiting":[1-9][0-9]*,"note":"[^"]*has given out' || return 1
    left=$(printf '%s' "$got" | value waiting)
}

scene_two_others_raise_it() {
    local tomorrow
    tomorrow=$(date -d 'tomorrow' +%F)
    got=$(root vo partner propose --quota vo --elements 5000 --until "$tomorrow" --out "$s" && root cjg partner sign "$s") || { why="propose: $got"; return 1; }
    send cjg "$s"
    expect "nobody raises its own" "$got" '"where":"OWN"' || return 1
    got=$(root cjg partner propose --quota vo --elements 5000 --until "$tomorrow" --out "$s") || { why="propose: $got"; return 1; }
    send cjg "$s"
    expect "nor does one other alone" "$got" '"where":"ONE_SIGNER"' || return 1
    got=$(root leerplicht partner sign "$s") || { why="sign: $got"; return 1; }
    send cjg "$s"
    expect "two others do" "$got" '"ok":true' || return 1
    wait_for 15 has_leaves || { why="nobody brings it to the keyholder"; return 1; }
    fills_a_bar first || fills_a_bar second 88000 || fills_a_bar third 94000 || return 1
    wait_for 30 waiting_is vo 0 || { why="$(status_of vo pseudonyms_waiting) of $left wait: $got"; return 1; }
}

# fills_a_bar REGISTER [FROM]: on a terminal, for those of before or for 300 new ones. An answer that is late ends it before it is full.
fills_a_bar() {
    [ -z "${2:-}" ] || { wait_for 30 waiting_is vo 0 && register "$1" "$2" 300; } || return 1
    script -qefc "$(printf '%q ' "$bin/schakel" --home "$region/vo" --as coordinator register derive "$region/$1.csv")" /dev/null </dev/null >"$region/bar" 2>&1
    tr '\r' '\n' <"$region/bar" | grep -E '^\[#+\.*\] [1-9][0-9]* / [0-9]+' >/dev/null || { why="no bar: $(head -c 300 "$region/bar")"; return 1; }
    tr '\r' '\n' <"$region/bar" | grep -E '^\[#{40}\] 300 / 300' >/dev/null || { why="it does not fill: $(tail -c 300 "$region/bar")"; return 1; }
}

scene_for_nobody_else() {
    register other 76000 300
    ask_again cjg register derive "$region/other.csv"
    expect "another has the usual one" "$got" '"waiting":[1-9][0-9]*,"note":"[^"]*has given out' || return 1
}

# The day after its last, by the test clock.
scene_over() {
    later $((3 * 86400)) || return 1
    register later 82000 300
    ask_again vo register derive "$region/later.csv"
    expect "then it is as before" "$got" '"waiting":1[0-9][0-9],"note":"[^"]*has given out' || return 1
}

set -e
room_in_the_day 180
region_up
set +e
run_scenes too_many two_others_raise_it for_nobody_else over
