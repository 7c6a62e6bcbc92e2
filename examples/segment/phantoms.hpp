// SPDX-License-Identifier: MIT
/// \file
/// Volumes that the program draws itself: a body with an organ and lesions in it, so that training needs no download.
///
/// The organ is an ellipsoid, a little lighter than the body around it; lesions are small balls of another brightness
/// inside it. The body holds balls of the same brightness as well, which are no lesions: one has to see where they
/// lie. All is noisy, lit from one side, and of other extents and another spacing each time.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace segment::phantoms {
namespace nn = ctnn;

inline const std::vector<std::string> class_names{"background", "organ", "lesion"};

/// A point, or half axes, in millimeters: slice, row, column.
using triple = std::array<double, 3>;

/// (distance / half axis)^2, added up: below 1 inside.
inline double depth_in(const triple& at, const triple& middle, const triple& half) {
    double sum = 0;
    for (std::size_t n = 0; n < 3; ++n) sum += (at[n] - middle[n]) * (at[n] - middle[n]) / (half[n] * half[n]);
    return sum;
}

struct phantom {
    nn::volume image;
    nn::label_volume truth;
};

/// Phantom `number` of the series that a seed stands for.
inline phantom draw(nn::seed start, std::uint64_t number) {
    nn::random_stream random(start, (std::uint64_t{6} << 61) + number);
    const auto between = [&](double low, double high) { return low + (high - low) * random.next_uniform(); };
    phantom p;
    nn::volume_grid& grid = p.image.grid;
    grid.depth = 26 + random.next_below(14);
    grid.height = 28 + random.next_below(10);
    grid.width = 28 + random.next_below(10);
    const triple step{between(0.9, 1.2), between(0.9, 1.1), between(0.9, 1.1)};
    for (std::size_t n = 0; n < 3; ++n) {
        grid.affine.at[n][n] = step[2 - n];
        grid.affine.at[n][3] = between(-40, 40);
    }
    const std::array<nn::extent, 3> extents = grid.extents();
    triple middle{}, half{};
    for (std::size_t n = 0; n < 3; ++n) {
        middle[n] = step[n] * static_cast<double>(extents[n] - 1) / 2 + between(-3, 3);
        half[n] = between(7, 10.5);
    }
    struct ball {
        triple middle;
        double radius;
        bool lesion;
    };
    std::vector<ball> balls;
    const auto place = [&](bool lesion, double radius) {
        for (int attempt = 0; attempt < 100; ++attempt) {
            triple at{};
            for (std::size_t n = 0; n < 3; ++n) at[n] = between(0, step[n] * static_cast<double>(extents[n] - 1));
            triple smaller = half, larger = half;
            for (std::size_t n = 0; n < 3; ++n) smaller[n] -= radius, larger[n] += radius + 1;
            if (lesion ? depth_in(at, middle, smaller) < 1 : depth_in(at, middle, larger) > 1) {
                balls.push_back({at, radius, lesion});
                return;
            }
        }
    };
    const nn::extent lesions = 1 + random.next_below(2), others = 2 + random.next_below(3);
    for (nn::extent i = 0; i < lesions; ++i) place(true, between(2.4, 3.6));
    for (nn::extent i = 0; i < others; ++i) place(false, between(2, 3.5));

    const double organ = between(22, 30), spot = between(55, 75), tilt = between(-0.8, 0.8), grain = between(9, 13);
    p.image.values.resize(static_cast<std::size_t>(grid.positions()));
    p.truth = nn::blank_like<std::int32_t>(p.image);
    for (nn::extent z = 0; z < grid.depth; ++z)
        for (nn::extent y = 0; y < grid.height; ++y)
            for (nn::extent x = 0; x < grid.width; ++x) {
                const triple at{step[0] * static_cast<double>(z), step[1] * static_cast<double>(y),
                                step[2] * static_cast<double>(x)};
                std::int32_t label = depth_in(at, middle, half) < 1 ? 1 : 0;
                double light = 100 + tilt * at[1] + (label == 1 ? organ : 0);
                for (const ball& b : balls) {
                    if (depth_in(at, b.middle, {b.radius, b.radius, b.radius}) >= 1) continue;
                    light += spot;
                    if (b.lesion) label = 2;
                }
                double noise = -2;  // four uniform numbers: nearly normal, with a variance of 1/3
                for (int k = 0; k < 4; ++k) noise += random.next_uniform();
                p.image.at(z, y, x) = static_cast<float>(light + grain * std::sqrt(3.0) * noise);
                p.truth.at(z, y, x) = label;
            }
    return p;
}

/// Writes folders train, val and test, each with images and labels, as `segment train --data` takes them.
inline nn::error write(const std::string& folder, nn::seed start, const std::array<nn::extent, 3>& counts) {
    std::uint64_t number = 0;
    const char* const parts[] = {"train", "val", "test"};
    for (std::size_t part = 0; part < 3; ++part) {
        const std::string images = folder + "/" + parts[part] + "/images/",
                          labels = folder + "/" + parts[part] + "/labels/";
        std::error_code ignored;
        std::filesystem::create_directories(images, ignored);
        std::filesystem::create_directories(labels, ignored);
        for (nn::extent i = 0; i < counts[part]; ++i, ++number) {
            const phantom p = draw(start, number);
            const std::string name = "phantom_" + std::to_string(1000 + number).substr(1) + ".nii";
            if (auto failed = nn::write_volume(images + name, p.image)) return failed;
            if (auto failed = nn::write_volume(labels + name, p.truth)) return failed;
        }
    }
    return {};
}

}  // namespace segment::phantoms
