#!/usr/bin/env bash
# The node in trouble: a hub that is away or dies, a node that dies, mail that is taken back. Nothing is lost, nothing comes twice.
# With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"

children() { sed -n '2,$p' "$region/data/vo.csv" | cut -d, -f1; }
rows() { echo number,event,to; children | head -n "$1" | sed 's/$/,VZM,leerplicht/'; }
# Every statement that vo reported as made is known at leerplicht under the same id.
all_arrived() {
    all_events leerplicht >"$region/there.all" || return 1
    sort -u "$region/there.all" >"$region/there"
    missing=$(sort -u "$region/made" | comm -23 - "$region/there" | sed -n 1p)
    [ -z "$missing" ]
}

# An act that nobody can take does not wait for an answer, which would be eight seconds. A machine that stands still for so long does so once or twice.
queued_at_once() {
    local try began took=0
    for try in 1 2 3 4 5; do
        began=$(now_us)
        ask vo event add --number "$(child_number 1)" --event VZM --to leerplicht
        took=$((($(now_us) - began) / 1000))
        expect "it is queued" "$got" '"ok":true.*"queued":true' || return 1
        printf '%s' "$got" | value statement >>"$region/made"
        [ "$took" -ge 7000 ] || return 0
    done
    why="it took $took ms to say so, and not less in $try tries"
    return 1
}

scene_offline_is_queued() {
    : >"$region/made"
    stop_node hub
    wait_for 20 hub_is vo false || { why="the school does not notice"; return 1; }
    queued_at_once || return 1
    ask vo request new --number "$(child_number 1)" --to leerplicht --purpose att_followup --sections att
    stop_node vo
    start_node vo && login vo || { why="the school does not start without the hub"; return 1; }
    [ "$(status_of vo outbox)" != 0 ] || { why="the outbox is empty after the restart"; return 1; }
    start_hub || { why="the hub does not start"; return 1; }
    wait_for 20 outbox_empty vo || { why="the outbox is not sent"; return 1; }
    wait_for 10 all_arrived || { why="statement $missing did not arrive"; return 1; }
}

scene_hub_dies_in_an_import() {
    rows 60 >"$region/rows.csv"
    : >"$region/report"
    as vo event add --from "$region/rows.csv" --json >"$region/report" 2>&1 &
    local import=$!
    wait_for 10 has_begun || { why="not a row is done"; return 1; }
    kill_at_once hub
    wait_for 40 hub_is vo false || { why="the school does not notice"; return 1; }
    start_hub || { why="the hub does not start again"; return 1; }
    wait "$import"
    [ "$(grep -c '"line":' "$region/report")" = 60 ] || { why="not every row has its report"; return 1; }
    grep '"ok":true' "$region/report" | value_each statement >"$region/made"
    [ -s "$region/made" ] || { why="not one row was taken"; return 1; }
    wait_for 30 outbox_empty vo || { why="the outbox is not sent"; return 1; }
    wait_for 20 all_arrived || { why="statement $missing did not arrive"; return 1; }
}

has_begun() { grep -q '"line":' "$region/report"; }

# What was all done before the node died shows nothing: then with more rows.
scene_node_dies_in_an_import() {
    local import times=4
    rows 1 >"$region/rows.csv"
    while [ "$times" -le 64 ]; do
        for _ in $(seq "$times"); do rows 80 | tail -n +2; done >>"$region/rows.csv"
        : >"$region/report"
        as vo event add --from "$region/rows.csv" --json >"$region/report" 2>&1 &
        import=$!
        wait_for 5 has_begun
        kill_at_once vo
        wait "$import" || break
        start_node vo && login vo || { why="the school does not start again"; return 1; }
        times=$((times * 2))
    done
    [ "$times" -le 64 ] || { why="rows after the end were reported as done"; return 1; }
    grep '"ok":true' "$region/report" | value_each statement >"$region/made"
    start_node vo && login vo || { why="the school does not start again"; return 1; }
    wait_for 30 outbox_empty vo || { why="the outbox is not sent"; return 1; }
    wait_for 20 all_arrived || { why="statement $missing did not arrive"; return 1; }
}

# What is taken out of a mailbox leaves a number that never comes; the node goes on, and its list explains the number.
scene_withdrawn_mail() {
    ask vo event add --number "$(child_number 2)" --event REFERRED --to cjg
    expect "the family agrees to the referral" "$got" '"ok":true' || return 1
    inbox_id cjg event vo >/dev/null || { why="the event did not arrive"; return 1; }
    scene_consent_withdrawn || return 1
    as_login cjg admin && staff cjg officer officer || { why="no privacy officer"; return 1; }
    wait_for 10 list_is_complete || { why="${why:-no list: $got}"; return 1; }
    got=$("$bin/schakel" --home "$region/cjg" --as officer archive export --out "$region/receipts.none" --first 9999 --json 2>&1)
    expect "an export of nothing is none" "$got" '"class":"range".*there are 1 to [0-9]*, and --first comes before --last' || return 1
    [ ! -e "$region/receipts.none" ] || { why="an empty folder was made"; return 1; }
    got=$("$bin/schakel" verify --region "$region/data/vo.csv" --receipts "$region/receipts" 2>&1)
    expect "a file that is none is named" "$got" 'data/vo.csv:1: this is not a file of this kind'
}

# Of what is on its way a number may be there before the one that is before it.
list_is_complete() {
    rm -rf "$region/receipts"
    got=$("$bin/schakel" --home "$region/cjg" --as officer archive export --out "$region/receipts" --json 2>&1) || return 1
    got=$("$bin/schakel" verify --region "$region/region" --receipts "$region/receipts" --json 2>&1)
    expect "the list is complete, with what was withdrawn" "$got" '"withdrawn":[1-9][0-9]*,"missing":0,"not_kept":0,"first":1.*"ok":true'
}

scene_one_node_a_home() {
    got=$(secret vo-vault | "$bin/schakel" --home "$region/vo" node --passphrase-fd 0 --json 2>&1) && { why="a second node started"; return 1; }
    expect "the second is refused" "$got" '"class":"busy"' || return 1
    wait_for 10 hub_is vo true || { why="the first did not survive it"; return 1; }
    stop_node vo
    got=$(echo another-passphrase | "$bin/schakel" --home "$region/vo" node --passphrase-fd 0 --json 2>&1) && { why="it opened"; return 1; }
    expect "another passphrase is refused" "$got" '"class":"key".*passphrase'
    start_node vo && login vo || { why="the school does not start again"; return 1; }
}

scene_logs_hold() {
    local p
    for p in $partners; do
        [ "$(status_of "$p" log_trusted)" = true ] || { why="$p does not trust the log"; return 1; }
        [ "$(status_of "$p" bad_mail)" = 0 ] || { why="$p got mail that it did not believe"; return 1; }
    done
    scene_verify
}

# A hub that is away is waited for as long as at a partner: each scene asks again itself.
export SCHAKEL_TEST_PATIENCE=1
set -e
region_up
set +e
missing=""
run_scenes offline_is_queued hub_dies_in_an_import node_dies_in_an_import withdrawn_mail one_node_a_home logs_hold
