// SPDX-License-Identifier: MIT
/// \file
/// Random images: noise, elastic deformations, bias fields; and the Beta distribution that mixing asks for.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/data/preprocess/filter.hpp"

namespace ctnn {
namespace detail {

/// Two independent standard normal numbers (Box and Muller).
struct normal_pair {
    double first, second;
};
[[nodiscard]] inline normal_pair normal_pair_of(std::uint32_t a, std::uint32_t b) {
    const double radius = std::sqrt(-2 * std::log((static_cast<double>(a) + 0.5) / 4294967296.0));
    const double angle = 2 * 3.14159265358979323846 * (static_cast<double>(b) / 4294967296.0);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// Calls take(i, word) for the 32-bit numbers 0 to count - 1 from `first` on; a block of Philox makes four at once.
/// \pre first is a multiple of 4
template <class Take>
void for_each_word(seed start, std::uint64_t stream, std::uint64_t first, extent count, const Take& take) {
    for (extent i = 0; i < count; i += 4) {
        const philox_block block = philox(start.value, stream, (first + static_cast<std::uint64_t>(i)) / 4);
        for (extent k = 0; k < 4 && i + k < count; ++k) take(i + k, block.word[k]);
    }
}

}  // namespace detail

/// Adds Gaussian noise of this standard deviation to each value: numbers 2 i and 2 i + 1 of the stream, from `first`
/// on, give the values 2 i and 2 i + 1. \pre first is a multiple of 4
inline void add_noise(const image_view& image, double deviation, seed start, std::uint64_t stream,
                      std::uint64_t first = 0) {
    const extent count = image.extents.size();
    std::uint32_t before = 0;
    detail::for_each_word(start, stream, first, count + count % 2, [&](extent i, std::uint32_t word) {
        if (i % 2 == 0) {
            before = word;
            return;
        }
        const detail::normal_pair normal = detail::normal_pair_of(before, word);
        image.data[i - 1] += static_cast<float>(deviation * normal.first);
        if (i < count) image.data[i] += static_cast<float>(deviation * normal.second);
    });
}

/// The displacements of an elastic deformation, [position][axis] in pixels, for pixel_map: uniform numbers from -1 to 1
/// at each pixel, smoothed by a Gaussian of `sigma` pixels, times `alpha`. Axis n reads the stream from first + n *
/// positions rounded up to a multiple of 4 on; along an axis of extent 1 nothing moves.
/// Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document
/// analysis", 2003.
/// \returns what gaussian_filter() refuses
[[nodiscard]] inline result<std::vector<float>> elastic_displacement(const pixel_extents& extents, double alpha,
                                                                     double sigma, seed start, std::uint64_t stream,
                                                                     std::uint64_t first = 0) {
    const extent positions = extents.positions();
    const std::array<extent, 3> size = extents.axes();
    std::vector<float> field(static_cast<std::size_t>(3 * positions)), one(static_cast<std::size_t>(positions));
    for (std::size_t axis = 0; axis < 3; ++axis) {
        if (size[axis] == 1) continue;
        const auto begin = first + axis * static_cast<std::uint64_t>((positions + 3) / 4 * 4);
        detail::for_each_word(start, stream, begin, positions, [&](extent i, std::uint32_t word) {
            one[static_cast<std::size_t>(i)] = static_cast<float>((word >> 8) * (2.0 / 16777216.0) - 1);
        });
        const image_view view({size[0], size[1], size[2], 1}, one.data());
        if (error failed = gaussian_filter(view, sigma)) return failed;
        for (std::size_t i = 0; i < one.size(); ++i) field[3 * i + axis] = static_cast<float>(alpha) * one[i];
    }
    return field;
}

/// How many coefficients a bias field has: those of P_i(z) P_j(y) P_k(x) with i + j + k <= 3, k running fastest.
inline constexpr std::size_t bias_coefficients = 20;

/// Multiplies an image by a smooth field, exp(sum of coefficient * P_i(z) P_j(y) P_k(x)), with Legendre polynomials and
/// z, y, x from -1 to 1: the unevenness of a coil in MRI. In an image of one slice the terms with z are left out.
/// Van Leemput et al., "Automated model-based bias field correction of MR images of the brain", 1999.
inline void apply_bias_field(const image_view& image, std::span<const double, bias_coefficients> coefficients) {
    const std::array<extent, 3> size = image.extents.axes();
    std::array<std::vector<std::array<double, 4>>, 3> legendre;
    for (std::size_t n = 0; n < 3; ++n)
        for (extent i = 0; i < size[n]; ++i) {
            const double t = size[n] > 1 ? 2 * static_cast<double>(i) / static_cast<double>(size[n] - 1) - 1 : 0;
            const bool moves = size[n] > 1;
            legendre[n].push_back(
                {1, moves ? t : 0, moves ? (3 * t * t - 1) / 2 : 0, moves ? (5 * t * t - 3) * t / 2 : 0});
        }
    float* next = image.data;
    for (const std::array<double, 4>& z : legendre[0])
        for (const std::array<double, 4>& y : legendre[1]) {
            std::array<double, 4> of_row{};  // the coefficients of P_k(x) in this row
            std::size_t c = 0;
            for (std::size_t i = 0; i < 4; ++i)
                for (std::size_t j = 0; i + j < 4; ++j)
                    for (std::size_t k = 0; i + j + k < 4; ++k) of_row[k] += coefficients[c++] * z[i] * y[j];
            for (const std::array<double, 4>& x : legendre[2]) {
                const double field =
                    std::exp(of_row[0] * x[0] + of_row[1] * x[1] + of_row[2] * x[2] + of_row[3] * x[3]);
                for (extent k = 0; k < image.extents.channels; ++k, ++next)
                    *next = static_cast<float>(static_cast<double>(*next) * field);
            }
        }
}

namespace detail {

/// A number of the Gamma distribution of this shape and scale 1. Marsaglia and Tsang, "A simple method for generating
/// gamma variables", 2000; below 1 by the shape above it and a power of a uniform number.
[[nodiscard]] inline double next_gamma(random_stream& random, double shape) {
    const auto above_zero = [&] { return (static_cast<double>(random.next()) + 0.5) / 4294967296.0; };
    const double boost = shape < 1 ? std::pow(above_zero(), 1 / shape) : 1;
    const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
        const std::uint32_t a = random.next(), b = random.next();
        const double x = normal_pair_of(a, b).first, v = std::pow(1 + c * x, 3);
        if (v > 0 && std::log(above_zero()) < 0.5 * x * x + d - d * v + d * std::log(v)) return boost * d * v;
    }
}

}  // namespace detail

/// The next number of the distribution Beta(alpha, alpha), 0 to 1. \pre alpha above 0
[[nodiscard]] inline double next_beta(random_stream& random, double alpha) {
    const double a = detail::next_gamma(random, alpha), b = detail::next_gamma(random, alpha);
    return a + b > 0 ? a / (a + b) : random.next_uniform() < 0.5 ? 0 : 1;  // both vanish where alpha is tiny
}

}  // namespace ctnn
