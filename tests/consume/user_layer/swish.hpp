// SPDX-License-Identifier: MIT
/// \file
/// The shortest layer of a user's own: a function and its slope.
#pragma once

#include <cmath>
#include <ctnn/ctnn.hpp>

// [swish]
/// y = x / (1 + e^-x).
struct swish : ctnn::elementwise<swish> {
    static constexpr const char* name = "swish";
    template <class T>
    static T value(T x) {
        return x / (1 + std::exp(-x));
    }
    template <class T>
    static T slope(T x) {
        const T s = 1 / (1 + std::exp(-x));
        return s * (1 + x * (1 - s));
    }
};
// [swish]
