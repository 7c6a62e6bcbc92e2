// SPDX-License-Identifier: MIT
/// \file
/// Dense layers against the naive twins, at every remainder of every loop.
#include <doctest/doctest.h>

#include <limits>

#include "convolution_problem.hpp"

using namespace convolution_test;
using ctnn::activation;

namespace {

constexpr problem dense(extent inputs, extent outputs, extent samples, activation a = activation::none) {
    return {.channels = inputs, .filters = outputs, .samples = samples, .activation = a};
}

template <class T, problem P>
void check(extent threads = 1) {
    CAPTURE(P.channels);
    CAPTURE(P.filters);
    CAPTURE(P.samples);
    setting<T, P> s;
    constexpr ctnn::operation op = operation_of(P);
    constexpr ctnn::kernels::key forward = ctnn::forward_key<T>(op);
    static_assert(forward.dense);
    for (const bool add : {false, true}) {
        std::vector<T> expected = s.expected_y;
        const std::vector<T> other = s.other.values();
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] = activated(op, expected[i] + (add ? other[i] : T(0)));
        s.y.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        ctnn::convolution_forward<T, forward>(s.forward_call(add, threads));
        CHECK(s.y.values() == expected);
        CHECK(s.y.intact());

        ctnn::pack_convolution<T>(op, s.parameters.data(), s.bias(), nullptr, nullptr, s.packed.data());
        s.y.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        ctnn::forward_call<T> call = s.forward_call(add, threads);
        call.parameters = s.packed.data();
        ctnn::convolution_engine_forward<T, forward>(call);
        CHECK(s.y.values() == expected);
        CHECK(s.y.intact());
    }
    constexpr ctnn::kernels::key input = ctnn::input_gradient_key<T>(op);
    constexpr ctnn::kernels::key weights = ctnn::weight_gradient_key<T>(op);
    const std::vector<T> before = s.dx.values();
    ctnn::convolution_backward<T, input, weights>(s.backward_call(true, threads));
    std::vector<T> sum = s.expected_dx;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += before[i];
    CHECK(s.dx.values() == sum);
    CHECK(s.gradients == s.expected_gradients);
    s.dx.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
    ctnn::convolution_backward<T, input, weights>(s.backward_call(false, threads));
    CHECK(s.dx.values() == s.expected_dx);
    CHECK(s.dx.intact());
}

}  // namespace

TEST_CASE("a dense layer is exact whatever the batch") {
    check<float, dense(37, 23, 1)>();
    check<float, dense(37, 23, 2)>();
    check<float, dense(37, 23, 5)>();
    check<float, dense(37, 23, 7)>();
    check<float, dense(37, 23, 8)>();
    check<float, dense(37, 23, 13)>();
    check<float, dense(37, 23, 32)>();
}
TEST_CASE("a dense layer is exact whatever its number of outputs") {
    check<float, dense(19, 1, 9)>();
    check<float, dense(19, 3, 1)>();
    check<float, dense(19, 16, 9)>();
    check<float, dense(19, 17, 9)>();
    check<float, dense(19, 128, 1)>();
    check<float, dense(19, 131, 9)>();
    check<float, dense(19, 300, 1)>();
    check<float, dense(19, 300, 10)>();
    check<float, dense(19, 60, 1)>();
    check<float, dense(19, 60, 4)>();
    check<float, dense(19, 64, 6)>();
    check<float, dense(19, 109, 3)>();
}
TEST_CASE("a dense layer is exact whatever its number of inputs") {
    check<float, dense(1, 5, 9)>();
    check<float, dense(2, 1, 1)>();
    check<float, dense(3, 40, 9)>();
    check<float, dense(4, 40, 1)>();
    check<float, dense(65, 40, 9)>();
    check<float, dense(300, 300, 9)>();
    check<float, dense(128, 70, 12)>();
    check<float, dense(129, 20, 7)>();
    check<float, dense(301, 301, 1)>();
}
TEST_CASE("a dense layer of double is exact") {
    check<double, dense(37, 23, 1)>();
    check<double, dense(37, 23, 13)>();
    check<double, dense(5, 131, 9)>();
}
TEST_CASE("a dense layer applies its activation") {
    constexpr problem p = dense(37, 23, 9, activation::relu);
    check<float, p>();
    check<float, dense(37, 23, 9, activation::leaky_relu)>();
}
TEST_CASE("a NaN in one sample of a dense layer stays in that sample") {
    constexpr problem p = dense(37, 23, 13, activation::relu);
    setting<float, p> s;
    s.x.view.at(4, 0, 0, 0)[36] = std::numeric_limits<float>::quiet_NaN();
    ctnn::convolution_forward<float, ctnn::forward_key<float>(operation_of(p))>(s.forward_call(false));
    const std::vector<float> y = s.y.values();
    for (std::size_t i = 0; i < y.size(); ++i) CHECK((y[i] != y[i]) == (i / 23 == 4));
}
