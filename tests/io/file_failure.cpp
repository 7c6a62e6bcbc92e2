// SPDX-License-Identifier: MIT
/// \file
/// Every file call of every load and save fails in turn: the error names the file, the old file is as it was, nothing
/// is left beside it; interrupted and partial calls are repeated. Then the disk is full at every size.
#include "failing_files.hpp"

#include <sys/resource.h>
#include <csignal>
#include <cstring>
#include <ctnn/ctnn.hpp>
#include <ctnn/data/label_pairs.hpp>
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#include <filesystem>
#include <string>

#include "model_file_network.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace ctnn;
using failing_files::trouble;
namespace fs = std::filesystem;

int failures = 0;
long runs = 0;

void check(bool right, const char* name, long n, const char* what) {
    if (right) return;
    ++failures;
    std::printf("%s, call %ld: %s\n", name, n, what);
}

extent entries_in(const fs::path& folder) {
    extent count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
    return count;
}

/// Every trouble at every call. unchanged(done, failed) says whether all is as it must be.
template <class Run, class Unchanged>
void try_all(const char* name, const std::string& file, const Run& run, const Unchanged& unchanged) {
    const extent open = entries_in("/proc/self/fd");
    const std::string stem = file.substr(0, file.find('.', file.rfind('/')));  // both files of a pair have it
    for (const trouble kind : {trouble::broken, trouble::full, trouble::interrupted, trouble::short_of}) {
        long refused = 0;
        for (long n = 1; n < 200; ++n, ++runs) {
            failing_files::start(kind, n);
            const error failed = run(file);
            const bool reached = failing_files::count >= n;
            failing_files::stop();
            if (!reached) {
                check(!failed && unchanged(true, failed), name, n, "fails without a reason");
                break;
            }
            refused += static_cast<bool>(failed);
            if (kind == trouble::interrupted || kind == trouble::short_of)
                check(!failed, name, n, "does not repeat the call");
            else
                check(static_cast<bool>(failed), name, n, "a failed call goes unseen");
            if (failed) {
                check(failed.kind() == error_kind::cannot_open || failed.kind() == error_kind::cannot_write, name, n,
                      "another kind");
                check(failed.message().rfind(stem, 0) == 0, name, n, "the file is not named");
            }
            check(unchanged(!failed, failed), name, n, "something has changed, or is left over");
        }
        if (kind == trouble::broken) std::printf("%-24s %3ld failed calls\n", name, refused);
    }
    check(entries_in("/proc/self/fd") == open, name, 0, "a file is left open");
}

template <class Load>
void try_load(const char* name, const std::string& file, const Load& load) {
    try_all(
        name, file, [&](const std::string& path) { return error(load(path).error()); },
        [](bool, const error&) { return true; });
}

/// Saves over old files, with failing calls and on disks of every size up to the file's.
template <class Save>
void try_save(const char* name, const std::string& file, const Save& save) {
    const temporary_folder folder;
    const std::string path = folder / file;
    std::vector<std::string> paths{path};
    if (const std::size_t at = file.find(".hdr"); at != std::string::npos)
        paths.push_back(folder / (std::string(file).replace(at, 4, ".img")));
    const byte_vector old{'o', 'k'};
    const auto reset = [&] {
        for (const std::string& one : paths)
            if (write_file(one, old)) return false;
        return true;
    };
    /// How many of the files are still the old ones.
    const auto old_files = [&] {
        std::size_t count = 0;
        for (const std::string& one : paths) {
            const auto now = read_file(one);
            count += now.has_value() && *now == old;
        }
        return count;
    };
    check(reset(), name, 0, "cannot begin");
    try_all(
        name, path, [&](const std::string& to) { return error(save(to)); },
        [&](bool done, const error& failed) {
            const bool alone = entries_in(folder.path()) == static_cast<extent>(paths.size());
            // Only behind the first renaming may a file be new.
            const bool renamed = failed.message().find("is written, but its folder") != std::string::npos ||
                                 failed.message().find("cannot be renamed") != std::string::npos;
            const std::size_t left = old_files();
            const bool right = done ? left == 0 : left == paths.size() || renamed;
            return alone && right && (left == paths.size() || reset());
        });

    std::size_t largest = 0;
    check(!save(path), name, 0, "cannot be saved");
    for (const std::string& one : paths) largest = std::max(largest, static_cast<std::size_t>(fs::file_size(one)));
    check(reset(), name, 0, "cannot begin");
    struct rlimit before {};
    check(::getrlimit(RLIMIT_FSIZE, &before) == 0, name, 0, "has no limit of size");
    for (std::size_t size = 0; size < largest; size += largest / 20 + 1, ++runs) {
        struct rlimit small = before;
        small.rlim_cur = size;
        ::setrlimit(RLIMIT_FSIZE, &small);
        const error failed = save(path);
        ::setrlimit(RLIMIT_FSIZE, &before);
        check(failed.kind() == error_kind::cannot_write, name, static_cast<long>(size), "is saved on a full disk");
        check(failed.message().find("is unchanged") != std::string::npos, name, static_cast<long>(size), "no promise");
        check(old_files() == paths.size() && entries_in(folder.path()) == static_cast<extent>(paths.size()), name,
              static_cast<long>(size), "a full disk leaves something else than the old file");
    }

    // A folder in the place of the file.
    fs::remove(path);
    fs::create_directory(path);
    const error failed = save(path);
    check(failed.kind() == error_kind::cannot_write && fs::is_empty(path), name, 0, "replaces a folder");
    fs::remove(path);
    check(reset(), name, 0, "cannot begin");

    // A folder that may not be written; root may write everywhere.
    if (::geteuid() == 0) return;
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    check(save(path).kind() == error_kind::cannot_write && old_files() == paths.size(), name, 0, "writes read-only");
    fs::permissions(folder.path(), fs::perms::owner_all);
}

}  // namespace

int main() {
    std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit is an error of write(), not the end
    const temporary_folder folder;
    const auto at = [&](const char* name) { return folder / name; };

    const std::vector<unsigned char> pixels(40 * 30 * 3, 200);
    const auto png = [&](const std::string& path) { return write_png(path, pixels.data(), 40, 30, 3); };
    try_save("write_png", "x.png", png);
    check(!png(at("x.png")), "write_png", 0, "fails");
    try_load("read_image", at("x.png"), [](const std::string& path) { return read_image(path); });

    const nifti_image volume = make_nifti(make_array<std::int16_t>({2, 3, 400}, std::vector<std::int16_t>(2400, 3)));
    const auto nifti = [&](const std::string& path) { return write_nifti(path, volume); };
#if defined(CTNN_WITH_ZLIB)
    const char* const names[] = {"x.nii", "x.hdr", "x.nii.gz", "x.hdr.gz"};
#else
    const char* const names[] = {"x.nii", "x.hdr"};
#endif
    for (const char* name : names) {
        try_save(name, name, nifti);
        check(!nifti(at(name)), name, 0, "fails");
        try_load(name, at(name), [](const std::string& path) { return read_nifti(path); });
    }

    const array numbers = make_array<float>({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto npy = [&](const std::string& path) { return write_npy(path, numbers); };
    const auto npz = [&](const std::string& path) { return write_npz(path, {{"a", numbers}, {"b", numbers}}); };
    try_save("write_npy", "x.npy", npy);
    try_save("write_npz", "x.npz", npz);
    check(!npy(at("x.npy")) && !npz(at("x.npz")), "arrays", 0, "fail");
    try_load("read_npy", at("x.npy"), [](const std::string& path) { return read_npy(path); });
    try_load("read_npz", at("x.npz"), [](const std::string& path) { return read_npz(path); });

    for (const char* name : {"set", "set/a", "set/b"}) fs::create_directory(at(name));
    check(!npy(at("set/a/x.png")) && !npy(at("set/b/x.png")), "set", 0, "cannot begin");
    try_load("list_class_folder", at("set"),
             [](const std::string& path) { return list_class_folder(path, image_files); });
    try_load("list_label_pairs", at("set/a"),
             [](const std::string& path) { return list_label_pairs(path, path, image_files); });

    const byte_vector some(3000, 7);
    try_save("write_verified_file", "x.bin", [&](const std::string& path) { return write_verified_file(path, some); });

    using model_file_network::net;
    const model<net> m = model_file_network::trained();
    try_save("save", "x.safetensors", [&](const std::string& path) { return save(m, path); });
    check(!save(m, at("x.safetensors")), "save", 0, "fails");
    model<net> into{seed{1}};
    const model<net> before = into.copy();
    try_all(
        "load", at("x.safetensors"), [&](const std::string& path) { return error(load(into, path)); },
        [&](bool done, const error&) {
            const auto& expected = done ? m : before;
            const bool equal = std::memcmp(into.parameters().data(), expected.parameters().data(),
                                           into.parameters().size_bytes()) == 0;
            into = before.copy();
            return equal;
        });
    check(load(into, folder.path().string()).kind() == error_kind::cannot_open, "load", 0, "reads a folder");

    std::printf("%ld runs with a failed or repeated call, %d mistakes\n", runs, failures);
    return failures > 0;
}
