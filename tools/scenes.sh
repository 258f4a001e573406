# tools/scenes.sh: the main job as scenes, each checked. To be sourced after tools/region.sh and region_up.
# A scene returns 0 when everything it names was seen; what was missing stands in "why".
# shellcheck shell=bash

scenes="no_ground absence_report disclosure less_granted referral_sent consent_incomplete consent_complete consent_withdrawn holder_offline blind_hub verify"
why=""

# expect WHAT TEXT PATTERN: the text (a line of JSON) matches the extended regular expression.
expect() {
    if printf '%s' "$2" | grep -E -- "$3" >/dev/null; then return 0; fi
    why="$1; got: $(printf '%s' "$2" | cut -c1-400)"
    return 1
}

# The same, but it must not match.
expect_not() {
    if ! printf '%s' "$2" | grep -E -- "$3" >/dev/null; then return 0; fi
    why="$1; got: $(printf '%s' "$2" | cut -c1-400)"
    return 1
}

# ask WHO COMMAND...: a command with --json; fills "got"; a command that fails is no failure of the scene by itself. How fast the machine is changes
# nothing: while hub and keyholder run, what was not done for want of an answer is given again, and an act that waits for its answer is waited for.
ask() {
    local until=$((SECONDS + 10 * PATIENCE))
    ask_once "$@"
    while did_nothing "$got" && is_alive hub && is_alive keyholder && [ "$SECONDS" -lt "$until" ]; do
        sleep 0.5
        ask_once "$@"
    done
    settle "$@"
}
# settle WHO COMMAND...: what the command said is in "got"; an act that waits for the hub's answer only is waited for.
settle() { ! is_only_late "$got" || ! is_alive hub || goes_out "$@"; }
ask_once() { got=$(as "$@" --json 2>&1) || true; }

# Not what waits for another reason than that there is no answer yet: the note says which.
is_only_late() {
    case $1 in
        *'"queued":true'*'it will be sent as soon as it can'* | *'"queued":true'*'it goes on by itself'*) ;;
        *) false ;;
    esac
}
# Then it reads as what it is now, not as what it was when the command ended; of a request, with the hub's answer.
goes_out() {
    wait_for 10 says_all "$1" || return 0
    got=${got/'"queued":true'/'"was_late":true'}
    [ "$2 $3" != "request new" ] || got+=$'\n'$(as "$1" request show --request "$(printf '%s' "$got" | value request)" --json 2>&1)
}
says_all() { "$bin/schakel" --home "$region/$1" status --json 2>/dev/null | grep '"outbox":0,' >/dev/null; }

# room_in_the_day SECONDS: what hub and keyholder count a day (of UTC) does not begin anew in the next so many: that is waited for first.
room_in_the_day() {
    local left=$((86400 - $(date +%s) % 86400))
    [ "$left" -gt "$1" ] || sleep $((left + 1))
}

# Who was started a moment ago is not found at once: a question to the keyholder that fell into that is asked again.
ask_again() {
    local try
    for try in $(seq $((10 * PATIENCE))); do
        ask_once "$@"
        # What waits for the hub is done here, and is not to be given again.
        case $got in *'"queued":true'*) return 0 ;; *'"class":"peer"'* | *'cannot be reached'*) sleep 0.5 ;; *) return 0 ;; esac
    done
}

verdict() { printf '"section":"%s","verdict":"%s"' "$1" "$2"; }

# The children of the scenes: the first three of the sample region, thirteen, fourteen and fifteen years old.
child_number() { sed -n "$((1 + $1))p" "$region/data/vo.csv" | cut -d, -f1; }
child_name() { sed -n "$((1 + $1))p" "$region/data/vo.csv" | cut -d, -f2; }

# The id of the inbox's item of a kind from a partner; waits for it.
inbox_id() {
    local who=$1 kind=$2 from=$3 until=$((SECONDS + ${4:-10} * PATIENCE)) id
    while :; do
        id=$(as "$who" inbox --json 2>/dev/null | sed 's/},{/}\n{/g' | grep "\"kind\":\"$kind\",\"from\":\"$from\"" | value id)
        if [ -n "$id" ]; then echo "$id"; return 0; fi
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.05
    done
}

# came_behind FROM TO EVENT [NUMBER]: a report that was made just now is there, so all that was to come from the hub before it has come.
came_behind() {
    ask "$1" event add --number "${4:-$(child_number 3)}" --event "$3" --to "$2"
    expect "$1 reports" "$got" '"ok":true' || return 1
    wait_for 20 has_statement "$2" "$(printf '%s' "$got" | value statement)" || { why="a report of $1 does not arrive at $2"; return 1; }
}
has_statement() { as "$1" event list --json 2>/dev/null | grep "\"statement\":\"$2\"" >/dev/null; }

scene_no_ground() {
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    expect "the officer opens a case" "$got" '"ok":true' || return 1
    case_b=$(printf '%s' "$got" | value case)
    ask leerplicht request new --case "$case_b" --to vo --purpose att_followup --sections ident,att,effort
    for section in ident att effort; do
        expect "$section is not yet allowed" "$got" "$(verdict $section NEED_EVENT)" || return 1
    done
    expect "the answer names what would open it" "$got" 'VZM.*OVERIG.*LRV|VZM.*LRV' || return 1
    ask vo inbox
    expect_not "nothing lies at the school" "$got" '"kind":"request"'
}

# A machine that has time needs no two seconds; SCHAKEL_TEST_PATIENCE=1 says that it has.
reported_there() { got=$(as leerplicht inbox --all --json) && grep -q '"event":"VZM"' <<<"$got"; }
scene_absence_report() {
    ask vo event add --number "$(child_number 2)" --event VZM --to leerplicht
    expect "the school reports" "$got" '"ok":true' || return 1
    wait_for $((PATIENCE > 1 ? 10 : 2)) reported_there || { why="not in the inbox"; return 1; }
    expect "with the child's name there" "$got" "$(child_name 2)"
}

scene_disclosure() {
    local request share
    ask leerplicht request new --case "$case_b" --to vo --purpose att_followup --sections ident,att,effort,guard,enrol,need
    request=$(printf '%s' "$got" | value request)
    for section in ident att effort guard enrol; do
        expect "$section is at the holder" "$got" "$(verdict $section PERMIT)" || return 1
    done
    expect "support needs are refused with the reason" "$got" "$(verdict need DENY)"',"reason":"NOT_IN_MATRIX"' || return 1
    share=$(inbox_id vo request leerplicht) || { why="the request did not arrive"; return 1; }
    # What was refused before would have come before it.
    [ "$(as vo inbox --json | grep -o '"kind":"request","from":"leerplicht"' | wc -l)" = 1 ] || { why="the school was given what the hub refused"; return 1; }
    ask vo preview --request "$share"
    expect "the school sees what would leave" "$got" '"would_leave":\{.*"att":\{' || return 1
    expect_not "and nothing else" "$got" '"would_leave":\{[^}]*"need"' || return 1
    ask vo grant --request "$share"
    expect "the school grants" "$got" '"ok":true' || return 1
    share=$(inbox_id leerplicht share vo) || { why="the share did not arrive"; return 1; }
    ask leerplicht open --share "$share" --informed "$(date +%F)"
    expect "identity is read" "$got" "$(child_name 2)" || return 1
    for section in ident att effort guard enrol; do
        expect "$section is read" "$got" "\"$section\":\\{" || return 1
    done
    expect_not "support needs did not travel" "$got" 'quiet place' || return 1
    [ "$share" = "$request" ] || { why="the share belongs to another request"; return 1; }
}

scene_less_granted() {
    local request share
    ask vo event add --number "$(child_number 3)" --event VZM --to leerplicht
    ask leerplicht case open --number "$(child_number 3)" --purpose att_followup
    case_c=$(printf '%s' "$got" | value case)
    ask leerplicht request new --case "$case_c" --to vo --purpose att_followup --sections ident,att,effort
    expect "the request goes to the school" "$got" "$(verdict effort PERMIT)" || return 1
    request=$(inbox_id vo request leerplicht) || { why="the request did not arrive"; return 1; }
    ask vo grant --request "$request" --sections ident,att
    expect "the school grants two of three" "$got" '"sections":\["att","ident"\]' || return 1
    share=$(inbox_id leerplicht share vo) || { why="the share did not arrive"; return 1; }
    ask leerplicht open --share "$share" --informed "$(date +%F)"
    expect "attendance arrived" "$got" '"att":\{' || return 1
    expect_not "effort did not" "$got" '"effort":\{'
}

scene_referral_sent() {
    local offer weighing
    ask vo event add --number "$(child_number 2)" --event REFERRED --to cjg
    expect "the family agreed to the referral" "$got" '"ok":true' || return 1
    ask vo consent record --number "$(child_number 2)" --holder vo --receiver cjg --purpose youth_help_access \
        --sections ident,need,own_words --yes y,g1,g2
    expect "everybody said yes" "$got" '"complete":true' || return 1
    ask vo weigh --number "$(child_number 2)" --answer 1="help that fits" --answer 7="needs only, no causes" --answer 17="until the first talk"
    weighing=$(printf '%s' "$got" | value weighing)
    ask vo send --number "$(child_number 2)" --to cjg --purpose youth_help_access --sections ident,need,own_words --weigh "$weighing" \
        --note "Please phone the family before Friday."
    expect "the referral is sent" "$got" '"ok":true' || return 1
    offer=$(inbox_id cjg offer vo) || { why="the referral did not arrive"; return 1; }
    wait_for 5 bash -c "'$bin/schakel' --home '$region/cjg' --as coordinator inbox --json | grep '\"state\":\"arrived\"' >/dev/null" || { why="its content did not arrive"; return 1; }
    ask cjg open --share "$offer" --informed "$(date +%F)"
    expect "the CJG reads the family's own words" "$got" '"own_words":\{' || return 1
    ask cjg accept --offer "$offer"
    expect "and accepts" "$got" '"ok":true' || return 1
    wait_for 5 bash -c "'$bin/schakel' --home '$region/vo' --as coordinator request show --request '$offer' --json | grep '\"accepted\":true' >/dev/null" || { why="the school does not hear of it"; return 1; }
}

# The neighbourhood team may not hold the number: it knows the child by the case.
join_team() {
    ask vo case open --number "$(child_number 1)" --purpose case_support
    case_a=$(printf '%s' "$got" | value case)
    ask vo case invite --case "$case_a" --partner wijkteam --purpose case_support --by-handle
    expect "the team is invited" "$got" '"ok":true' || return 1
    inbox_id wijkteam invitation vo >/dev/null || { why="the invitation did not arrive"; return 1; }
    ask wijkteam case accept --case "$case_a"
    expect "the team accepts" "$got" '"ok":true' || return 1
    wait_for 5 bash -c "'$bin/schakel' --home '$region/vo' --as coordinator case show --case '$case_a' --json | grep accepted >/dev/null" || { why="the school does not hear of it"; return 1; }
}

team_asks() {
    local weighing
    ask wijkteam weigh --case "$case_a" --answer 1="a plan with the family" --answer 7="needs only" --answer 17="three months"
    weighing=$(printf '%s' "$got" | value weighing)
    ask wijkteam request new --case "$case_a" --to vo --purpose case_support --sections need --weigh "$weighing"
}

scene_consent_incomplete() {
    join_team || return 1
    ask vo consent record --case "$case_a" --holder vo --receiver wijkteam --purpose case_support --sections need --yes y,g1
    expect "one parent is missing" "$got" '"complete":false' || return 1
    expect "the recorder sees who" "$got" 'other parent' || return 1
    team_asks
    expect "the team reads not yet" "$got" "$(verdict need NEED_CONSENT)" || return 1
    expect "that not everybody said yes" "$got" '[Nn]ot everybody' || return 1
    expect_not "and not who" "$got" 'parent'
}

scene_consent_complete() {
    local request share
    ask vo consent record --case "$case_a" --holder vo --receiver wijkteam --purpose case_support --sections need --yes y,g1,g2
    expect "now it is complete" "$got" '"complete":true' || return 1
    team_asks
    expect "the request goes to the school" "$got" "$(verdict need PERMIT)" || return 1
    request=$(inbox_id vo request wijkteam) || { why="the request did not arrive"; return 1; }
    ask vo grant --request "$request"
    expect "the school grants" "$got" '"ok":true' || return 1
    share=$(inbox_id wijkteam share vo) || { why="the share did not arrive"; return 1; }
    ask wijkteam open --share "$share" --informed "$(date +%F)"
    expect "the team reads it" "$got" 'quiet place'
}

cjg_asks() {
    local weighing
    ask cjg weigh --case "$case_d" --answer 1="deciding on help" --answer 7="what was tried only" --answer 17="until the decision"
    weighing=$(printf '%s' "$got" | value weighing)
    ask cjg request new --case "$case_d" --to vo --purpose youth_help_access --sections effort --weigh "$weighing"
}

scene_consent_withdrawn() {
    local consent request
    ask cjg case open --number "$(child_number 2)" --purpose youth_help_access
    case_d=$(printf '%s' "$got" | value case)
    ask cjg consent record --case "$case_d" --holder vo --receiver cjg --purpose youth_help_access --sections effort --yes y,g1,g2
    expect "given at the CJG" "$got" '"complete":true' || return 1
    consent=$(printf '%s' "$got" | value statement)
    cjg_asks
    expect "asked" "$got" "$(verdict effort PERMIT)" || return 1
    request=$(inbox_id vo request cjg) || { why="the request did not arrive"; return 1; }
    stop_node cjg
    ask vo grant --request "$request" --tick "$consent"
    expect "granted while the CJG is away" "$got" '"ok":true' || return 1
    ask vo consent withdraw --statement "$consent"
    expect "withdrawn at the school" "$got" '"ok":true' || return 1
    start_node cjg && login cjg || { why="the CJG does not come back"; return 1; }
    inbox_id cjg withdrawal vo >/dev/null || { why="the receiver was not told"; return 1; }
    came_behind vo cjg REFERRED || return 1
    ask cjg inbox
    expect_not "what was not fetched does not come" "$got" '"kind":"share"' || return 1
    cjg_asks
    expect "the next request is refused" "$got" "$(verdict effort NEED_CONSENT)"
}

scene_holder_offline() {
    local request share
    stop_node vo
    ask leerplicht request new --case "$case_c" --to vo --purpose att_followup --sections guard
    expect "the request waits at the hub" "$got" "$(verdict guard PERMIT)" || return 1
    start_node vo && login vo || { why="the school does not come back"; return 1; }
    request=$(inbox_id vo request leerplicht) || { why="the request did not arrive"; return 1; }
    ask vo grant --request "$request"
    share=$(inbox_id leerplicht share vo) || { why="the share did not arrive"; return 1; }
    ask leerplicht open --share "$share" --informed "$(date +%F)"
    expect "it is read" "$got" '"guard":\{'
}

scene_verify() {
    local copy="$region/export" receipts="$region/receipts" entries
    rm -rf "$copy" "$copy.forged" "$receipts"
    got=$("$bin/schakel-hub" --home "$region/hub" export "$copy" --json 2>&1) || { why="export: $got"; return 1; }
    got=$("$bin/schakel" verify --region "$region/region" --log "$copy" --json 2>&1) || { why="verify: $got"; return 1; }
    expect "the log verifies" "$got" '"ok":true' || return 1
    log_size=$(printf '%s' "$got" | value leaves)
    cp -r "$copy" "$copy.forged"
    # One byte of leaf 7: leaves lie one after the other, each with its length (two bytes) before it.
    entries=$(find "$copy.forged/tile/entries" -type f | sort | head -n 1)
    printf '\377' | dd of="$entries" bs=1 seek=$((7 * 228 + 60)) conv=notrunc status=none
    got=$("$bin/schakel" verify --region "$region/region" --log "$copy.forged" --json 2>&1) && { why="a changed leaf was accepted"; return 1; }
    expect "the changed leaf is named" "$got" '"leaf":7,' || return 1
    expect_not "and only that one" "$got" '"leaf":([0-689]|7[0-9])' || return 1
    staff leerplicht officer officer || { why="no privacy officer"; return 1; }
    wait_for 10 receipts_verify "$copy" "$receipts" || { why="receipts: $got"; return 1; }
    expect "the receipts verify" "$got" '"ok":true'
}

# What is on its way at this moment has no receipt yet: then again.
receipts_verify() {
    rm -rf "$2"
    got=$("$bin/schakel" --home "$region/leerplicht" --as officer archive export --out "$2" --json 2>&1) &&
        got=$("$bin/schakel" verify --region "$region/region" --log "$1" --receipts "$2" --json 2>&1)
}

# ---- blind_hub: nothing of whom it is about is with the hub, or with the keyholder ----

# What a part of the scene could not do on this machine; the demo says it.
not_checked=""

# scan WHAT none|some|all|guarded ARGUMENTS...: the answer in "got"; false when it is not as asked.
scan() {
    local what=$1 code=0
    shift
    got=$("$bin/blind-scan" "$@" 2>&1) || code=$?
    if [ "$code" = 77 ] && [ "$(id -u)" != 0 ]; then
        not_checked="the memory was not searched: only root may read it"
        return 0
    fi
    [ "$code" = 0 ] || { why="$what; got: $(printf '%s' "$got" | cut -c1-400)"; return 1; }
}

# relay_to WHO PORT: what is said to a server of the region that listens there is written down in frames/WHO.
relay_to() {
    local who=$1 port=$2
    relay_port=$(free_port) || return 1
    mkdir -p "$region/frames/$who"
    "$bin/blind-scan" relay "$relay_port" "$port" "$region/frames/$who" >>"$region/frames/log" 2>&1 &
    echo $! >"$region/frames/$who.pid"
    region_pids+=("$!")
}

# Hub and keyholder on plain tcp or on TLS: no yes makes plain what was not.
serve_plain() {
    local server
    for server in hub keyholder; do
        stop_node "$server"
        sed -i "s/^plain = $1/plain = $2/" "$region/$server/schakel.conf"
    done
    start_hub && start_keyholder
}

# Plain tcp on this machine instead of TLS, so that what is written down is what was said.
speak_plainly() {
    local p hub
    serve_plain no yes || return 1
    relay_to hub "$region_port" || return 1
    hub=$relay_port
    relay_to keyholder "$keyholder_port" || return 1
    for p in vo leerplicht; do
        stop_node "$p"
        touch "$region/$p/schakel.conf"
        cp "$region/$p/schakel.conf" "$region/$p/schakel.conf.tls"
        printf 'plain = yes\nhub = 127.0.0.1:%s\nkeyholder = 127.0.0.1:%s\n' "$hub" "$relay_port" >>"$region/$p/schakel.conf"
        start_node "$p" && login "$p" || return 1
    done
}

speak_tls_again() {
    local p
    serve_plain yes no || return 1
    for p in vo leerplicht; do
        stop_node "$p"
        mv "$region/$p/schakel.conf.tls" "$region/$p/schakel.conf"
        start_node "$p" && login "$p" && as_login "$p" admin || return 1
    done
    kill "$(cat "$region/frames/hub.pid")" "$(cat "$region/frames/keyholder.pid")"
}

plant() { awk -v count=1000 -v day="$(date +%F)" "$@" -f "$source/tests/blind/plant.awk"; }

# A planted child asked for, granted, read; number and name also in what people wrote.
share_planted() {
    local number=$1 name=$2 case request share weighing
    ask leerplicht case open --number "$number" --purpose att_followup
    case=$(printf '%s' "$got" | value case)
    ask leerplicht weigh --case "$case" --answer 1="about $name, $number" --answer 7="what $name needs" --answer 17="until $name is back"
    weighing=$(printf '%s' "$got" | value weighing)
    ask leerplicht request new --case "$case" --to vo --purpose att_followup --sections ident,att,effort,enrol --weigh "$weighing"
    request=$(printf '%s' "$got" | value request)
    wait_for 10 eval 'as vo inbox --json | grep "$request" >/dev/null' || { why="a request for a planted child did not arrive; $got"; return 1; }
    ask vo grant --request "$request" --confirm-child
    expect "the school grants" "$got" '"ok":true' || return 1
    share=$(inbox_id leerplicht share vo) || { why="a planted child's share did not arrive"; return 1; }
    ask leerplicht open --share "$share" --informed "$(date +%F)"
    expect "the officer reads the name" "$got" "$name" || return 1
    expect "and the number in what was written" "$got" "about $number" || return 1
}

use_planted() {
    local number given family
    import_records vo "$region/planted.csv" || { why="import: ${imported:0:300}"; return 1; }
    expect "all are in the school's vault" "$imported" '"imported":1000' || return 1
    as vo event add --from "$region/planted-events.csv" --json >"$region/events" 2>&1
    expect "a report about each of them" "$(tail -n 1 "$region/events")" '"done":1000,"failed":0' || return 1
    while read -r number given family; do
        share_planted "$number" "$given $family" || return 1
    done < <(head -n 5 "$region/planted")
}

# What a server was sent lies in memory that its next frame may take: so it is sent again when others spoke in between.
find_canary() {
    local try
    for try in $(seq $((5 * PATIENCE))); do
        "$bin/blind-scan" canary "$region/canary" "$2" "$3" || { why="the canary was not taken"; return 1; }
        scan "a canary in the memory of the $1 is not found, $try times" all "$region/canary" every "pid:$(cat "$region/$1/pid")" && return 0
    done
    return 1
}

# Only root may read a protected process: for others memory stays unsearched, and it says so.
scan_memory() {
    local server pid port kind
    # A frame of kind 1 (a statement) reaches the hub's core, one of kind 34 (elements) the keyholder's share.
    for server in hub keyholder; do
        pid=pid:$(cat "$region/$server/pid")
        port=$region_port kind=1
        [ "$server" = hub ] || port=$keyholder_port kind=34
        scan "in the memory of the $server" none "$region/planted" "$pid" || return 1
        [ -z "$not_checked" ] || return 0
        find_canary "$server" "$port" "$kind" || return 1
    done
    scan "a key in guarded memory is not found" guarded "$region/hub/keys/pseudonym" "pid:$(cat "$region/hub/pid")" || return 1
    scan "not found in the holder's own vault, which has them" some "$region/planted" "pid:$(cat "$region/vo/pid")"
}

# A record of what was said: all the questions of a school that imports and reports 1,000 young people.
written_down() { [ "$(cat "$region/frames/$1"/*.up | wc -c)" -gt "$2" ] || { why="too little was written down of what the $1 heard"; return 1; }; }

scene_blind_hub() {
    plant -v first=50000 -v seed=7 -v list="$region/planted" -v import="$region/planted.csv" -v events="$region/planted-events.csv"
    plant -v first=75000 -v seed=11 -v list="$region/canary"
    speak_plainly || { why="${why:-the region does not start on plain tcp}"; return 1; }
    use_planted || return 1
    scan_memory || return 1
    scan "in the files of the hub" none "$region/planted" "$region/hub" || return 1
    scan "in the files of the keyholder" none "$region/planted" "$region/keyholder" || return 1
    written_down hub 500000 && written_down keyholder 32000 || return 1
    scan "in what nodes, hub and keyholder said to each other" none "$region/planted" "$region/frames" || return 1
    scan "not encrypted in the holder's files" none "$region/planted" "$region/vo/store" || return 1
    speak_tls_again || { why="the region does not go back to TLS"; return 1; }
}
