#!/usr/bin/env bash
# A receiver that is off for 1, 8 and 40 days while a referral nobody asked for waits for it at the hub: the offer and its content are kept, and
# are there when it comes back, though the school that sent them is off by then. With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib/away.sh"

# Consent and weighing for what is sent; the offer's id in "offer".
refers() {
    local weighing
    ask vo event add --number "$(child_number 2)" --event REFERRED --to cjg
    expect "the family agreed to the referral" "$got" '"ok":true' || return 1
    ask vo consent record --number "$(child_number 2)" --holder vo --receiver cjg --purpose youth_help_access --sections ident,need --yes y,g1,g2
    expect "everybody said yes" "$got" '"complete":true' || return 1
    ask vo weigh --number "$(child_number 2)" --answer 1="help that fits" --answer 7="needs only, no causes" --answer 17="until the first talk"
    weighing=$(printf '%s' "$got" | value weighing)
    ask vo send --number "$(child_number 2)" --to cjg --purpose youth_help_access --sections ident,need --weigh "$weighing"
    expect "the referral is sent" "$got" '"ok":true' || return 1
    wait_for 15 outbox_empty vo || { why="it is not all at the hub: $(as vo status --json)"; return 1; }
}

has_arrived() { as cjg inbox --json 2>/dev/null | lines | grep '"kind":"offer"' | grep '"state":"arrived"' >/dev/null; }

# Nobody but the hub has it then.
waits_days() {
    local offer
    [ "${SCHAKEL_CLOCK_OFFSET_S:-0}" = 0 ] || from_start || return 1
    away cjg
    refers || return 1
    away vo
    later $(($1 * DAY)) && back cjg || return 1
    wait_for 15 has_arrived || { why="the referral did not arrive: $(as cjg inbox --json)"; return 1; }
    offer=$(inbox_id cjg offer vo) || { why="the offer has no id"; return 1; }
    ask cjg open --share "$offer" --informed "$(date +%F)"
    expect "the CJG reads it" "$got" '"need":\{' || return 1
    ask cjg accept --offer "$offer"
    expect "and accepts" "$got" '"ok":true' || return 1
    back vo || return 1
    wait_for 15 school_hears "$offer" '"accepted":true' || { why="the school does not hear of it: $(as vo request show --request "$offer" --json)"; return 1; }
}

scene_1_day() { waits_days 1; }
scene_8_days() { waits_days 8; }
scene_40_days() { waits_days 40; }

set -e
region_up
stop_node leerplicht
stop_node wijkteam
keep_start
set +e
run_scenes 1_day 8_days 40_days
