#!/usr/bin/env bash
# A hub that lies about the log (tests/liar): what it signed, shows to one node and not to another, lays open to officers, or takes into the
# registry. The node that should finds it, says so loudly, and stops what gives; what must go on goes on. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"
. "$source/tests/flow/lib/registry.sh"

# It ends with another code when the log is not trusted.
says() { { as "$1" status --json 2>/dev/null || true; } | grep -E "$2" >/dev/null; }
# stopped PARTNER: it gives and asks nothing, and says why on each command.
stopped() {
    says "$1" '"log_trusted":false' || { why="$1 still trusts the log: $(as "$1" status --json 2>&1)"; return 1; }
    as "$1" record list >/dev/null 2>"$region/loud" || { why="$1 cannot read its own records"; return 1; }
    expect "$1 says it on every command" "$(cat "$region/loud")" 'NO LONGER SHOWS|CONTRADICTS|BAD_OPENING' || return 1
    ask "$1" event list
    expect "and reads on" "$got" '"ok":true' || return 1
}
accepted() {
    got=$("$bin/schakel" --home "$region/$1" --as admin log accept --reason "tried in a test" --json 2>&1) || { why="$1 cannot go on: $got"; return 1; }
    says "$1" '"log_trusted":true' || { why="$1 does not trust the log that was accepted"; return 1; }
}
an_act() { as "$1" event add --number "$(child_number "$2")" --event VZM --to "$3" --json >"$region/said" 2>&1; }

# asked: before any lie the office asked the school, in "request"; a person of the school has a key to be revoked.
asked() {
    ask vo event add --number "$(child_number 2)" --event VZM --to leerplicht
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    ask leerplicht request new --case "$(value case <<<"$got")" --to vo --purpose att_followup --sections ident,att
    expect "the office asks" "$got" '"verdict":"PERMIT"' || return 1
    request=$(value request <<<"$got")
    wait_for 20 arrived_at_vo || { why="the request is not at the school"; return 1; }
    staff vo gast caseworker && staff vo privacy officer
}
is_whole() { "$bin/schakel" --home "$region/$1" --as privacy audit complete --json | grep '"gaps":0' >/dev/null; }
arrived_at_vo() { as vo inbox --json | grep "$request" >/dev/null; }

# goes_on STATEMENT: while all have stopped, the school withdraws this consent and reports a child, and who should hear it does.
goes_on() {
    local case reported
    ask vo grant --request "$request"
    expect "nothing is granted" "$got" '"ok":false.*CONTRADICTS' || return 1
    "$bin/schakel" --home "$region/vo" --as privacy audit --json >"$region/said" 2>&1 || { why="no audit: $(cat "$region/said")"; return 1; }
    # An act whose answer was a lie is asked for again, and its number comes late.
    wait_for 20 is_whole vo || { why="the list is not whole: $("$bin/schakel" --home "$region/vo" --as privacy audit complete --json | cut -c1-400)"; return 1; }
    got=$("$bin/schakel" --home "$region/vo" --as admin staff revoke --login gast --reason stolen --json 2>&1)
    expect "a key is revoked" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
    wait_for 20 eval 'listed cjg | grep revoked_keys >/dev/null' || { why="the others do not hear of the revoked key"; return 1; }
    ask leerplicht case open --number "$(child_number 2)" --purpose att_followup
    case=$(printf '%s' "$got" | value case)
    ask leerplicht request new --case "$case" --to vo --purpose att_followup --sections ident,att
    expect "nothing is asked" "$got" '"ok":false.*CONTRADICTS' || return 1
    ask vo consent withdraw --statement "$1"
    expect "a consent is withdrawn" "$got" '"ok":true' || return 1
    inbox_id cjg withdrawal vo 20 >/dev/null || { why="who may not read any more is not told: $(as cjg inbox --json)"; return 1; }
    ask vo event add --number "$(child_number 4)" --event VZM --to leerplicht
    expect "a child is reported" "$got" '"ok":true' || return 1
    reported=$(printf '%s' "$got" | value statement)
    wait_for 20 is_known_once leerplicht "$reported" || { why="the office does not hear of it: $(as leerplicht event list --json | cut -c1-400)"; return 1; }
    for p in $partners; do stopped "$p" || return 1; done
}

# ---- what it does not show any more: until it does ----

scene_not_shown() {
    mark
    tell hub not-there@vo:consistency not-there@leerplicht:cosign
    an_act vo 2 leerplicht
    caught hub not-there@vo:consistency vo "log-forked reason=consistency-refused" || return 1
    caught hub not-there@leerplicht:cosign leerplicht "log-forked reason=log-is-shorter-than-cosigned" || return 1
    # The office may have been shown the same in another way by now, and go on.
    stopped vo || return 1
    tell hub
    for p in vo leerplicht; do wait_for 40 says "$p" '"log_trusted":true' || { why="$p does not trust what is whole again"; return 1; }; done
}

# ---- what contradicts what it signed: for ever, until a person looked into it ----

scene_contradicted() {
    local consent
    asked || return 1
    ask vo consent record --number "$(child_number 4)" --holder vo --receiver cjg --purpose youth_help_access --sections need --yes y,g1,g2
    consent=$(printf '%s' "$got" | value statement)
    for p in $partners; do wait_for 20 outbox_empty "$p" || { why="not all is at the hub, of $p"; return 1; }; done
    mark
    tell hub garbage@cjg:consistency fork@answer:statement rewritten@wijkteam:registry cut@leerplicht:registry
    an_act vo 3 cjg
    caught hub garbage@cjg:consistency cjg "log-forked reason=consistency-not-proven" || return 1
    caught hub fork@answer:statement vo "log-forked reason=(consistency-not-proven|two-roots-of-one-size)" || return 1
    caught hub rewritten@wijkteam:registry wijkteam "log-forked reason=registry-rewritten" || return 1
    caught hub cut@leerplicht:registry leerplicht "log-forked reason=registry-cut" || return 1
    for p in $partners; do stopped "$p" || return 1; done
    tell hub
    goes_on "$consent" || return 1
    for p in $partners; do accepted "$p" || return 1; done
}

scene_registry() {
    mark
    make_partner buurthuis school "Buurthuis West"
    got=$(root vo partner propose --org "$region/buurthuis/org.pub" --out "$s") || { why="propose: $got"; return 1; }
    got=$(root cjg partner sign "$s") || { why="sign: $got"; return 1; }
    tell hub one-signer@registry:statement
    send vo "$s"
    for p in $partners; do wait_for 40 log_says "$p" "registry-statement-void reason=ONE_SIGNER" || { why="$p says nothing of it; $got"; return 1; }; done
    caught hub one-signer@registry:statement vo "registry-statement-void reason=ONE_SIGNER" || return 1
    ! listed vo | grep buurthuis >/dev/null || { why="a partner that one partner admitted takes part"; return 1; }
    tell hub
    send vo "$s"
    everybody buurthuis "takes part" || return 1
}

# ---- what is laid open to officers ----

scene_openings() {
    local lie list=(garbage other-child other-actor other-time other-result other-number)
    staff leerplicht privacy officer || { why="no officer"; return 1; }
    for p in $partners; do wait_for 20 outbox_empty "$p" || { why="not all is at the hub, of $p"; return 1; }; done
    mark
    tell hub "${list[@]/%/@opening:statement}"
    { echo "number,event,to"; for i in 21 22 23 24 25 26; do echo "$(child_number "$i"),VZM,leerplicht"; done; } >"$region/reports.csv"
    as vo event add --from "$region/reports.csv" --json >"$region/said" 2>&1
    for lie in "${list[@]}"; do wait_for 40 was_told hub "$lie@opening:statement" || { why="$lie was not told"; return 1; }; done
    bad garbage "it.does.not.open" || return 1
    for lie in other-child other-actor other-time other-result; do bad "$lie" "what.it.says.is.not.what.was.signed" || return 1; done
    bad other-number "its.running.number.is.not.the.one.in.the.log" || return 1
    wait_for 40 says leerplicht '"log_trusted":true' || { why="it does not go on when all was looked into"; return 1; }
}

# bad LIE REASON: found, stopped, and looked into by the officer; the next one is found then.
bad() {
    wait_for 40 looked_at "BAD_OPENING index=$(number_of hub "$1@opening:statement") " || { why="$1 is not found: $(cat "$region/said"; since leerplicht | tail -n 5)"; return 1; }
    caught hub "$1@opening:statement" leerplicht "BAD_OPENING index=@number reason=.?$2" || return 1
    stopped leerplicht || return 1
    got=$("$bin/schakel" --home "$region/leerplicht" --as privacy audit clear --reason "tried in a test" --json 2>&1) || { why="clear: $got"; return 1; }
}

# It looks until it is found: what a first look fetched may end before it.
looked_at() { "$bin/schakel" --home "$region/leerplicht" --as privacy audit check --json >"$region/said" 2>&1; log_says leerplicht "$1"; }

set -e
region_up
set +e
scene_list() { all_caught hub 13; }
run_scenes registry not_shown contradicted openings list
