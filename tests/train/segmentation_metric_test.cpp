// SPDX-License-Identifier: MIT
/// \file
/// Overlaps, surfaces and distances against scipy, and by hand.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/train/metric/distance_transform.hpp"
#include "ctnn/train/metric/segmentation_score.hpp"
#include "ctnn/train/metric/volume_segmentation_score.hpp"
#include "golden.hpp"

namespace segmentation_metrics {

using ctnn::extent;
using ctnn::region_case;
using ctnn::structure_score;
using triple = std::array<double, 3>;

constexpr std::array<extent, 3> shape_of(const std::string& name) {
    return name == "image" ? std::array<extent, 3>{1, 23, 17} : std::array<extent, 3>{11, 14, 9};
}

std::array<double, 10> numbers_of(const structure_score& s) {
    return {s.dice,
            s.iou,
            s.sensitivity,
            s.specificity,
            s.volume_difference,
            s.relative_volume_difference,
            s.hausdorff,
            s.hausdorff95,
            s.average_surface_distance,
            s.surface_dice};
}

/// One structure of ones in an image or a volume.
structure_score score(const std::vector<int>& predicted, const std::vector<std::int32_t>& truth,
                      const std::array<extent, 3>& extents, const triple& spacing = {1, 1, 1}, double tolerance = 1) {
    return ctnn::score_structure(predicted.data(), truth.data(), extents, spacing, 1, {.tolerance = tolerance});
}

}  // namespace segmentation_metrics

using namespace segmentation_metrics;

TEST_CASE("distances to a set are exact, as comparing all pairs finds them, for any number of threads") {
    const auto members = golden::array<std::int32_t>("segmentation/distances.set");
    const auto spacing = golden::array<double>("segmentation/distances.spacing");
    const auto wanted = golden::array<double>("segmentation/distances.squares");
    const std::vector<unsigned char> set(members.begin(), members.end());
    const auto squares = ctnn::squared_distances(set.data(), {7, 9, 12}, {spacing[0], spacing[1], spacing[2]});
    REQUIRE(squares.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(squares[i] == doctest::Approx(wanted[i]).epsilon(1e-13));

    // Whole numbers are exact: one voxel in the corner of a volume large enough for several threads.
    std::vector<unsigned char> corner(50 * 41 * 37);
    corner[0] = 1;
    const auto alone = ctnn::squared_distances(corner.data(), {50, 41, 37}, {1, 1, 1});
    CHECK(alone.back() == 49 * 49 + 40 * 40 + 36 * 36);
    CHECK(ctnn::squared_distances(corner.data(), {50, 41, 37}, {1, 1, 1}, 3) == alone);
    corner[0] = 0;
    CHECK(std::isinf(ctnn::squared_distances(corner.data(), {50, 41, 37}, {1, 1, 1})[5]));
    CHECK(ctnn::squared_distances(set.data(), {1, 1, 1}, {1, 1, 1}).size() == 1);
}

TEST_CASE("scores of structures are those of scipy and numpy") {
    for (const char* name : {"volume", "anisotropic", "image", "ignored", "touching", "single", "invented"}) {
        INFO(name);
        const auto labels = golden::array<std::int32_t>(std::string("segmentation/") + name + ".labels");
        const auto spacing = golden::array<double>(std::string("segmentation/") + name + ".spacing");
        const auto wanted = golden::array<double>(std::string("segmentation/") + name + ".scores");
        const std::array<extent, 3> extents = shape_of(name);
        const extent voxels = extents[0] * extents[1] * extents[2];
        REQUIRE(labels.size() == static_cast<std::size_t>(2 * voxels));
        const std::vector<unsigned char> predicted(labels.begin(), labels.begin() + voxels);
        const auto found = ctnn::score_segmentation(predicted.data(), labels.data() + voxels, extents,
                                                    {spacing[0], spacing[1], spacing[2]}, 3, {.tolerance = 1.5});
        REQUIRE(found.size() == 2);
        REQUIRE(wanted.size() == 20);
        for (std::size_t i = 0; i < 20; ++i) {
            INFO("score ", i);
            const double value = numbers_of(found[i / 10])[i % 10];
            if (std::isnan(wanted[i]))
                CHECK(std::isnan(value));
            else
                CHECK(value == doctest::Approx(wanted[i]).epsilon(1e-13));
        }
    }
}

TEST_CASE("squares beside each other, by hand") {
    // Rows of 8 voxels of 2 mm: 1 to 4 are the truth, 3 to 6 predicted.
    const structure_score s = score({0, 0, 0, 1, 1, 1, 1, 0}, {0, 1, 1, 1, 1, 0, 0, 0}, {1, 1, 8}, {1, 1, 2}, 2);
    CHECK(s.counts == ctnn::region_counts{2, 4, 4, 8});
    CHECK(s.dice == 0.5);
    CHECK(s.iou == 1.0 / 3);
    CHECK(s.sensitivity == 0.5);
    CHECK(s.specificity == 0.5);
    CHECK(s.volume_difference == 0);
    CHECK(s.relative_volume_difference == 0);
    // Surfaces are the ends 3 and 6, and 1 and 4: from 3 to 4 it is 2 mm, from 6 to 4 it is 4, and back the same.
    CHECK(s.hausdorff == 4);
    CHECK(s.hausdorff95 == doctest::Approx(3.9).epsilon(1e-15));
    CHECK(s.average_surface_distance == 3);
    CHECK(s.surface_dice == 0.5);
    CHECK(s.which() == region_case::found);

    const structure_score same = score({1, 1, 0, 1}, {1, 1, 0, 1}, {2, 2, 1});
    CHECK(same.dice == 1);
    CHECK(same.hausdorff == 0);
    CHECK(same.surface_dice == 1);
}

TEST_CASE("what is empty has no scores where it should be, and bad ones where it should not") {
    const std::vector<int> nothing(8), some{0, 1, 1, 0, 0, 0, 0, 0};
    const std::vector<std::int32_t> none(8), there{0, 1, 1, 0, 0, 0, 0, 0};
    const structure_score absent = score(nothing, none, {2, 2, 2}), missed = score(nothing, there, {2, 2, 2}),
                          invented = score(some, none, {2, 2, 2}), found = score(some, there, {2, 2, 2});
    CHECK(absent.which() == region_case::absent);
    for (const double number : numbers_of(absent)) CHECK(std::isnan(number));
    CHECK(missed.which() == region_case::missed);
    CHECK(missed.dice == 0);
    CHECK(missed.sensitivity == 0);
    CHECK(missed.surface_dice == 0);
    CHECK(std::isnan(missed.hausdorff95));
    CHECK(invented.which() == region_case::invented);
    CHECK(invented.dice == 0);
    CHECK(std::isnan(invented.sensitivity));
    CHECK(invented.volume_difference == 2);

    const std::vector<structure_score> cases{absent, missed, invented, found, found};
    const ctnn::structure_summary all = ctnn::summarize_segmentations(cases);
    CHECK(all.cases == 5);
    CHECK(all.absent == 1);
    CHECK(all.missed == 1);
    CHECK(all.invented == 1);
    CHECK(all.dice.count == 4);
    CHECK(all.dice.mean == 0.5);
    CHECK(all.dice.deviation == doctest::Approx(std::sqrt(1.0 / 3)));
    CHECK(all.hausdorff95.count == 2);
    CHECK(all.hausdorff95.mean == 0);
    const ctnn::structure_summary no_case = ctnn::summarize_segmentations({});
    CHECK(no_case.cases == 0);
    CHECK(std::isnan(no_case.dice.mean));
}

TEST_CASE("label volumes are measured in millimeters along their own axes, at the same place only") {
    ctnn::label_volume truth;
    truth.grid = {2, 3, 4, {}};
    truth.grid.affine.at[0] = {0, -3, 0, 10};  // columns grow along y by 2 mm, rows along -x by 3, slices along z by 5
    truth.grid.affine.at[1] = {2, 0, 0, 20};
    truth.grid.affine.at[2] = {0, 0, 5, 30};
    truth.values.assign(24, 0);
    ctnn::label_volume predicted = truth;
    truth.at(0, 0, 0) = 1;
    predicted.at(1, 2, 3) = 1;
    const auto scores = ctnn::score_segmentation(predicted, truth, 2);
    REQUIRE(scores);
    CHECK(scores->at(0).hausdorff == doctest::Approx(std::sqrt(36.0 + 36 + 25)).epsilon(1e-14));

    predicted.grid.affine.at[0][3] = 12;
    CHECK(ctnn::score_segmentation(predicted, truth, 2).error().kind() == ctnn::error_kind::shape_mismatch);
    predicted.grid.affine = truth.grid.affine = {};
    predicted.grid.affine.at = truth.grid.affine.at = {};
    CHECK(ctnn::score_segmentation(predicted, truth, 2).error().kind() == ctnn::error_kind::invalid_argument);
}
