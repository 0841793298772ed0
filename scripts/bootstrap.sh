#!/usr/bin/env bash
# Installs what is missing to build and test: system packages (as root or with sudo) and the pinned Python
# packages, the latter into the cache outside the tree. Run again on the same machine it only looks.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(
  cmake ninja-build g++ ccache pkg-config git
  nlohmann-json3-dev libsimdjson-dev libyaml-cpp-dev libcli11-dev libfmt-dev
  liburing-dev zlib1g-dev libxxhash-dev libssl-dev libsqlite3-dev
  libseccomp-dev bubblewrap libflint-dev libgmp-dev libmpfr-dev
  libgtest-dev librapidcheck-dev
  strace python3 python3-venv
)
# In some releases only: Arb is part of FLINT from FLINT 3 on; g++ 12 has a name of its own where it is not g++.
optional=(libflint-arb-dev)

is_installed() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

# The words before apt-get: nothing as root, sudo otherwise.
as_root=()
need_root() {
  if (($(id -u) == 0)); then return; fi
  if command -v sudo >/dev/null; then
    as_root=(sudo)
    return
  fi
  echo "bootstrap: root or sudo is needed to install: $*" >&2
  exit 1
}

# Another package manager may be at work for a while: wait for its lock.
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq "$@" >&2; }

install_system_packages() {
  local missing=() package
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  local marker="$FUSEO1_CACHE/optional-packages"
  if ((${#missing[@]} == 0)) && [[ -f "$marker" ]]; then return; fi
  if ! command -v apt-get >/dev/null; then
    echo "bootstrap: no apt-get here; install by hand: ${missing[*]}" >&2
    exit 1
  fi
  local wanted=()
  if ((${#missing[@]} > 0)); then
    need_root "${missing[@]}"
    say "installing ${#missing[@]} packages: ${missing[*]}"
    apt update
  fi
  for package in "${optional[@]}"; do
    if ! is_installed "$package" && [[ -n "$(apt-cache show "$package" 2>/dev/null)" ]]; then
      need_root "$package"
      wanted+=("$package")
    fi
  done
  if ((${#missing[@]} + ${#wanted[@]} > 0)); then
    apt install -y --no-install-recommends "${missing[@]}" "${wanted[@]}"
  fi
  if (($(g++ -dumpversion | cut -d. -f1) < 12)); then
    need_root g++-12
    apt install -y --no-install-recommends g++-12
  fi
  touch "$marker"
}

version_at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" == "$2" ]]; }

install_cmake_where_too_old() {
  local version
  version="$(cmake --version 2>/dev/null | awk 'NR == 1 {print $3}')"
  if version_at_least "${version:-0}" 3.25 || [[ -x "$FUSEO1_CACHE/tools/bin/cmake" ]]; then return; fi
  say "CMake ${version:-none} is too old: installing 3.31.6 into the cache"
  python3 -m venv "$FUSEO1_CACHE/tools"
  "$FUSEO1_CACHE/tools/bin/pip" install --quiet --disable-pip-version-check cmake==3.31.6 >&2
}

# Without these the program works; only data in Parquet files cannot be read.
install_python_packages() {
  if [[ -f "$FUSEO1_VENV/complete" ]]; then return; fi
  say "installing the pinned Python packages"
  rm -rf "$FUSEO1_VENV"
  python3 -m venv "$FUSEO1_VENV"
  if "$FUSEO1_VENV/bin/pip" install --quiet --disable-pip-version-check \
    -r "$FUSEO1_ROOT/requirements.txt" >&2; then
    touch "$FUSEO1_VENV/complete"
  else
    echo "bootstrap: the Python packages could not be installed; Parquet support stays off" >&2
  fi
}

mkdir -p "$FUSEO1_CACHE"
install_system_packages
install_cmake_where_too_old
install_python_packages
