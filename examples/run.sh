#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing, builds the examples and trains a classifier on phantoms that it draws itself.
#
#     sh examples/run.sh                              train, evaluate, save; pictures in build/phantoms
#     sh examples/run.sh --epochs 3                   the same, with options of `classify train`
#     sh examples/run.sh predict --model FILE IMAGE   any other command of classify
#     sh examples/run.sh --help                       all commands and options
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

sh "$root/scripts/install.sh"

build=$root/build/examples
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building examples/classify (two files, a minute or two) ..."
if ! { CXX=${CXX:-g++} cmake -G Ninja -S "$root" -B "$build" -D CTNN_BUILD_TESTS=OFF -D CTNN_BUILD_BENCH=OFF &&
       cmake --build "$build" --target classify; } >"$log" 2>&1
then
    cat "$log" >&2
    exit 1
fi

case ${1:-} in
    train | evaluate | predict | --help) ;;
    *)
        case " $* " in
            *" --out "*) set -- train "$@" ;;
            *) set -- train --out "$root/build/phantoms" "$@" ;;
        esac
        ;;
esac
"$build/examples/classify" "$@"
