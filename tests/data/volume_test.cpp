// SPDX-License-Identifier: MIT
/// \file
/// Volumes: to and from NIfTI, fitted to a network and back, sliced, and cleared of what names a patient.
#include <doctest/doctest.h>

#include <unistd.h>
#include <cmath>
#include <cstdio>
#include <ctnn/data/volume_crop.hpp>
#include <ctnn/data/volume_deidentify.hpp>
#include <ctnn/data/volume_orientation.hpp>
#include <ctnn/data/volume_slice.hpp>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>

using namespace ctnn;

namespace {

/// Values 0, 1, 2 ... of depth x height x width x channels, at an oblique place.
template <class T = float>
basic_volume<T> counted(extent depth, extent height, extent width, extent channels = 1) {
    basic_volume<T> v;
    v.grid = {depth, height, width, {}};
    v.grid.affine.at = {{{0.75, -0.5, 0, -10}, {1, 0.375, 0, 20}, {0, 0, 2.5, 30}}};
    v.channels = channels;
    v.values.resize(static_cast<std::size_t>(v.grid.positions() * channels));
    std::iota(v.values.begin(), v.values.end(), T{0});
    return v;
}

struct scratch_file {
    std::string path;
    explicit scratch_file(const std::string& name)
        : path((std::filesystem::temp_directory_path() / ("ctnn_volume_" + std::to_string(::getpid()) + name))
                   .string()) {}
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    ~scratch_file() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
};

}  // namespace

TEST_CASE("a file of three axes is a volume without moving a voxel: depth k, height j, width i") {
    const nifti_image image = make_nifti(make_array<std::int16_t>({2, 3, 4}, [] {
        std::vector<std::int16_t> values(24);
        std::iota(values.begin(), values.end(), std::int16_t{0});
        return values;
    }()));
    CHECK(image.header.shape() == std::vector<extent>{4, 3, 2});
    const volume v = to_volume(image);
    CHECK(v.grid.depth == 2);
    CHECK(v.grid.height == 3);
    CHECK(v.grid.width == 4);
    CHECK(v.channels == 1);
    CHECK(v.at(1, 2, 3) == 23.0F);
    CHECK(v.at(1, 0, 2) == 14.0F);
    const auto view = v.view<shape<2, 3, 4, 1>>();
    REQUIRE(view.has_value());
    CHECK(view->data() == v.values.data());
    CHECK((*view)(1, 0, 2, 0) == 14.0F);
    const auto wrong = v.view<shape<2, 4, 3, 1>>();
    CHECK(wrong.error().kind() == error_kind::shape_mismatch);
    CHECK(wrong.error().message() == "a volume of 2 x 3 x 4 x 1 where a network takes 2 x 4 x 3 x 1");
}

TEST_CASE("time and colors become channels, contiguous, and time goes back to the fourth axis") {
    std::vector<float> values(2 * 1 * 2 * 3);
    std::iota(values.begin(), values.end(), 0.0F);
    const nifti_image moving = make_nifti(make_array({2, 1, 2, 3}, values));
    const volume v = to_volume(moving);
    CHECK(v.channels == 2);
    CHECK(v.at(0, 1, 2, 0) == 5.0F);
    CHECK(v.at(0, 1, 2, 1) == 11.0F);
    CHECK(v.values[1] == 6.0F);
    const nifti_image back = to_nifti(v);
    CHECK(back.voxels.shape == moving.voxels.shape);
    CHECK(back.voxels.bytes == moving.voxels.bytes);

    nifti_image colors = make_nifti(make_array<std::uint8_t>({1, 1, 4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
    colors.voxels.shape = {2, 1, 1, 1, 4};  // two time points of one RGBA voxel
    colors.header.dim = {4, 1, 1, 1, 2, 1, 1, 1};
    colors.header.datatype = static_cast<std::int64_t>(nifti_type::rgba32);
    colors.header.bitpix = 32;
    REQUIRE(format_nifti(colors).has_value());
    const volume pixel = to_volume(*parse_nifti(format_nifti(colors)->header));
    CHECK(pixel.channels == 8);
    CHECK(pixel.values == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    const volume written = to_volume(to_nifti(pixel));
    CHECK(written.channels == 8);
    CHECK(written.values == pixel.values);
}

TEST_CASE("volumes and labels are written and read back") {
    for (const char* name : {
             ".nii",
#if defined(CTNN_WITH_ZLIB)
                 ".nii.gz"
#endif
         }) {
        const scratch_file file(name);
        volume v = counted(3, 4, 5, 2);
        v.values[7] = -0.125F;
        set_text(v.header.descrip, "kept");
        v.header.qform_code = v.header.sform_code = 1;
        REQUIRE_FALSE(write_volume(file.path, v));
        const auto back = read_volume(file.path);
        REQUIRE(back.has_value());
        CHECK(back->values == v.values);
        CHECK(back->grid == v.grid);
        CHECK(back->channels == 2);
        CHECK(to_string(back->header.descrip) == "kept");
        CHECK(back->header.sform_code == 1);  // the space is the one that the header named
        CHECK(back->header.qform_code == 1);

        label_volume labels = counted<std::int32_t>(2, 3, 4);
        REQUIRE_FALSE(write_volume(file.path, labels));
        CHECK(read_nifti(file.path)->header.datatype == 2);
        CHECK(read_labels(file.path)->values == labels.values);
        CHECK(read_labels(file.path, {.classes = 24}).has_value());
        CHECK(read_labels(file.path, {.classes = 23}).error().file() == file.path);
        labels.values[3] = -300;
        REQUIRE_FALSE(write_volume(file.path, labels));
        CHECK(read_nifti(file.path)->header.datatype == 4);
        labels.values[3] = 70000;
        REQUIRE_FALSE(write_volume(file.path, labels));
        CHECK(read_nifti(file.path)->header.datatype == 8);
        CHECK(read_labels(file.path)->values == labels.values);
    }
}

TEST_CASE("a volume that has not moved keeps both transforms of its header") {
    nifti_image image = make_nifti(make_array({1, 1, 2}, std::vector<float>{1, 2}));
    image.header.quatern_b = 1;  // a qform that says something else than the sform, which is used
    image.header.qform_code = 3;
    volume v = to_volume(image);
    CHECK(to_nifti(v).header.quatern_b == 1);
    CHECK(to_nifti(v).header.qform_code == 3);
    v.grid.affine.at[0][3] = 5;
    CHECK(to_nifti(v).header.quatern_b == 0);
    CHECK(to_nifti(v).header.qform_code == 2);
    v.grid.affine.at[0][1] = 0.5;  // a shear, which no quaternion has
    CHECK(to_nifti(v).header.qform_code == 0);
    CHECK(to_nifti(v).header.affine() == v.grid.affine);
    v.grid.affine.at[0][0] = v.grid.affine.at[0][1] = 0;  // what cannot be inverted is written as it is ...
    CHECK(to_nifti(v).header.affine() == v.grid.affine);
    v.grid.affine.at[0][0] = std::numeric_limits<double>::quiet_NaN();  // ... but no NaN
    CHECK(format_nifti(to_nifti(v)).error().kind() == error_kind::not_finite);
}

TEST_CASE("filled up and back returns the original bits; voxels stay at their place") {
    for (const extent channels : {1, 3}) {
        volume v = counted(3, 4, 5, channels);
        v.values[0] = std::numeric_limits<float>::quiet_NaN();
        v.values[1] = -0.0F;
        for (const std::array<extent, 3> to :
             {std::array<extent, 3>{8, 8, 8}, {3, 4, 5}, {4, 5, 6}, {2, 3, 4}, {1, 9, 2}, {7, 1, 5}}) {
            const volume_placement p = centered_placement({3, 4, 5}, to);
            const auto placed = place(v, p, -7.0F);
            REQUIRE(placed.has_value());
            extent filled = 0;
            for (extent z = 0; z < to[0]; ++z)
                for (extent y = 0; y < to[1]; ++y)
                    for (extent x = 0; x < to[2]; ++x) {
                        const extent sz = z - p.shift[0], sy = y - p.shift[1], sx = x - p.shift[2];
                        const bool inside = sz >= 0 && sz < 3 && sy >= 0 && sy < 4 && sx >= 0 && sx < 5;
                        filled += !inside;
                        for (extent c = 0; c < channels; ++c) {
                            const float expected = inside ? v.at(sz, sy, sx, c) : -7.0F;
                            CHECK((placed->at(z, y, x, c) == expected || expected != expected));
                        }
                        // The same place in the patient.
                        const auto a = placed->grid.affine({double(x), double(y), double(z)});
                        const auto b = v.grid.affine({double(sx), double(sy), double(sz)});
                        CHECK(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < 1e-12);
                    }
            CHECK(filled == to[0] * to[1] * to[2] -
                                std::min<extent>(3, to[0]) * std::min<extent>(4, to[1]) * std::min<extent>(5, to[2]));
            // What was cut keeps what `onto` has there: with the original, the original comes back.
            const auto back = place_back(*placed, p, v);
            REQUIRE(back.has_value());
            CHECK(std::memcmp(back->values.data(), v.values.data(), v.values.size() * sizeof(float)) == 0);
            CHECK(back->grid == v.grid);
            const auto blank = place_back(*placed, p, blank_like<float>(v, channels, -99.0F));
            extent kept = 0;
            for (const float value : blank->values) kept += value == -99.0F;
            const extent cut = 60 - (to[0] * to[1] * to[2] - filled);
            CHECK(kept == channels * cut);
        }
    }
}

TEST_CASE("fit_to makes the static shape of a network, centered") {
    const volume v = counted(3, 5, 4);
    const auto fitted = fit_to<shape<4, 4, 8, 1>>(v);
    REQUIRE(fitted.has_value());
    CHECK(fitted->view<shape<4, 4, 8, 1>>().has_value());
    CHECK(fitted->at(0, 0, 2) == v.at(0, 0, 0));  // depth +1 behind, height -1 behind, width +2 on both sides
    CHECK(fitted->at(3, 0, 2) == 0);
    CHECK(fitted->at(2, 3, 5) == v.at(2, 3, 3));
    CHECK(fit_to<shape<4, 4, 8, 2>>(v).error().kind() == error_kind::shape_mismatch);
    CHECK(place(v, centered_placement({3, 5, 5}, {1, 1, 1})).error().kind() == error_kind::shape_mismatch);
    CHECK(place(v, centered_placement({3, 5, 4}, {1, 0, 1})).error().kind() == error_kind::invalid_argument);
    CHECK(place(v, centered_placement({3, 5, 4}, {1 << 20, 1 << 20, 1 << 20})).error().kind() == error_kind::too_large);
    CHECK(place_back(v, centered_placement({3, 5, 4}, {4, 4, 4}), v).error().kind() == error_kind::shape_mismatch);
    volume_placement away = centered_placement({3, 5, 4}, {2, 2, 2});
    away.shift = {100, -100, 7};  // no voxel in common
    CHECK(place(v, away, 1.0F)->values == std::vector<float>(8, 1.0F));
}

TEST_CASE("slices across each axis are images in the volume's order") {
    const volume v = counted(2, 3, 4, 2);
    const auto across_depth = slice(v, volume_axis::depth, 1);
    REQUIRE(across_depth.has_value());
    CHECK(across_depth->height == 3);
    CHECK(across_depth->width == 4);
    CHECK(across_depth->at(2, 1, 1) == v.at(1, 2, 1, 1));
    const auto across_height = slice(v, volume_axis::height, 2);
    CHECK(across_height->height == 2);
    CHECK(across_height->width == 4);
    CHECK(across_height->at(1, 3, 0) == v.at(1, 2, 3, 0));
    const auto across_width = slice(v, volume_axis::width, 0);
    CHECK(across_width->height == 2);
    CHECK(across_width->width == 3);
    CHECK(across_width->at(1, 2, 1) == v.at(1, 2, 0, 1));
    CHECK(slice_count(v.grid, volume_axis::width) == 4);
    CHECK(slice(v, volume_axis::depth, 2).error().message() == "slice 2 of a volume with 2");
    CHECK_FALSE(slice(v, volume_axis::width, -1).has_value());
    const float nan_value = std::numeric_limits<float>::quiet_NaN();
    CHECK(to_bytes({1, 6, 1, {-5, 0, 1, 2, 9, nan_value}}, 0, 2) == std::vector<unsigned char>{0, 0, 128, 255, 255, 0});
}

TEST_CASE("deidentify clears every text and extension and says what it cleared, not what it was") {
    volume v = counted(1, 2, 2);
    set_text(v.header.descrip, "Doe^Jane 1970-01-01");
    set_text(v.header.aux_file, "doe_jane.mat");
    set_text(v.header.intent_name, "Jane");
    set_text(v.header.db_name, "D. Jane");
    v.header.data_type[9] = 'J';  // behind a zero
    v.header.unused_str[0] = 'D';
    v.extensions = {{2, byte_vector(24, 'J')}, {6, byte_vector(8, 'D')}};
    const volume before = v;
    const std::vector<std::string> cleared = deidentify(v);
    CHECK(cleared == std::vector<std::string>{"descrip: 19 characters", "aux_file: 12 characters",
                                              "intent_name: 4 characters", "db_name: 7 characters",
                                              "data_type: 1 characters", "unused_str: 1 characters",
                                              "extension of code 2: 24 bytes", "extension of code 6: 8 bytes"});
    CHECK(deidentify(v).empty());
    CHECK(v.values == before.values);
    for (const int version : {1, 2}) {
        v.header.version = version;
        const auto file = format_nifti(to_nifti(v));
        REQUIRE(file.has_value());
        const std::string text(file->header.begin(), file->header.end());
        CHECK(text.find("Jane") == std::string::npos);
        CHECK(text.find('J') == std::string::npos);
        CHECK(text.find('D') == std::string::npos);
    }
    nifti_image image = to_nifti(before);
    CHECK(deidentify(image).size() == 8);
}

TEST_CASE("deidentify with a mask blanks voxels, and changes nothing when the mask does not fit") {
    volume v = counted(2, 2, 2, 2);
    set_text(v.header.descrip, "x");
    const volume before = v;
    label_volume mask = blank_like<std::int32_t>(v);
    mask.values[1] = 1;
    mask.values[7] = 4;
    label_volume moved = mask, other = mask;
    moved.grid.affine.at[2][3] += 1;
    other.grid.depth = 1;
    other.grid.width = 4;
    for (const label_volume& wrong : {moved, other}) {
        CHECK(deidentify(v, wrong).error().kind() == error_kind::shape_mismatch);
        CHECK(v.values == before.values);
        CHECK(v.header.descrip == before.header.descrip);
    }
    const auto cleared = deidentify(v, mask, -1.0F);
    REQUIRE(cleared.has_value());
    CHECK(*cleared == std::vector<std::string>{"descrip: 1 characters", "voxels: 2 blanked"});
    for (std::size_t i = 0; i < v.values.size(); ++i)
        CHECK(v.values[i] == (i / 2 == 1 || i / 2 == 7 ? -1.0F : before.values[i]));
}

TEST_CASE("real volumes and labels lie on each other") {
    const std::string folder = CTNN_SHARED_DATA "/segmentation_hippocampus_nifti/test/";
    const auto scan = read_volume(folder + "images/hippocampus_203.nii.gz");
    if (!scan) {
        std::puts("skipped: segmentation_hippocampus_nifti is not there");
        return;
    }
    const auto labels = read_labels(folder + "labels/hippocampus_203.nii.gz", {.classes = 3});
    REQUIRE(labels.has_value());
    CHECK(labels->grid.size() == scan->grid.size());
    const auto fitted = fit_to<shape<48, 64, 48, 1>>(*scan);
    REQUIRE(fitted.has_value());
    const auto back =
        place_back(*fitted, centered_placement(scan->grid.extents(), {48, 64, 48}), blank_like<float>(*scan));
    CHECK(back->values == scan->values);
    CHECK(back->grid == scan->grid);
    const auto turned = reorient(*scan, "PIR");
    REQUIRE(turned.has_value());
    CHECK(reorient(*turned, orientation(*scan))->values == scan->values);
}
