# Sourced by the other scripts: where the cache lies, and how many jobs this machine takes at once.
# Everything that is downloaded or can be rebuilt stays in $FUSEO1_CACHE, outside the tree.

FUSEO1_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '\n== %s\n' "$*" >&2; }

cache_base() {
  if [[ -n "${XDG_CACHE_HOME:-}" ]]; then
    printf '%s/fuseo1' "$XDG_CACHE_HOME"
  elif [[ -n "${HOME:-}" && -w "${HOME:-}" ]]; then
    printf '%s/.cache/fuseo1' "$HOME"
  else
    printf '%s/fuseo1-cache-%s' "${TMPDIR:-/tmp}" "$(id -u)"
  fi
}

pins_hash() { cat "$@" | sha256sum | cut -c1-16; }

FUSEO1_CACHE_BASE="$(cache_base)"
FUSEO1_CACHE="$FUSEO1_CACHE_BASE/$(pins_hash "$FUSEO1_ROOT/requirements.txt")"
FUSEO1_VENV="$FUSEO1_CACHE/venv"

# A compiler process takes up to 1 GiB here: as many jobs as processors, but no more than memory allows.
jobs_here() {
  local processors memory_gib
  processors="$(nproc)"
  memory_gib="$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)"
  if ((memory_gib < 1)); then memory_gib=1; fi
  echo $((processors < memory_gib ? processors : memory_gib))
}

# Ubuntu 22.04: CMake comes from the Python index, the compiler under its own name.
use_installed_tools() {
  if [[ -x "$FUSEO1_CACHE/tools/bin/cmake" ]]; then
    export PATH="$FUSEO1_CACHE/tools/bin:$PATH"
  fi
  if [[ -z "${CXX:-}" ]] && command -v g++-12 >/dev/null &&
    (($(g++ -dumpversion 2>/dev/null | cut -d. -f1 || echo 0) < 12)); then
    export CXX=g++-12
  fi
  export CCACHE_DIR="${CCACHE_DIR:-$FUSEO1_CACHE_BASE/ccache}"
  export CCACHE_BASEDIR="$FUSEO1_ROOT" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-2G}"
}

# build_preset PRESET [TARGET...]: configures once a preset, builds what is asked for.
build_preset() {
  local preset="$1"
  shift
  local settings=()
  if command -v ccache >/dev/null; then settings+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  if [[ -f "$FUSEO1_VENV/complete" ]]; then settings+=(-DFUSEO1_PYTHON="$FUSEO1_VENV/bin/python3"); fi
  (cd "$FUSEO1_ROOT" && cmake --preset "$preset" "${settings[@]}" >&2 &&
    cmake --build --preset "$preset" --parallel "$(jobs_here)" ${1:+--target "$@"} >&2)
}
