// SPDX-License-Identifier: MIT
/// \file
/// What scanners, cables and hands do to images: noise, blur, contrast, brightness, gamma, occlusion.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/graph/begin.hpp"

namespace ctnn {

/// How an input is spoiled, and what its strength means. v is the input as a share of its range, 0 to 1; a strength of
/// 0 changes nothing, and what leaves the range is cut off.
enum class corruption : unsigned char {
    noise,       ///< v + strength * a standard normal number
    blur,        ///< a Gaussian of deviation `strength` pixels along every spatial axis; borders repeat
    contrast,    ///< mean + (1 - strength) (v - mean), the mean of the sample's channel
    brightness,  ///< v + strength
    gamma,       ///< v^(1 + strength)
    occlusion    ///< a box with `strength` of every side is black, somewhere
};

inline constexpr corruption all_corruptions[]{corruption::noise,      corruption::blur,  corruption::contrast,
                                              corruption::brightness, corruption::gamma, corruption::occlusion};

[[nodiscard]] constexpr const char* name_of(corruption kind) {
    switch (kind) {
        case corruption::noise:
            return "noise";
        case corruption::blur:
            return "blur";
        case corruption::contrast:
            return "contrast";
        case corruption::brightness:
            return "brightness";
        case corruption::gamma:
            return "gamma";
        case corruption::occlusion:
            break;
    }
    return "occlusion";
}

/// The strength of severity 1 to 5, after the levels of ImageNet-C for small images; 0 for severity 0.
/// Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions", ICLR 2019.
[[nodiscard]] constexpr double strength_of(corruption kind, extent severity) {
    constexpr double strengths[6][6]{{0, 0.04, 0.08, 0.12, 0.18, 0.26}, {0, 0.5, 0.75, 1, 1.5, 2},
                                     {0, 0.2, 0.4, 0.6, 0.75, 0.9},     {0, 0.1, 0.2, 0.3, 0.4, 0.5},
                                     {0, 0.25, 0.5, 1, 1.5, 2},         {0, 0.2, 0.3, 0.4, 0.5, 0.6}};
    return strengths[static_cast<int>(kind)][severity < 0 ? 0 : severity > 5 ? 5 : severity];
}

/// What inputs are spoiled with.
struct corruption_options {
    double low = 0, high = 1;  ///< the range of the network's input
    seed random{};             ///< of noise and of the place of the box: equal seeds, equal corruptions
};

namespace detail {

/// One sample after the other, in shares of the range.
class corrupter {
public:
    corrupter(const dims& in, corruption kind, double strength, seed random)
        : in_(in), kind_(kind), strength_(strength), random_(random), other_(static_cast<std::size_t>(in.size())) {
        const extent radius = static_cast<extent>(4 * strength + 0.5);
        double sum = 0;
        for (extent i = -radius; i <= radius && kind == corruption::blur && strength > 0; ++i) {
            const double x = static_cast<double>(i) / strength;
            weights_.push_back(std::exp(-0.5 * x * x));
            sum += weights_.back();
        }
        for (double& weight : weights_) weight /= sum;
    }

    [[gnu::cold]] void spoil(std::vector<double>& v, extent sample) {
        constexpr std::uint64_t of_corruption = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 61);
        const random_stream random(random_, of_corruption + static_cast<std::uint64_t>(sample));
        const auto uniform = [&](extent i) { return random.uniform(static_cast<std::uint64_t>(i)); };
        const extent count = in_.size(), channels = in_.channels();
        switch (kind_) {
            case corruption::noise:
                for (extent i = 0; i < count; ++i) at(v, i) += strength_ * normal_quantile(uniform(i) + 1.0 / 33554432);
                break;
            case corruption::blur:
                for (int axis = 0; axis < 3; ++axis)
                    if (in_.axis[axis] > 1 && !weights_.empty()) blur(v, axis);
                break;
            case corruption::contrast:
                for (extent c = 0; c < channels; ++c) {
                    double mean = 0;
                    for (extent i = c; i < count; i += channels) mean += at(v, i);
                    mean /= static_cast<double>(in_.positions());
                    for (extent i = c; i < count; i += channels) at(v, i) = mean + (1 - strength_) * (at(v, i) - mean);
                }
                break;
            case corruption::brightness:
                for (double& x : v) x += strength_;
                break;
            case corruption::gamma:
                for (double& x : v) x = std::pow(std::clamp(x, 0.0, 1.0), 1 + strength_);
                break;
            case corruption::occlusion: {
                extent first[3], last[3];
                for (extent axis = 0; axis < 3; ++axis) {
                    const extent whole = in_.axis[axis];
                    const extent side = whole == 1 ? (strength_ > 0 ? 1 : 0)
                                                   : static_cast<extent>(strength_ * static_cast<double>(whole) + 0.5);
                    first[axis] = static_cast<extent>(uniform(axis) * static_cast<double>(whole - side + 1));
                    last[axis] = first[axis] + side;
                }
                for (extent d = first[0]; d < last[0]; ++d)
                    for (extent h = first[1]; h < last[1]; ++h)
                        for (extent w = first[2]; w < last[2]; ++w)
                            for (extent c = 0; c < channels; ++c)
                                at(v, ((d * in_.height() + h) * in_.width() + w) * channels + c) = 0;
            }
        }
    }

private:
    static double& at(std::vector<double>& v, extent i) { return v[static_cast<std::size_t>(i)]; }

    [[gnu::cold]] void blur(std::vector<double>& v, int axis) {
        extent step = in_.channels();
        for (int inner = axis + 1; inner < 3; ++inner) step *= in_.axis[inner];
        const extent size = in_.axis[axis], radius = std::ssize(weights_) / 2;
        for (extent i = 0; i < in_.size(); ++i) {
            const extent here = i / step % size;
            double sum = 0;
            for (extent k = -radius; k <= radius; ++k) {
                const extent from = std::clamp<extent>(here + k, 0, size - 1);
                sum += weights_[static_cast<std::size_t>(k + radius)] * at(v, i + (from - here) * step);
            }
            at(other_, i) = sum;
        }
        v.swap(other_);
    }

    dims in_;
    corruption kind_;
    double strength_;
    seed random_;
    std::vector<double> other_, weights_;
};

}  // namespace detail

/// A copy of a data set with spoiled inputs.
///
///     refuses  a strength that is negative, NaN or above 100, a contrast or an occlusion above 1, a range that is
///              empty or not finite
///
///     const auto noisy = ctnn::corrupted(test, ctnn::corruption::noise, 0.1, {.low = -1, .high = 1});
template <class Data>
[[nodiscard, gnu::cold]] result<Data> corrupted(const Data& data, corruption kind, double strength,
                                                const corruption_options& options = {}) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    const bool is_share = kind == corruption::contrast || kind == corruption::occlusion;
    const double most = is_share ? 1 : 100;
    if (!(strength >= 0 && strength <= most))
        return error(invalid, detail::text_of({"corrupted: ", name_of(kind), " of strength ", strength,
                                               ", expected a number from 0 to ", most}));
    if (!std::isfinite(options.low) || !std::isfinite(options.high) || !(options.low < options.high))
        return error(invalid, detail::text_of({"corrupted: inputs from ", options.low, " to ", options.high,
                                               ", expected a finite range"}));
    constexpr dims in = dims_of<typename Data::input>;
    using T = typename Data::scalar;
    const double range = options.high - options.low;
    Data changed = data;
    detail::corrupter spoils(in, kind, strength, options.random);
    std::vector<double> v(static_cast<std::size_t>(in.size()));
    for (extent s = 0; s < data.size() && strength > 0; ++s) {
        T* const x = changed.inputs.data() + s * in.size();
        for (extent i = 0; i < in.size(); ++i)
            v[static_cast<std::size_t>(i)] = (static_cast<double>(x[i]) - options.low) / range;
        spoils.spoil(v, s);
        for (extent i = 0; i < in.size(); ++i)
            x[i] = static_cast<T>(options.low + range * std::clamp(v[static_cast<std::size_t>(i)], 0.0, 1.0));
    }
    return changed;
}

}  // namespace ctnn
