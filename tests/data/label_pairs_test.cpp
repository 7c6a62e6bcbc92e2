// SPDX-License-Identifier: MIT
/// \file
/// Images with masks and volumes with label maps: which belong together, and a label at each position.
#include <doctest/doctest.h>

#include <ctnn/data/label_folder.hpp>
#include <ctnn/data/mask_folder.hpp>
#include <ctnn/io/csv.hpp>
#include <numeric>

#include "scratch_folder.hpp"

using namespace ctnn;
using names = std::vector<std::string>;
using labels_of_positions = std::vector<std::int32_t>;

namespace {

void write_gray(const scratch_folder& folder, const std::string& name, extent height, extent width,
                const std::vector<unsigned char>& pixels) {
    REQUIRE_FALSE(write_png(folder.at(name), pixels.data(), height, width, 1));
}
template <class T>
basic_volume<T> counted(extent depth, extent height, extent width) {
    basic_volume<T> v;
    v.grid = {depth, height, width, {}};
    v.values.resize(static_cast<std::size_t>(v.grid.positions()));
    std::iota(v.values.begin(), v.values.end(), T{0});
    return v;
}

}  // namespace

TEST_CASE("files are paired by their names without ending, in byte order") {
    const scratch_folder folder("pairs");
    for (const char* name : {"i/b.jpg", "i/a.png", "i/10.bmp", "i/.hidden.png", "i/notes.txt", "m/a.png", "m/b.png",
                             "m/10.PNG", "m/deep/c.png"})
        folder.write(name, "");
    const auto pairs = list_label_pairs(folder.at("i"), folder.at("m"), image_files);
    REQUIRE_MESSAGE(pairs, pairs.error().message());
    CHECK(pairs->images == names{folder.at("i/10.bmp"), folder.at("i/a.png"), folder.at("i/b.jpg")});
    CHECK(pairs->labels == names{folder.at("m/10.PNG"), folder.at("m/a.png"), folder.at("m/b.png")});
    CHECK(chosen_pairs(*pairs, {2}).labels == names{folder.at("m/b.png")});
}

TEST_CASE("a file without its other is refused, or reported and left out") {
    const scratch_folder folder("alone");
    for (const char* name : {"i/a.nii", "i/b.nii.gz", "m/b.nii", "m/c.nii"}) folder.write(name, "");
    CHECK(list_label_pairs(folder.at("i"), folder.at("m"), volume_files).error().message() ==
          folder.at("i/a.nii") + ": has no file in " + folder.at("m"));
    std::vector<error> left_out;
    const auto pairs = list_label_pairs(folder.at("i"), folder.at("m"), volume_files, &left_out);
    REQUIRE(pairs);
    CHECK(pairs->images == names{folder.at("i/b.nii.gz")});
    REQUIRE(left_out.size() == 2);
    CHECK(left_out[0].file() == folder.at("i/a.nii"));
    CHECK(left_out[1].message() == folder.at("m/c.nii") + ": has no file in " + folder.at("i"));

    CHECK(list_label_pairs(folder.at("i"), folder.path() + "/none", volume_files).error().kind() ==
          error_kind::cannot_open);
    CHECK(list_label_pairs(folder.at("i"), folder.at("m"), image_files).error().message().find("holds no image") !=
          std::string::npos);
    folder.write("i/b.nii", "");
    CHECK(list_label_pairs(folder.at("i"), folder.at("m"), volume_files, &left_out)
              .error()
              .message()
              .find("b.nii.gz: has the name of " + folder.at("i/b.nii")) != std::string::npos);
}

TEST_CASE("masks give the class of each pixel, at another size of the pixel in the middle") {
    const scratch_folder folder("masks");
    write_gray(folder, "i/1.png", 2, 4, {0, 51, 102, 153, 204, 255, 0, 51});
    write_gray(folder, "m/1.png", 2, 4, {0, 0, 255, 255, 0, 255, 0, 7});
    auto pairs = list_label_pairs(folder.at("i"), folder.at("m"), image_files);
    REQUIRE(pairs);
    pairs->class_names = {"background", "cell", "border"};
    const auto data = read_masked_images<shape<2, 4, 1>>(*pairs, {.values = {0, 255, 7}});
    REQUIRE_MESSAGE(data, data.error().message());
    CHECK(data->labels == labels_of_positions{0, 0, 1, 1, 0, 1, 0, 2});
    CHECK(data->class_names == pairs->class_names);
    CHECK(data->inputs[1] == doctest::Approx(0.2));
    CHECK_FALSE(data->check(8, 0));
    const auto wide = read_masked_images<shape<4, 8, 3>>(*pairs, {.values = {0, 255, 7}});
    REQUIRE(wide);
    CHECK(labels_of_positions(wide->labels.end() - 8, wide->labels.end()) ==
          labels_of_positions{0, 0, 1, 1, 0, 0, 2, 2});
    const auto narrow = read_masked_images<shape<1, 2, 1>>(*pairs, {.values = {0, 255, 7}});
    REQUIRE(narrow);
    CHECK(narrow->labels == labels_of_positions{1, 2});  // rows (0.5) * 2 = 1, columns 1 and 3

    const auto refused = read_masked_images<shape<2, 4, 1>>(*pairs);
    CHECK(refused.error().kind() == error_kind::corrupt);
    CHECK(refused.error().message() ==
          folder.at("m/1.png") + ": found the value 7 in row 1, column 3, expected the value of a class: 0, 255");
}

TEST_CASE("pairs that do not fit are errors with the file's name, or reported and left out") {
    const scratch_folder folder("bad_masks");
    for (const char* name : {"i/1.png", "i/2.png", "i/3.png", "i/4.png", "m/4.png"}) folder.paint(name, 2, 2, {0});
    folder.paint("m/1.png", 2, 3, {0});
    folder.paint("m/2.png", 2, 2, {0, 0, 0});
    folder.write("m/3.png", "no image");
    auto pairs = list_label_pairs(folder.at("i"), folder.at("m"), image_files);
    REQUIRE(pairs);
    CHECK(read_masked_images<shape<2, 2, 1>>(*pairs).error().message() ==
          folder.at("m/1.png") + ": is 2 x 3 pixels, its image 2 x 2");
    CHECK(read_masked_images<shape<2, 2, 1>>(*pairs, {.budget = 4 * 32 - 1}).error().kind() == error_kind::too_large);
    std::vector<error> skipped;
    const auto data = read_masked_images<shape<2, 2, 1>>(*pairs, {}, &skipped);
    REQUIRE(data);
    CHECK(data->size() == 1);
    CHECK(data->labels.size() == 4);
    CHECK(pairs->images == names{folder.at("i/4.png")});
    REQUIRE(skipped.size() == 3);
    CHECK(skipped[1].kind() == error_kind::unsupported);
    pairs->labels[0] = folder.at("m/3.png");
    CHECK(read_masked_images<shape<2, 2, 1>>(*pairs, {}, &skipped).error().message() ==
          "none of the images can be read");
}

TEST_CASE("label maps follow their volumes: turned, resampled to the nearest, cut and filled up") {
    const scratch_folder folder("label_maps");
    const auto image = counted<float>(2, 3, 4);
    const auto labels = counted<std::int32_t>(2, 3, 4);
    REQUIRE_FALSE(write_volume(folder.at("i/a.nii.gz"), *reorient(image, "LPS")));
    REQUIRE_FALSE(write_volume(folder.at("m/a.nii"), *reorient(labels, "LPS")));
    auto pairs = list_label_pairs(folder.at("i"), folder.at("m"), volume_files);
    REQUIRE(pairs);
    const volume_folder_options plain{.preparation = {.low = 0, .high = 23}};
    const auto data = read_labeled_volumes<shape<2, 3, 4, 1>>(*pairs, plain);
    REQUIRE_MESSAGE(data, data.error().message());
    for (std::size_t i = 0; i < 24; ++i) {
        CHECK(data->labels[i] == static_cast<std::int32_t>(i));
        CHECK(data->inputs[i] * 23 == doctest::Approx(static_cast<double>(i)));
    }
    const auto fitted = read_labeled_volumes<shape<2, 1, 6, 1>>(*pairs, plain, {}, -1);
    REQUIRE(fitted);
    CHECK(fitted->labels == labels_of_positions{-1, 4, 5, 6, 7, -1, -1, 16, 17, 18, 19, -1});
    CHECK(fitted->inputs[0] == 0);
    CHECK(fitted->inputs[1] * 23 == doctest::Approx(4));
    const auto fine = read_labeled_volumes<shape<2, 3, 8, 1>>(*pairs, {.preparation = {.spacing = {0.5, 1, 1}}});
    REQUIRE(fine);
    CHECK(labels_of_positions(fine->labels.begin(), fine->labels.begin() + 8) ==
          labels_of_positions{0, 0, 1, 1, 2, 2, 3, 3});
    CHECK_FALSE(fine->check(48, 0));
}

TEST_CASE("a label map that is not its volume's is refused with its name") {
    const scratch_folder folder("other_maps");
    REQUIRE_FALSE(write_volume(folder.at("i/a.nii"), counted<float>(2, 2, 2)));
    auto pairs = label_pairs{.images = {folder.at("i/a.nii")}, .labels = {folder.at("m/a.nii")}};
    auto map = counted<std::int32_t>(2, 2, 2);
    using input = shape<2, 2, 2, 1>;
    CHECK(read_labeled_volumes<input>(pairs).error().kind() == error_kind::cannot_open);
    REQUIRE_FALSE(write_volume(pairs.labels[0], map));
    CHECK(read_labeled_volumes<input>(pairs));
    const auto refused = read_labeled_volumes<input>(pairs, {}, {.classes = 7});
    CHECK(refused.error().kind() == error_kind::corrupt);
    CHECK(refused.error().message().find("m/a.nii: found label 7 at voxel (1, 1, 1)") != std::string::npos);
    map.grid.affine.at[1][3] = 0.2;
    REQUIRE_FALSE(write_volume(pairs.labels[0], map));
    CHECK(read_labeled_volumes<input>(pairs).error().kind() == error_kind::shape_mismatch);
    map.grid.affine.at[1][3] = 0.05;
    REQUIRE_FALSE(write_volume(pairs.labels[0], map));
    CHECK(read_labeled_volumes<input>(pairs));
    REQUIRE_FALSE(write_volume(pairs.labels[0], counted<std::int32_t>(2, 2, 3)));
    std::vector<error> skipped;
    CHECK(read_labeled_volumes<input>(pairs, {}, {}, 0, &skipped).error().message() ==
          "none of the volumes can be read");
    CHECK(skipped.at(0).message().find("m/a.nii: has other extents than " + pairs.images[0]) != std::string::npos);
}

TEST_CASE("nuclei and hippocampus are read with the foreground that is counted beside them") {
    const std::string shared = CTNN_SHARED_DATA, nuclei = shared + "/segmentation_nuclei_dsb2018/test",
                      hippocampus = shared + "/segmentation_hippocampus_nifti/val";
    if (!std::filesystem::exists(nuclei) || !std::filesystem::exists(hippocampus)) {
        MESSAGE("skipped: no shared data");
        return;
    }
    auto images = list_label_pairs(nuclei + "/images", nuclei + "/masks", image_files);
    REQUIRE_MESSAGE(images, images.error().message());
    const auto cells = read_masked_images<shape<256, 256, 1>>(*images);
    REQUIRE_MESSAGE(cells, cells.error().message());
    CHECK(cells->size() == 45);
    const auto of_cells = read_csv(shared + "/segmentation_nuclei_dsb2018/index.csv");
    REQUIRE(of_cells);
    double stated = 0, found = 0;
    for (extent row = 0; row < of_cells->rows(); ++row)
        if (of_cells->text(row, 0) == "test") stated += *of_cells->number<double>(row, 4) / 45;
    for (const std::int32_t label : cells->labels) found += label / (45.0 * 256 * 256);
    CHECK(found == doctest::Approx(stated).epsilon(1e-4));
    auto volumes = list_label_pairs(hippocampus + "/images", hippocampus + "/labels", volume_files);
    REQUIRE(volumes);
    const auto brains = read_labeled_volumes<shape<48, 64, 48, 1>>(*volumes, {}, {.classes = 3});
    REQUIRE_MESSAGE(brains, brains.error().message());
    CHECK(brains->size() == 12);

    const auto table = read_csv(shared + "/segmentation_hippocampus_nifti/index.csv");
    REQUIRE(table);
    std::vector<std::int64_t> counted(3), expected(3);
    for (const std::int32_t label : brains->labels) ++counted[static_cast<std::size_t>(label)];
    for (extent row = 0; row < table->rows(); ++row)
        if (table->text(row, 0) == "val")
            for (extent c = 1; c < 3; ++c)
                expected[static_cast<std::size_t>(c)] +=
                    *table->number<std::int64_t>(row, *table->column("vox_background") + c);
    CHECK(counted[1] == expected[1]);
    CHECK(counted[2] == expected[2]);
}
