// SPDX-License-Identifier: MIT
/// \file
/// Class folders of NIfTI volumes: what a network sees of them, and what is refused with the name of the file.
#include <doctest/doctest.h>

#include <ctnn/data/left_out.hpp>
#include <ctnn/data/volume_folder.hpp>
#include <limits>
#include <numeric>

#include "scratch_folder.hpp"

using namespace ctnn;
using doctest::Approx;

namespace {

/// Values 0, 1, 2 ... of depth x height x width, one millimeter apart, in RAS.
volume counted(extent depth, extent height, extent width, extent channels = 1) {
    volume v;
    v.grid = {depth, height, width, {}};
    v.channels = channels;
    v.values.resize(static_cast<std::size_t>(v.grid.positions() * channels));
    std::iota(v.values.begin(), v.values.end(), 0.0f);
    return v;
}
void write(const scratch_folder& folder, const std::string& name, const volume& v) {
    const error failed = write_volume(folder.at(name), v);
    REQUIRE_MESSAGE(!failed, failed.message());
}
template <class Input>
std::vector<float> input_of(const volume& v, const volume_preparation& by = {}, const input_scaling& scaling = {}) {
    std::vector<float> to(static_cast<std::size_t>(Input::size), -7);
    const error failed = write_volume_input<Input>(v, by, scaling, to.data());
    REQUIRE_MESSAGE(!failed, failed.message());
    return to;
}

}  // namespace

TEST_CASE("a network sees a volume the same however its voxels are ordered in the file") {
    const volume v = counted(3, 4, 5);
    const auto expected = input_of<shape<3, 4, 5, 1>>(v, {.low = 0, .high = 100});
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(expected[i] == Approx(static_cast<double>(i) / 100));
    for (const char* code : {"LPS", "LPI", "RSA", "SAR", "PIR"}) {
        const auto turned = reorient(v, code);
        REQUIRE(turned);
        CHECK(input_of<shape<3, 4, 5, 1>>(*turned, {.low = 0, .high = 100}) == expected);
    }
}

TEST_CASE("a volume is cut and filled up around its middle, with what value 0 becomes") {
    volume v = counted(1, 1, 4);
    CHECK(input_of<shape<1, 1, 2, 1>>(v, {.low = 0, .high = 4}) == std::vector<float>{0.25f, 0.5f});
    CHECK(input_of<shape<1, 1, 6, 1>>(v, {.low = -1, .high = 3}, {.factor = 2, .shift = -1}) ==
          std::vector<float>{-1, -0.5f, 0, 0.5f, 1, -1});
}

TEST_CASE("a spacing is asked for in millimeters along right, front and top") {
    volume v = counted(2, 2, 4);
    v.grid.affine.at = {{{0, 0, 2, 5}, {0, 3, 0, 6}, {0.5, 0, 0, 7}}};  // columns to the top, 0.5 mm apart
    REQUIRE(orientation(v) == "SAR");
    const auto by = volume_preparation{.spacing = {2, 3, 1}, .low = 0, .high = 16};
    const auto seen = input_of<shape<2, 2, 2, 1>>(v, by);
    // Along the first axis of the file, now the slices, two voxels become one: the middle between them.
    const std::vector<float> expected{0.5f, 8.5f, 4.5f, 12.5f, 2.5f, 10.5f, 6.5f, 14.5f};
    for (std::size_t i = 0; i < 8; ++i) CHECK(seen[i] * 16 == Approx(static_cast<double>(expected[i])));
    CHECK(volume_preparation{}.resamples() == false);
    std::vector<float> to(8);
    CHECK(write_volume_input<shape<2, 2, 2, 1>>(v, {.spacing = {1, 0, 1}}, {}, to.data()).kind() ==
          error_kind::invalid_argument);
}

TEST_CASE("without a window each channel runs from its own 1st to its own 99th percentile") {
    volume v = counted(1, 1, 201, 2);
    for (std::size_t i = 0; i < 201; ++i) {
        v.values[2 * i] = static_cast<float>(i);  // ranks 2 and 198 are the values 2 and 198
        v.values[2 * i + 1] = -5;                 // constant: nothing to tell apart
    }
    v.values[0] = -1e6f;
    v.values[400] = 1e6f;
    const auto seen = input_of<shape<1, 1, 201, 2>>(v);
    for (std::size_t i = 0; i < 201; ++i) {
        const double level = (static_cast<double>(i) - 2) / 196;
        CHECK(seen[2 * i] == Approx(std::clamp(level, 0.0, 1.0)));
        CHECK(seen[2 * i + 1] == 0);
    }
}

TEST_CASE("NaN, infinity and other channels are refused") {
    std::vector<float> to(60);
    for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        volume v = counted(3, 4, 5);
        v.at(2, 1, 3) = wrong;
        const error failed = write_volume_input<shape<3, 4, 5, 1>>(v, {}, {}, to.data());
        CHECK(failed.kind() == error_kind::not_finite);
        CHECK(failed.message().find("voxel (3, 1, 2)") != std::string::npos);
    }
    CHECK(write_volume_input<shape<1, 1, 5, 2>>(counted(1, 1, 5), {}, {}, to.data()).kind() ==
          error_kind::shape_mismatch);
    volume flat = counted(1, 1, 5);
    flat.grid.affine.at[0] = {0, 0, 0, 0};
    CHECK(write_volume_input<shape<1, 1, 5, 1>>(flat, {}, {}, to.data()).kind() == error_kind::invalid_argument);
}

TEST_CASE("a folder of classes of volumes becomes a data set in byte order") {
    const scratch_folder folder("volumes");
    for (const char* name : {"b/2.nii.gz", "b/10.nii", "b/deep/3.hdr", "a/x.nii"})
        write(folder, name, counted(2, 2, 2));
    std::filesystem::rename(folder.at("b/10.nii"), folder.at("b/10.NII"));
    volume other = counted(2, 2, 2);
    for (float& value : other.values) value = 7 - value;
    write(folder, "a/y.nii.gz", other);
    for (const char* name : {"b/notes.txt", "b/.nii.gz", "a/z.gz", "a/1.png"}) folder.write(name, "");
    const auto listing = list_volume_folder(folder.path());
    REQUIRE(listing);
    CHECK(listing->class_names == std::vector<std::string>{"a", "b"});
    CHECK(listing->labels == std::vector<std::int32_t>{0, 0, 1, 1, 1});
    const auto data = read_volume_folder<shape<2, 2, 2, 1>>(folder.path(), {.preparation = {.low = 0, .high = 7}});
    REQUIRE_MESSAGE(data, data.error().message());
    CHECK(data->size() == 5);
    CHECK(data->class_names == listing->class_names);
    CHECK_FALSE(data->check(1, 0));
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(data->input_of(0)[i] == Approx(static_cast<double>(i) / 7));
        CHECK(data->input_of(1)[i] == Approx(static_cast<double>(7 - i) / 7));
    }
}

TEST_CASE("a volume that cannot be read is an error with its name, or reported and left out") {
    const scratch_folder folder("broken_volumes");
    write(folder, "a/1.nii", counted(2, 2, 2));
    write(folder, "b/1.nii.gz", counted(2, 2, 2));
    volume lost = counted(2, 2, 2);
    lost.values[5] = std::numeric_limits<float>::quiet_NaN();
    write(folder, "a/0.nii", lost);
    write(folder, "a/2.nii", counted(2, 2, 2, 3));
    folder.write("b/0.nii.gz", "no volume");
    auto listing = list_volume_folder(folder.path());
    REQUIRE(listing);
    listing->groups = {"p", "q", "r", "s", "t"};
    const auto refused = read_volumes<shape<2, 2, 2, 1>>(*listing);
    CHECK(refused.error().kind() == error_kind::not_finite);
    CHECK(refused.error().file() == folder.at("a/0.nii"));
    CHECK(listing->size() == 5);

    std::vector<error> skipped;
    const auto data = read_volumes<shape<2, 2, 2, 1>>(*listing, {}, &skipped);
    REQUIRE(data);
    CHECK(data->size() == 2);
    CHECK(data->labels == std::vector<std::int32_t>{0, 1});
    CHECK(listing->files == std::vector<std::string>{folder.at("a/1.nii"), folder.at("b/1.nii.gz")});
    CHECK(listing->groups == std::vector<std::string>{"q", "t"});
    REQUIRE(skipped.size() == 3);
    CHECK(skipped[1].message().find("a/2.nii: a volume of 3 channels where a network takes 1") != std::string::npos);
    CHECK(skipped[2].file() == folder.at("b/0.nii.gz"));
    const std::string report = left_out_report(skipped);
    CHECK(report.find("3 files left out:\n  " + folder.at("a/0.nii") + ": NaN or infinity") == 0);
    CHECK(std::count(report.begin(), report.end(), '\n') == 4);
    CHECK(left_out_report({skipped[1]}).find("1 file left out:\n") == 0);
    CHECK(left_out_report({}).empty());

    CHECK(read_volumes<shape<2, 2, 2, 1>>(*listing, {.budget = 63}).error().kind() == error_kind::too_large);
    CHECK(read_volumes<shape<2, 2, 2, 1>>(*listing, {.file_budget = 100}).error().kind() == error_kind::too_large);
    folder.write("c/0.nii.gz", "");
    folder.write("d/0.nii", "");
    auto none = class_listing{.class_names = {"c", "d"}, .files = {folder.at("c/0.nii.gz")}, .labels = {0}};
    skipped.clear();
    CHECK(read_volumes<shape<2, 2, 2, 1>>(none, {}, &skipped).error().message() == "none of the volumes can be read");
}

TEST_CASE("a folder of images is no folder of volumes") {
    const scratch_folder folder("no_volumes");
    for (const char* name : {"a/1.png", "b/1.png"}) folder.write(name, "");
    CHECK(list_volume_folder(folder.path()).error().message().find("a: holds no volume (nii, nii.gz, hdr)") !=
          std::string::npos);
    CHECK(list_volume_splits(folder.path(), seed{1}).error().kind() == error_kind::invalid_argument);
}
