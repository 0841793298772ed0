#!/usr/bin/env bash
# Compares with mergekit, live, on generated checkpoints: every tests/parity/*.py under an environment that has
# mergekit and PyTorch. Arguments go to each of them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
python="$("$FUSEO1_ROOT/scripts/compare_env.sh")"
export FUSEO1_PROGRAM="$FUSEO1_ROOT/build/release/bin/fuseo1"
status=0
for script in "$FUSEO1_ROOT"/tests/parity/[a-z]*.py; do
  say "$(basename "$script")"
  "$python" -B "$script" "$@" || status=1
done
exit "$status"
