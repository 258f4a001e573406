#!/usr/bin/env bash
# A hub that lies about disclosures (tests/liar): it changes, swaps, keeps back and makes up requests, grants, releases and what is said about
# them, allows what the policy does not, and logs what was not said. Each lie is caught by the node that should; nothing is given, opened or
# believed on it. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"

state_of() { as "$1" request show --request "$2" --json 2>/dev/null | value state; }
is_in_state() { [ "$(state_of "$1" "$2")" = "$3" ]; }
# A case of the office about this child, of which the school reported an absence; its id in "case".
open_case() {
    ask leerplicht case open --number "$(child_number "$1")" --purpose att_followup
    case=$(printf '%s' "$got" | value case)
}
# The office asks about it; the request's id in "request".
asks() {
    ask leerplicht request new --case "$case" --to vo --purpose att_followup --sections "${1:-ident,att}"
    request=$(printf '%s' "$got" | value request)
}
# asked_of CHILD: a new case and a request in it, that reached the school.
asked_of() {
    open_case "$1" && asks && wait_for 40 state_is_known vo "$request" || { why="child $1: $got"; return 1; }
}
state_is_known() { [ -n "$(state_of "$1" "$2")" ]; }

reported() {
    local i
    { echo "number,event,to"; for i in $(seq 2 "$1"); do echo "$(child_number "$i"),VZM,leerplicht"; done; } >"$region/reports.csv"
    as vo event add --from "$region/reports.csv" --json >"$region/said" 2>&1
}

# requests_for CHILD...: a request about each, their ids in "requests".
requests_for() {
    local one
    requests=()
    for one in "$@"; do
        open_case "$one" && asks || return 1
        requests+=("$request")
    done
}
all_known() { local r; for r in "${requests[@]}"; do state_is_known vo "$r" || return 1; done; }
all_arrived() { local r; for r in "${requests[@]}"; do is_in_state leerplicht "$r" arrived || return 1; done; }
none_arrived() { local r; for r in "${requests[@]}"; do ! is_in_state leerplicht "$r" arrived || return 1; done; }
grants() { ask vo grant --request "$1"; grep -q '"ok":true' <<<"$got"; }
grant_all() { local r; for r in "${requests[@]}"; do wait_for 10 grants "$r" || { why="no grant: $got"; return 1; }; done; }
# What is told of the next statement is told of no earlier one that is on its way.
nothing_on_its_way() { wait_for 40 all_sent $partners || { why="not all is sent"; return 1; }; }

scene_requests() {
    local lie list=(other-child more-sections longer)
    reported 12 || { why="no reports: $(cat "$region/said")"; return 1; }
    mark
    tell hub "${list[@]/%/@mail:request}"
    requests_for 2 3 4
    for lie in "${list[@]}"; do caught hub "$lie@mail:request" vo "bad-mail kind=request index=@number err=signature" || return 1; done
    ! as vo inbox --json | grep '"kind":"request"' >/dev/null || { why="the school has a request that nobody made"; return 1; }
    tell hub
    wait_for 40 all_known || { why="the requests do not come afterwards"; return 1; }
}

scene_grants() {
    local lie list=(other-child more-sections longer-access)
    mark
    tell hub "${list[@]/%/@mail:grant}"
    grant_all || return 1
    for lie in "${list[@]}"; do caught hub "$lie@mail:grant" leerplicht "bad-mail kind=grant index=@number err=signature" || return 1; done
    none_arrived || { why="the office has what was not granted so"; return 1; }
    tell hub
    wait_for 40 all_arrived || { why="what was granted does not arrive afterwards"; return 1; }
}

# The content is another's, or was changed.
scene_releases() {
    local lie list=(other-release transplanted)
    requests_for 5 6
    wait_for 40 all_known || { why="no requests"; return 1; }
    mark
    tell hub "${list[@]/%/@mail:release}"
    grant_all || return 1
    for lie in "${list[@]}"; do caught hub "$lie@mail:release" leerplicht "bad-mail kind=release index=@number err=signature" || return 1; done
    none_arrived || { why="the office has what was not given so"; return 1; }
    tell hub
    wait_for 40 all_arrived || { why="what was released does not arrive afterwards"; return 1; }
}

# Content without the grant that it rests on.
scene_release_without_grant() {
    requests_for 7
    wait_for 40 all_known || { why="no request"; return 1; }
    mark
    tell hub withheld@way:grant
    grant_all || return 1
    caught hub withheld@way:grant leerplicht "mail-too-early kind=release" || return 1
    none_arrived || { why="the office has what it has no grant of"; return 1; }
    tell hub
    wait_for 40 all_arrived || { why="what was released does not arrive afterwards: $(state_of leerplicht "${requests[0]}")"; return 1; }
}

# ---- what is said about it ----

opened_at() { as vo request show --request "$1" --json | grep -o '"opened":"[^"]*"'; }

scene_said() {
    mark
    tell hub opened@mail:ack other-code@mail:ack
    as vo event add --number "$(child_number 13)" --event VZM --to leerplicht --json >"$region/said"
    as vo event add --number "$(child_number 14)" --event VZM --to leerplicht --json >>"$region/said"
    caught hub opened@mail:ack vo "bad-mail kind=report index=@number err=signature" || return 1
    caught hub other-code@mail:ack vo "bad-mail kind=ack index=@number err=signature" || return 1
    [ "$(opened_at "${requests[0]}")" = '"opened":""' ] || { why="the school believes that it was opened"; return 1; }
    tell hub
}

# ---- what the hub allows, and the policy does not ----

# A yes under a no: not even its receipt holds.
scene_yes() {
    local command
    open_case 22
    mark
    tell hub more-allowed@answer:request
    as leerplicht request new --case "$case" --to vo --purpose att_followup --sections ident,att --json >"$region/asked" 2>&1 &
    command=$!
    caught hub more-allowed@answer:request leerplicht "bad-receipt kind=request err=signature message=@id" || return 1
    request=$(which_of hub more-allowed@answer:request)
    tell hub
    wait "$command"
    wait_for 40 outbox_empty leerplicht || { why="the office does not hear the truth"; return 1; }
    ask leerplicht request show --request "$request"
    expect "what it hears at last is the no" "$got" "$(verdict att NEED_EVENT)" || return 1
    expect_not "and no yes" "$got" "$(verdict ident PERMIT)"
}

scene_permits() {
    # On a report of the asker itself.
    ask leerplicht event add --number "$(child_number 20)" --event LRV --to vo
    mark
    tell hub permits@act:request
    open_case 20 && asks
    wait_for 40 was_told hub permits@act:request || { why="the hub permits it by itself: $got"; return 1; }
    wait_for 40 state_is_known vo "$request" || { why="the request did not come"; return 1; }
    ask vo preview --request "$request"
    expect "the school's own policy counts no event of the asker" "$got" "$(verdict att NEED_EVENT)" || return 1
    expect "nothing would leave" "$got" '"would_leave":\{\}' || return 1
    ask vo grant --request "$request"
    expect "it cannot be granted" "$got" '"ok":false,"error":\{"class":"denied","text":"Something must happen first' || return 1
    lie_caught "permits@act:request, on the asker's own event: the school says $(value class <<<"$got"): Something must happen first"
    tell hub
}

set_consent() {
    ask vo event add --number "$(child_number 2)" --event REFERRED --to cjg
    ask cjg case open --number "$(child_number 2)" --purpose youth_help_access
    case=$(value case <<<"$got")
    ask cjg consent record --case "$case" --holder vo --receiver cjg --purpose youth_help_access --sections effort --yes y,g1,g2
    consent=$(value statement <<<"$got")
}

has_consent() { as vo consent list --number "$(child_number 2)" --json | grep "$consent" >/dev/null; }

# Withdrawn, and revived by the hub: its answer to the withdrawal is a no, or it permits what rests on it and mails the original along.
scene_consent() {
    local weighing
    set_consent
    wait_for 40 has_consent || { why="the school does not have the consent"; return 1; }
    nothing_on_its_way || return 1
    mark
    tell hub no-without-leaf@answer:statement
    ask vo consent withdraw --statement "$consent"
    caught hub no-without-leaf@answer:statement vo "stop-refused kind=statement reason=WRONG_STATE" || return 1
    tell hub permits@act:request
    # Not before ten minutes, or a start.
    stop_node vo
    back vo || return 1
    wait_for 40 outbox_empty vo || { why="the withdrawal is not sent again: $(status_of vo outbox_trouble)"; return 1; }
    ask cjg weigh --case "$case" --answer 1="deciding on help" --answer 7="what was tried only" --answer 17="until the decision"
    weighing=$(value weighing <<<"$got")
    ask cjg request new --case "$case" --to vo --purpose youth_help_access --sections effort --weigh "$weighing"
    request=$(value request <<<"$got")
    wait_for 40 was_told hub permits@act:request || { why="the hub permits it by itself: $got"; return 1; }
    wait_for 40 state_is_known vo "$request" || { why="the request did not come"; return 1; }
    ask vo grant --request "$request" --tick "$consent"
    expect "ticked, it counts no more" "$got" '"ok":false,"error":\{"class":"denied","text":"The consent was withdrawn' || return 1
    lie_caught "permits@act:request, on a withdrawn consent: the school says $(value class <<<"$got"): $(value text <<<"$got" | cut -c1-60)"
    tell hub
}

# ---- what is logged, with leaf, number and receipt as of an honest act ----

statements() { as "$1" event list --json 2>/dev/null | value_each statement | sort; }
bad_mails() { [ "$(since "$1" | grep -oE "bad-mail kind=statement index=[0-9]+ err=signature" | sort -u | wc -l)" = "$2" ]; }

unsent_are() { [ "$(status_of vo outbox)" = "$1" ]; }

scene_logged() {
    local lie list=(past@act:statement future@act:statement other-child@act:statement)
    nothing_on_its_way || return 1
    statements leerplicht >"$region/before"
    mark
    tell hub logged-again@act:statement "${list[@]}"
    { echo "number,event,to"; for i in 30 31 32 33; do echo "$(child_number "$i"),VZM,leerplicht"; done; } >"$region/reports.csv"
    as vo event add --from "$region/reports.csv" --json >"$region/said" 2>&1 &
    caught hub logged-again@act:statement leerplicht "mail-repeated kind=statement" || return 1
    for lie in "${list[@]}"; do caught hub "$lie" vo "bad-receipt kind=statement err=signature message=@id" || return 1; done
    wait_for 40 bad_mails leerplicht 3 || { why="the office believes what was logged wrong"; return 1; }
    statements leerplicht >"$region/after"
    [ "$(comm -13 "$region/before" "$region/after" | wc -l)" = 1 ] || { why="what was logged twice counts twice, or never"; return 1; }
    # What is in the log so can be proven by nothing: it stays unsent, and says so; everything else goes on.
    tell hub
    asked_of 8 && ask vo grant --request "$request" && wait_for 40 is_in_state leerplicht "$request" arrived || { why="nothing goes on: $got"; return 1; }
    wait_for 20 unsent_are 3 || { why="what was logged wrong is believed at last: $(status_of vo outbox) of 3 are unsent"; return 1; }
}

set -e
region_up
set +e
scene_list() { all_caught hub 19; }
run_scenes requests grants releases release_without_grant said yes permits consent logged list
