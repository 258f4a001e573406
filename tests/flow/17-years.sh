#!/usr/bin/env bash
# What a partner keeps, years later: the acts themselves go when their term is over, and what is left shows that none is missing: to the privacy
# officer, in the export, and against a copy of the log. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

YEAR=$((366 * 86400))
officer() { "$bin/schakel" --home "$region/vo" --as privacy "$@"; }
all_right() { [ "$(status_of vo openings_right)" = "$(status_of vo running)" ] && all_sent vo leerplicht; }
all_compared() { officer audit check >/dev/null; all_right; }
complete() { officer audit complete --json; }
not_kept() { [ "$(complete | value not_kept)" -gt 0 ] 2>/dev/null; }

# The node alone, so many years from now; whose keys have ended can still look into what there is.
vo_in() {
    stop_node vo
    set_clock $(($1 * YEAR)) start_node vo && as_login vo privacy || { why="it does not start in $1 years: $(tail -n 2 "$region/vo/log")"; return 1; }
}

# It looked for what is past its term, and says what keeps it from erasing: no hub names the day.
has_looked() { status_of vo erasing_note | grep erase_without_hub >/dev/null; }

scene_a_year_of_work() {
    scene_no_ground && scene_absence_report || return 1
    staff vo privacy officer
    wait_for 20 all_compared || { why="the officer's node does not compare all: $(status_of vo openings_right) of $(status_of vo running)"; return 1; }
    # A look is an act of its own, which may come behind it: the copy is of what is logged when the node can say nothing more.
    stop_node vo
    "$bin/schakel-hub" --home "$region/hub" export "$region/log" >/dev/null || { why="no copy of the log"; return 1; }
    stop_node hub
    vo_in 0 || return 1
    expect "the list is complete" "$(complete)" '"complete":true.*"not_kept":0'
}

scene_four_years_later_all_is_there() {
    vo_in 4 || return 1
    wait_for 10 has_looked || { why="it did not look what is past its term"; return 1; }
    expect "nothing went" "$(complete)" '"complete":true.*"not_kept":0'
}

# A clock that nobody else has: an empty battery, a false time server. The node tells, and keeps.
scene_nothing_goes_by_one_clock_alone() {
    vo_in 11 || return 1
    wait_for 10 has_looked || { why="it is not told"; return 1; }
    expect "nothing went" "$(complete)" '"complete":true.*"not_kept":0' || return 1
    printf 'erase_without_hub = yes\n' >>"$region/vo/schakel.conf"
}

# The request and its grant had their last day within weeks: five years after it they go, and with them what proves them.
scene_eleven_years_later_their_places_are() {
    vo_in 11 || return 1
    wait_for 15 not_kept || { why="nothing goes: $(complete)"; return 1; }
    got=$(complete)
    expect "and nothing is missing" "$got" '"complete":true.*"not_kept":[1-9].*"archive_term":"BW 3:310.*"gaps":0' || return 1
    officer audit complete | grep 'Not kept' >/dev/null || { why="a person does not read it: $(officer audit complete)"; return 1; }
}

scene_the_proofs_say_the_same() {
    rm -rf "$region/receipts"
    got=$(officer archive export --out "$region/receipts" --json) || { why="export: $got"; return 1; }
    expect "the export names them" "$got" '"not_kept":[1-9]' || return 1
    got=$("$bin/schakel" verify --region "$region/region" --receipts "$region/receipts" --log "$region/log" --json)
    expect "they are in the log, and none is missing" "$got" '"missing":0,"not_kept":[1-9].*"ok":true' || return 1
    # One of them is taken away, another gets another leaf.
    rm "$(grep -lE . "$region"/receipts/*.entry | head -n 2 | tail -n 1)"
    got=$("$bin/schakel" verify --region "$region/region" --receipts "$region/receipts" --log "$region/log" --json)
    expect "a gap among them is one" "$got" '"ok":false.*not complete' || return 1
    printf 'X' | dd of="$(find "$region/receipts" -name '*.entry' -size -1k -o -name '*.entry' -size 1 | sort | head -n 1)" bs=1 seek=40 conv=notrunc 2>/dev/null
    got=$("$bin/schakel" verify --region "$region/region" --receipts "$region/receipts" --log "$region/log" --json)
    expect "another leaf too" "$got" '"ok":false.*this leaf is not the one'
}

set -e
region_up
set +e
run_scenes a_year_of_work four_years_later_all_is_there nothing_goes_by_one_clock_alone eleven_years_later_their_places_are the_proofs_say_the_same
