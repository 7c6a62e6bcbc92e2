// SPDX-License-Identifier: MIT
/// \file
/// Errors of vectorized functions in units of the last place, against long double.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "ctnn/kernels/math.hpp"

namespace test {

/// f of every number, through whole vectors and a partial one at the end.
template <class T, class Function>
std::vector<T> map(const std::vector<T>& x, const Function& f) {
    std::vector<T> y(x.size());
    const ctnn::extent n = static_cast<ctnn::extent>(x.size());
    ctnn::extent i = 0;
    for (; i + ctnn::kernels::lanes<T> <= n; i += ctnn::kernels::lanes<T>)
        store(y.data() + i, f(ctnn::kernels::load(x.data() + i)));
    if (i < n) store_partial(y.data() + i, f(ctnn::kernels::load_partial(x.data() + i, n - i)), n - i);
    return y;
}

/// The distance of two numbers of T around a result.
template <class T>
long double unit(long double result) {
    const long double size = std::abs(result);
    if (size < static_cast<long double>(std::numeric_limits<T>::min()))
        return static_cast<long double>(std::numeric_limits<T>::denorm_min());
    return std::ldexp(1.0L, std::ilogb(size) + 1 - std::numeric_limits<T>::digits);
}

template <class T>
std::vector<T> dense_sample(T low, T high, int count) {
    std::vector<T> x;
    for (int i = 0; i < count; ++i) x.push_back(low + (high - low) * (static_cast<T>(i) / static_cast<T>(count)));
    for (T size = 8; size > std::numeric_limits<T>::denorm_min(); size *= T(0.37)) x.insert(x.end(), {size, -size});
    return x;
}

/// The largest error in units of the last place over the finite results.
template <class T, class Function, class Twin>
long double largest_error(const std::vector<T>& x, const Function& f, const Twin& twin) {
    const std::vector<T> y = map(x, f);
    long double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const long double exact = twin(static_cast<long double>(x[i]));
        if (exact > static_cast<long double>(std::numeric_limits<T>::max())) continue;
        worst = std::max(worst, std::abs(static_cast<long double>(y[i]) - exact) / unit<T>(exact));
    }
    return worst;
}

/// Both signs of `count` numbers for each exponent that T has, subnormal ones too.
template <class T>
std::vector<T> every_exponent(int count) {
    using limits = std::numeric_limits<T>;
    std::vector<T> x;
    for (int e = limits::min_exponent - limits::digits; e < limits::max_exponent; ++e)
        for (int i = 0; i < count; ++i) {
            const T size = std::ldexp(1 + static_cast<T>((2 * i + 1) * 37 % 1024) / 1024, e);
            x.insert(x.end(), {size, -size});
        }
    return x;
}

}  // namespace test
