// SPDX-License-Identifier: MIT
/// \file
/// Every allocation of every load and save of files fails in turn; see every_allocation.hpp for what must hold.
#include "every_allocation.hpp"

#include <cstring>
#include <ctnn/ctnn.hpp>
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#include <string>

#include "image_files.hpp"
#include "model_file_network.hpp"

namespace {

using namespace ctnn;
using namespace every_allocation;

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
    const std::string path = folder / "x.nii";
    volume v;
    v.grid.depth = v.grid.height = v.grid.width = 2;
    v.values.assign(8, 1.0f);
    check(!write_volume(path, v), "volume", 0, "cannot begin");
    try_load("read_volume", [&] { return read_volume(path); });
    try_load("read_labels", [&] { return read_labels(path); });
    try_save("write_volume", "x.nii", [&](const std::string& to) { return write_volume(to, v); });
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

void try_foreign_weights(const temporary_folder& folder) {
    using namespace model_file_network;
    const std::string npz = folder / "x.npz", tensors = folder / "y.safetensors";
    const std::vector<std::pair<std::string, array>> arrays{
        {"first.weight", make_array<float>({16, 2, 3, 3}, std::vector<float>(288, 1.0f))},
        {"first.bias", make_array<float>({16}, std::vector<float>(16, 2.0f))},
        {"last.weight", make_array<float>({3, 96}, std::vector<float>(288, 3.0f))},
        {"last.bias", make_array<float>({3}, std::vector<float>(3, 4.0f))}};
    std::vector<tensor_source> sources;
    for (const auto& [name, one] : arrays) sources.push_back({name, tensor_type::f32, one.shape, one.bytes});
    auto written = format_safetensors(sources);
    check(!write_npz(npz, arrays) && written, "foreign weights", 0, "cannot begin");
    // Without the keys of ctnn's own it is a file of another library.
    auto parsed = parse_safetensors(*written);
    const std::string header = detail::format_safetensors_header(parsed->entries, {});
    byte_vector other;
    append_little(other, static_cast<std::uint64_t>(header.size()));
    append_text(other, header);
    other.insert(other.end(), written->begin() + static_cast<std::ptrdiff_t>(parsed->data_begin), written->end());
    check(!write_file(tensors, other), "foreign weights", 0, "cannot begin");

    const name_pair names[] = {{"0", "first"}, {"head", "last"}};
    const model<net> before{seed{1}};
    model<net> into = before.copy();
    const auto right = [&](bool done) {
        const model<net>& old = before;
        const bool same =
            std::memcmp(into.parameters().data(), old.parameters().data(), old.parameters().size_bytes()) == 0;
        const bool loaded = into.parameters()[0] == 1 && into.parameters().back() == 4;
        into = before.copy();
        return done ? loaded : same;
    };
    try_all("load of PyTorch's npz", [&] { return error(load(into, npz, layout::pytorch)); }, right);
    try_all("load of PyTorch's safetensors", [&] { return error(load(into, tensors, layout::pytorch, names)); }, right);
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
    try_models(folder);
    try_foreign_weights(folder);
    try_link(folder);
    return summary(32);
}
