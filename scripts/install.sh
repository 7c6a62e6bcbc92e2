#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing. Words ask for more than the build with g++ needs:
#
#     sh scripts/install.sh [clang-14] [clang-19] [aarch64] [browser]
#
# On a system without apt-get it names the packages and stops. CTNN_NO_INSTALL=1 leaves this step out.
set -eu

packages="g++ cmake ninja-build python3-numpy
    libxsimd-dev libxtensor-dev libstb-dev zlib1g-dev doctest-dev libbenchmark-dev"
for word in "$@"; do
    case $word in
        clang-14) packages="$packages clang-14 libclang-rt-14-dev libomp-14-dev" ;;
        clang-19) packages="$packages clang-19 libclang-rt-19-dev libomp-19-dev" ;;
        aarch64) packages="$packages g++-aarch64-linux-gnu qemu-user" ;;
        browser) packages="$packages chromium chromium-driver fonts-dejavu-core" ;;
        *) echo "scripts/install.sh: unknown word '$word'" >&2; exit 2 ;;
    esac
done

if [ "${CTNN_NO_INSTALL:-0}" = 1 ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    # shellcheck disable=SC2086  # the list is meant to fall into words
    echo "This system has no apt-get. Please install what these Debian packages hold, then run again with" \
         "CTNN_NO_INSTALL=1:" $packages >&2
    exit 1
fi

missing=
for package in $packages; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "These packages are missing, and to install them takes root or sudo:$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "Installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $as_root apt-get update -qq &&
       $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing; } >"$log" 2>&1
then
    cat "$log" >&2
    echo "apt-get could not install:$missing" >&2
    exit 1
fi
