#!/usr/bin/env bash
# A pack from draft to law on whole programs: mistakes are told and refuse it whole, a data protection officer advises and cannot sign, one
# adopter is not enough, two are; it is taken, and counts on its day. (That it does so at midnight in a process that runs: test_client_packs,
# test_server_packs.)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"
. "$source/tests/flow/lib/registry.sh"
work="$region/work"
mkdir "$work"

die() { echo "$*" >&2; exit 1; }
# expect CODE COMMAND...: its exit code; what it said lies in $work/said.
expect() {
    local want=$1 got=0
    shift
    "$@" >"$work/said" 2>&1 || got=$?
    [ "$got" = "$want" ] || { cat "$work/said" >&2; die "exit $got, not $want: $*"; }
}
says() { grep -qF -- "$1" "$work/said" || { cat "$work/said" >&2; die "does not say: $1"; }; }
person() { local who=$1 login=$2; shift 2; "$bin/schakel" --home "$region/$who" --as "$login" "$@"; }
pack_of() { "$bin/schakel" --home "$region/$1" status --json | value pack; }

day=$(date -d '+30 days' +%F)
midnight=$(date -d "$day 00:00" +%s)
region_up
for who in vo leerplicht; do staff "$who" ada adopter; done
staff vo frits fg
first=$(pack_of vo)
draft="$work/draft"
cp -r "$source/policy/packs/nl-jeugd" "$draft"
sed -i 's/^\(R01,.*\),90$/\1,60/' "$draft/rules.csv"

# A mistake, and another in another table: both told, nothing made.
cp -r "$draft" "$work/wrong"
sed -i 's/^\(R02,.*\),90$/\1,0/' "$work/wrong/rules.csv"
sed -i '2s/,..*,/,,/' "$work/wrong/texts.csv"
sed -i '2s/child,90/child,x/' "$work/wrong/events.csv"
expect 65 person vo ada policy adopt propose --pack "$work/wrong" --name nl-jeugd --version 2 --valid-from "$day"
says "events.csv:2:"; says "rules.csv:3:"
[ ! -e "$work/wrong/pack.json" ] || die "a manifest was made of a pack with mistakes"
# A broken invariant is a mistake too.
cp -r "$draft" "$work/broken"
sed -i 's/^\(R56,.*\),3$/\1,7/' "$work/broken/rules.csv"
expect 65 person vo ada policy adopt propose --pack "$work/broken" --name nl-jeugd --version 2 --valid-from "$day"
says "break_glass_days"

expect 65 person vo ada policy adopt propose --pack "$draft" --name nl-jeugd --version 2 --valid-from 2020-01-01
says "2020-01-01"
rm -f "$draft/pack.json"
expect 0 person vo ada policy adopt propose --pack "$draft" --name nl-jeugd --version 2 --valid-from "$day"
says "partners that must: 2"
new=$("$bin/schakel" --home "$region/vo" policy pack --pack "$draft" --json | value digest)
[ "$new" != "$first" ] || die "the new pack has the digest of the old"

# The officer advises, which is recorded, and signs nothing; a coordinator neither.
expect 77 person vo frits policy adopt sign --pack "$draft"
expect 77 person vo coordinator policy adopt sign --pack "$draft"
expect 77 person vo ada policy adopt advise --pack "$draft" --advice positive --text "Zo kan het."
expect 0 person vo frits policy adopt advise --pack "$draft" --advice positive --text "Zo kan het."
says "Zo kan het."

# One is not enough, at a node and at the hub; and the old one goes on.
expect 77 "$bin/schakel" --home "$region/vo" policy adopt take --pack "$draft"
says "1"
expect 77 "$bin/schakel-hub" --home "$region/hub" adopt "$draft"
says "adopted by 1 of the 2 partners"
[ ! -e "$region/vo/packs" ] && [ -z "$(ls -A "$region/hub/packs")" ] || die "something was kept"
expect 0 person leerplicht ada policy adopt sign --pack "$draft"
says "adopted: yes"
cp -r "$draft" "$work/changed"
sed -i 's/^\(R02,.*\),90$/\1,30/' "$work/changed/rules.csv"
expect 76 "$bin/schakel" --home "$region/vo" policy adopt take --pack "$work/changed"
says "is not the file that pack.json names"
for who in vo leerplicht; do expect 0 "$bin/schakel" --home "$region/$who" policy adopt take --pack "$draft"; done
expect 0 "$bin/schakel-hub" --home "$region/hub" adopt "$draft"
[ -e "$region/hub/packs/$new/rules.csv" ] || die "the hub keeps nothing under the digest"
[ "$(pack_of vo)" = "$first" ] || die "it counts before its day"
wait_for 5 grep -q "$new" "$region/hub/run/status.json" || die "the running hub does not see what comes"

# Both signatures went into the registry too: who did not take the pack is told what is to come, and that it is not there.
told() { "$bin/schakel" --home "$region/cjg" status >"$work/said"; grep -q "$new.*schakel policy adopt take" "$work/said"; }
wait_for 20 told || { cat "$work/said" >&2; die "a node without the pack does not hear that it was adopted"; }

# The log alone is enough: a folder with the tables and without notes, as somebody else would hand it on. Not without the node, who knows the log.
cp -r "$draft" "$work/bare"
awk '/"adopted_by"/ { print "\t\"adopted_by\":\t[],"; skip = $0 !~ /\]/; next } skip { if ($0 ~ /\]/) skip = 0; next } { print }' "$draft/pack.json" >"$work/bare/pack.json"
stop_node wijkteam
expect 77 "$bin/schakel" --home "$region/wijkteam" policy adopt take --pack "$work/bare"
says "adopted by 0 of the 2 partners"
start_node wijkteam
bare_taken() { "$bin/schakel" --home "$region/wijkteam" policy adopt take --pack "$work/bare"; }
wait_for 20 bare_taken || { bare_taken || true; die "a pack that was adopted in the log alone is not taken"; }

# Its day has begun: it counts at the hub and where it was taken.
region_down
export SCHAKEL_CLOCK_OFFSET_S=$((midnight - $(date +%s) + 5))
start_hub
for who in vo cjg; do start_node "$who"; done
[ "$(pack_of vo)" = "$new" ] || die "it does not count at the node on its day"
wait_for 5 grep -q "\"pack\":\"$new\"" "$region/hub/run/status.json" || die "it does not count at the hub on its day"

# A node that did not take it goes on with what it has.
[ "$(pack_of cjg)" = "$first" ] || die "a node counts with what it never took"

# Who was revoked has adopted nothing: the notes in pack.json are counted by the registry that the node judges with.
root vo partner revoke leerplicht --reason ended --out "$s" >"$work/said" && root cjg partner sign "$s" >"$work/said" || { cat "$work/said" >&2; die "revoke"; }
as_login vo admin
send vo "$s"
wait_for 10 sees cjg leerplicht revoked || die "the node does not hear of the revocation: $got"
expect 77 "$bin/schakel" --home "$region/cjg" policy adopt take --pack "$draft"
says "adopted by 1 of the 2 partners"
[ ! -e "$region/cjg/packs" ] && [ ! -e "$region/cjg/registry.asked" ] || die "something was kept"
echo "a pack was proposed, advised on, adopted, taken, and counts from its midnight"
end_flow
