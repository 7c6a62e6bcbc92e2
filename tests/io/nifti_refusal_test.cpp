// SPDX-License-Identifier: MIT
/// \file
/// NIfTI files with every field at its bad values: each is refused with its kind, or read with the stated value, never
/// with other voxels.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctnn/io/nifti_labels.hpp>
#include <limits>
#include <string>
#include <vector>

#include "nifti_files.hpp"

using namespace ctnn;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN(), infinity = HUGE_VAL;
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// One bad value. `kind` none: the file is read, its voxels as they were.
struct bad_value {
    const char* field;
    extent index;
    double value;
    error_kind kind;
    std::int64_t whole = 0;  ///< for 64-bit fields, a number that double cannot hold
    int version = 0;         ///< 1 or 2: only there
    bool extended = false;   ///< in the file with an extension
    extent warnings = 0;     ///< expected when read
};

const bad_value bad_values[] = {
    {"sizeof_hdr", 0, 347, error_kind::wrong_format},
    {"sizeof_hdr", 0, 349, error_kind::wrong_format},
    {"sizeof_hdr", 0, 0, error_kind::wrong_format},
    {"sizeof_hdr", 0, -1, error_kind::wrong_format},
    {"sizeof_hdr", 0, 540, error_kind::truncated, 0, 1},  // 400 bytes are no NIfTI-2 header
    {"sizeof_hdr", 0, 348, error_kind::wrong_format, 0, 2},
    {"dim", 0, 0, error_kind::corrupt},
    {"dim", 0, 8, error_kind::corrupt},
    {"dim", 0, -1, error_kind::corrupt},
    {"dim", 0, 200, error_kind::corrupt},
    {"dim", 0, 32767, error_kind::corrupt},
    {"dim", 0, 0, error_kind::corrupt, largest, 2},
    {"dim", 0, 2, error_kind::trailing_data},
    {"dim", 0, 1, error_kind::trailing_data},
    {"dim", 0, 4, error_kind::none},  // the fourth extent is 1
    {"dim", 0, 7, error_kind::none},
    {"dim", 1, 0, error_kind::corrupt},
    {"dim", 1, -1, error_kind::corrupt},
    {"dim", 1, -32768, error_kind::corrupt},
    {"dim", 1, 3, error_kind::trailing_data},
    {"dim", 1, 5, error_kind::truncated},
    {"dim", 1, 32767, error_kind::truncated},
    {"dim", 1, 0, error_kind::corrupt, largest, 2},
    {"dim", 1, 0, error_kind::corrupt, largest / 6, 2},  // the product in bytes is above 2^63
    {"dim", 1, 0, error_kind::too_large, largest / 12 - 1, 2},
    {"dim", 1, 0, error_kind::too_large, 1'500'000'000, 2},  // 18 GB
    {"dim", 2, 0, error_kind::corrupt},
    {"dim", 2, -7, error_kind::corrupt},
    {"dim", 2, 4, error_kind::truncated},
    {"dim", 3, 0, error_kind::corrupt},
    {"dim", 3, -1, error_kind::corrupt},
    {"dim", 3, 32767, error_kind::truncated},
    {"dim", 3, 1, error_kind::trailing_data},
    {"dim", 4, 0, error_kind::none},  // behind the last axis
    {"dim", 4, -5, error_kind::none},
    {"dim", 7, 32767, error_kind::none},
    {"datatype", 0, 0, error_kind::unsupported},
    {"datatype", 0, 1, error_kind::unsupported},
    {"datatype", 0, 32, error_kind::unsupported},
    {"datatype", 0, 255, error_kind::unsupported},
    {"datatype", 0, 1536, error_kind::unsupported},
    {"datatype", 0, 1792, error_kind::unsupported},
    {"datatype", 0, 2048, error_kind::unsupported},
    {"datatype", 0, 3, error_kind::corrupt},
    {"datatype", 0, -4, error_kind::corrupt},
    {"datatype", 0, 5, error_kind::corrupt},
    {"datatype", 0, 32767, error_kind::corrupt},
    {"datatype", 0, 2, error_kind::corrupt},    // 16 bits are not uint8's ...
    {"datatype", 0, 16, error_kind::corrupt},   // float32's
    {"datatype", 0, 128, error_kind::corrupt},  // RGB24's
    {"datatype", 0, 2304, error_kind::corrupt},
    {"bitpix", 0, 0, error_kind::corrupt},
    {"bitpix", 0, 1, error_kind::corrupt},
    {"bitpix", 0, 8, error_kind::corrupt},
    {"bitpix", 0, 15, error_kind::corrupt},
    {"bitpix", 0, 32, error_kind::corrupt},
    {"bitpix", 0, -16, error_kind::corrupt},
    {"vox_offset", 0, -1, error_kind::corrupt},
    {"vox_offset", 0, 0, error_kind::none},  // not set: the first possible place
    {"vox_offset", 0, 1, error_kind::corrupt},
    {"vox_offset", 0, 351, error_kind::corrupt},
    {"vox_offset", 0, 348, error_kind::corrupt},
    {"vox_offset", 0, 352, error_kind::corrupt, 0, 2},
    {"vox_offset", 0, 1000, error_kind::truncated},
    {"vox_offset", 0, 360, error_kind::truncated, 0, 1},
    {"vox_offset", 0, 1e9, error_kind::truncated},
    {"vox_offset", 0, 352.5, error_kind::corrupt, 0, 1},
    {"vox_offset", 0, nan_value, error_kind::corrupt, 0, 1},
    {"vox_offset", 0, infinity, error_kind::corrupt, 0, 1},
    {"vox_offset", 0, -infinity, error_kind::corrupt, 0, 1},
    {"vox_offset", 0, 1e30, error_kind::corrupt, 0, 1},
    {"vox_offset", 0, 1e18, error_kind::truncated, 0, 1},
    {"vox_offset", 0, 0, error_kind::corrupt, largest, 2},
    {"vox_offset", 0, 0, error_kind::truncated, largest / 4, 2},
    {"vox_offset", 0, 0, error_kind::corrupt, -largest, 2},
    {"scl_slope", 0, 0, error_kind::none},  // no scaling
    {"scl_slope", 0, nan_value, error_kind::none},
    {"scl_slope", 0, infinity, error_kind::none},
    {"scl_slope", 0, -infinity, error_kind::none},
    {"scl_inter", 0, nan_value, error_kind::not_finite},
    {"scl_inter", 0, infinity, error_kind::not_finite},
    {"scl_inter", 0, -infinity, error_kind::not_finite},
    {"pixdim", 0, 0, error_kind::none, 0, 0, false, 1},
    {"pixdim", 0, 0.5, error_kind::none, 0, 0, false, 1},
    {"pixdim", 0, nan_value, error_kind::none, 0, 0, false, 1},
    {"pixdim", 1, 0, error_kind::none, 0, 0, false, 1},
    {"pixdim", 1, -2, error_kind::none, 0, 0, false, 1},
    {"pixdim", 2, nan_value, error_kind::none, 0, 0, false, 1},
    {"pixdim", 3, infinity, error_kind::none, 0, 0, false, 1},
    {"pixdim", 3, -infinity, error_kind::none, 0, 0, false, 1},
    {"pixdim", 5, nan_value, error_kind::none},  // behind the last axis
    {"qform_code", 0, -1, error_kind::none, 0, 0, false, 1},
    {"qform_code", 0, 6, error_kind::none, 0, 0, false, 1},
    {"qform_code", 0, 32767, error_kind::none, 0, 0, false, 1},
    {"sform_code", 0, -1, error_kind::none, 0, 0, false, 1},
    {"sform_code", 0, 6, error_kind::none, 0, 0, false, 1},
    {"srow", 0, nan_value, error_kind::not_finite},
    {"srow", 11, infinity, error_kind::not_finite},
    {"quatern", 0, 2, error_kind::none},  // the sform is used
    {"quatern", 0, nan_value, error_kind::none},
    {"extension_flag", 0, 1, error_kind::none},  // there is no room for one
    {"extension_flag", 0, 255, error_kind::none},
    {"esize", 0, 0, error_kind::corrupt, 0, 0, true},
    {"esize", 0, 7, error_kind::corrupt, 0, 0, true},
    {"esize", 0, -32, error_kind::corrupt, 0, 0, true},
    {"esize", 0, -2147483648.0, error_kind::corrupt, 0, 0, true},
    {"esize", 0, 33, error_kind::corrupt, 0, 0, true},
    {"esize", 0, 2147483647.0, error_kind::corrupt, 0, 0, true},
    {"esize", 0, 31, error_kind::none, 0, 0, true, 1},
    {"esize", 0, 8, error_kind::corrupt, 0, 0, true},  // then 'xxxx' is the next one's size
    {"extension_flag", 0, 0, error_kind::none, 0, 0, true},
};

struct counts {
    extent files = 0, refused = 0, equal = 0, different = 0;
};

/// Reads a spoilt file and counts what came of it.
void judge(const byte_vector& file, const bad_value& bad, const array& voxels, counts& sum) {
    ++sum.files;
    const auto image = parse_nifti(file, "x.nii");
    CHECK(image.error().kind() == bad.kind);
    if (!image) {
        ++sum.refused;
        CHECK(image.error().file() == "x.nii");
        CHECK_FALSE(image.error().message().empty());
        return;
    }
    const bool same = image->voxels.bytes == voxels.bytes;
    sum.equal += same;
    sum.different += !same;
    CHECK(static_cast<extent>(image->warnings.size()) == bad.warnings);
    CHECK(image->values<double>() == voxels.as<double>());
    CHECK(image->header.affine().finite());
}

}  // namespace

TEST_CASE("every header field at its bad values is refused by kind or repaired as stated") {
    counts sum;
    for (const int version : {1, 2}) {
        for (const bool big : {false, true}) {
            const array voxels = small_nifti(version, big).voxels;
            for (const bad_value& bad : bad_values) {
                if (bad.version != 0 && bad.version != version) continue;
                INFO(std::string(bad.field) << "[" << bad.index << "] = " << bad.value << " / " << bad.whole
                                            << ", NIfTI-" << version << std::string(big ? ", big" : ", little"));
                byte_vector file = small_file(version, big, bad.extended);
                spoil(file, version == 1, big, bad.field, bad.index, bad.value, bad.whole);
                judge(file, bad, voxels, sum);
            }
        }
    }
    std::printf("spoilt NIfTI headers: %d files, %d refused, %d read with equal voxels, %d with others\n",
                static_cast<int>(sum.files), static_cast<int>(sum.refused), static_cast<int>(sum.equal),
                static_cast<int>(sum.different));
    CHECK(sum.files > 380);
    CHECK(sum.refused > 250);
    CHECK(sum.different == 0);
}

TEST_CASE("a wrong mark of the format is refused, with the reason") {
    for (const bool big : {false, true}) {
        const auto kind = [&](int version, std::size_t at, const std::string& mark) {
            byte_vector file = small_file(version, big);
            std::copy(mark.begin(), mark.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
            return parse_nifti(file).error().kind();
        };
        CHECK(kind(1, 344, "ni1") == error_kind::corrupt);  // of a pair, in one file
        CHECK(kind(1, 344, std::string(4, '\0')) == error_kind::unsupported);
        CHECK(kind(1, 344, "n+2") == error_kind::wrong_format);
        CHECK(kind(1, 344, "n+1x") == error_kind::wrong_format);
        CHECK(kind(1, 344, "N+1") == error_kind::wrong_format);
        CHECK(kind(2, 4, "ni2") == error_kind::corrupt);
        CHECK(kind(2, 4, "n+1") == error_kind::wrong_format);
        CHECK(kind(2, 4, std::string("n+2\0\n\n\x1a\n", 8)) == error_kind::corrupt);
        CHECK(kind(2, 4, std::string("n+2\0\r\n\x1a\r", 8)) == error_kind::corrupt);
        CHECK(kind(2, 4, std::string("n+2\0\0\0\0\0", 8)) == error_kind::corrupt);
    }
    CHECK(parse_nifti({}).error().kind() == error_kind::truncated);
    CHECK(parse_nifti(byte_vector(1000, 7)).error().kind() == error_kind::wrong_format);
}

TEST_CASE("a transform by quaternion is refused when the quaternion is none") {
    for (const int version : {1, 2}) {
        for (const bool big : {false, true}) {
            byte_vector file = small_file(version, big);
            const auto set = [&](const char* name, extent index, double value) {
                spoil(file, version == 1, big, name, index, value);
            };
            set("sform_code", 0, 0);
            set("qform_code", 0, 1);
            CHECK(parse_nifti(file).has_value());
            set("quatern", 2, 1.001);
            CHECK(parse_nifti(file).error().kind() == error_kind::corrupt);
            set("quatern", 2, nan_value);
            CHECK(parse_nifti(file).error().kind() == error_kind::corrupt);
            set("quatern", 2, 0);
            set("qoffset", 1, infinity);
            CHECK(parse_nifti(file).error().kind() == error_kind::not_finite);
        }
    }
}

TEST_CASE("a transform without inverse is written as rows alone") {
    nifti_header h = small_nifti().header;
    affine_transform flat;
    flat.at[2][2] = 0;
    h.set_affine(flat, 2);
    CHECK(h.sform_code == 2);
    CHECK(h.qform_code == 0);
    CHECK(h.affine() == flat);
}

TEST_CASE("numbers beyond those of double are exact where nothing is scaled") {
    const std::int64_t odd = (std::int64_t{1} << 53) + 1;
    CHECK(make_nifti(make_array<std::int64_t>({1}, {odd})).values<std::int64_t>().at(0) == odd);
}

TEST_CASE("spacings are repaired as nibabel repairs them") {
    byte_vector file = small_file();
    spoil(file, true, false, "pixdim", 2, -1e6);
    CHECK(parse_nifti(file)->warnings == std::vector<std::string>{"pixdim[2] is -1000000, read as 1000000"});
    nifti_header h = small_nifti().header;
    h.pixdim = {0, -2, 0, nan_value, infinity, 3, 0, 0};
    CHECK(h.qfac() == 1);
    CHECK(h.spacing(1) == 2);
    CHECK(h.spacing(2) == 1);
    CHECK(h.spacing(3) == 1);
    CHECK(h.spacing(5) == 1);  // behind the last axis
    h.dim[0] = 5;
    CHECK(h.spacing(4) == 1);
    CHECK(h.spacing(5) == 3);
    h.sform_code = h.qform_code = 0;
    CHECK(h.affine().at[0][0] == -2);
    CHECK(h.affine().at[0][3] == 3);
}

TEST_CASE("spacings are refused that place the voxels beyond the largest number") {
    for (const bool big : {false, true}) {
        byte_vector file = small_file(2, big);
        spoil(file, false, big, "pixdim", 1, 1.7e308);
        CHECK(parse_nifti(file).has_value());  // the three rows place them
        spoil(file, false, big, "sform_code", 0, 0);
        spoil(file, false, big, "qform_code", 0, 0);
        CHECK(parse_nifti(file).error().kind() == error_kind::not_finite);
        CHECK(parse_nifti(file).error().offset() == 104);
    }
}

TEST_CASE("labels that are none are refused with their voxel, unless they are ignored") {
    const auto labels = [](std::vector<float> values, label_rules rules = {}) {
        return nifti_labels(make_nifti(make_array({2, 1, 2}, values)), rules, "x.nii");
    };
    REQUIRE(labels({0, 1, 2, 3}).has_value());
    CHECK(*labels({0, 1, 2, 3}) == std::vector<std::int32_t>{0, 1, 2, 3});
    CHECK(*labels({0, 255, 2, 1}, {.classes = 3, .ignore = 255}) == std::vector<std::int32_t>{0, 255, 2, 1});
    CHECK(*labels({0, -1, 2, 1}, {.classes = 3, .ignore = -1}) == std::vector<std::int32_t>{0, -1, 2, 1});
    for (const float bad : {0.5F, -1.0F, 3.0F, 1e20F, std::numeric_limits<float>::quiet_NaN(), HUGE_VALF}) {
        const auto refused = labels({0, 1, 2, bad}, {.classes = 3});
        CHECK(refused.error().kind() == error_kind::corrupt);
        CHECK(refused.error().message().find("at voxel (1, 0, 1)") != std::string::npos);
    }
    CHECK_FALSE(labels({0, 0, 0, 2147483648.0F}).has_value());
    CHECK(labels({0, 0, 0, 2147483520.0F}).has_value());
    CHECK(labels({0, 1, 2, 0.5F}).error().message() ==
          "x.nii: found label 0.5 at voxel (1, 0, 1), expected a whole number from 0 to 2147483647");

    const auto wide = make_nifti(make_array<std::uint64_t>({2}, {3, (std::uint64_t{1} << 53) + 1}));
    CHECK_FALSE(nifti_labels(wide).has_value());
    auto scaled = make_nifti(make_array<std::uint8_t>({2}, {1, 2}));
    scaled.header.scl_slope = 3;
    scaled.header.scl_inter = 1;
    CHECK(*nifti_labels(scaled) == std::vector<std::int32_t>{4, 7});
    scaled.header.scl_slope = 1.0 / 255;
    CHECK_FALSE(nifti_labels(scaled).has_value());
    auto colors = make_nifti(make_array<std::uint8_t>({1}, {1}));
    colors.header.datatype = static_cast<std::int64_t>(nifti_type::rgb24);
    CHECK(nifti_labels(colors).error().kind() == error_kind::unsupported);
}
