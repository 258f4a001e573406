#!/usr/bin/env bash
# Another program, in another language, written from proto/PROTOCOL.md: joins a real region, derives a pseudonym, hears of an absence, asks,
# opens and verifies. Its libraries for HPKE, OPRF and Ed25519 are not ours either. With the programs of SCHAKEL_BIN.
set -uo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
bin=${SCHAKEL_BIN:-$source/build/debug/bin}
mkdir -p "$source/build/flow"
region=$(mktemp -d "$source/build/flow/independent.XXXXXX")
. "$source/tools/region.sh"

failed=1
finish() {
    region_down
    [ "$failed" = 0 ] && rm -rf "$region" || echo "state and logs: $region"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
die() { echo "FAILED: $1"; exit 1; }

other() { node "$source/tests/js/client.mjs" "$@"; }
child() { sed -n 2p "$region/data/vo.csv" | cut -d, -f"$1"; }
said() { grep -q "\"step\":\"$1\"" "$region/said" || ! kill -0 "$talking" 2>/dev/null; }
step() { wait_for 30 said "$1" && grep -m1 "\"step\":\"$1\"" "$region/said" || die "the other program did not come to \"$1\": $(tail -c 800 "$region/said")"; }

# --- the region: one school with our program, one attendance office with the other ---

npm ci --prefix "$source/tests/js" --ignore-scripts --silent || die "its libraries cannot be installed"
mkdir -p "$region/data"
awk -v day="$(date +%F)" -v dir="$region/data" -f "$source/tests/data/make.awk"
region_port=$(free_port)
"$bin/schakel-hub" --home "$region/hub" init --name demo --listen "127.0.0.1:$region_port" --pack "$source/policy/packs/nl-jeugd" >/dev/null || die "no hub"
make_keyholder || die "no keyholder"
make_partner vo vo "Voorbeeld College" || die "no school"
other org "$region/other" elders leerplicht "Leerplicht Elders" || die "no other"
"$bin/schakel" region make --name demo --hub "$region/hub/hub.pub" --keyholder "$region/keyholder/keyholder.pub" \
    --pack "$source/policy/packs/nl-jeugd" --out "$region/region" "$region/vo/org.pub" "$region/other/org.pub" >/dev/null || die "its public file is not taken"
sign_region vo
other sign "$region/other" "$region/region" || die "it cannot sign the region"
"$bin/schakel-hub" --home "$region/hub" init --region "$region/region" >/dev/null || die "its signature on the region file is not taken"
"$bin/schakel" --home "$region/keyholder" keyholder join "$region/region" >/dev/null || die "the keyholder does not take the region"
join_partner vo || die "the school does not join"
other request "$region/other" "$region/region" || die "it does not take the region file"
"$bin/schakel-hub" --home "$region/hub" welcome "$region/other/join.req" -o "$region/other/welcome" >/dev/null || die "its join.req is not taken"
other welcome "$region/other" || die "it does not take the welcome"
start_hub && start_keyholder && start_node vo && staff vo admin admin && staff vo coordinator coordinator || die "the region does not start"
as vo record import "$region/data/vo.csv" >/dev/null || die "the school has no records"

# --- what it does ---

name=$(child 2)
BIRTH_DATE=$(child 3) NAME_PREFIX=${name:0:3} other talk "$region/other" "$(child 1)" vo >"$region/said" 2>&1 &
talking=$!
region_pids+=("$talking")
step joined
step derived
as vo event add --number "$(child 1)" --event VZM --to elders --json >/dev/null || die "the school cannot report to it"
step reported
step asked | grep -q '"section":"att","verdict":5.*"section":"need","verdict":0' || die "not the answer of the policy: $(step asked)"
request=$(step asked | value request)
step refused | grep -q '"again":0,"forged":5,"other":9,"elsewhere":6,"kind":3' || die "a wrong message is not refused as the text says: $(step refused)"
granted() { as vo grant --request "$request" --json >"$region/grant" 2>&1; }
wait_for 10 granted || die "the school cannot grant: $(cat "$region/grant")"
step opened | grep -q "\"ident\":{.*$name" || die "it does not read what was granted: $(step opened)"
step verified
wait "$talking" || die "it ended with an error: $(tail -c 800 "$region/said")"
opened() { as vo request show --request "$request" --json | grep -q '"opened":'; }
wait_for 5 opened || die "the school does not hear that it was opened"
echo "ok independent client, $SECONDS s"
failed=0
