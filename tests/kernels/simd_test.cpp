// SPDX-License-Identifier: MIT
/// \file
/// The vector register: every operation against its scalar meaning, lane by lane.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ctnn/kernels/simd.hpp"

using ctnn::extent;
using namespace ctnn::kernels;

namespace {

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();

/// Interesting values: every vector of a test holds some of them.
template <class T>
std::vector<T> samples() {
    const T large = sizeof(T) == 4 ? T(8388609) : T(4503599627370497);
    std::vector<T> all{T(0),   T(-0.0), T(1),    T(-1), T(0.5), T(-0.5),  T(1.5), T(2.5),      T(-2.5),
                       T(3.3), T(-7.7), T(1e10), large, -large, T(1e-30), nan<T>, infinity<T>, -infinity<T>};
    while (static_cast<extent>(all.size()) % lanes<T> != 0) all.push_back(T(4.25));
    return all;
}
template <class T>
bool same(T a, T b) {
    return (a != a && b != b) || (a == b && std::signbit(a) == std::signbit(b));
}

/// Does vector(a, b) equal scalar(a, b) in every lane, for all pairs of interesting values?
template <class T, class Vector, class Scalar>
bool agrees(Vector vector, Scalar scalar) {
    const std::vector<T> values = samples<T>();
    bool good = true;
    for (std::size_t shift = 0; shift < values.size(); ++shift) {
        std::vector<T> other(values.size()), result(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) other[i] = values[(i + shift) % values.size()];
        for (extent i = 0; i < static_cast<extent>(values.size()); i += lanes<T>)
            store(result.data() + i, vector(load(values.data() + i), load(other.data() + i)));
        for (std::size_t i = 0; i < values.size(); ++i) good = good && same(result[i], scalar(values[i], other[i]));
    }
    return good;
}

/// Quotients by divisors from 1 to 2^100, of subnormal numbers too, are at most one unit in the last place off.
template <class T>
void check_quotient() {
    long double worst = 0;
    std::vector<T> b(static_cast<std::size_t>(lanes<T>)), q(b.size());
    for (const T a : {T(1), T(2), T(0), T(-3.7), T(1e-30), std::numeric_limits<T>::denorm_min() * T(1234567)})
        for (T start = T(1); start < T(1e30); start *= T(1.37)) {
            for (std::size_t i = 0; i < b.size(); ++i) b[i] = start * (T(1) + static_cast<T>(i) * T(0.0213));
            store(q.data(), quotient(vec<T>(a), load(b.data())));
            for (std::size_t i = 0; i < b.size(); ++i) {
                const long double exact = static_cast<long double>(a) / static_cast<long double>(b[i]);
                const T rounded = static_cast<T>(exact);
                const T unit = std::max(std::nextafter(std::fabs(rounded), infinity<T>) - std::fabs(rounded),
                                        std::numeric_limits<T>::denorm_min());
                worst =
                    std::max(worst, std::fabs(static_cast<long double>(q[i]) - exact) / static_cast<long double>(unit));
            }
        }
    CHECK(worst <= 1.0L);
    CHECK(std::isnan(reduce_add(quotient(vec<T>(nan<T>), vec<T>(T(2))))));
    CHECK(std::isnan(reduce_add(quotient(vec<T>(T(2)), vec<T>(nan<T>)))));
}

template <class T>
void check() {
    using v = vec<T>;
    CHECK(agrees<T>([](v a, v b) { return a + b; }, [](T a, T b) { return a + b; }));
    CHECK(agrees<T>([](v a, v b) { return a - b; }, [](T a, T b) { return a - b; }));
    CHECK(agrees<T>([](v a, v b) { return a * b; }, [](T a, T b) { return a * b; }));
    CHECK(agrees<T>([](v a, v b) { return a / b; }, [](T a, T b) { return a / b; }));
    CHECK(agrees<T>([](v a, v) { return -a; }, [](T a, T) { return -a; }));
    check_quotient<T>();
    CHECK(agrees<T>([](v a, v) { return abs(a); }, [](T a, T) { return std::fabs(a); }));
    CHECK(agrees<T>([](v a, v) { return sqrt(abs(a)); }, [](T a, T) { return std::sqrt(std::fabs(a)); }));
    CHECK(agrees<T>([](v a, v) { return round(a); }, [](T a, T) { return std::nearbyint(a); }));
    CHECK(agrees<T>([](v a, v b) { return copy_sign(a, b); }, [](T a, T b) { return std::copysign(a, b); }));
    CHECK(agrees<T>([](v a, v b) { return greater_of(a, b); }, [](T a, T b) { return a > b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return less_of(a, b); }, [](T a, T b) { return a < b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return max(a, b); }, [](T a, T b) { return a != a ? a : a > b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return min(a, b); }, [](T a, T b) { return a != a ? a : a < b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return select(a < b, a, b); }, [](T a, T b) { return a < b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return select(a <= b, a, b); }, [](T a, T b) { return a <= b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return select(a > b, a, b); }, [](T a, T b) { return a > b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return select(a >= b, a, b); }, [](T a, T b) { return a >= b ? a : b; }));
    CHECK(agrees<T>([](v a, v b) { return select(a == b, a, v(T(3))); }, [](T a, T b) { return a == b ? a : T(3); }));
    CHECK(agrees<T>([](v a, v b) { return a += b, a; }, [](T a, T b) { return a + b; }));
}

template <class T>
void check_lanes() {
    constexpr auto count = static_cast<std::size_t>(lanes<T>);
    std::vector<T> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i + 1);
    CHECK(reduce_add(load(values.data())) == static_cast<T>(lanes<T> * (lanes<T> + 1) / 2));
    CHECK(reduce_max(load(values.data())) == static_cast<T>(lanes<T>));
    CHECK(reduce_max(-load(values.data())) == T(-1));
    CHECK(any(load(values.data()) == vec<T>(static_cast<T>(lanes<T>))));
    CHECK_FALSE(any(load(values.data()) == vec<T>(T(0))));
    CHECK_FALSE(any(load(values.data()) < load(values.data())));

    vec<T> each[count];
    for (std::size_t i = 0; i < count; ++i) each[i] = load(values.data()) * vec<T>(static_cast<T>(i + 1));
    std::vector<T> sums(count);
    store(sums.data(), reduce_add_each(each));
    for (std::size_t i = 0; i < count; ++i)
        CHECK(sums[i] == static_cast<T>((static_cast<extent>(i) + 1) * lanes<T> * (lanes<T> + 1) / 2));

    std::vector<extent> seen;
    unroll<5>([&](auto i) { seen.push_back(i); });
    CHECK(seen == std::vector<extent>{0, 1, 2, 3, 4});
}

template <class T>
void check_partial() {
    for (extent count = 0; count < lanes<T>; ++count) {
        const auto size = static_cast<std::size_t>(count);
        std::vector<T> from(size), to(static_cast<std::size_t>(lanes<T>) + 2, T(-7)),
            whole(static_cast<std::size_t>(lanes<T>));
        for (std::size_t i = 0; i < size; ++i) from[i] = static_cast<T>(i + 1);
        const vec<T> v = load_partial(from.data(), count);
        store(whole.data(), v);
        for (std::size_t i = 0; i < whole.size(); ++i) CHECK(whole[i] == (i < size ? static_cast<T>(i + 1) : T(0)));
        store_partial(to.data() + 1, v + vec<T>(T(1)), count);
        for (std::size_t i = 0; i < to.size(); ++i)
            CHECK(to[i] == (i >= 1 && i < size + 1 ? static_cast<T>(i + 1) : T(-7)));
        store_partial(from.data(), v, count);  // an address sanitizer sees a lane too much
    }
}

template <class T>
void check_powers() {
    const int low = sizeof(T) == 4 ? -126 : -1022, high = sizeof(T) == 4 ? 127 : 1023;
    bool good = true;
    for (int n = low; n <= high; ++n) {
        std::vector<T> result(static_cast<std::size_t>(lanes<T>));
        store(result.data(), power_of_two(vec<T>(static_cast<T>(n))));
        for (const T value : result) good = good && value == std::ldexp(T(1), n);
    }
    CHECK(good);
}

}  // namespace

TEST_CASE("a vector of float does lane by lane what float does") { check<float>(); }
TEST_CASE("a vector of double does lane by lane what double does") { check<double>(); }
TEST_CASE("lanes are added and compared in a fixed order") {
    check_lanes<float>();
    check_lanes<double>();
}
TEST_CASE("partial loads and stores touch nothing else") {
    check_partial<float>();
    check_partial<double>();
}
TEST_CASE("power_of_two is exact over the whole normal range") {
    check_powers<float>();
    check_powers<double>();
}
TEST_CASE("fma rounds once wherever the processor can") {
#if defined(__FMA__) || defined(__aarch64__)
    // (1 + e)(1 - e) - 1 = -e^2, which a rounded product loses.
    const float e = 1.0F / 4096 / 4;
    float result[16]{};
    store(result, fma(vec<float>(1 + e), vec<float>(1 - e), vec<float>(-1.0F)));
    CHECK(result[0] == -e * e);
#endif
}
