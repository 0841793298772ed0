#!/usr/bin/env bash
# Speed and memory: fuseo1 and mergekit in turn on full Qwen2.5 shapes, then the copy rate of the same bytes.
# Arguments go to bench/bench.py; --help lists them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
python="$("$FUSEO1_ROOT/scripts/compare_env.sh")"
export FUSEO1_PROGRAM="$FUSEO1_ROOT/build/release/bin/fuseo1"
exec "$python" -B "$FUSEO1_ROOT/bench/bench.py" "$@"
