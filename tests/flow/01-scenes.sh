#!/usr/bin/env bash
# The main job, scene by scene, with the programs of SCHAKEL_BIN (debug, or under the sanitizers): the same scenes as tools/demo.
set -uo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
bin=${SCHAKEL_BIN:-$source/build/debug/bin}
mkdir -p "$source/build/flow"
region=$(mktemp -d "$source/build/flow/scenes.XXXXXX")
. "$source/tools/region.sh"
. "$source/tools/scenes.sh"

finish() {
    region_down
    [ "${failed:-1}" = 0 ] && rm -rf "$region" || echo "state and logs: $region"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

set -e
region_up
set +e
failed=0
for name in $scenes; do
    why="" not_checked=""
    if "scene_$name"; then echo "ok $name${not_checked:+, but $not_checked}"; else echo "FAILED $name: $why"; failed=1; fi
done
# A sanitizer's report in any log is a failure, also of a program that went on.
if grep -lE 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$region"/*/log; then
    grep -hE -A20 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$region"/*/log | head -60
    failed=1
fi
exit "$failed"
