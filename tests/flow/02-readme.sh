#!/usr/bin/env bash
# The walk-through of README.md, line by line as it stands there, with the programs of SCHAKEL_BIN; and what its commands must have shown.
set -uo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
bin=${SCHAKEL_BIN:-$source/build/debug/bin}
mkdir -p "$source/build/flow"
folder=$(mktemp -d "$source/build/flow/readme.XXXXXX")
failed=1

# What the walk left running is in its process group, which is its own.
finish() {
    [ -z "${walk:-}" ] || kill -- -"$walk" 2>/dev/null
    [ "$failed" = 0 ] && rm -rf "$folder" || echo "state and logs: $folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

. "$source/tools/region.sh"
unset SCHAKEL_TEST_CHEAP_PASSPHRASES  # as whoever reads it will have it
awk '/^```sh walk$/ { inside = 1; print "echo \"== block " ++n "\""; next } /^```$/ { inside = 0 } inside' "$source/README.md" >"$folder/lines"
[ "$(grep -c '^echo "== block' "$folder/lines")" -ge 11 ] || { echo "FAILED: README.md has no walk"; exit 1; }
# Each line must succeed.
{ echo 'set -euo pipefail'; cat "$folder/lines"; } >"$folder/walk.sh"
mkdir "$folder/empty"
cd "$folder/empty" || exit 1
# A child that is new is asked for at the hub: where that is late the command says to give it again, and so a reader would.
mkdir "$folder/bin"
cat >"$folder/bin/schakel" <<EOF
#!/usr/bin/env bash
case " \$* " in *" record put "* | *" case open "*) ;; *) exec "$bin/schakel" "\$@" ;; esac
for _ in \$(seq 20); do
    code=0
    "$bin/schakel" "\$@" || code=\$?
    [ "\$code" = 69 ] || exit "\$code"
    sleep 1
done
exit 69
EOF
chmod +x "$folder/bin/schakel"
set -m
PATH="$folder/bin:$bin:$PATH" PACK="$source/policy/packs/nl-jeugd" PORT=$(free_port) LC_ALL=C.UTF-8 timeout 480 bash "$folder/walk.sh" \
    >"$folder/out" 2>&1 </dev/null &
walk=$!
set +m
wait "$walk"
code=$?
[ "$code" = 0 ] || { echo "FAILED: the walk ended with $code after:"; tail -n 15 "$folder/out"; exit 1; }

# expect BLOCK PATTERN WHAT: the output of a block has it; refuse: it has not.
block() { awk -v n="== block $1" '$0 == n { on = 1; next } /^== block / { on = 0 } on' "$folder/out"; }
failed=0
expect() { block "$1" | grep -E -- "$2" >/dev/null || { echo "FAILED: block $1: $3"; block "$1" | head -n 40; failed=1; }; }
refuse() { ! block "$1" | grep -E -- "$2" >/dev/null || { echo "FAILED: block $1: $3"; block "$1" | head -n 40; failed=1; }; }

expect 8 'not yet +att, ident' "asked too early, two sections wait for a report"
expect 8 'VZM \(report of 16 hours' "and the answer says for which"
expect 8 '^  no +need' "one is never shared for this"
expect 8 'vo was not asked anything' "the school hears nothing of it"
expect 9 'asked +att, ident' "after the report the request goes to the school"
expect 10 'Exactly this would leave' "the school sees what would leave"
expect 10 'hours without leave +17' "the attendance is in it"
refuse 10 'quiet place' "what may not leave is not in it"
expect 10 'Granted: att, ident' "it grants"
expect 11 'Sam Voorbeeld' "the officer reads it"
expect 11 'hours without leave +17' "with the attendance"
refuse 11 'quiet place' "and nothing more"
expect 11 'State +read by them, 20' "the school hears that it was read"
expect 12 'the leaves give this root: yes' "the copy of the log verifies"
# A passphrase on a command line, or in a log, would be a leak.
if grep -rlE 'for this walk only' "$folder/empty" "$folder/out"; then echo "FAILED: a passphrase was written down"; failed=1; fi
if grep -hE -A20 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$folder"/empty/*.log "$folder/out"; then failed=1; fi
[ "$failed" = 0 ] && echo "ok: $(grep -c '^== block' "$folder/out") blocks of README.md"
exit "$failed"
