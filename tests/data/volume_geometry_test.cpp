// SPDX-License-Identifier: MIT
/// \file
/// Orientation and resampling of volumes against nibabel and scipy; see tests/golden/nifti.py.
#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/data/volume_orientation.hpp>
#include <ctnn/data/volume_resample.hpp>
#include <ctnn/io/npz.hpp>
#include <filesystem>
#include <limits>
#include <set>
#include <string>

using namespace ctnn;

namespace {

const npz& golden() {
    static const result<npz> archive =
        read_npz((std::filesystem::path(__FILE__).parent_path().parent_path() / "golden/nifti/geometry.npz").string());
    REQUIRE(archive.has_value());
    return *archive;
}

array get(const std::string& name) {
    result<array> found = golden().read(name);
    REQUIRE_MESSAGE(found.has_value(), name);
    return *std::move(found);
}

affine_transform transform(const std::vector<double>& values, std::size_t first = 0) {
    affine_transform a;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) a.at[r][c] = values[first + 4 * r + c];
    return a;
}

double distance(const affine_transform& a, const affine_transform& b) {
    double most = 0;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) most = std::fmax(most, std::abs(a.at[r][c] - b.at[r][c]));
    return most;
}

/// The grid of an array of shape (depth, height, width).
volume_grid grid_of(const array& like, const affine_transform& affine) {
    return {like.shape[0], like.shape[1], like.shape[2], affine};
}

template <class T>
basic_volume<T> golden_volume(const std::string& name) {
    const array data = get(name + "/data");
    basic_volume<T> v;
    v.grid = grid_of(data, transform(get(name + "/affine").as<double>()));
    v.values = data.as<T>();
    return v;
}

const std::string names[] = {"oblique", "flipped", "sheared", "ties"};

}  // namespace

TEST_CASE("orientations are nibabel's, and all 48 reorientations as well; back returns the original bits") {
    std::set<std::string> codes;
    for (const std::string& name : names) {
        INFO(name);
        const volume v = golden_volume<float>(name);
        const array letters = get(name + "/orientation");
        CHECK(orientation(v) == std::string(letters.bytes.begin(), letters.bytes.end()));
        for (const std::string& key : golden().names()) {
            if (!key.starts_with(name + "/") || !key.ends_with("/data") || key == name + "/data") continue;
            const std::string code = key.substr(name.size() + 1, 3);
            INFO(code);
            codes.insert(code);
            const auto turned = reorient(v, code);
            REQUIRE(turned.has_value());
            const array expected = get(key);
            CHECK(turned->values == expected.as<float>());
            CHECK(turned->grid.depth == expected.shape[0]);
            CHECK(turned->grid.height == expected.shape[1]);
            CHECK(turned->grid.width == expected.shape[2]);
            CHECK(distance(turned->grid.affine, transform(get(name + "/" + code + "/affine").as<double>())) < 1e-12);
            CHECK(orientation(*turned) == code);
            const auto back = reorient(*turned, orientation(v));
            CHECK(back->values == v.values);
            CHECK(distance(back->grid.affine, v.grid.affine) < 1e-12);
        }
    }
    CHECK(codes.size() == 48);
}

TEST_CASE("a volume at any angle is turned to every orientation and back") {
    std::uint32_t state = 7;
    const auto number = [&state] {
        state = state * 1664525 + 1013904223;
        return static_cast<double>(state >> 8) / 0x1p23 - 1;
    };
    volume v = golden_volume<float>("oblique");
    for (int round = 0; round < 200; ++round) {
        for (auto& row : v.grid.affine.at)
            for (double& value : row) value = round < 100 ? number() : std::round(2 * number());  // then ties as well
        if (!detail::invertible(v.grid.affine)) continue;
        const std::string now = orientation(v);
        for (const char* code : {"RAS", "LPS", "SAR", "PIL", "ARI", "IRP"}) {
            const auto turned = reorient(v, code);
            REQUIRE(turned.has_value());
            CHECK(orientation(*turned) == code);
            const auto back = reorient(*turned, now);
            CHECK(back->values == v.values);
            CHECK(distance(back->grid.affine, v.grid.affine) < 1e-12);
        }
    }
}

TEST_CASE("reorient moves the channels of a voxel together") {
    volume v = golden_volume<float>("oblique");
    volume two = v;
    two.channels = 2;
    two.values.clear();
    for (const float value : v.values) two.values.insert(two.values.end(), {value, -value});
    const auto turned = reorient(two, "SPL"), one = reorient(v, "SPL");
    for (std::size_t i = 0; i < one->values.size(); ++i) {
        CHECK(turned->values[2 * i] == one->values[i]);
        CHECK(turned->values[2 * i + 1] == -one->values[i]);
    }
}

TEST_CASE("codes that name no orientation and transforms without inverse are refused") {
    volume v = golden_volume<float>("oblique");
    for (const char* code : {"", "RA", "RASS", "RAR", "RLS", "ras", "XYZ", "RAI "})
        CHECK(reorient(v, code).error().kind() == error_kind::invalid_argument);
    const std::string message = reorient(v, "RLS").error().message();
    CHECK(message == "orientation 'RLS': one each of R or L, A or P, S or I in any order, such as RAS");
    for (const double bad : {0.0, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
        for (std::size_t r = 0; r < 3; ++r) v.grid.affine.at[r][1] = bad;
        CHECK(orientation(v).empty());
        CHECK(reorient(v, "RAS").error().kind() == error_kind::invalid_argument);
        CHECK(resample_to_spacing(v, {1, 1, 1}).error().kind() == error_kind::invalid_argument);
    }
    for (std::size_t r = 0; r < 3; ++r) v.grid.affine.at[r][1] = 2 * v.grid.affine.at[r][0];
    CHECK(orientation(v).empty());
}

TEST_CASE("resampling agrees with scipy: linear for images, nearest for labels, on grids of any direction") {
    for (const std::string& name : names) {
        INFO(name);
        const volume v = golden_volume<float>(name);
        const label_volume labels = golden_volume<std::int32_t>(name);
        for (const char* kind : {"/spacing", "/other", "/within"}) {
            INFO(std::string(kind));
            const affine_transform affine = transform(get(name + kind + "/affine").as<double>());
            const array linear = get(name + kind + "/linear");
            const auto resampled = resample_to(v, grid_of(linear, affine));
            REQUIRE(resampled.has_value());
            const std::vector<double> expected = linear.as<double>();
            REQUIRE(resampled->values.size() == expected.size());
            double most = 0;
            for (std::size_t i = 0; i < expected.size(); ++i)
                most = std::fmax(most, std::abs(static_cast<double>(resampled->values[i]) - expected[i]));
            CHECK(most < 1e-4);  // values up to 500 as float
            if (std::string(kind) == "/within") continue;
            const auto nearest = resample_to(labels, grid_of(linear, affine));
            REQUIRE(nearest.has_value());
            CHECK(nearest->values == get(name + kind + "/nearest").as<std::int32_t>());
        }
        const auto spaced = resample_to_spacing(v, {0.7, 1.3, 1.9});
        REQUIRE(spaced.has_value());
        CHECK(distance(spaced->grid.affine, transform(get(name + "/spacing/affine").as<double>())) < 1e-12);
        CHECK(spaced->values.size() == get(name + "/spacing/linear").as<double>().size());
        const std::array<double, 3> spacing = spaced->spacing();
        CHECK(spacing[0] == doctest::Approx(0.7));
        CHECK(spacing[2] == doctest::Approx(1.9));
    }
}

TEST_CASE("half the spacing and back keeps the transform to 1e-6 and nearly every label") {
    for (const std::string& name : names) {
        const label_volume v = golden_volume<std::int32_t>(name);
        const std::array<double, 3> now = v.spacing();
        const auto fine = resample_to_spacing(v, {now[0] / 2, now[1] / 2, now[2] / 2});
        REQUIRE(fine.has_value());
        CHECK(fine->values.size() == 8 * v.values.size());
        const auto back = resample_to_spacing(*fine, now);
        REQUIRE(back.has_value());
        CHECK(back->grid.size() == v.grid.size());
        CHECK(distance(back->grid.affine, v.grid.affine) < 1e-6);
        CHECK(back->values == v.values);
    }
}

TEST_CASE("onto its own grid a volume is copied, NaN stays where it is") {
    volume v = golden_volume<float>("oblique");
    v.values[17] = std::numeric_limits<float>::quiet_NaN();
    const auto same = resample_to(v, v.grid);
    REQUIRE(same.has_value());
    for (std::size_t i = 0; i < v.values.size(); ++i) CHECK((i == 17 || same->values[i] == v.values[i]));
    CHECK(std::isnan(same->values[17]));
    volume_grid away = v.grid;
    away.affine.at[0][3] += 1000;
    CHECK(resample_to(v, away, 5.0F)->values == std::vector<float>(v.values.size(), 5.0F));
}

TEST_CASE("grids without voxels, without spacing or beyond the budget are refused") {
    const volume v = golden_volume<float>("oblique");
    volume_grid grid = v.grid;
    grid.depth = 0;
    CHECK(resample_to(v, grid).error().kind() == error_kind::invalid_argument);
    grid = v.grid;
    grid.width = grid.height = grid.depth = extent{1} << 31;
    CHECK(resample_to(v, grid).error().kind() == error_kind::too_large);
    CHECK(resample_to_spacing(v, {0.001, 0.001, 0.001}).error().kind() == error_kind::too_large);
    for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL, 1e-300})
        CHECK(resample_to_spacing(v, {1, bad, 1}).error().kind() == error_kind::invalid_argument);
    const auto coarse = resample_to_spacing(v, {1000, 1000, 1000});
    REQUIRE(coarse.has_value());
    CHECK(coarse->values.size() == 1);  // an axis has one voxel at least, in the middle
}

TEST_CASE("the qform of a transform is nibabel's") {
    const std::vector<double> transforms = get("quaternions/affine").as<double>(),
                              said = get("quaternions/qform").as<double>();
    REQUIRE(transforms.size() == 40 * 16);
    for (std::size_t n = 0; n < 40; ++n) {
        INFO(static_cast<int>(n));
        nifti_header h;
        h.version = 2;
        const affine_transform a = transform(transforms, 16 * n);
        h.set_affine(a, 1);
        affine_transform q;
        REQUIRE(h.qform(q));
        CHECK(distance(q, transform(said, 16 * n)) < 1e-6);
        CHECK(h.sform() == a);
        const bool shears = distance(q, a) > 1e-3;
        CHECK(h.qform_code == (shears ? 0 : 1));
    }
}
