// SPDX-License-Identifier: MIT
/// \file
/// Every allocation of every load and save fails in turn, alone and with all behind it: out_of_memory comes back, what
/// was there before is unchanged, and no block, file or descriptor is left over.
#include "failing_memory.hpp"

#include <cstdio>
#include <cstring>
#include <ctnn/ctnn.hpp>
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#include <filesystem>
#include <string>

#include "image_files.hpp"
#include "model_file_network.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace ctnn;
namespace fs = std::filesystem;

int failures = 0;
long operations = 0, runs = 0;

void check(bool right, const char* name, long n, const char* what) {
    if (right) return;
    ++failures;
    std::printf("%s, allocation %ld: %s\n", name, n, what);
}

extent open_descriptors() {
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
    const auto reset = [&] { return !write_file(path, old) && !write_file(other, old); };
    check(reset(), name, 0, "cannot begin");
    try_all(
        name, [&] { return error(save(path)); },
        [&](bool done) {
            bool right = true;
            for (const std::string& one : {path, other}) {
                const auto now = read_file(one);
                right = right && now.has_value() && (*now == old) != done;
            }
            extent files = 0;
            for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
            return right && files == (path == other ? 1 : 2) && (!done || reset());
        });
}

void try_images(const temporary_folder& folder) {
    std::vector<image_files::named_file> all = image_files::png_files();
    for (auto& one : image_files::other_files()) all.push_back(std::move(one));
    for (const auto& one : all) {
        const std::string path = folder / "image";
        check(!write_file(path, one.bytes), one.name.c_str(), 0, "cannot begin");
        try_load(("read_image " + one.name).c_str(),
                 [&] { return read_image(path, {.channels = 3, .alpha = transparency::over_white}); });
    }
    const byte_vector pixels = image_files::noise(40 * 30 * 3);
    try_save("write_png", "x.png", [&](const std::string& path) { return write_png(path, pixels.data(), 40, 30, 3); });
}

void try_volumes(const temporary_folder& folder) {
    affine_transform oblique;
    oblique.at = {{{0.75, -0.5, 0, -10}, {1, 0.375, 0, 20}, {0, 0, 2.5, 30}}};
    nifti_image image = make_nifti(make_array<std::int16_t>({2, 3, 4}, std::vector<std::int16_t>(24, 3)), oblique);
    image.extensions.push_back({6, byte_vector(8, 'x')});
    image.header.pixdim[3] = -2.5;  // a warning is made, too
#if defined(CTNN_WITH_ZLIB)
    const char* const names[] = {"x.nii", "x.hdr", "x.nii.gz", "x.hdr.gz"};
#else
    const char* const names[] = {"x.nii", "x.hdr"};
#endif
    for (const std::string name : names) {
        const std::string path = folder / name;
        check(!write_nifti(path, image), name.c_str(), 0, "cannot begin");
        try_load(("read_nifti " + name).c_str(), [&] { return read_nifti(path); });
        try_save(("write_nifti " + name).c_str(), name, [&](const std::string& to) { return write_nifti(to, image); });
    }
    image.header.big_endian = true;
    try_load("format_nifti, the other order", [&] { return format_nifti(image); });
    try_load("nifti_labels", [&] { return nifti_labels(image); });
}

void try_arrays(const temporary_folder& folder) {
    const array one = make_array<float>({2, 3}, {1, 2, 3, 4, 5, 6});
    const std::string npy = folder / "x.npy", npz = folder / "x.npz";
    check(!write_npy(npy, one) && !write_npz(npz, {{"a", one}, {"b", one}}), "arrays", 0, "cannot begin");
    try_load("read_npy", [&] { return read_npy(npy); });
    const std::string csv = folder / "x.csv";
    byte_vector table;
    append_text(table, "a column with a long name,b\n\"quoted \"\"text\"\"\",2\n");
    check(!write_file(csv, table), "csv", 0, "cannot begin");
    try_load("read_csv", [&] { return read_csv(csv); });
    try_load("read_npz, read", [&]() -> result<array> {
        const auto archive = read_npz(npz);
        if (!archive) return archive.error();
        return archive->read("b");
    });
    try_save("write_npy", "x.npy", [&](const std::string& path) { return write_npy(path, one); });
    const std::vector<std::pair<std::string, array>> two{{"a", one}, {"b", one}};
    try_save("write_npz", "x.npz", [&](const std::string& path) { return write_npz(path, two); });
}

void try_data_sets(const temporary_folder& folder) {
    for (const std::string name : {"a", "b"}) {
        fs::create_directories(folder / ("set/" + name));
        check(!write_file(folder / ("set/" + name + "/x.pgm"), image_files::pnm("P5 6 5 255\n", 30)), "set", 0,
              "fails");
    }
    using input = shape<5, 6, 1>;
    // The folder is listed before: directory_iterator itself ends the program without memory (libstdc++ 12).
    auto listing = list_image_folder(folder / "set");
    check(listing.has_value(), "set", 0, "cannot be listed");
    try_load("read_images", [&] { return read_images<input>(*listing); });

    const std::string file = folder / "x.npz";
    std::vector<std::pair<std::string, array>> splits;
    for (const std::string part : {"train", "val", "test"}) {
        splits.emplace_back(part + "_images", make_array({2, 5, 6}, image_files::noise(60)));
        splits.emplace_back(part + "_labels", make_array<std::uint8_t>({2, 1}, {0, 1}));
    }
    check(!write_npz(file, splits), "set", 0, "cannot begin");
    try_load("open_medmnist", [&] { return open_medmnist(file); });
    const auto opened = open_medmnist(file);
    try_load("read_medmnist", [&] { return read_medmnist<input>(*opened, split_part::train); });

    const std::string path = folder / "x.nii";
    volume v;
    v.grid.depth = v.grid.height = v.grid.width = 2;
    v.values.assign(8, 0.5f);
    check(!write_volume(path, v), "volume", 0, "cannot begin");
    try_load("read_volume", [&] { return read_volume(path); });
    try_save("write_volume", "x.nii", [&](const std::string& to) { return write_volume(to, v); });
}

void try_models(const temporary_folder& folder) {
    using namespace model_file_network;
    const std::string path = folder / "x.safetensors";
    const model<net> m = trained();
    const model<net> before{seed{1}};
    model<net> into = before.copy();
    check(!save(m, path), "model", 0, "cannot begin");
    const auto equal = [](const model<net>& a, const model<net>& b) {
        return std::memcmp(a.parameters().data(), b.parameters().data(), a.parameters().size_bytes()) == 0 &&
               a.class_names == b.class_names;
    };
    try_all(
        "load", [&] { return error(load(into, path)); },
        [&](bool done) {
            const bool right = equal(into, done ? m : before);
            into = before.copy();
            return right;
        });
    try_load("read_model_info", [&] { return read_model_info(path); });
    try_save("save", "x.safetensors", [&](const std::string& to) { return save(m, to); });
}

void try_link(const temporary_folder& folder) {
    const std::string target = folder / "target", link = folder / "link";
    const byte_vector old{'o', 'k'}, fresh{'n', 'e', 'w'};
    check(!write_file(target, old), "link", 0, "cannot begin");
    fs::create_symlink("target", link);
    try_all(
        "write_file to a link", [&] { return error(write_file(link, fresh)); },
        [&](bool done) {
            const auto now = read_file(target);
            const bool right = now.has_value() && *now == (done ? fresh : old) && fs::is_symlink(link);
            return right && !write_file(target, old);
        });
}

}  // namespace

int main() {
    const temporary_folder folder;
    try_images(folder);
    try_volumes(folder);
    try_arrays(folder);
    try_data_sets(folder);
    try_models(folder);
    try_link(folder);
    std::printf("%ld loads and saves, %ld runs with a failed allocation, %d mistakes\n", operations, runs, failures);
    return failures > 0 || operations < 30;
}
