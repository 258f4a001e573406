#!/usr/bin/env bash
# The second share of the pseudonym key: its holder is away, has counted enough, or has another share than the region names.
# With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"

waiting_is() { [ "$(status_of "$1" pseudonyms_waiting)" = "$2" ]; }
counted() { "$bin/schakel" --home "$region/keyholder" keyholder status --json | value pseudonyms_today; }
counted_for() {
    "$bin/schakel" --home "$region/keyholder" keyholder status --json | sed 's/},{/}\n{/g' | grep "\"handle\":\"$1\"" | value today
}

# new_numbers FROM COUNT: numbers of the range for examples that nobody has yet.
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

# One setting of the keyholder, with a restart.
keyholder_with() {
    [ ! -f "$region/keyholder/pid" ] || stop_node keyholder
    sed -i "/^${1%% *} /d" "$region/keyholder/schakel.conf"
    printf '%s\n' "$1" >>"$region/keyholder/schakel.conf"
    start_keyholder
}

# The same, and the nodes of the scene have found it again.
reaches_it() { [ "$(status_of "$1" keyholder_reachable)" = true ]; }
keyholder_found_with() { keyholder_with "$1" && wait_for 10 reaches_it vo && wait_for 10 reaches_it cjg; }

# says PATTERN WHO COMMAND...: what the command says in the end. The hub's answer may be late as well, and then that is what is said.
says() { ask "${@:2}" && expect "it says so" "$got" "$1"; }

# The first child waits the four seconds of a question for its answer, and those behind it do not. A machine that stands still for so long does so once
# or twice.
told_at_once() {
    local number began took=0
    others=0
    for number in $(new_numbers 60100 5); do
        others=$((others + 1))
        began=$(now_us)
        ask vo case open --number "$number" --purpose case_support --lang nl
        took=$((($(now_us) - began) / 1000))
        expect "who comes later is told in Dutch" "$got" "de sleutelhouder is niet bereikbaar; $((others + 1)) kinderen wachten" || return 1
        [ "$took" -ge 3500 ] || return 0
    done
    why="the second had to wait as well: $took ms, and not less in $others tries"
    return 1
}

# Known children go on, new ones wait and are done when the keyholder answers, also after a restart of the node.
scene_away_and_back() {
    local number others
    number=$(new_numbers 60000 1)
    stop_node keyholder
    wait_for 10 says '"class":"peer","text":"the keyholder cannot be reached; 1 child waits for a pseudonym, made when it answers. Of this command nothing was done: give it again then"' \
        vo case open --number "$number" --purpose case_support || { why="a new child waits; $why"; return 1; }
    told_at_once || return 1
    ask vo event add --number "$(child_number 5)" --event VZM --to leerplicht
    expect "a known child goes on" "$got" '"ok":true' || return 1
    stop_node vo
    start_node vo && login vo || { why="the school does not come back"; return 1; }
    waiting_is vo $((others + 1)) || { why="the restart lost who waits: $(status_of vo pseudonyms_waiting)"; return 1; }
    start_keyholder || { why="the keyholder does not come back"; return 1; }
    wait_for 15 waiting_is vo 0 || { why="they are not done by themselves"; return 1; }
    wait_for 5 reaches_it vo || { why="the status does not say that it is back"; return 1; }
    stop_node keyholder
    ask vo case open --number "$number" --purpose case_support
    expect "now the child is known" "$got" '"ok":true' || return 1
    start_keyholder
}

# The hub's part of a batch is not asked for twice while the keyholder is away.
scene_counted_once() {
    local number before after
    number=$(new_numbers 60300 1)
    before=$(counted)
    stop_node keyholder
    ask vo case open --number "$number" --purpose case_support
    # So that it asks again, twice.
    sleep 5
    start_keyholder || { why="the keyholder does not come back"; return 1; }
    wait_for 15 waiting_is vo 0 || { why="it is not done"; return 1; }
    after=$(counted)
    [ "$((after - before))" = 1 ] || { why="one child counted as $((after - before))"; return 1; }
}

scene_register() {
    local open register given
    open=$(new_numbers 61000 70)
    register=$(new_numbers 63000 130)
    { echo number,open_case; sed 's/$/,no/' <<<"$register"; sed 's/$/,yes/' <<<"$open"; } >"$region/register.csv"
    sed 's/open_case/name/' "$region/register.csv" >"$region/wrong.csv"
    ask vo register derive "$region/wrong.csv"
    expect "only what is needed is taken" "$got" '"where":"wrong.csv","line":1,"column":2' || return 1
    sed '3s/.*/123456789,no/' "$region/register.csv" >"$region/wrong.csv"
    ask vo register derive "$region/wrong.csv"
    expect "a wrong line is named" "$got" '"line":3,"column":1' || return 1
    waiting_is vo 0 || { why="something of a wrong file was taken"; return 1; }
    # A third of it fits: the open cases, though they stand last. Given again it knows what it did when the keyholder was there at last.
    keyholder_with "pseudonyms_per_partner = $(($(counted_for vo) + 74))"
    wait_for 15 says '"children":200,"known":(0|64),"waiting":136,"note":"the keyholder has given out' vo register derive "$region/register.csv" \
        || { why="it stops where the quota ends; $why"; return 1; }
    stop_node keyholder
    ask vo case open --number "$(head -n 1 <<<"$open")" --purpose case_support
    expect "an open case came first" "$got" '"ok":true' || return 1
    # The node dies; what is known stays so, and the rest is done when there is room.
    kill_at_once vo
    start_node vo && login vo || { why="the school does not come back"; return 1; }
    waiting_is vo 136 || { why="$(status_of vo pseudonyms_waiting) wait after the restart"; return 1; }
    # There is no room yet: the command says so, and the node rests until tomorrow. So what is known then is what was known when it died.
    start_keyholder || { why="the keyholder does not come back"; return 1; }
    wait_for 15 says '"children":200,"known":64,"waiting":136,"note":"the keyholder has given out' vo register derive "$region/register.csv" \
        || { why="given again there is no room yet; $why"; return 1; }
    given=$(counted_for vo)
    keyholder_with "pseudonyms_per_partner = 2000"
    wait_for 15 says '"children":200,"known":(64|128|192|200),"waiting":0[,}]' vo register derive "$region/register.csv" \
        || { why="given again with room it goes on; $why"; return 1; }
    [ $(($(counted_for vo) - given)) = 136 ] || { why="the rest counted as $(($(counted_for vo) - given))"; return 1; }
}

# Each side counts for itself, on its own disk.
scene_quota() {
    local number
    number=$(new_numbers 66000 1)
    keyholder_found_with "pseudonyms_per_partner = $(counted_for vo)"
    ask_again vo case open --number "$number" --purpose case_support
    expect "the quota is the answer" "$got" '"class":"quota","text":"the keyholder has given out as many' || return 1
    expect "and it waits" "$got" '1 wait and are done by themselves soon after 20' || return 1
    ask_again cjg case open --number "$(new_numbers 66100 1)" --purpose case_support
    expect "another partner has its own" "$got" '"ok":true' || return 1
    keyholder_found_with "pseudonyms_total = $(counted)"
    ask_again cjg case open --number "$(new_numbers 66200 1)" --purpose case_support
    expect "the region has one, too" "$got" '"class":"quota"' || return 1
    keyholder_found_with "pseudonyms_total = 20000"
    keyholder_found_with "pseudonyms_per_partner = 2000"
    wait_for 10 says '"ok":true' vo case open --number "$number" --purpose case_support || { why="with room it is done; $why"; return 1; }
    stop_node cjg
    start_node cjg && login cjg || return 1
    wait_for 15 waiting_is cjg 0 || { why="what waited is not done"; return 1; }
}

scene_blocked() {
    "$bin/schakel" --home "$region/keyholder" keyholder block cjg >/dev/null
    ask_again cjg case open --number "$(new_numbers 67000 1)" --purpose case_support
    expect "a blocked partner gets none" "$got" '"where":"BLOCKED"' || return 1
    "$bin/schakel" --home "$region/keyholder" keyholder block cjg --undo >/dev/null
    # For half a second the node gives the same answer.
    wait_for 10 says '"ok":true' cjg case open --number "$(new_numbers 67000 1)" --purpose case_support || { why="the block does not end; $why"; return 1; }
}

# Another share under the same name does not start, and another keyholder is none of this region.
scene_wrong_share() {
    local code=0
    stop_node keyholder
    secret keyholder | "$bin/schakel" --home "$region/other" keyholder init --name anders --listen "127.0.0.1:$keyholder_port" --plain \
        --passphrase-fd 0 >/dev/null
    got=$("$bin/schakel" --home "$region/other" keyholder join "$region/region" --json 2>&1) && { why="it joined"; return 1; }
    expect "it is not named" "$got" '"class":"key".*not made with this keyholder' || return 1
    cp -r "$region/keyholder" "$region/bent"
    sed -i 's/^plain = no/plain = yes/' "$region/bent/schakel.conf"
    cp "$region/other/keys/keyholder" "$region/other/keys/share" "$region/bent/keys/"
    got=$(secret keyholder | timeout 60 "$bin/schakel" --home "$region/bent" keyholder run --passphrase-fd 0 2>&1) || code=$?
    [ "$code" != 0 ] && [ "$code" != 124 ] || { why="it ended with $code; $got"; return 1; }
    expect "it says why" "$got" 'keys/share: is not the share that keyholder.pub and the region name' || return 1
    start_keyholder
}

# A keyholder that is away is waited for as long as at a partner: each scene asks again itself.
export SCHAKEL_TEST_PATIENCE=1
set -e
room_in_the_day 180
region_up
set +e
run_scenes away_and_back counted_once register quota blocked wrong_share
