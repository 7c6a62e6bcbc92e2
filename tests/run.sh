#!/bin/sh
# SPDX-License-Identifier: MIT
usage="Installs what is missing, then configures, builds and runs ctnn's tests.

    sh tests/run.sh             the tests labelled quick, with g++ for this processor
    sh tests/run.sh --full      every compiler, sanitizer, instruction set and slow training there is

One configuration:
    --compiler NAME       gcc, clang (14) or clang-19
    --arch NAME           native, sse2, haswell (AVX2) or aarch64 (NEON: cross compiler and qemu)
    --fuzz                the fuzzers of the readers, 60 seconds each, by clang (CTNN_FUZZ_SECONDS=1200 for longer)
    --sanitize            address and undefined-behavior sanitizers, asserts on
    --no-xsimd            the compiler's vector extensions instead of xsimd
    --no-openmp           one thread
    --optimized           every test with -O3; most have -O1 otherwise, which compiles in half the time
    --single-header       everything includes single_include/ctnn/ctnn.hpp
    --label REGEX         the ctest labels to run: quick (as is), slow, 'quick|slow', consume, ...
    --without REGEX       folders of tests to leave out: 'consume|docs|style'
    --no-install          do not install anything

Builds go to build/<configuration>."
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

full=0 compiler=gcc arch=native sanitize=0 fuzz=0 xsimd=1 openmp=1 optimized=0 single_header=0 label=quick without=
while [ $# -gt 0 ]; do
    case $1 in
        --full) full=1 ;;
        --compiler) compiler=$2; shift ;;
        --arch) arch=$2; shift ;;
        --sanitize) sanitize=1 ;;
        --fuzz) fuzz=1 compiler=clang label=fuzz ;;
        --no-xsimd) xsimd=0 ;;
        --no-openmp) openmp=0 ;;
        --optimized) optimized=1 ;;
        --single-header) single_header=1 ;;
        --label) label=$2; shift ;;
        --without) without=$2; shift ;;
        --no-install) CTNN_NO_INSTALL=1; export CTNN_NO_INSTALL ;;
        -h | --help) echo "$usage"; exit 0 ;;
        *) echo "tests/run.sh: unknown option '$1'" >&2; echo "$usage" >&2; exit 2 ;;
    esac
    shift
done

# Every configuration in turn; a failure does not hide those after it.
if [ $full = 1 ]; then
    failed=
    one() {
        printf '\n=== tests/run.sh %s\n' "$*"
        sh "$root/tests/run.sh" "$@" || failed="$failed
    sh tests/run.sh $*"
    }
    # What no instruction set changes: how the library is consumed, read, refused and stored. What is left are the numbers.
    texts='consume|docs|style|static|compile_fail|single_header'
    files='io|data|report|examples'
    one --optimized --label 'quick|slow'
    one --compiler clang
    if apt-cache show clang-19 >/dev/null 2>&1 || command -v clang++-19 >/dev/null 2>&1; then
        one --compiler clang-19 --without 'style|single_header'
    else
        echo "skipped: no clang-19 here"
    fi
    one --sanitize --without "$texts"
    one --compiler clang --sanitize --without "$texts"
    # Every instruction set with and without xsimd, each by one of the compilers.
    one --arch sse2 --without "$texts"
    one --compiler clang --arch sse2 --no-xsimd --without "$texts|$files"
    if grep -qw avx2 /proc/cpuinfo; then
        one --compiler clang --arch haswell --without "$texts|$files"
        one --arch haswell --no-xsimd --without "$texts|$files"
    else
        echo "skipped: this processor has no AVX2"
    fi
    one --arch aarch64 --without "$texts"
    one --arch aarch64 --no-xsimd --without "$texts|$files"
    one --no-xsimd --no-openmp --without "$texts|$files"
    one --compiler clang --no-xsimd --no-openmp --without "$texts|$files"
    one --single-header --no-xsimd --without "$texts"
    one --compiler clang --single-header --without "$texts"
    one --fuzz
    if [ -n "$failed" ]; then
        printf '\nFailed:%s\n' "$failed"
        exit 1
    fi
    printf '\nAll configurations passed.\n'
    exit 0
fi

name=$compiler-$arch
packages=
set -- -D CTNN_BUILD_BENCH=OFF -D CTNN_WERROR=ON -D CTNN_TESTS_WITHOUT="$without"
case $compiler in
    gcc) command=g++ ;;
    clang | clang-14) command=clang++-14; packages=clang-14 ;;
    clang-19) command=clang++-19; packages=clang-19 ;;
    *) echo "tests/run.sh: unknown compiler '$compiler'" >&2; exit 2 ;;
esac
case $arch in
    native) ;;
    sse2) set -- "$@" -D CTNN_ARCH=x86-64 ;;
    aarch64)
        packages="$packages aarch64"
        command=
        set -- "$@" -D CTNN_ARCH=armv8-a -D CMAKE_TOOLCHAIN_FILE="$root/cmake/aarch64.cmake"
        ;;
    *) set -- "$@" -D CTNN_ARCH="$arch" ;;
esac
if [ $sanitize = 1 ]; then
    name=$name-sanitize
    set -- "$@" -D CTNN_SANITIZE=ON -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG="-O1 -g1"
    case $compiler in gcc) set -- "$@" -D CTNN_WERROR=OFF ;; esac  # g++ warns of its own checks
fi
case "|$without|" in *"|examples|"*) set -- "$@" -D CTNN_BUILD_EXAMPLES=OFF ;; esac
target=all
if [ $fuzz = 1 ]; then
    name=$name-fuzz
    target=fuzzers
    set -- "$@" -D CTNN_BUILD_FUZZ=ON -D CTNN_FUZZ_SECONDS="${CTNN_FUZZ_SECONDS:-60}" -D CTNN_WITH_OPENMP=OFF \
        -D CTNN_WERROR=OFF
fi
if [ $xsimd = 0 ]; then
    name=$name-no-xsimd
    set -- "$@" -D CTNN_WITH_XSIMD=OFF
fi
if [ $openmp = 0 ]; then
    name=$name-no-openmp
    set -- "$@" -D CTNN_WITH_OPENMP=OFF
fi
if [ $optimized = 1 ]; then
    name=$name-optimized
    set -- "$@" -D CTNN_TESTS_OPTIMIZED=ON
fi
if [ $single_header = 1 ]; then
    name=$name-single-header
    set -- "$@" -D CTNN_TEST_SINGLE_HEADER=ON
fi

case $label in *slow*) packages="$packages browser" ;; esac  # the report is looked at in one

# shellcheck disable=SC2086  # no word, or several
sh "$root/scripts/install.sh" $packages
build=$root/build/$name
jobs=$(nproc 2>/dev/null || echo 2)
if [ -n "$command" ]; then
    CXX=$command
    export CXX
fi
cmake -G Ninja -S "$root" -B "$build" "$@"
cmake --build "$build" -j "$jobs" --target "$target"
cd "$build"
exec ctest --output-on-failure -j "$jobs" -L "$label"
