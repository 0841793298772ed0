#!/usr/bin/env bash
# The long versions of the crash and identity tests, on the built program: FUSEO1_SOAK=1 makes each test that
# knows it run its full count.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_installed_tools
build_preset release
cd "$FUSEO1_ROOT"
FUSEO1_SOAK=1 ctest --preset release --timeout 7200 --tests-regex "${1:-crash|Crash|kill|Kill|Identity|identity|Fault}"
