#!/usr/bin/env bash
# Another program, in another language, written from proto/PROTOCOL.md: joins a real region, derives a pseudonym, hears of an absence, asks,
# opens and verifies. Its libraries for HPKE, OPRF and Ed25519 are not ours either. With the programs of SCHAKEL_BIN.
set -uo pipefail
others="elders leerplicht Leerplicht Elders"
. "$(dirname "${BASH_SOURCE[0]}")/lib/other.sh"

name=$(child 2)
BIRTH_DATE=$(child 3) NAME_PREFIX=${name:0:3} other talk "$region/elders" "$(child 1)" vo >"$region/said" 2>&1 &
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
