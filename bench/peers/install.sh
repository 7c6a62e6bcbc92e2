#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the libraries that bench/compare.sh measures beside ctnn, in the versions that its table names: Debian 12's
# packages and, into the folder given as argument, ONNX Runtime's npm package, which carries the shared library.
# What cannot be installed is named and left out: the comparison runs with the others.
set -u
folder=$1

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
fi
$as_root apt-get update -qq || echo "bench: apt-get update failed" >&2
# One call for each library, so that one which is not there stops none of the others.
for packages in "libdnnl-dev=2.6.3*" \
                "libxnnpack-dev=0.0~git20220216.ae108ef* libpthreadpool-dev" \
                "libdlib-dev=19.24* libopenblas-dev=0.3.21*" \
                "python3-torch=1.13.1*"; do
    # shellcheck disable=SC2086  # the list is meant to fall into words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qq -y \
        --no-install-recommends $packages >/dev/null || echo "bench: not installed: $packages" >&2
done
if command -v npm >/dev/null 2>&1; then
    mkdir -p "$folder/npm"
    # Its script would fetch libraries for graphics cards.
    (cd "$folder/npm" && npm install --silent --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0) ||
        echo "bench: not installed: onnxruntime-node" >&2
else
    echo "bench: npm is missing, so ONNX Runtime is not installed" >&2
fi
