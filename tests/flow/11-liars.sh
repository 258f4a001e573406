#!/usr/bin/env bash
# A partner with valid keys that lies to hub and school, more than forty times (tests/js/lies.mjs). Each lie is told what is wrong with it, nothing
# of it arrives at the school, and an honest disclosure goes through afterwards. With the programs of SCHAKEL_BIN.
set -uo pipefail
others="elders leerplicht Leerplicht Elders
derde cjg CJG Elders"
. "$(dirname "${BASH_SOURCE[0]}")/lib/other.sh"

name=$(child 2)
BIRTH_DATE=$(child 3) NAME_PREFIX=${name:0:3} other lies "$region/elders" "$region/derde" "$(child 1)" "$(child 1 2)" vo >"$region/said" 2>&1 &
talking=$!
region_pids+=("$talking")
step joined
as vo event add --number "$(child 1)" --event VZM --to elders --json >/dev/null || die "the school cannot report to it"
step lied
wait "$talking" || die "a lie was told something else: $(grep '"ok":false' "$region/said"; tail -c 600 "$region/said" | grep -v '"ok":true')"

has_request() { as vo inbox --json | grep '"kind":"request"' >/dev/null; }
wait_for 10 has_request || die "the honest request does not come"
# All that was sent before it has come when it has.
wait_for 20 has_statement vo "$(step lied | value behind)" || die "the honest report behind the lies does not come"
items=$(as vo inbox --json | grep -o '"kind":"request"' | wc -l)
[ "$items" = 1 ] || die "the school has $items requests and not the honest one alone"
request=$(step lied | value request)
as vo grant --request "$request" --json | grep '"ok":true' >/dev/null || die "the honest request cannot be granted any more"
"$bin/schakel-hub" --home "$region/hub" status >/dev/null || die "the hub does not answer any more"
echo "ok a partner that lies, $SECONDS s"
end_flow
