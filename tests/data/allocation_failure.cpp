// SPDX-License-Identifier: MIT
/// \file
/// Every allocation of every reader of data sets fails in turn; see every_allocation.hpp for what must hold.
#include "../io/every_allocation.hpp"

#include <ctnn/ctnn.hpp>
#include <ctnn/data/image_folder.hpp>
#include <ctnn/data/mask_folder.hpp>
#include <ctnn/data/medmnist.hpp>

#include "../io/image_files.hpp"

namespace {

using namespace ctnn;
using namespace every_allocation;
using input = shape<5, 6, 1>;
using volume_input = shape<2, 2, 2, 1>;

void write_text(const std::string& file, const std::string& text) {
    byte_vector bytes;
    append_text(bytes, text);
    check(!write_file(file, bytes), file.c_str(), 0, "cannot begin");
}

/// Folders of two classes, `set` of images and `scans` of volumes; a file of each is damaged.
void make_folders(const temporary_folder& folder) {
    volume v;
    v.grid.depth = v.grid.height = v.grid.width = 2;
    v.values.assign(8, 1.0f);
    for (const std::string name : {"a", "b"}) {
        for (const std::string kind : {"set/", "scans/"}) fs::create_directories(folder / (kind + name + "/deeper"));
        check(!write_file(folder / ("set/" + name + "/x.pgm"), image_files::pnm("P5 6 5 255\n", 30)) &&
                  !write_volume(folder / ("scans/" + name + "/deeper/x.nii"), v),
              "folders", 0, "cannot begin");
    }
    write_text(folder / "set/b/no-image.png", "no image");
    write_text(folder / "scans/b/no-volume.nii", "no volume");
}

void try_class_folders(const temporary_folder& folder) {
    const std::string set = folder / "set", scans = folder / "scans";
    try_load("list_image_folder", [&] { return list_image_folder(set); });
    try_load("list_image_splits", [&] { return list_image_splits(set, seed{1}); });
    try_load("read_image_folder", [&] {
        std::vector<error> skipped;
        return read_image_folder<input>(set, {}, &skipped);
    });
    try_load("read_volume_folder", [&] {
        std::vector<error> skipped;
        return read_volume_folder<volume_input>(scans, {}, &skipped);
    });
    auto listing = list_image_folder(set);
    check(listing && listing->size() == 3, "set", 0, "cannot be listed");
    const class_listing all = *listing;
    try_all(
        "read_images with a damaged one",
        [&] {
            std::vector<error> skipped;
            return error(read_images<input>(*listing, {}, &skipped).error());
        },
        [&](bool done) {
            const bool right = done ? listing->size() == 2 && listing->labels.size() == 2
                                    : listing->files == all.files && listing->labels == all.labels;
            *listing = all;
            return right;
        });
}

void try_pairs(const temporary_folder& folder) {
    const std::string images = folder / "set/a", scans = folder / "scans/a/deeper";
    try_load("list_label_pairs", [&] { return list_label_pairs(images, images, ctnn::image_files); });
    auto masked = list_label_pairs(images, images, ctnn::image_files);
    check(masked.has_value(), "pairs", 0, "cannot be listed");
    mask_folder_options gray;
    gray.values.clear();
    for (extent value = 0; value < 256; ++value) gray.values.push_back(value);
    try_load("read_masked_images", [&] { return read_masked_images<input>(*masked, gray); });

    auto labeled = list_label_pairs(scans, scans, volume_files);
    check(labeled.has_value(), "pairs", 0, "cannot be listed");
    labeled->images.push_back(folder / "scans/b/no-volume.nii");
    labeled->labels.push_back(labeled->labels[0]);
    const label_pairs all = *labeled;
    try_all(
        "read_labeled_volumes with a damaged one",
        [&] {
            std::vector<error> skipped;
            return error(read_labeled_volumes<shape<2, 2, 3, 1>>(*labeled, {.preparation = {.spacing = {1, 1, 0.5}}},
                                                                 {.classes = 2}, 0, &skipped)
                             .error());
        },
        [&](bool done) {
            const bool right = done ? labeled->size() == 1 : labeled->images == all.images;
            *labeled = all;
            return right;
        });
}

void try_tables(const temporary_folder& folder) {
    const std::string task = folder / "dataset.json", table = folder / "index.csv";
    write_text(task,
               R"({"name": "a long name of a task", "modality": {"0": "MRI"}, "labels": {"0": "none", "1": "some"},
                   "training": [{"image": "./imagesTr/some-name.nii.gz", "label": "./labelsTr/some-name.nii.gz"}],
                   "test": ["./imagesTs/a-test-volume.nii.gz"], "other": [1, {"a": null}]})");
    try_load("read_decathlon", [&] { return read_decathlon(task); });
    write_text(table,
               "path,label,patient,part\nimages/the-first-one.png,a class,the first patient,train\n"
               "images/the-second-one.png,another,the second patient,val\nimages/3.png,another,c,test\n");
    const index_options columns{.group = "patient", .part = "part"};
    try_load("read_index", [&] { return read_index(table, columns); });
}

array noise_array(std::vector<extent> of) {
    extent size = 1;
    for (const extent n : of) size *= n;
    return make_array(std::move(of), image_files::noise(size));
}

void try_medmnist(const temporary_folder& folder) {
    std::vector<std::pair<std::string, array>> flat, deep;
    for (const std::string part : {"train", "val", "test"}) {
        flat.emplace_back(part + "_images", noise_array({2, 5, 6}));
        deep.emplace_back(part + "_images", noise_array({2, 2, 2, 2}));
        for (auto* archive : {&flat, &deep})
            archive->emplace_back(part + "_labels", make_array<std::uint8_t>({2, 1}, {0, 1}));
    }
    const std::string images = folder / "images.npz", volumes = folder / "volumes.npz";
    check(!write_npz(images, flat) && !write_npz(volumes, deep), "medmnist", 0, "cannot begin");
    try_load("open_medmnist, images", [&] { return open_medmnist(images); });
    try_load("open_medmnist, volumes", [&] { return open_medmnist(volumes); });
    const auto pictures = open_medmnist(images), scans = open_medmnist(volumes);
    check(pictures && scans, "medmnist", 0, "cannot be opened");
    try_load("read_medmnist, images", [&] { return read_medmnist<input>(*pictures, split_part::train); });
    try_load("read_medmnist, volumes", [&] { return read_medmnist<volume_input>(*scans, split_part::train); });
}

}  // namespace

int main() {
    const temporary_folder folder;
    make_folders(folder);
    try_class_folders(folder);
    try_pairs(folder);
    try_tables(folder);
    try_medmnist(folder);
    return summary(14);
}
