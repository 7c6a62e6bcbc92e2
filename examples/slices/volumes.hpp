// SPDX-License-Identifier: MIT
/// \file
/// Volumes that are told apart by their slices: those of MedMNIST, or ones that the program draws itself.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace slices {
namespace nn = ctnn;

/// Sixteen slices of 28 x 28 pixels; of MedMNIST's 28 those in the middle.
inline constexpr nn::extent depth = 16, height = 28, width = 28;
using volume = nn::shape<depth, height, width, 1>;
using volumes = nn::dataset<volume>;

/// What is trained on, what chooses the epoch, and what judges.
struct parts {
    volumes train, validation, test;
};

/// Draws volumes of vessels that run through all slices, straight or bent, and, of class 1, one nodule: a ball that
/// some slices show as the same kind of spot as a vessel, and their neighbors do not. Class 0 has one vessel more, so
/// that no slice by itself and no mean over all of them tells the classes apart.
inline volumes draw_volumes(nn::extent count, nn::seed seed) {
    volumes all;
    all.class_names = {"vessels", "nodule"};
    nn::random_stream random(seed, 17);
    const auto between = [&](double low, double high) { return low + (high - low) * random.next_uniform(); };
    struct spot {
        double x, y, slope_x, slope_y, radius, light;
    };
    for (nn::extent i = 0; i < count; ++i) {
        const int label = static_cast<int>(2 * random.next_uniform());
        std::vector<spot> vessels(static_cast<std::size_t>(between(3, 6)) + (label == 0 ? 1 : 0));
        for (spot& v : vessels)
            v = {between(4, 23),     between(4, 23),    between(-0.4, 0.4),
                 between(-0.4, 0.4), between(1.4, 2.2), between(0.7, 1)};
        const spot ball{between(6, 21), between(6, 21), 0, 0, between(2.3, 3), between(0.8, 1.1)};
        const double middle = between(3, 12), ground = between(0, 0.3);
        for (nn::extent z = 0; z < depth; ++z)
            for (nn::extent y = 0; y < height; ++y)
                for (nn::extent x = 0; x < width; ++x) {
                    const double from_middle = static_cast<double>(z) - 7.5;
                    double light = 0;
                    const auto add = [&](const spot& s, double dz, double turn) {
                        const double dx = static_cast<double>(x) - s.x - s.slope_x * turn;
                        const double dy = static_cast<double>(y) - s.y - s.slope_y * turn;
                        const double beyond = std::sqrt(dx * dx + dy * dy + dz * dz) - s.radius;
                        const double value = s.light / (1 + std::exp(4 * beyond));
                        light = value > light ? value : light;
                    };
                    for (const spot& v : vessels) add(v, 0, from_middle);
                    if (label == 1) add(ball, static_cast<double>(z) - middle, 0);
                    all.inputs.push_back(static_cast<float>(ground + light + between(-0.25, 0.25)));
                }
        all.labels.push_back(label);
    }
    return all;
}

/// Reads a file of MedMNIST's volumes, gray.
inline nn::result<parts> read_volumes(const nn::medmnist_file& file) {
    parts all;
    const std::pair<nn::split_part, volumes*> wanted[]{{nn::split_part::train, &all.train},
                                                       {nn::split_part::validation, &all.validation},
                                                       {nn::split_part::test, &all.test}};
    for (const auto& [part, to] : wanted) {
        auto read = nn::read_medmnist<volume>(file, part);
        if (!read) return read.error();
        *to = std::move(*read);
        to->class_names.clear();
        for (nn::extent c = 0; c < file.classes; ++c) to->class_names.push_back("class " + std::to_string(c));
    }
    return all;
}

}  // namespace slices
