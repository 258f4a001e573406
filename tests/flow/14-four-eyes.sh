#!/usr/bin/env bash
# What is sent without being asked where the rule asks for four eyes, whole programs and the hub: prepared, approved by a second person, sent,
# read after the family was told; a wrong birth date stops the reader; and a session that ended with a restart says so. With SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"

second() { got=$("$bin/schakel" --home "$region/vo" --as second "$@" --json 2>&1) || true; }

is_known() { as "$1" event list --json | grep "\"statement\":\"$2\"" >/dev/null; }

# The person asked for his or her own data; the CJG gathers what the school's log says of it.
scene_prepared() {
    staff vo second second || { why="no second person"; return 1; }
    ask vo record put --number "$(child_number 3)" --section log --field lines=12
    ask cjg event add --number "$(child_number 3)" --event RIGHTS_REQ --to vo
    wait_for 10 is_known vo "$(value statement <<<"$got")" || { why="the school does not hear of it: $got"; return 1; }
    ask vo event add --number "$(child_number 3)" --event RIGHTS_REQ --to cjg
    ask vo send --number "$(child_number 3)" --to cjg --purpose subject_rights --sections log
    expect "it is kept, not sent" "$got" '"result":"prepared"' || return 1
    offer=$(printf '%s' "$got" | value offer)
    ask vo send --offer "$offer"
    expect "it waits for a second person" "$got" '"class":"state".*approve' || return 1
    came_behind vo cjg REFERRED || return 1
    ask cjg inbox
    expect_not "nothing lies at the CJG" "$got" '"kind":"offer"'
}

scene_approved() {
    ask vo approve --offer "$offer"
    expect "who prepared it does not approve it" "$got" '"class":"denied"' || return 1
    second inbox
    expect "it lies before the second person" "$got" '"kind":"approval"' || return 1
    second approve --offer "$offer"
    expect "who sees what would leave" "$got" '"would_leave":\{"log":\{"lines":"12"' || return 1
    ask vo record put --number "$(child_number 3)" --section log --field lines=99
    ask vo send --offer "$offer"
    expect "now it goes" "$got" '"verdict":"PERMIT"' || return 1
    inbox_id cjg offer vo >/dev/null || { why="it did not arrive"; return 1; }
}

is_there() { as cjg inbox --json | grep '"state":"arrived"' >/dev/null; }

scene_read() {
    wait_for 10 is_there || { why="its content did not arrive"; return 1; }
    ask cjg record put --number "$(child_number 3)" --section ident --field name="Piet Ander" --field birth_date=2001-01-01
    ask cjg open --share "$offer"
    expect "another child's record stops it" "$got" '"class":"state".*confirm-child' || return 1
    ask cjg open --share "$offer" --confirm-child
    expect "what was approved was sent" "$got" '"lines":"12"'
}

nothing_waits() { as cjg outbox list --json | grep '"items":\[\]' >/dev/null; }

scene_restarted() {
    stop_node cjg
    start_node cjg || { why="the node does not come back"; return 1; }
    ask cjg inbox
    expect "the old session says what to do" "$got" 'session is over.*schakel login' || return 1
    login cjg && wait_for 20 nothing_waits || { why="something waits still: $(as cjg outbox list --json)"; return 1; }
}

set -e
region_up
set +e
run_scenes prepared approved read restarted
