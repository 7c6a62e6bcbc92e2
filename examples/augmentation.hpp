// SPDX-License-Identifier: MIT
/// \file
/// A data set that shows each sample a little differently in every epoch.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include <ctnn/ctnn.hpp>

namespace classify {
namespace nn = ctnn;

/// The most that a sample is changed by; each change is drawn anew, uniformly up to both sides. All zero: nothing
/// changes.
struct augmentation {
    double shift = 0;       ///< of the side
    double zoom = 0;        ///< 0.1: sizes from 90 % to 110 %
    double turn = 0;        ///< radians
    double brightness = 0;  ///< added, in units of the network's input
    double contrast = 0;    ///< 0.1: values times 0.9 to 1.1
};

inline nn::random_stream numbers_of_sample(nn::seed start, nn::extent epoch, nn::extent sample) {
    constexpr std::uint64_t of_augmentation = std::uint64_t{5} << 61;
    return {start, of_augmentation + (static_cast<std::uint64_t>(epoch) << 32) + static_cast<std::uint64_t>(sample)};
}

/// A data set whose samples are changed a little when fit() draws them; evaluation sees them as they are. The change is
/// a function of seed, epoch and sample alone.
template <nn::static_shape Input>
struct augmented : nn::dataset<Input> {
    augmentation by{};
    nn::seed random{};

    explicit augmented(nn::dataset<Input> from, const augmentation& change = {}, nn::seed start = {})
        : nn::dataset<Input>(std::move(from)), by(change), random(start) {}

    /// What fit() calls for each sample of a batch.
    void write_input(nn::extent sample, nn::extent epoch, float* to) const {
        nn::random_stream numbers = numbers_of_sample(random, epoch, sample);
        const auto draw = [&](double most) { return most * (2 * numbers.next_uniform() - 1); };
        if constexpr (nn::volume_shape<Input>)
            write_volume(this->input_of(sample), draw, to);
        else
            write_image(this->input_of(sample), draw, to);
    }

private:
    /// Volumes are moved by whole voxels, lightened and darkened; what moves in repeats the border.
    void write_volume(const float* from, const auto& draw, float* to) const {
        constexpr nn::dims in = nn::dims_of<Input>;
        constexpr std::array<nn::extent, 3> size{in.depth(), in.height(), in.width()};
        std::array<nn::extent, 3> shift{};
        for (std::size_t n = 0; n < 3; ++n) shift[n] = std::lround(draw(by.shift) * static_cast<double>(size[n]));
        const float factor = static_cast<float>(1 + draw(by.contrast)), light = static_cast<float>(draw(by.brightness));
        const auto inside = [&](nn::extent at, std::size_t n) {
            return std::clamp<nn::extent>(at - shift[n], 0, size[n] - 1);
        };
        for (nn::extent z = 0; z < size[0]; ++z)
            for (nn::extent y = 0; y < size[1]; ++y)
                for (nn::extent x = 0; x < size[2]; ++x) {
                    const float* voxel =
                        from + ((inside(z, 0) * size[1] + inside(y, 1)) * size[2] + inside(x, 2)) * in.channels();
                    for (nn::extent k = 0; k < in.channels(); ++k) *to++ = factor * voxel[k] + light;
                }
    }

    /// Images are moved, zoomed, turned, lightened and darkened.
    void write_image(const float* from, const auto& draw, float* to) const {
        constexpr nn::dims in = nn::dims_of<Input>;
        constexpr float h = in.height(), w = in.width();
        const float down = static_cast<float>(draw(by.shift)) * h, right = static_cast<float>(draw(by.shift)) * w;
        const double size = 1 + draw(by.zoom), angle = draw(by.turn);
        const float c = static_cast<float>(std::cos(angle) / size), s = static_cast<float>(std::sin(angle) / size);
        const float factor = static_cast<float>(1 + draw(by.contrast)), light = static_cast<float>(draw(by.brightness));
        for (nn::extent y = 0; y < in.height(); ++y) {
            for (nn::extent x = 0; x < in.width(); ++x) {
                // Where this pixel comes from, about the middle of the image; outside it the nearest border pixel.
                const float dy = static_cast<float>(y) - (h - 1) / 2 - down,
                            dx = static_cast<float>(x) - (w - 1) / 2 - right;
                const float row = std::clamp(c * dy - s * dx + (h - 1) / 2, 0.0f, h - 1);
                const float column = std::clamp(s * dy + c * dx + (w - 1) / 2, 0.0f, w - 1);
                const nn::extent top = std::min(static_cast<nn::extent>(row), std::max<nn::extent>(in.height() - 2, 0));
                const nn::extent left =
                    std::min(static_cast<nn::extent>(column), std::max<nn::extent>(in.width() - 2, 0));
                const float v = row - static_cast<float>(top), u = column - static_cast<float>(left);
                const float* upper = from + (top * in.width() + left) * in.channels();
                const float* lower = in.height() > 1 ? upper + in.width() * in.channels() : upper;
                constexpr nn::extent next = in.width() > 1 ? in.channels() : 0;
                for (nn::extent k = 0; k < in.channels(); ++k) {
                    const float above = upper[k] + u * (upper[k + next] - upper[k]);
                    const float below = lower[k] + u * (lower[k + next] - lower[k]);
                    *to++ = factor * (above + v * (below - above)) + light;
                }
            }
        }
    }
};

/// Lets the learning rate fall along half a cosine, from its first value to nearly none in the last epoch.
/// Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
class cosine_decay final : public nn::training_callback {
public:
    explicit cosine_decay(double rate) : rate_(rate) {}
    void epoch_begins(nn::training_moment& now) override {
        const double share = static_cast<double>(now.epoch - 1) / static_cast<double>(now.epochs);
        now.rate = rate_ * 0.5 * (1 + std::cos(3.14159265358979323846 * share));
    }

private:
    double rate_;
};

}  // namespace classify
