#!/usr/bin/env bash
# A hub that keeps back (tests/liar): an opening from one partner's officer, and a withdrawal from the holder of the records. Both show after a day
# where they should, in words and by the exit code of `status`; after seven days the holder's node goes by that consent no more, whatever the hub
# says. By the test clock; with the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"
DAY=86400

# status_code WHO: as its coordinator; what it says in "got".
status_code() {
    code=0
    got=$(as "$1" status --json 2>/dev/null) || code=$?
}
all_is_well() { status_code "$1" && [ "$code" = 0 ] && ! grep -q '"overdue"' <<<"$got"; }
is_overdue() { status_code "$1" && [ "$code" = 69 ] && grep -q "\"overdue\":\[.*$2" <<<"$got"; }
number_is() { [ "$(value "$1" <<<"$got")" = "$2" ]; }
has_consent() { as vo consent list --number "$(child_number 2)" --json | grep "$consent" >/dev/null; }
preview() { as vo preview --request "$request" --json; }
would_leave() { preview | grep '"would_leave":{"effort"' >/dev/null; }

# The CJG recorded a consent about the school's records and asks on it; the office is told of an absence.
scene_before() {
    local weighing case
    staff leerplicht privacy officer || { why="no officer"; return 1; }
    ask vo event add --number "$(child_number 2)" --event REFERRED --to cjg
    ask cjg case open --number "$(child_number 2)" --purpose youth_help_access
    case=$(value case <<<"$got")
    ask cjg consent record --case "$case" --holder vo --receiver cjg --purpose youth_help_access --sections effort --yes y,g1,g2
    consent=$(value statement <<<"$got")
    ask cjg weigh --case "$case" --answer 1="deciding on help" --answer 7="what was tried only" --answer 17="until the decision"
    weighing=$(value weighing <<<"$got")
    ask cjg request new --case "$case" --to vo --purpose youth_help_access --sections effort --weigh "$weighing"
    request=$(value request <<<"$got")
    wait_for 10 would_leave || { why="nothing would leave on an honest day: $(preview)"; return 1; }
    for p in vo cjg leerplicht; do wait_for 10 all_is_well "$p" || { why="$p: $code $got"; return 1; }; done
}

scene_on_the_day_nothing_shows() {
    tell hub withheld@leerplicht:opening every-withheld@vo:statement
    ask cjg consent withdraw --statement "$consent"
    expect "it is withdrawn, with a receipt" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
    as vo event add --number "$(child_number 3)" --event VZM --to leerplicht --json >"$region/said"
    wait_for 20 was_told hub every-withheld@vo:statement || { why="the withdrawal was not kept back"; return 1; }
    wait_for 20 looked_for_openings || { why="no opening was kept back"; return 1; }
    number=$(number_of hub withheld@leerplicht:opening)
    for p in vo cjg leerplicht; do wait_for 10 all_is_well "$p" || { why="$p: $code $got"; return 1; }; done
}

looked_for_openings() { "$bin/schakel" --home "$region/leerplicht" --as privacy audit check --json >/dev/null; was_told hub withheld@leerplicht:opening; }

# A day later: each at the node that should, with what is to be done; and nobody else.
scene_a_day_later() {
    later $((DAY + 3600)) || return 1
    wait_for 20 is_overdue leerplicht "KEEPS BACK.* from number $number on" || { why="the office: $code $got"; return 1; }
    number_is openings_late 0 && { why="none is late: $got"; return 1; }
    expect "the list is whole all the same" "$(as_officer audit complete --json)" '"openings_late":[1-9]' || return 1
    lie_caught "withheld@leerplicht:opening: leerplicht says $(grep -o 'THE HUB KEEPS BACK[^.]*' <<<"$got" | head -n 1)"
    wait_for 10 is_overdue cjg 'WHAT WAS STOPPED MAY GO ON.*whom they stop: 1\.' || { why="the CJG: $code $got"; return 1; }
    lie_caught "every-withheld@vo:statement: cjg says $(grep -o 'WHAT WAS STOPPED[^.]*' <<<"$got" | head -n 1)"
    ask cjg statement list
    expect "and who it is" "$(lines <<<"$got" | grep '"kind":"withdrawal"')" '"not_confirmed":\["vo"\]' || return 1
    got=$(as cjg status --lang nl 2>/dev/null | tr -s ' \n' ' ') && { why="on paper it ends as if all were well"; return 1; }
    expect "on paper too, in Dutch" "$got" 'WAT GESTOPT MOEST ZIJN GAAT MISSCHIEN DOOR.*Bel hen' || return 1
    wait_for 10 all_is_well vo || { why="the school: $code $got"; return 1; }
    # What a hub can do with it ends with the seventh day: until then the holder's node believes it.
    wait_for 10 would_leave || { why="the school knows more than it was told: nothing is tried here"; return 1; }
}
as_officer() { as_login leerplicht privacy && "$bin/schakel" --home "$region/leerplicht" --as privacy "$@"; }

# The hub permits what it knows to be withdrawn; the recorder's word is missing, and the holder's node goes by that.
scene_seven_days_later() {
    later $((6 * DAY)) || return 1
    wait_for 10 would_not_leave || { why="the consent counts after seven days without a word: $(preview)"; return 1; }
    ask vo grant --request "$request" --tick "$consent"
    expect "it cannot be granted" "$got" '"ok":false,"error":\{"class":"denied","text":"There is a consent, but cjg, who recorded it, has said nothing of it since 20[0-9-]*; so it does not count now' || return 1
    status_code vo
    number_is consents_silent 1 || { why="the school does not say that the recorder is silent: $got"; return 1; }
    lie_caught "every-withheld@vo:statement: the school says $(as vo grant --request "$request" --tick "$consent" --json 2>&1 | value text | cut -c1-70), and consents_silent 1"
}
would_not_leave() { preview | grep '"would_leave":{}' >/dev/null; }

# Nothing of it was lost: the withdrawal stops what waited, the opening is found right.
scene_the_truth() {
    tell hub
    wait_for 20 withdrawn_there || { why="the school does not hear of the withdrawal: $(as vo request show --request "$request" --json)"; return 1; }
    as_login leerplicht privacy
    wait_for 20 checked_and_well || { why="leerplicht: $code $got"; return 1; }
    for p in cjg vo; do wait_for 20 all_is_well "$p" || { why="$p: $code $got"; return 1; }; done
}
checked_and_well() { "$bin/schakel" --home "$region/leerplicht" --as privacy audit check >/dev/null; all_is_well leerplicht; }
withdrawn_there() { as vo request show --request "$request" --json | grep '"state":"withdrawn"' >/dev/null; }

set -e
region_up
set +e
scene_list() { all_caught hub 3; }
run_scenes before on_the_day_nothing_shows a_day_later seven_days_later the_truth list
