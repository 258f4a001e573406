#!/usr/bin/env bash
# Another program, in another language, written from proto/PROTOCOL.md: joins a real region, derives a pseudonym, hears of an absence, asks,
# opens and verifies. Its libraries for HPKE, OPRF and Ed25519 are not ours either. Then it reads our files, as C2SP's texts describe them: the hub's
# copy of the log and a node's (P-201), with their cosignatures, and the proofs of an archive; a byte changed in any is refused. With the programs of SCHAKEL_BIN.
set -uo pipefail
others="elders leerplicht Leerplicht Elders"
ours="cjg cjg CJG Voorbeeldstad"
. "$(dirname "${BASH_SOURCE[0]}")/lib/other.sh"

name=$(child 2)
BIRTH_DATE=$(child 3) NAME_PREFIX=${name:0:3} other talk "$region/elders" "$(child 1)" vo >"$region/said" 2>&1 &
talking=$!
region_pids+=("$talking")
step joined
step derived
as vo event add --number "$(child 1)" --event VZM --to elders --json >/dev/null || die "the school cannot report to it"
step reported
step asked | grep '"section":"att","verdict":5.*"section":"need","verdict":0' >/dev/null || die "not the answer of the policy: $(step asked)"
request=$(step asked | value request)
step refused | grep '"again":0,"forged":5,"other":9,"elsewhere":6,"kind":3' >/dev/null || die "a wrong message is not refused as the text says: $(step refused)"
granted() { as vo grant --request "$request" --json >"$region/grant" 2>&1; }
wait_for 20 granted || die "the school cannot grant: $(cat "$region/grant")"
step opened | grep "\"ident\":{.*$name" >/dev/null || die "it does not read what was granted: $(step opened)"
step verified
wait "$talking" || die "it ended with an error: $(tail -c 800 "$region/said")"
opened() { as vo request show --request "$request" --json | grep '"opened":' >/dev/null; }
wait_for 20 opened || die "the school does not hear that it was opened"
echo "ok independent client, $SECONDS s"

staff vo privacy officer || die "the school has no officer"
"$bin/schakel" --home "$region/vo" --as privacy archive export --out "$region/archive" >/dev/null || die "the school has no archive"
# A whole tile and a part of one; both nodes and the keyholder cosign, which anchors it.
other fill "$region/elders" "$(child 1)" 260 >"$region/filled" 2>&1 || die "the log cannot be filled: $(cat "$region/filled")"
"$bin/schakel" --home "$region/vo" --as admin staff revoke --login privacy >/dev/null || die "no statement for the registry"
export_anchored() {
    rm -rf "$region/copy"
    "$bin/schakel-hub" --home "$region/hub" export "$region/copy" >/dev/null && [ -s "$region/copy/checkpoint.anchored" ] &&
        [ "$(sed -n 2p "$region/copy/checkpoint.anchored")" -gt 256 ] && grep -qax "act revoke" "$region/copy/registry"
}
wait_for 20 export_anchored || die "the log is not anchored: $(tail -n 3 "$region/hub/log")"
"$bin/schakel" --home "$region/cjg" hub mirror --out "$region/mirror" >/dev/null || die "a node copies no log"
echo "ok files made, $SECONDS s"

files() { node "$source/tests/js/files.mjs" "$region/region" "$@" 2>&1; }
got=$(files "$region/copy" "$region/archive") || die "what the hub and the school export is not as the texts say: $got"
echo "$got"
grep -q '"tiles":\["tile/entries/000","tile/entries/001.p/[0-9]*","tile/0/000","tile/0/001.p/[0-9]*","tile/1/000.p/1"\],"hashes":true' <<<"$got" || die "not the tiles of such a log"
grep -q '"cosigned":\[.*"name":"cjg","outsider":false,"time":[1-9].*"statements":1,"proofs":\[[0-9]*,[0-9]*,[0-9]*' <<<"$got" || die "not the cosignatures and proofs of this log"
got=$(files "$region/mirror") || die "what a node copies is not as the texts say: $got"
grep -q '"tiles":\["tile/entries/000","tile/entries/001.p/[0-9]*"\],"hashes":false' <<<"$got" || die "not the leaves of such a log: $got"
echo "ok files, $SECONDS s"
end_flow
