// SPDX-License-Identifier: MIT
/// \file
/// How near computed numbers are to the expected ones.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

/// The length of the difference as a part of the expected length.
template <class T>
double relative_error(const std::vector<T>& values, const std::vector<T>& expected) {
    double off = 0, all = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double e = static_cast<double>(expected[i]), d = static_cast<double>(values[i]) - e;
        off += d * d;
        all += e * e;
    }
    return std::sqrt(off / (all > 0 ? all : 1));
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}
