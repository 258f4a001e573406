#!/usr/bin/env bash
# A birthday, or a withdrawal, between any two steps of a disclosure on consent: what rests on what was said before goes no further. With
# the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"

DAY=86400

# Children of our own, whose birthday comes while we look: made up, with numbers from the range for examples, beyond those of the region.
new_number() {
    awk -v from="$1" 'BEGIN {
        for (n = from; ; n++) {
            number = sprintf("9999%05d", n)
            sum = -substr(number, 9, 1)
            for (i = 1; i <= 8; i++) sum += (10 - i) * substr(number, i, 1)
            if (sum % 11 == 0) { print number; exit }
        }
    }'
}

# The day on which somebody turns AGE after DAYS days of the flow's own time.
born() { date -d "+$((${SCHAKEL_CLOCK_OFFSET_S:-0} / DAY + $2)) days $1 years ago" +%F; }

# child NAME AGE DAYS: in DAYS days it is AGE years old. Known at the school and the CJG.
child() {
    next=$((${next:-70000} + 20))
    number=$(new_number "$next")
    { echo number,ident.name,ident.birth_date,guard.custody,guard.g1,guard.g2,effort.done
      echo "$number,$1,$(born "$2" "$3"),g1 g2,Ouder Een,Ouder Twee,spoke with the family"; } >"$region/child.csv"
    import_records vo "$region/child.csv" && import_records cjg "$region/child.csv" || { why="no record of $1: $imported"; return 1; }
}

# recorded YES,...: the CJG opens a case and records who said yes.
recorded() {
    ask vo event add --number "$number" --event REFERRED --to cjg
    expect "the school refers" "$got" '"ok":true' || return 1
    ask cjg case open --number "$number" --purpose youth_help_access
    case_of=$(printf '%s' "$got" | value case)
    ask cjg consent record --case "$case_of" --holder vo --receiver cjg --purpose youth_help_access --sections effort --yes "$1"
    expect "the consent is complete" "$got" '"complete":true' || return 1
    consent=$(printf '%s' "$got" | value statement)
}
# asks VERDICT: of the hub, or "" for what waits for it.
asks() {
    local weighing
    ask cjg weigh --case "$case_of" --answer 1="deciding on help" --answer 7="what was tried only" --answer 17="until the decision"
    weighing=$(printf '%s' "$got" | value weighing)
    ask cjg request new --case "$case_of" --to vo --purpose youth_help_access --sections effort --weigh "$weighing"
    expect "the CJG asks" "$got" "$1" || return 1
    request=$(printf '%s' "$got" | value request)
}
consented() {
    recorded "$1" && asks "$(verdict effort PERMIT)" || return 1
    wait_for 10 lies_at vo "$request" || { why="the request is not at the school"; return 1; }
}

lies_at() { as "$1" inbox --json 2>/dev/null | lines | grep "$2" >/dev/null; }
has_share() { lies_at cjg "$request.*\"kind\":\"share\""; }
grant() { ask vo grant --request "$request" --tick "$consent"; }
granted() { grant; expect "the school grants" "$got" '"ok":true'; }
open_it() { ask cjg open --share "$request" --informed "$(date -d "+$((${SCHAKEL_CLOCK_OFFSET_S:-0} / DAY)) days" +%F)"; }
arrived() { wait_for 10 has_share || { why="the share is not at the CJG"; return 1; }; }
opened() { open_it; expect "the CJG reads" "$got" 'spoke with the family'; }
# not_granted WHY: by the holder's node itself.
not_granted() { grant; expect "the school cannot grant any more" "$got" "\"ok\":false.*$1"; }

# Nothing of it comes, now or later, and it cannot be opened.
never_comes() {
    came_behind vo cjg REFERRED "$number" || return 1
    ! has_share || { why="the share came all the same"; return 1; }
    open_it
    expect "it cannot be opened" "$got" '"ok":false'
}

withdraw() { ask "$1" consent withdraw --statement "$consent"; expect "withdrawn at $1" "$got" '"ok":true'; }

# ---- nothing happens: so that the others do not pass for another reason ----

scene_nothing_between() { child Gina 16 40 && consented y,g1,g2 && granted && arrived && opened; }

# ---- birthdays: from then on others must have said yes ----

# One night for all three, as it takes everybody's restart.
scene_12_16_and_18_before_grant() {
    local who asked=() i
    for who in "Anna 12 g1,g2" "Bram 16 y,g1,g2" "Cleo 18 y"; do
        # shellcheck disable=SC2086  # three words
        set -- $who
        child "$1" "$2" 2 && consented "$3" || return 1
        asked+=("$request $consent")
    done
    later $((3 * DAY)) || return 1
    for i in 0 1 2; do
        read -r request consent <<<"${asked[i]}"
        not_granted '"class":"denied".*consent.*the young person' || return 1
    done
}

# Recorded, and the day passes before anybody asks; or asked while the hub is away, so signed and without a leaf.
offline_asked() { stop_node hub; asks '"queued":true'; }
request_at_school() { wait_for 15 lies_at vo "$request" || { why="the request is not at the school: $(status_of cjg outbox_trouble)"; return 1; }; }
scene_16_before_asking_and_before_the_request_is_logged() {
    local case_then consent_then
    child Lot 16 2 && recorded y,g1,g2 || return 1
    case_then=$case_of consent_then=$consent
    child Mees 16 2 && recorded y,g1,g2 && offline_asked && start_hub && later $((3 * DAY)) && request_at_school || return 1
    not_granted '"class":"denied".*consent.*the young person' || return 1
    case_of=$case_then consent=$consent_then
    asks '' && request_at_school && not_granted '"class":"denied".*consent.*the young person'
}

# The hub knows no birthdays, and no end of access tells of one: what was granted comes, and the node that knows the child destroys it unread.
scene_16_before_fetch() {
    child Dirk 16 2 && consented y,g1,g2 || return 1
    stop_node cjg
    granted && later $((3 * DAY)) && back cjg || return 1
    wait_for 10 has_come || { why="it does not come"; return 1; }
    open_it
    expect "it is not opened after the birthday" "$got" '"ok":false.*(consent that it rests on has ended|nothing to read here)'
}
# Granted while the hub is away, so signed and without a leaf.
granted_offline() {
    stop_node hub
    grant
    expect "the grant waits for the hub" "$got" '"queued":true'
}

scene_16_before_leaf() {
    child Gijs 16 2 && consented y,g1,g2 && granted_offline && start_hub && later $((3 * DAY)) || return 1
    wait_for 20 outbox_empty vo || { why="the grant is not sent: $(status_of vo outbox_trouble)"; return 1; }
    came_behind vo cjg REFERRED "$number" || return 1
    open_it
    expect "it is not opened after the birthday" "$got" '"ok":false'
}

has_come() { as cjg request show --request "$request" --json | grep -E '"state":"(arrived|ended)"' >/dev/null; }

scene_16_before_opening() {
    child Evi 16 2 && consented y,g1,g2 && granted && arrived && later $((3 * DAY)) || return 1
    open_it
    expect "it is not opened after the birthday" "$got" '"ok":false.*(consent that it rests on has ended|nothing to read here)'
}

# ---- withdrawals, at either side ----

scene_withdrawn_before_grant() {
    child Fien 16 40 && consented y,g1,g2 && withdraw cjg || return 1
    school_knows_withdrawn && not_granted 'waits for no answer any more'
}
school_knows_withdrawn() { wait_for 10 withdrawn_at_school || { why="the school does not hear of it: $(as vo request show --request "$request" --json)"; return 1; }; }
withdrawn_at_school() { as vo request show --request "$request" --json | grep '"state":"withdrawn"' >/dev/null; }

scene_withdrawn_before_asking() { child Noor 16 40 && recorded y,g1,g2 && withdraw cjg && asks "$(verdict effort NEED_CONSENT)"; }
# What waits goes out in its order: the withdrawal behind the request.
scene_withdrawn_before_the_request_is_logged() {
    child Otis 16 40 && recorded y,g1,g2 && offline_asked && withdraw cjg && start_hub || return 1
    wait_for 20 outbox_empty cjg || { why="the outbox is not sent: $(status_of cjg outbox_trouble)"; return 1; }
    school_knows_withdrawn && not_granted 'waits for no answer any more'
}

# The school withdraws it itself, before what it granted has gone.
scene_withdrawn_here_before_leaf() {
    child Jip 16 40 && consented y,g1,g2 && granted_offline && withdraw vo && start_hub || return 1
    wait_for 20 outbox_empty vo || { why="the outbox is not sent: $(status_of vo outbox_trouble)"; return 1; }
    never_comes
}

# The CJG withdraws it while the school, which granted, is off.
scene_withdrawn_there_before_leaf() {
    child Kato 16 40 && consented y,g1,g2 && granted_offline && stop_node vo && start_hub && wait_for 10 hub_is cjg true && withdraw cjg || return 1
    wait_for 10 outbox_empty cjg && back vo && wait_for 20 outbox_empty vo || { why="${why:-the outbox is not sent}"; return 1; }
    never_comes
}

# The hub was away when it was granted: the withdrawal overtakes it.
scene_withdrawn_before_fetch() {
    child Hugo 16 40 && consented y,g1,g2 || return 1
    stop_node cjg
    granted && wait_for 10 outbox_empty vo && withdraw vo && wait_for 10 outbox_empty vo || { why="${why:-the outbox is not sent}"; return 1; }
    back cjg && never_comes
}

# What lies there unread is not read any more.
scene_withdrawn_before_opening() {
    child Ilse 16 40 && consented y,g1,g2 && granted && arrived && withdraw vo || return 1
    wait_for 10 lies_at cjg "\"id\":\"$request\",\"kind\":\"withdrawal\"" || { why="the CJG does not hear of it: $(as cjg inbox --json)"; return 1; }
    open_it
    expect "it is not opened after the withdrawal" "$got" '"ok":false'
}

set -e
region_up
set +e
stop_node leerplicht
stop_node wijkteam
run_scenes nothing_between 16_before_asking_and_before_the_request_is_logged 12_16_and_18_before_grant 16_before_leaf 16_before_fetch 16_before_opening \
    withdrawn_before_asking withdrawn_before_the_request_is_logged withdrawn_before_grant withdrawn_here_before_leaf withdrawn_there_before_leaf withdrawn_before_fetch withdrawn_before_opening
