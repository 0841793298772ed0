#!/usr/bin/env bash
# soak.sh [PATTERN]: the long versions of the crash, identity and memory tests, on the built program, and a table of
# what they did. FUSEO1_SOAK=1 makes each test that knows it run its full count. PATTERN: a part of the tests' names.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_installed_tools
build_preset release fuseo1 test_engine_faults
cd "$FUSEO1_ROOT"
export FUSEO1_SOAK=1 FUSEO1_SOAK_TABLE="$PWD/build/release/soak-table.md"
export FUSEO1_PROGRAM="$PWD/build/release/bin/fuseo1" FUSEO1_SOURCE_DIR="$PWD"
pattern="${1:-}"
printf '| fault | where | how often | end |\n| --- | --- | --- | --- |\n' >"$FUSEO1_SOAK_TABLE"
status=0
say "power lost, calls that fail, in memory"
build/release/bin/test_engine_faults --gtest_brief=1 --gtest_filter="*$pattern*" 2>/dev/null || status=1
say "the program killed, refused and measured"
(cd tests/e2e && python3 -B -m unittest -v ${pattern:+-k "$pattern"} \
  test_kills test_system_calls test_limits test_same_bytes test_memory) || status=1
say "what was done"
cat "$FUSEO1_SOAK_TABLE"
exit "$status"
