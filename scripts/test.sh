#!/usr/bin/env bash
# test.sh [PRESET]: builds everything, runs every test that a push must pass, and prints as its last line how
# many passed and failed, as ctest counted them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
preset="${1:-release}"

counts="0 passed, 1 failed"  # until ctest has counted: the build itself is what failed
trap 'echo "$counts"' EXIT

"$FUSEO1_ROOT/scripts/build.sh" "$preset"
use_installed_tools
cd "$FUSEO1_ROOT"
results="build/$preset/test-results.xml"
rm -f "$results"
status=0
ctest --preset "$preset" --repeat until-pass:2 --parallel "$(nproc)" --output-junit "$PWD/$results" || status=$?
counts="$(python3 scripts/count_results.py "$results")"
exit "$status"
