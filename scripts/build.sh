#!/usr/bin/env bash
# build.sh [PRESET [TARGET...]]: installs what is missing, configures and builds. The release preset's program
# is build/release/bin/fuseo1, with the link mergekit-yaml beside it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
"$FUSEO1_ROOT/scripts/bootstrap.sh"
use_installed_tools
preset="${1:-release}"
if (($# > 0)); then shift; fi
build_preset "$preset" "$@"
