#!/usr/bin/env bash
# What is done afterwards: in acute danger one reads first. Weighed within 24 hours and seen by a second person of the holder within a
# working day, or access closes on both sides and the privacy officer is told; the family is told within 30 days. Each before, on and
# after its last moment, with the test clock. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

# The region lives from the next Tuesday on, ten in the morning, of which neither it nor the day after is a public holiday.
DAY=86400
begin=$(date -d "tomorrow 10:00" +%s)
holidays="12-25 12-26 01-01 04-26 04-27 05-05"
free() { case " $holidays " in *" $(date -d "@$1" +%m-%d) "*) return 0 ;; *) return 1 ;; esac; }
until [ "$(date -d "@$begin" +%u)" = 2 ] && ! free "$begin" && ! free $((begin + DAY)); do begin=$((begin + DAY)); done
now() { echo $(($(date +%s) + ${SCHAKEL_CLOCK_OFFSET_S:-0})); }
day() { date -d "@$1" +%F; }
midnight() { date -d "$1" +%s; }
# to SECONDS: everybody lives at that moment.
to() { later $(($1 - $(now))); }

# person WHO NAME COMMAND...: as somebody else there; sessions end when time goes by.
person() { as_login "$1" "$2"; got=$("$bin/schakel" --home "$region/$1" --as "$2" "${@:3}" --json 2>&1) || true; }
everything=(); for q in $(seq 17); do everything+=(--answer "$q=because of $q"); done

# shared N: the officer asks what the school knows of child N, in acute danger, and reads it.
shared() {
    local n
    n=$(child_number "$1")
    ask leerplicht event add --number "$n" --event ACUTE --to vo
    expect "danger is reported" "$got" '"ok":true' || return 1
    ask leerplicht request new --number "$n" --to vo --purpose acute_danger --sections ident,guard --birth-date "$(sed -n "$((1 + $1))p" "$region/data/vo.csv" | cut -d, -f3)"
    expect "nothing is to be done before" "$got" "$(verdict ident PERMIT)" || return 1
    id=$(printf '%s' "$got" | value request)
    wait_for 20 is_state vo "$id" waiting || { why="the request did not arrive"; return 1; }
    ask vo grant --request "$id" --confirm-child
    expect "the school grants it alone, and reads that a second person must look" "$got" '"ok":true.*"clock":"second"[^}]*"whose":"you"' || return 1
    wait_for 20 is_state leerplicht "$id" arrived || { why="the share did not arrive"; return 1; }
    ask leerplicht open --share "$id"
    expect "it is read, before the family knows" "$got" '"guard":\{.*"clock":"tell"' || return 1
}

state_of() { as "$1" request show --request "$2" --json 2>/dev/null | value state; }
is_state() { [ "$(state_of "$1" "$2")" = "$3" ]; }
reads() { ask leerplicht open --share "$1"; expect "$2 is still read" "$got" '"guard":\{'; }
closed() {
    wait_for 10 is_state leerplicht "$1" ended || { why="$2 is not closed where it was read: $(state_of leerplicht "$1")"; return 1; }
    wait_for 10 is_state vo "$1" ended || { why="$2 is not closed at the school: $(state_of vo "$1")"; return 1; }
    ask leerplicht open --share "$1"
    expect_not "its content is gone" "$got" '"guard":\{'
}
# told WHO ID WHAT: it lies before that partner's privacy officer.
told() {
    person "$1" officer inbox
    expect "the privacy officer of $1 is told" "$(printf '%s' "$got" | sed 's/},{/}\n{/g' | grep "\"id\":\"$2\"")" "\"told\":\[[^]]*\"$3\""
}
not_told() {
    person "$1" officer inbox
    expect_not "the privacy officer of $1 is not told of $3 yet" "$(printf '%s' "$got" | sed 's/},{/}\n{/g' | grep "\"id\":\"$2\"")" "\"$3\""
}

scene_acute() {
    local p
    for p in vo leerplicht; do staff "$p" officer officer || { why="no privacy officer at $p"; return 1; }; done
    staff vo second second || { why="no second person"; return 1; }
    stop_node cjg && stop_node wijkteam
    to "$begin" || return 1
    shared 1 && all=$id && shared 2 && unweighed=$id && shared 3 && unseen=$id && shared 4 && away=$id || return 1
    granted=$(now)
    ask leerplicht inbox
    expect "who read it is to weigh" "$got" '"kind":"weigh"' || return 1
    expect "and to tell the family within thirty days" "$got" "\"kind\":\"tell\".*\"due\":\"$(day $((granted + 30 * DAY)))\"" || return 1
    person vo second inbox
    expect "a second person of the school is to look, before the end of tomorrow" "$got" "\"kind\":\"second\".*\"due\":\"$(day $((granted + DAY)))\"" || return 1
    ask leerplicht request show --request "$all"
    expect "all three clocks are shown" "$got" '"clock":"weigh".*"clock":"second".*"whose":"other".*"clock":"tell"' || return 1
    told vo "$all" grave && told leerplicht "$all" grave || return 1
    got=$(as leerplicht inbox --lang nl | tr -s ' \n' ' ')
    expect "on paper, in Dutch" "$got" "Af te wegen, met vo.*leg vast waarom het nodig was, anders stopt de toegang.*Voor [0-9-]+ [0-9:]+" || return 1
    got=$("$bin/schakel" --home "$region/vo" --as officer inbox --lang nl | tr -s ' \n' ' ')
    expect "and to the privacy officer" "$got" "U krijgt bericht, met leerplicht.*Dit is gedeeld met een regel waarvan u bericht krijgt."
}

# What should not have been granted: its holder ends the access, and the copy that was read is gone.
scene_taken_back() {
    shared 5 && wrong=$id || return 1
    ask leerplicht access end --share "$wrong"
    expect "who got it cannot end it for its holder" "$got" '"class":"state"' || return 1
    ask vo access end --share "$wrong" --note "about another child"
    expect "its holder ends the access" "$got" '"ok":true' || return 1
    wait_for 10 is_state leerplicht "$wrong" withdrawn || { why="it can still be read: $(state_of leerplicht "$wrong")"; return 1; }
    wait_for 10 is_state vo "$wrong" withdrawn || { why="at the school it is $(state_of vo "$wrong")"; return 1; }
    ask leerplicht open --share "$wrong"
    expect "its content is gone" "$got" '"class":"state"' || return 1
    ask leerplicht request show --request "$wrong"
    expect "with the reason" "$got" '"reason":"taken_back","answer":"about another child"' || return 1
    ask vo access end --share "$wrong"
    expect "once" "$got" '"already":true' || return 1
    got=$(as leerplicht request show --request "$wrong" --lang nl | tr -s ' \n' ' ')
    expect "in Dutch" "$got" "Stand toegang eerder beëindigd.*Reden de houder heeft het teruggenomen Uitleg about another child"
}

scene_done_in_time() {
    ask leerplicht weigh --request "$all" --answer 1=help
    expect "half a weighing is none" "$got" '"class":"denied"' || return 1
    ask leerplicht weigh --request "$all" "${everything[@]}"
    expect "one is weighed" "$got" '"weighing":' || return 1
    ask leerplicht weigh --request "$unseen" "${everything[@]}"
    expect "and another" "$got" '"weighing":' || return 1
    ask leerplicht weigh --request "$away" "${everything[@]}"
    expect "and one more" "$got" '"weighing":' || return 1
    ask vo approve --request "$all"
    expect "who granted it is no second person" "$got" '"class":"denied"' || return 1
    person vo second approve --request "$all"
    expect "a second person looked" "$got" '"looked":.*"already":false.*"was_shared":\{"guard"' || return 1
    person vo second approve --request "$all"
    expect "once" "$got" '"already":true' || return 1
    person vo second approve --request "$unweighed"
    expect "and at another" "$got" '"looked":' || return 1
    ask leerplicht informed --share "$all"
    expect "the family knows on the same day" "$got" "\"informed\":\"$(day "$granted")\"" || return 1
    wait_for 10 heard_weighed "$all" || { why="the school does not hear that it was weighed: $(as vo request show --request "$all" --json)"; return 1; }
}
heard_weighed() { as vo request show --request "$1" --json | grep -E '"clock":"weigh"[^}]*"done":"20' >/dev/null; }

scene_not_weighed() {
    to $((granted + DAY - 900)) || return 1
    reads "$unweighed" "what was not weighed" || return 1
    not_told leerplicht "$unweighed" not_weighed || return 1
    to $((granted + DAY + 1)) || return 1
    closed "$unweighed" "what was not weighed" || return 1
    told leerplicht "$unweighed" not_weighed && told vo "$unweighed" not_weighed || return 1
    reads "$all" "what was weighed" && reads "$unseen" "what was weighed"
}

scene_not_seen() {
    local end
    end=$(midnight "$(day $((granted + 2 * DAY)))")
    to $((end - 900)) || return 1
    reads "$unseen" "what no second person saw" || return 1
    not_told vo "$unseen" no_second || return 1
    stop_node leerplicht
    person vo second approve --request "$away"
    expect "a second person looks while the reader's node is off" "$got" '"looked":' || return 1
    wait_for 10 outbox_empty vo || { why="that is not in the log in time"; return 1; }
    to $((end + 1)) || return 1
    back leerplicht || return 1
    closed "$unseen" "what no second person saw" || return 1
    told leerplicht "$unseen" no_second && told vo "$unseen" no_second || return 1
    reads "$all" "what a second person saw" && reads "$away" "what a second person saw in time, told later" || return 1
    grep -q 'access-closed.*reason=no-second-person' "$region/vo/log" && grep -q 'access-closed.*reason=not-weighed' "$region/leerplicht/log" ||
        { why="the logs do not say why access was closed"; return 1; }
    person leerplicht officer done --item "$unseen"
    expect "an officer puts it away" "$got" '"ok":true' || return 1
    not_told leerplicht "$unseen" no_second
}

scene_family_not_told() {
    local end
    end=$(midnight "$(day $((granted + 31 * DAY)))")
    to $((end - 900)) || return 1
    not_told leerplicht "$unseen" not_told || return 1
    to $((end + 1)) || return 1
    told leerplicht "$unseen" not_told || return 1
    ask leerplicht inbox
    expect "it is still to be done" "$got" '"kind":"tell".*"late":true' || return 1
    ask leerplicht informed --share "$unseen"
    expect "why so late is asked" "$got" '"class":"usage".*--reason' || return 1
    ask leerplicht informed --share "$unseen" --reason "They were abroad and could not be reached."
    expect "and kept" "$got" '"ok":true' || return 1
    ask leerplicht request show --request "$unseen"
    expect "with the row" "$got" '"told_late":"They were abroad' || return 1
    told leerplicht "$unseen" not_told && not_told leerplicht "$all" not_told
}

set -e
region_up
set +e
run_scenes acute taken_back done_in_time not_weighed not_seen family_not_told
