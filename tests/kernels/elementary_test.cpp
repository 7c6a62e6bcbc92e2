// SPDX-License-Identifier: MIT
/// \file
/// expm1, log1p and erf against long double: units in the last place over all exponents, special values, monotony.
#include <doctest/doctest.h>

#include <limits>
#include <utility>

#include "ctnn/kernels/activation_function.hpp"
#include "last_place.hpp"

using namespace ctnn;
using test::dense_sample;
using test::largest_error;
using test::map;

namespace {

template <class T>
struct functions {
    static kernels::vec<T> expm1(kernels::vec<T> x) { return kernels::expm1(x); }
    static kernels::vec<T> log1p(kernels::vec<T> x) { return kernels::log1p(x); }
    static kernels::vec<T> erf(kernels::vec<T> x) { return kernels::erf(x); }
};

long double exact_expm1(long double x) { return std::expm1(x); }
long double exact_erf(long double x) { return std::erf(x); }

template <class T>
void check_bounds() {
    const auto all = test::every_exponent<T>(60), small = dense_sample<T>(T(-1), T(1), 40000),
               wide = dense_sample<T>(T(-40), T(88), 40000), middle = dense_sample<T>(T(-7), T(7), 40000);
    for (const auto& x : {all, small, wide, middle}) {
        CHECK(largest_error(x, functions<T>::expm1, exact_expm1) <= 2);
        CHECK(largest_error(x, functions<T>::erf, exact_erf) <= 2);
        std::vector<T> above;
        for (const T v : x)
            if (v > -1) above.push_back(v);
        CHECK(largest_error(above, functions<T>::log1p, [](long double v) { return std::log1p(v); }) <= 2);
    }
    std::vector<T> near_pole;  // 1 + x down to the smallest number that it can be
    for (T distance = T(0.5); distance > std::numeric_limits<T>::epsilon() / 4; distance *= T(0.7))
        near_pole.push_back(-1 + distance);
    CHECK(largest_error(near_pole, functions<T>::log1p, [](long double v) {
              return v == -1 ? -std::numeric_limits<long double>::infinity() : std::log1p(v);
          }) <= 2);
}

/// The error of a probability is absolute; that of a weight e^x is relative, and below e^-87 (e^-708) there is nothing.
template <class T>
void check_probabilities() {
    const T bound = sizeof(T) == 4 ? T(1e-7) : T(3e-16), infinity = std::numeric_limits<T>::infinity();
    const auto x = dense_sample<T>(T(-45), T(45), 90000), fine = dense_sample<T>(T(-6), T(6), 90000);
    for (const auto& all : {x, fine, std::vector<T>{-infinity, infinity, 0, T(-0.0)}}) {
        const std::vector<T> found = map(all, [](kernels::vec<T> v) { return kernels::normal_probability(v); });
        bool near = true;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const long double exact = std::erfc(-static_cast<long double>(all[i]) / std::sqrt(2.0L)) / 2;
            near = near && std::abs(static_cast<long double>(found[i]) - exact) <= static_cast<long double>(bound);
        }
        CHECK(near);
    }
    const T low = sizeof(T) == 4 ? T(-87) : T(-708);
    CHECK(largest_error(
              dense_sample<T>(low, T(0), 90000), [](kernels::vec<T> v) { return kernels::exp_or_zero(v); },
              [](long double v) { return std::exp(v); }) <= 2);
    const std::vector<T> ends{low * T(1.001), -infinity, std::numeric_limits<T>::quiet_NaN(), 0};
    const std::vector<T> found = map(ends, [](kernels::vec<T> v) { return kernels::exp_or_zero(v); });
    CHECK(found[0] == 0);
    CHECK(found[1] == 0);
    CHECK(found[2] != found[2]);
    CHECK(found[3] == 1);
}

/// Equal, with the same sign of a zero, or both NaN.
template <class T>
bool same(T found, T expected) {
    if (expected != expected) return found != found;
    return found == expected && std::signbit(found) == std::signbit(expected);
}

template <class T>
void check_special() {
    using limits = std::numeric_limits<T>;
    const T infinity = limits::infinity(), nan = limits::quiet_NaN(), most = limits::max(),
            least = limits::denorm_min();
    const std::vector<T> x{0, T(-0.0), infinity, -infinity, nan, -nan, least, -least, most, -most, -1, T(-1.5)};
    const std::vector<T> exponential{0, T(-0.0), infinity, -1, nan, nan, least, -least, infinity, -1};
    const std::vector<T> logarithm{0,     T(-0.0), infinity,         nan, nan,       nan,
                                   least, -least,  std::log1p(most), nan, -infinity, nan};
    const std::vector<T> error{0, T(-0.0), 1, -1, nan, nan, least, -least, 1, -1};
    const auto check = [&](const std::vector<T>& found, const std::vector<T>& expected) {
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(x[i]);
            CHECK(same(found[i], expected[i]));
        }
    };
    check(map(x, functions<T>::expm1), exponential);
    check(map(x, functions<T>::log1p), logarithm);
    check(map(x, functions<T>::erf), error);
    // The last number whose result is finite, and the next ones.
    const T last = sizeof(T) == 4 ? T(88.72283F) : T(709.782712893384);
    const std::vector<T> edge = map(std::vector<T>{last, last + T(0.01)}, functions<T>::expm1);
    CHECK(edge[0] <= most);
    CHECK(edge[0] > most * T(0.999));
    CHECK(edge[1] == infinity);
}

template <class Function>
bool decreases_near(const Function& f, float seam) {
    std::vector<float> x;
    for (int k = -3000; k <= 3000; ++k) x.push_back(seam + static_cast<float>(k) * 5e-7F * (std::abs(seam) + 0.1F));
    const std::vector<float> y = map(x, f);
    for (std::size_t i = 1; i < y.size(); ++i)
        if (y[i] < y[i - 1] - 2 * std::abs(y[i]) * std::numeric_limits<float>::epsilon()) return true;
    return false;
}

}  // namespace

TEST_CASE("expm1, log1p and erf of float keep their bounds over all exponents") { check_bounds<float>(); }
TEST_CASE("expm1, log1p and erf of double keep their bounds over all exponents") { check_bounds<double>(); }

TEST_CASE("expm1, log1p and erf are right at zeros, infinities, NaN and the ends of the range") {
    check_special<float>();
    check_special<double>();
}

TEST_CASE("expm1, log1p and erf have no step at the seams of their ranges") {
    for (int n = -30; n <= 30; ++n)
        CHECK_FALSE(decreases_near(functions<float>::expm1, (static_cast<float>(n) + 0.5F) * 0.69314718F));
    for (int n = -10; n <= 30; ++n)
        CHECK_FALSE(decreases_near(functions<float>::log1p, std::ldexp(0.70710678F, n) - 1));
    for (const float seam : {-1.0F, 1.0F, 4.0F}) CHECK_FALSE(decreases_near(functions<float>::erf, seam));
}

TEST_CASE("probabilities of the normal distribution and the weights of a softmax are near, and end at 0") {
    check_probabilities<float>();
    check_probabilities<double>();
}
