#!/usr/bin/env bash
# What a privacy officer does with a pack, without a hub or a node: decide, explain, show, register; and what they say to mistakes.
# With the programs of SCHAKEL_BIN (debug, or under the sanitizers).
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
bin=${SCHAKEL_BIN:-$source/build/debug/bin}
pack="$source/policy/packs/nl-jeugd"
work=$(mktemp -d /tmp/schakel-answers-XXXXXX)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8 SCHAKEL_HOME="$work/none"

die() { echo "$*" >&2; exit 1; }
# expect CODE COMMAND...: its exit code; what it said lies in $work/said.
expect() {
    local want=$1 got=0
    shift
    "$bin/schakel" "$@" >"$work/said" 2>&1 || got=$?
    [ "$got" = "$want" ] || { cat "$work/said" >&2; die "exit $got, not $want: $*"; }
}
says() { grep -qF -- "$1" "$work/said" || { cat "$work/said" >&2; die "does not say: $1"; }; }
says_not() { if grep -qF -- "$1" "$work/said"; then cat "$work/said" >&2; die "says: $1"; fi; }

# The example of POLICY.md, as it stands there.
awk '/^```json$/ { on = 1; next } /^```$/ { on = 0 } on' "$source/policy/POLICY.md" >"$work/talk.json"
expect 0 policy decide --pack "$pack" "$work/talk.json"
says '"verdict":"PERMIT","reason":"","rule":"R25","ground":"CONSENT_X","ground9":"9.2.a"'
says '"last_day":"2026-07-14"'

# The same from standard input, and the day after the birthday of sixteen: what the parents and the child said then has ended.
sed 's/2012-05-01/2010-06-14/' "$work/talk.json" >"$work/sixteen.json"
expect 0 policy explain --pack "$pack" --lang nl - <"$work/sixteen.json"
says "Er is nog geen ja van: de jongere zelf."
expect 0 policy explain --pack "$pack" --lang nl --reader asker "$work/sixteen.json"
says "Nog niet iedereen van wie toestemming nodig is heeft ja gezegd."
says_not "de jongere zelf"
says "Zegt het gezin nee? Dan wordt dit niet gedeeld."

# A no reads like silence, to the asker.
sed 's/"consent": {"yes": \["y", "g1", "g2"\]/"consent": {"yes": ["y", "g1"], "no": ["g2"]/' "$work/talk.json" >"$work/no.json"
sed 's/"consent": {"yes": \["y", "g1", "g2"\]/"consent": {"yes": ["y"]/' "$work/talk.json" >"$work/silence.json"
"$bin/schakel" policy decide --pack "$pack" --reader asker "$work/no.json" >"$work/a"
"$bin/schakel" policy decide --pack "$pack" --reader asker "$work/silence.json" >"$work/b"
cmp "$work/a" "$work/b" || die "the asker can tell a no from a missing yes"
expect 0 policy decide --pack "$pack" "$work/no.json"
says '"reason":"REFUSED"'

# Mistakes: the place in the JSON, and the exit codes of sysexits.
sed 's/"by": "holder"}\]/"by": "holder", "by": "other"}]/' "$work/talk.json" >"$work/twice.json"
expect 65 policy decide --pack "$pack" "$work/twice.json"
says 'the same key twice: events[1].by'
sed 's/"member"/"meber"/' "$work/talk.json" >"$work/unknown.json"
expect 65 policy explain --pack "$pack" "$work/unknown.json"
says 'meber: this key is not known here'
expect 64 policy explain --pack "$pack" --reader child "$work/talk.json"
expect 66 policy explain --pack "$pack" "$work/not-there.json"
expect 66 policy explain --pack "$work" "$work/talk.json"

# The pages and the register.
expect 0 policy show --pack "$pack" --lang nl --out "$work/matrix.html"
[ "$(grep -c '<tr data-f=' "$work/matrix.html")" -gt 100 ] || die "the matrix has too few rows"
expect 0 policy register --pack "$pack" --kind vo --controller "Voorbeeld College" --out "$work/register.csv"
[ "$(grep -c 'secondary school,Voorbeeld College,' "$work/register.csv")" -gt 20 ] || die "the register has too few rows"
expect 0 policy register --pack "$pack" --kind vo --html --out "$work/register.html"
grep -q '</html>' "$work/register.html" || die "the register's page has no end"
expect 66 policy register --pack "$pack" --kind bakker
says 'bakker is not a kind of this pack'
# Without a pack the command asks the node; there is no home of one here, and it says so.
expect 66 policy show --purpose att_followup
says 'there is no such folder'
echo "answers: ok"
