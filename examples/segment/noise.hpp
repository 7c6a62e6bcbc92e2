// SPDX-License-Identifier: MIT
/// \file
/// A data set whose samples are lit and noisy in another way in every epoch; their labels stay what they are.
#pragma once

#include <cstdint>
#include <utility>

#include <ctnn/ctnn.hpp>

namespace segment {
namespace nn = ctnn;

/// The change is a function of seed, epoch and sample alone; evaluation sees samples as they are.
template <nn::static_shape Input>
struct noisy : nn::dataset<Input> {
    double contrast = 0.2, brightness = 0.2, noise = 0.05;  ///< the most, in units of the network's input
    nn::seed random{};

    explicit noisy(nn::dataset<Input> from, nn::seed start = {}) : nn::dataset<Input>(std::move(from)), random(start) {}

    /// What fit() calls for each sample of a batch.
    void write_input(nn::extent sample, nn::extent epoch, float* to) const {
        nn::random_stream numbers{random, (std::uint64_t{5} << 61) + (static_cast<std::uint64_t>(epoch) << 32) +
                                              static_cast<std::uint64_t>(sample)};
        const auto draw = [&](double most) { return static_cast<float>(most * (2 * numbers.next_uniform() - 1)); };
        const float factor = 1 + draw(contrast), light = draw(brightness);
        const double grain = noise * numbers.next_uniform() * 1.7;  // uniform numbers of this deviation
        const float* from = this->input_of(sample);
        for (nn::extent i = 0; i < Input::size; ++i) to[i] = factor * from[i] + light + draw(grain);
    }
};

}  // namespace segment
