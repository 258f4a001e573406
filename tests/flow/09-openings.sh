#!/usr/bin/env bash
# What the privacy officers see: each act laid open to both sides' officers, answered, erased at the hub with what it was made from; the
# list of who did what, and that it is complete; mail that waited for over a week. With the programs of SCHAKEL_BIN (debug, or under the
# sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

officer() { local who=$1; shift; "$bin/schakel" --home "$region/$who" --as privacy "$@"; }
answered() { officer "$1" audit check --json | value openings_answered; }
# Everything that has a number up to now was opened, found right, and answered.
all_answered() { [ "$(answered "$1")" -ge "$2" ]; }
numbers() { status_of "$1" running; }
complete_now() { [ "$(officer "$1" audit complete --json | value complete)" = true ]; }

scene_officers_answer() {
    local p upto
    scene_no_ground && scene_absence_report && scene_disclosure || return 1
    for p in $partners; do
        staff "$p" privacy officer || { why="$p has no officer"; return 1; }
    done
    for p in $partners; do
        upto=$(numbers "$p")
        officer "$p" audit check >/dev/null || { why="$p cannot check"; return 1; }
        wait_for 20 all_answered "$p" "$upto" || { why="$p answered up to $(answered "$p") of $upto"; return 1; }
    done
    ! grep -q BAD_OPENING "$region"/*/log || { why="something was found bad"; return 1; }
}

lists_all() {
    officer "$1" audit --lang en --csv >"$region/$1.csv" || return 1
    for act in asked granted "handed over" opened; do grep -q "\"$act\"" "$region/$1.csv" || return 1; done
}

# The list says who, what, about whom, on which ground; the other side's list has the same acts.
scene_who_did_what() {
    local p
    for p in vo leerplicht; do wait_for 10 lists_all "$p" || { why="$p does not list: $act"; return 1; }; done
    grep '"asked"' "$region/vo.csv" | grep '"leerplicht","coordinator","asked","vo".*"att_followup".*R02' >/dev/null || { why="no ground or purpose"; return 1; }
    [ "$(officer vo audit --number "$(child_number 5)" --json | value_each act | grep -c .)" = 0 ] || { why="another child's acts"; return 1; }
    ! as vo audit >/dev/null 2>&1 || { why="a coordinator reads the officer's list"; return 1; }
}

# Both ends lie under a checkpoint that enough partners and an outsider cosigned.
anchored() { [ "$(officer "$1" audit complete --json | grep -o '"anchored":true' | grep -c .)" = 2 ]; }

scene_complete() {
    local today yesterday
    not_over_midnight 60
    wait_for 20 complete_now vo || { why="not complete: $(officer vo audit complete --json | head -c 300)"; return 1; }
    wait_for 15 anchored vo || { why="its ends are not anchored"; return 1; }
    today=$(date +%F) yesterday=$(date -d '2 days ago' +%F)
    officer vo audit complete --from "$yesterday" --to "$yesterday" --json | grep '"entries":0' >/dev/null || { why="entries before there were any"; return 1; }
    # The end of today is certain only with a number after it.
    ! officer vo audit complete --to "$today" >/dev/null || { why="complete up to a day that is not over"; return 1; }
}


has_gone() { ! od -An -tx1 -v "$2" | tr -d ' \n' | grep "$1" >/dev/null; }

# What the salts were made from goes two days later, because all was answered; the school's next act is not answered, and goes after a week.
scene_seeds_are_gone() {
    local key
    local seeds=$region/hub/seeds/days
    key=$(od -An -tx1 -v "$seeds" | tr -d ' \n' | cut -c25-88)
    [ ${#key} = 64 ] || { why="no key of the day"; return 1; }
    later 172800 || return 1
    wait_for 20 has_gone "$key" "$seeds" || { why="the seeds of two days ago are there"; return 1; }
    ! grep -qobUaP "$(sed 's/../\\x&/g' <<<"$key")" "$region/hub/store/data.mdb" || { why="in the store"; return 1; }
}

# The office is away for nine days; what it is told meanwhile is believed with what was laid open to its officer.
scene_mail_after_nine_days() {
    local made
    stop_node leerplicht
    as vo event add --number "$(child_number 4)" --event VZM --to leerplicht >/dev/null || { why="the school cannot report"; return 1; }
    wait_for 20 outbox_empty vo || { why="the report is not sent: $(status_of vo outbox_trouble)"; return 1; }
    made=$(as vo event list --number "$(child_number 4)" --json | value statement)
    later 777600 && back leerplicht || return 1
    wait_for 20 is_known_once leerplicht "$made" || { why="the office does not know it: bad mail $(status_of leerplicht bad_mail)"; return 1; }
    [ "$(status_of leerplicht bad_mail)" = 0 ] || { why="bad mail"; return 1; }
    login_officer leerplicht && wait_for 20 complete_now leerplicht || { why="not complete: $(officer leerplicht audit complete --json | head -c 300)"; return 1; }
}
login_officer() { as_login "$1" privacy; }

set -e
region_up
set +e
run_scenes officers_answer who_did_what complete seeds_are_gone mail_after_nine_days
