#!/usr/bin/env bash
# The main job, scene by scene, with the programs of SCHAKEL_BIN (debug, or under the sanitizers): the same scenes as tools/demo.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/frame.sh"

set -e
region_up
set +e
run_scenes $scenes
