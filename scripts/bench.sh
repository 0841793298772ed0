#!/usr/bin/env bash
# Speed and memory: fuseo1 and mergekit in turn on full Qwen2.5 shapes, then the copy rate of the same bytes.
# Arguments go to bench/bench.py; --help lists them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
python="$("$FUSEO1_ROOT/scripts/compare_env.sh")"
use_installed_tools
(cd "$FUSEO1_ROOT" && cmake --preset release -DFUSEO1_BENCH=ON >/dev/null &&
  cmake --build --preset release --target fuseo1 grade_bench judge_bench >/dev/null)
say "grading: the bars are 5,000 pairs a second and 100 ms for the slowest"
GRADE_BENCH="$FUSEO1_ROOT/build/release/bin/grade_bench" "$python" -B "$FUSEO1_ROOT/bench/grade_bench.py"
say "judging programs"
"$FUSEO1_ROOT/build/release/bin/judge_bench"
export FUSEO1_PROGRAM="$FUSEO1_ROOT/build/release/bin/fuseo1"
say "reporting: the bar is 2 s for 10,000 samples"
"$python" -B "$FUSEO1_ROOT/bench/report_bench.py"
say "merging"
exec "$python" -B "$FUSEO1_ROOT/bench/bench.py" "$@"
