// SPDX-License-Identifier: MIT
/// \file
/// Loads and saves with each of their allocations failing in turn, alone and with all behind it: out_of_memory comes
/// back, what was there before is unchanged, and no block, file or descriptor is left over. For a program of its own.
#pragma once

#include "failing_memory.hpp"

#include <cstdio>
#include <ctnn/io/file.hpp>
#include <filesystem>
#include <string>

#include "temporary_folder.hpp"

namespace every_allocation {

using ctnn::byte_vector;
using ctnn::error;
using ctnn::error_kind;
using ctnn::extent;
namespace fs = std::filesystem;

inline int failures = 0;
inline long operations = 0, runs = 0;

inline void check(bool right, const char* name, long n, const char* what) {
    if (right) return;
    ++failures;
    std::printf("%s, allocation %ld: %s\n", name, n, what);
}

inline extent open_descriptors() {
    extent open = 0;
    for ([[maybe_unused]] const auto& one : fs::directory_iterator("/proc/self/fd")) ++open;
    return open;
}

/// Runs an operation with its n-th allocation failing, for every n. `run` gives an error and frees all that it made;
/// right(done) says whether everything is as it must be, after a success or after a failure.
template <class Run, class Right>
void try_all(const char* name, const Run& run, const Right& right) {
    for (int i = 0; i < 2; ++i)  // what is made once and kept is made now
        check(!run(), name, 0, "fails without a reason");
    check(right(true), name, 0, "does not do what it should");
    long allocations = 0, refused = 0;
    for (const bool all_behind : {false, true}) {
        const extent open = open_descriptors();
        for (long n = 1; failures < 20; ++n, ++runs) {
            const long before = failing_memory::live;
            failing_memory::start(n, all_behind);
            error_kind kind = error_kind::none;
            {
                const error failed = run();
                kind = failed.kind();
            }
            const bool reached = failing_memory::count >= n;
            failing_memory::stop();
            // Sorting in the standard library does with less when it finds no memory; nothing else may succeed.
            check(kind == error_kind::out_of_memory || kind == error_kind::none, name, n, "fails with another kind");
            check(right(kind == error_kind::none), name, n, "something has changed, or is left over");
            check(failing_memory::live == before, name, n, "memory is lost");
            refused += kind == error_kind::out_of_memory;
            if (!reached) {
                check(kind == error_kind::none, name, n, "fails without a reason");
                allocations = n - 1;
                break;
            }
        }
        check(open_descriptors() == open, name, 0, "a file is left open");
    }
    std::printf("%-34s %4ld allocations, %4ld times out_of_memory\n", name, allocations, refused);
    check(refused >= allocations, name, 0, "failed allocations go unseen");
    ++operations;
}

/// A load into a new object: nothing can change.
template <class Load>
void try_load(const char* name, const Load& load) {
    try_all(
        name,
        [&] {
            const auto loaded = load();
            return error(loaded.error());
        },
        [](bool) { return true; });
}

/// A save over an old file of two bytes, in a folder where nothing else is or comes to be.
template <class Save>
void try_save(const char* name, const std::string& file, const Save& save) {
    const temporary_folder folder;
    const std::string path = folder / file;
    const byte_vector old{'o', 'k'};
    const std::string other = file == "x.hdr" ? folder / "x.img" : file == "x.hdr.gz" ? folder / "x.img.gz" : path;
    const auto reset = [&] { return !ctnn::write_file(path, old) && !ctnn::write_file(other, old); };
    check(reset(), name, 0, "cannot begin");
    try_all(
        name, [&] { return error(save(path)); },
        [&](bool done) {
            bool right = true;
            for (const std::string& one : {path, other}) {
                const auto now = ctnn::read_file(one);
                right = right && now.has_value() && (*now == old) != done;
            }
            extent files = 0;
            for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
            return right && files == (path == other ? 1 : 2) && (!done || reset());
        });
}

/// \returns what main() returns
inline int summary(long least_operations) {
    std::printf("%ld loads and saves, %ld runs with a failed allocation, %d mistakes\n", operations, runs, failures);
    return failures > 0 || operations < least_operations;
}

}  // namespace every_allocation
