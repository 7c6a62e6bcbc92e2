#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures ctnn and every peer that is installed in turns, and writes bench/RESULTS.md:
#
#     sh bench/compare.sh [--install] [--help] [option ...] [network ...]
#
# --install first installs the peers (bench/peers/install.sh); --help lists the other options. Programs, models and
# the npm package lie in build/compare.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${CTNN_COMPARE_FOLDER:-$here/../build/compare}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ "${1:-}" = --install ]; then
    shift
    sh "$here/peers/install.sh" "$folder"
fi
exec python3 "$here/compare.py" --folder "$folder" "$@"
