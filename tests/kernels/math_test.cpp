// SPDX-License-Identifier: MIT
/// \file
/// The elementary functions against long double: units in the last place, special values, monotony.
#include <doctest/doctest.h>

#include <limits>

#include "ctnn/kernels/reference_activation.hpp"
#include "last_place.hpp"

using namespace ctnn;
using test::dense_sample;
using test::largest_error;
using test::map;

namespace {

template <class T>
bool decreases(const std::vector<T>& y) {
    for (std::size_t i = 1; i < y.size(); ++i)
        if (y[i] < y[i - 1]) return true;
    return false;
}

template <class T>
struct everything {
    static kernels::vec<T> exp(kernels::vec<T> x) { return kernels::exp(x); }
    static kernels::vec<T> tanh(kernels::vec<T> x) { return kernels::tanh(x); }
    static kernels::vec<T> sigmoid(kernels::vec<T> x) { return kernels::sigmoid(x); }
};

long double exact_sigmoid(long double x) { return kernels::reference::activate(activation::sigmoid, x, {}); }

template <class T>
void check_bounds() {
    const T top = sizeof(T) == 4 ? T(88.7) : T(709.7), bottom = sizeof(T) == 4 ? T(-104) : T(-745.2);
    const auto exp_x = dense_sample<T>(bottom, top, 40000), small_x = dense_sample<T>(T(-1), T(1), 20000),
               wide_x = dense_sample<T>(T(-20), T(20), 40000);
    CHECK(largest_error(exp_x, everything<T>::exp, [](long double v) { return std::exp(v); }) <= 2);
    CHECK(largest_error(small_x, everything<T>::exp, [](long double v) { return std::exp(v); }) <= 2);
    CHECK(largest_error(small_x, everything<T>::tanh, [](long double v) { return std::tanh(v); }) <= 4);
    CHECK(largest_error(wide_x, everything<T>::tanh, [](long double v) { return std::tanh(v); }) <= 4);
    CHECK(largest_error(small_x, everything<T>::sigmoid, exact_sigmoid) <= 4);
    CHECK(largest_error(wide_x, everything<T>::sigmoid, exact_sigmoid) <= 4);
    const T end = sizeof(T) == 4 ? T(-87) : T(-708);
    CHECK(largest_error(dense_sample<T>(end, top, 40000), everything<T>::sigmoid, exact_sigmoid) <= 4);
    const std::vector<T> beyond{end * T(1.0001), end * T(1.1), end * 2, T(-1e4)},
        nothing = map(beyond, everything<T>::sigmoid);
    for (std::size_t i = 0; i < beyond.size(); ++i) CHECK(nothing[i] == 0);
}

template <class T>
void check_special() {
    const T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
    const T most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::denorm_min();
    const std::vector<T> x{0, T(-0.0), infinity, -infinity, nan, most, -most, least, -least};
    const std::vector<T> e = map(x, everything<T>::exp), t = map(x, everything<T>::tanh),
                         s = map(x, everything<T>::sigmoid);
    const std::vector<T> e_exact{1, 1, infinity, 0, nan, infinity, 0, 1, 1},
        t_exact{0, T(-0.0), 1, -1, nan, 1, -1, least, -least}, s_exact{T(0.5), T(0.5), 1, 0, nan, 1, 0, T(0.5), T(0.5)};
    for (std::size_t i = 0; i < x.size(); ++i) {
        CAPTURE(x[i]);
        if (x[i] != x[i]) {
            CHECK(e[i] != e[i]);
            CHECK(t[i] != t[i]);
            CHECK(s[i] != s[i]);
            continue;
        }
        CHECK(e[i] == e_exact[i]);
        CHECK(t[i] == t_exact[i]);
        CHECK(std::signbit(t[i]) == std::signbit(t_exact[i]));
        CHECK(s[i] == s_exact[i]);
    }
    // The edges of overflow and underflow, each with its neighbor.
    const T last = sizeof(T) == 4 ? T(88.72283F) : T(709.782712893384);
    const std::vector<T> edges{last, std::nextafter(last, infinity), std::nextafter(last, infinity) + T(0.01)};
    const std::vector<T> over = map(edges, everything<T>::exp);
    CHECK(over[0] <= most);
    CHECK(over[0] > most * T(0.999));
    CHECK(over[2] == infinity);
    const T under = sizeof(T) == 4 ? T(-103.9F) : T(-745.1);
    const std::vector<T> tail = map(std::vector<T>{under, under - T(0.2)}, everything<T>::exp);
    CHECK(tail[0] == least);
    CHECK(tail[1] == 0);
}

}  // namespace

TEST_CASE("exp, tanh and sigmoid of float keep their bounds") { check_bounds<float>(); }
TEST_CASE("exp, tanh and sigmoid of double keep their bounds") { check_bounds<double>(); }

TEST_CASE("exp, tanh and sigmoid are right at zeros, infinities, NaN and the ends of the range") {
    check_special<float>();
    check_special<double>();
}

TEST_CASE("exp, tanh and sigmoid never decrease, across every seam of their ranges") {
    std::vector<float> x;
    for (int n = -60; n <= 60; ++n)  // where exp changes its exponent, and so do the others that call it
        for (int k = -40; k <= 40; ++k) {
            const float seam = static_cast<float>((static_cast<double>(n) + 0.5) * 0.6931471805599453);
            x.push_back(seam + static_cast<float>(k) * 4 * std::abs(seam) * std::numeric_limits<float>::epsilon());
        }
    CHECK_FALSE(decreases(map(x, everything<float>::exp)));
    CHECK_FALSE(decreases(map(x, everything<float>::sigmoid)));
    CHECK_FALSE(decreases(map(x, everything<float>::tanh)));
    std::vector<float> y;
    for (int k = -2000; k <= 2000; ++k) y.push_back(0.625F + static_cast<float>(k) * 1e-6F);
    CHECK_FALSE(decreases(map(y, everything<float>::tanh)));
}
