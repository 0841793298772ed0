#!/usr/bin/env bash
# Installs mergekit and PyTorch, pinned, into an environment of their own, and prints its Python.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
requirements="$FUSEO1_ROOT/requirements-parity.txt"
environment="$FUSEO1_CACHE_BASE/parity-$(pins_hash "$requirements")"
if [[ ! -f "$environment/complete" ]]; then
  say "installing mergekit and PyTorch to compare with (some hundred MB)"
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
  touch "$environment/complete"
fi
echo "$environment/bin/python"
