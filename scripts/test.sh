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
results="$PWD/build/$preset/test-results.xml" again="$PWD/build/$preset/test-results-again.xml"
rm -f "$results" "$again"
status=0
ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$results" || status=$?
if [ "$status" != 0 ] && [ -f "$results" ]; then
  # Limits of processor time are real limits: what failed beside other cases runs once more, alone.
  say "once more, alone: what failed"
  status=0
  ctest --preset "$preset" --rerun-failed --parallel 1 --output-junit "$again" || status=$?
  counts="$(python3 scripts/count_results.py "$results" "$again")"
else
  counts="$(python3 scripts/count_results.py "$results")"
fi
exit "$status"
