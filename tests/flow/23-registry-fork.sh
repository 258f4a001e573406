#!/usr/bin/env bash
# A hub with two registries (tests/liar: its real store and key): the region has a revocation where two nodes are shown the admission of somebody,
# signed by two partners as well. To one the fork is shown in all that it asks, to the other in the leaves alone. Each finds it, says so loudly and
# gives nothing; withdrawing, the audit and revoking go on there, and everything at the others. With the programs of SCHAKEL_BIN.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/weather.sh"
. "$source/tests/flow/lib/liars.sh"
. "$source/tests/flow/lib/registry.sh"

# It ends with another code when the log is not trusted.
says() { { as "$1" status --lang en --json 2>/dev/null || true; } | grep -E "$2" >/dev/null; }
trusts() { says "$1" "\"log_trusted\":$2"; }
state_is() { [ "$(as "$1" request show --request "$2" --json 2>/dev/null | value state)" = "$3" ]; }

# admission_of NEW A B: what A proposes and B signs.
admission_of() { got=$(root "$2" partner propose --org "$region/$1/org.pub" --out "$s") && got=$(root "$3" partner sign "$s"); }

# A request at the school, in "request", about a child of which it reported an absence, in "event".
prepare() {
    ask vo event add --number "$(child_number "$1")" --event VZM --to leerplicht
    expect "the school reports" "$got" '"ok":true' || return 1
    event=$(value statement <<<"$got")
    ask leerplicht case open --number "$(child_number "$1")" --purpose att_followup
    ask leerplicht request new --case "$(value case <<<"$got")" --to vo --purpose att_followup --sections ident,att
    expect "the officer asks" "$got" '"ok":true' || return 1
    request=$(value request <<<"$got")
    wait_for 10 state_is vo "$request" waiting || { why="the request did not arrive"; return 1; }
}

# Somebody takes part whom two will put out; two others signed an admission that nobody sent.
scene_before() {
    staff vo privacy officer && staff vo gast caseworker || { why="no staff"; return 1; }
    ask vo consent record --number "$(child_number 2)" --holder vo --receiver cjg --purpose youth_help_access --sections need --yes y,g1,g2
    consent=$(value statement <<<"$got")
    ask cjg event add --number "$(child_number 2)" --event RIGHTS_REQ --to vo
    mine=$(value statement <<<"$got")
    prepare 3 || return 1
    make_partner buurthuis school "Buurthuis West"
    make_partner speeltuin school "Speeltuin Oost"
    admission_of buurthuis vo cjg || { why="propose: $got"; return 1; }
    send vo "$s"
    everybody buurthuis "takes part" || return 1
    admission_of speeltuin vo cjg || { why="propose: $got"; return 1; }
    cp "$s" "$region/hub/forked"
    status_of vo registry_size >"$region/hub/forked.at"
    as_login leerplicht admin
    wait_for 15 fresh_everywhere || { why="not confirmed on an honest day: $(as vo status --json)"; return 1; }
}
fresh_everywhere() { local p; for p in $partners; do says "$p" '"registry_fresh":true' || return 1; done; }

cosigned_by_keyholder() { cat "$region"/keyholder/witness/* | grep -A1 '/registry$' | grep -x "$1" >/dev/null; }
scene_forked() {
    mark
    tell hub forked@vo:registry forked@vo:registry-cosign forked@cjg:registry
    for lie in forked@vo:registry forked@cjg:registry; do wait_for 20 was_told hub "$lie" || { why="$lie was not told"; return 1; }; done
    # The keyholder holds to what it saw first: that is to be the true one, so who will be lied to is away until it has cosigned that.
    stop_node vo
    stop_node cjg
    got=$(root leerplicht partner revoke buurthuis --reason ended --out "$s") && got=$(root wijkteam partner sign "$s") || { why="revoke: $got"; return 1; }
    send leerplicht "$s"
    expect "two revoke a third" "$got" '"ok":true' || return 1
    nodes="leerplicht wijkteam" everybody buurthuis revoked || return 1
    wait_for 20 cosigned_by_keyholder "$(status_of leerplicht registry_size)" || { why="the keyholder did not cosign it"; return 1; }
    back vo && back cjg && as_login vo privacy && as_login vo admin || { why="${why:-who is lied to does not come back}"; return 1; }
    nodes="vo cjg"
    everybody speeltuin "takes part" && everybody buurthuis "takes part" || { why="the lie was not believed: nothing is tried here"; return 1; }
    # The one is shown what all cosigned, which is not what it holds; the other meets the keyholder.
    caught hub forked@cjg:registry cjg "log-forked reason=registry-has-another-root" || return 1
    caught hub forked@vo:registry vo "keyholder-saw-another-log reason=registry" || return 1
    caught hub forked@vo:registry-cosign vo "keyholder-saw-another-log reason=registry" || return 1
}

scene_said_loudly() {
    trusts cjg false || { why="the CJG trusts it: $(as cjg status --json 2>&1)"; return 1; }
    as cjg record list >/dev/null 2>"$region/loud" || { why="the CJG cannot read its own records"; return 1; }
    expect "it is said with every command" "$(cat "$region/loud")" 'CONTRADICTS ITSELF' || return 1
    wait_for 10 says vo '"warning":"the keyholder cosigned another registry than the hub shows here' || { why="the school: $(as vo status --json)"; return 1; }
    says vo '"registry_fresh":false' || { why="the school takes it for confirmed"; return 1; }
    got=$(as vo status --lang nl 2>&1)
    expect "in Dutch, too" "$(tr -s ' \n' ' ' <<<"$got")" 'de sleutelhouder medeondertekende een ander register dan de hub hier toont' || return 1
    for p in leerplicht wijkteam; do wait_for 10 says "$p" '"log_trusted":true.*"registry_fresh":true' || { why="$p stops too: $(as "$p" status --json)"; return 1; }; done
}

scene_nothing_is_given() {
    ask cjg case open --number "$(child_number 11)" --purpose case_support
    ask cjg request new --case "$(value case <<<"$got")" --to leerplicht --purpose case_support --sections need
    expect "the CJG asks nothing" "$got" '"ok":false,"error":\{"class":"state".*CONTRADICTS' || return 1
    ask vo grant --request "$request"
    expect "what the school grants waits, and says why" "$got" '"queued":true.*"note":"[^"]*registry' || return 1
    sleep 2
    state_is leerplicht "$request" waiting || { why="the office has an answer"; return 1; }
}

# What stops something goes at once, from both.
goes_on() {
    local who=$1
    ask "$who" event end --statement "$2"
    expect "$who takes a report back" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
}

is_whole() { "$bin/schakel" --home "$region/vo" --as privacy audit complete --json | grep '"gaps":0' >/dev/null; }

scene_the_rest_goes_on() {
    ask vo consent withdraw --statement "$consent"
    expect "the school withdraws a consent" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
    goes_on cjg "$mine" || return 1
    "$bin/schakel" --home "$region/vo" --as privacy audit --json >"$region/said" 2>&1 || { why="no audit: $(cat "$region/said")"; return 1; }
    wait_for 10 is_whole || { why="the list is not whole"; return 1; }
    got=$("$bin/schakel" --home "$region/vo" --as admin staff revoke --login gast --reason stolen --json 2>&1)
    expect "the school revokes a key" "$got" '"ok":true' || return 1
    expect_not "at once" "$got" '"queued":true' || return 1
    wait_for 10 eval 'listed leerplicht | grep revoked_keys >/dev/null' || { why="the others do not hear of the revoked key"; return 1; }
    ask leerplicht case open --number "$(child_number 13)" --purpose case_support
    expect "the others go on" "$got" '"ok":true' || return 1
}

# The truth contradicts what it signed before: for ever, until a person has looked into it. What waited does not go out then.
scene_the_truth() {
    tell hub
    wait_for 20 trusts vo false || { why="the school trusts what contradicts itself: $(as vo status --json)"; return 1; }
    since vo | grep -E 'log-forked reason=registry-(rewritten|cut|does-not-extend-what-was-cosigned|has-another-root)' >/dev/null || { why="it does not say why"; return 1; }
    ask vo grant --request "$request"
    expect "nothing is granted" "$got" '"ok":false' || return 1
    goes_on vo "$event" || return 1
    state_is leerplicht "$request" waiting || { why="what waited went out"; return 1; }
    trusts leerplicht true && trusts wijkteam true || { why="the others stop too"; return 1; }
}

set -e
region_up
set +e
scene_list() { all_caught hub 3; }
run_scenes before forked said_loudly nothing_is_given the_rest_goes_on the_truth list
