// SPDX-License-Identifier: MIT
/// \file
/// The first numbers of a tensor of parameters.
#pragma once

#include <cmath>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/graph/names.hpp"

namespace ctnn::detail {

/// The number below which a standard normal one lies with probability p in (1e-10, 1 - 1e-10), to 7 digits: Wichura,
/// "Algorithm AS 241: the percentage points of the normal distribution", 1988, without its far tails.
[[nodiscard, gnu::cold]] inline double normal_quantile(double p) {
    const double q = p - 0.5, square = 0.180625 - q * q;
    if (square >= 0)
        return q * (((59.109374720 * square + 159.29113202) * square + 50.434271938) * square + 3.3871327179) /
               (((67.187563600 * square + 78.757757664) * square + 17.895169469) * square + 1);
    const double tail = std::sqrt(-std::log(q < 0 ? p : 1 - p)) - 1.6;
    const double x = (((0.17023821103 * tail + 1.3067284816) * tail + 2.7568153900) * tail + 1.4234372777) /
                     ((0.12021132975 * tail + 0.73700164250) * tail + 1);
    return q < 0 ? -x : x;
}

/// vectors [count][length] become orthonormal, count <= length: each loses its parts along those in front of it, twice,
/// because what rounding leaves of them the first time is as large as the rest may be small.
[[gnu::cold]] inline void orthonormalize(std::vector<double>& vectors, extent count, extent length) {
    const auto dot = [length](const double* a, const double* b) {
        double total = 0;
        for (extent i = 0; i < length; ++i) total += a[i] * b[i];
        return total;
    };
    for (extent v = 0; v < count; ++v) {
        double* vector = vectors.data() + v * length;
        for (extent pass = 0; pass < 2; ++pass)
            for (extent other = 0; other < v; ++other) {
                const double* along = vectors.data() + other * length;
                const double part = dot(vector, along);
                for (extent i = 0; i < length; ++i) vector[i] -= part * along[i];
            }
        const double norm = std::sqrt(dot(vector, vector));
        for (extent i = 0; i < length; ++i) vector[i] /= norm;
    }
}

/// Writes how the tensor begins: number i is one of the stream's number i alone, but in an orthogonal tensor.
template <class T>
[[gnu::cold]] void begin(const named_tensor& t, const random_stream& random, T* to) {
    const double in = static_cast<double>(t.fan_in), both = static_cast<double>(t.fan_in + t.fan_out);
    const auto uniform = [&](double limit) {
        for (extent i = 0; i < t.size; ++i)
            to[i] = static_cast<T>((2 * random.uniform(static_cast<std::uint64_t>(i)) - 1) * limit);
    };
    // 0 is a uniform number, but no probability.
    const auto normal = [&](extent i, double least = 0) {
        const double p = random.uniform(static_cast<std::uint64_t>(i)) + 1.0 / 33554432;
        return normal_quantile(least + (1 - 2 * least) * p);
    };
    const auto normals = [&](double deviation, double least = 0) {
        for (extent i = 0; i < t.size; ++i) to[i] = static_cast<T>(deviation * normal(i, least));
    };
    const auto orthogonal = [&] {
        const extent columns = t.shape.back(), rows = t.size / columns;
        const bool upright = rows >= columns;
        const extent count = upright ? columns : rows, length = upright ? rows : columns;
        std::vector<double> vectors(static_cast<std::size_t>(t.size));
        for (extent i = 0; i < t.size; ++i) vectors[static_cast<std::size_t>(i)] = normal(i);
        orthonormalize(vectors, count, length);
        for (extent i = 0; i < t.size; ++i) {
            const extent at = upright ? i % columns * length + i / columns : i;
            to[i] = static_cast<T>(t.start_value * vectors[static_cast<std::size_t>(at)]);
        }
    };
    switch (t.start) {
        case initializer::glorot_uniform:
            return uniform(std::sqrt(6 / both));
        case initializer::he_uniform:
            return uniform(std::sqrt(6 / in));
        case initializer::lecun_uniform:
            return uniform(std::sqrt(3 / in));
        case initializer::glorot_normal:
            return normals(std::sqrt(2 / both));
        case initializer::he_normal:
            return normals(std::sqrt(2 / in));
        case initializer::lecun_normal:
            return normals(std::sqrt(1 / in));
        case initializer::random_normal:
            return normals(t.start_value);
        case initializer::truncated_normal:
            return normals(t.start_value, 0.022750131948179195);  // below -2
        case initializer::orthogonal:
            return orthogonal();
        case initializer::zeros:
        case initializer::ones:
        case initializer::quarter:
        case initializer::second_gate:
            break;
    }
    for (extent i = 0; i < t.size; ++i)  // the second of four gates
        to[i] = t.start == initializer::ones                                   ? T{1}
                : t.start == initializer::quarter                              ? T(0.25)
                : t.start == initializer::second_gate && i / (t.size / 4) == 1 ? T{1}
                                                                               : T{0};
}

}  // namespace ctnn::detail
