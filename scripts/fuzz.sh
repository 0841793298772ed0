#!/usr/bin/env bash
# fuzz.sh [SECONDS]: builds the fuzz targets with libFuzzer and runs each from its corpus. Needs clang.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds="${1:-20}"
"$FUSEO1_ROOT/scripts/bootstrap.sh"
use_installed_tools
unset CXX
build_preset fuzz
cd "$FUSEO1_ROOT"
for target in build/fuzz/bin/fuzz_*; do
  [[ -x $target && ! -d $target ]] || continue
  name="$(basename "$target")"
  corpus="fuzz/corpus/${name#fuzz_}"
  work="build/fuzz/work/$name"
  mkdir -p "$work"
  say "$name"
  "$target" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=5 "$work" $([[ -d $corpus ]] && echo "$corpus")
done
