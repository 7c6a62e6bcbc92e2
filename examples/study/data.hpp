// SPDX-License-Identifier: MIT
/// \file
/// X-rays and blood cells, or phantoms of both.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "../phantoms.hpp"
#include "options.hpp"

namespace study {

/// Gray values 0 to 1 become -1 to 1.
inline constexpr nn::input_scaling scaling{.factor = 2, .shift = -1};

using xray = nn::shape<28, 28, 1>;
using cell = nn::shape<32, 32, 3>;

template <class Input>
struct parts {
    nn::dataset<Input> train, validation, test;
    std::string description;
};

/// The first samples of a data set.
template <class Data>
Data first_of(const Data& data, nn::extent count) {
    std::vector<nn::extent> places;
    for (nn::extent i = 0; i < std::min(count, data.size()); ++i) places.push_back(i);
    return nn::samples_at(data, places);
}

#if defined(CTNN_WITH_IMAGES)
template <class Input>
nn::result<parts<Input>> read_archive(const std::string& path, nn::extent most) {
    const auto archive = nn::open_medmnist(path);
    if (!archive) return archive.error();
    parts<Input> all{.train = {}, .validation = {}, .test = {}, .description = path};
    nn::dataset<Input>* const to[]{&all.train, &all.validation, &all.test};
    const nn::split_part of[]{nn::split_part::train, nn::split_part::validation, nn::split_part::test};
    for (int i = 0; i < 3; ++i) {
        auto read = nn::read_medmnist<Input>(*archive, of[i], scaling);
        if (!read) return read.error();
        *to[i] = std::move(*read);
    }
    all.train = first_of(all.train, most);
    return all;
}
#else
template <class Input>
nn::result<parts<Input>> read_archive(const std::string& path, nn::extent) {
    return nn::error(nn::error_kind::unsupported, path, "archives are read with CTNN_WITH_IMAGES");
}
#endif

inline nn::result<parts<xray>> xrays(const options& o) {
    if (!o.pneumonia.empty()) return read_archive<xray>(o.pneumonia, o.samples);
    const nn::extent train = std::min<nn::extent>(o.samples, 1200), rest = std::min<nn::extent>(train, 400);
    const nn::seed start{1};
    return parts<xray>{phantoms::draw<xray>(start, 0, train, scaling),
                       phantoms::draw<xray>(start, train, rest, scaling),
                       phantoms::draw<xray>(start, train + rest, rest, scaling), "phantoms of X-rays"};
}

/// Bright discs of three sizes and tints, on noise.
inline nn::dataset<cell> draw_cells(nn::extent count, std::uint64_t stream) {
    nn::dataset<cell> data;
    nn::random_stream random(nn::seed{7}, stream);
    for (nn::extent s = 0; s < count; ++s) {
        const nn::extent label = s % 3;
        const double radius = 4 + 4 * static_cast<double>(label) + 2 * random.next_uniform();
        const double x = 12 + 8 * random.next_uniform(), y = 12 + 8 * random.next_uniform();
        for (nn::extent i = 0; i < 32 * 32 * 3; ++i) {
            const double dx = static_cast<double>(i / 3 % 32) - x, dy = static_cast<double>(i / 96) - y;
            const double light =
                std::hypot(dx, dy) < radius ? 0.7 - 0.1 * std::abs(static_cast<double>(i % 3 - label)) : 0.3;
            data.inputs.push_back(static_cast<float>(2 * (light + 0.3 * random.next_uniform()) - 1));
        }
        data.labels.push_back(static_cast<std::int32_t>(label));
    }
    return data;
}

inline nn::result<parts<cell>> cells(const options& o) {
    if (!o.cells.empty()) return read_archive<cell>(o.cells, nn::extent{1} << 20);
    const nn::extent train = std::min<nn::extent>(o.samples, 300);
    return parts<cell>{draw_cells(train, 1), draw_cells(60, 2), draw_cells(90, 3), "phantoms of cells"};
}

/// X-rays in the size and the colors of cells: the nearest gray value, three times.
inline nn::dataset<cell> as_cells(const nn::dataset<xray>& data) {
    nn::dataset<cell> larger;
    larger.labels = data.labels;
    for (nn::extent s = 0; s < data.size(); ++s)
        for (nn::extent i = 0; i < 32 * 32 * 3; ++i)
            larger.inputs.push_back(data.input_of(s)[i / 96 * 28 / 32 * 28 + i / 3 % 32 * 28 / 32]);
    return larger;
}

/// The first `each` samples of every class.
template <class Data>
Data few_of_each(const Data& data, nn::extent each) {
    std::vector<nn::extent> places, counts(16);
    for (nn::extent i = 0; i < data.size(); ++i)
        if (counts[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)])]++ < each) places.push_back(i);
    return nn::samples_at(data, places);
}

}  // namespace study
