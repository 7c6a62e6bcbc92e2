// SPDX-License-Identifier: MIT
/// \file
/// Convolution and its gradients against the naive twins, at every remainder of every loop.
#include <doctest/doctest.h>

#include <limits>

#include "convolution_problem.hpp"

using namespace convolution_test;
using ctnn::activation;

namespace {

/// Forward with packed weights, forward in training, both gradients: exactly what the naive twins say.
template <class T, problem P>
void check() {
    CAPTURE(P.channels);
    CAPTURE(P.filters);
    CAPTURE(P.in[2]);
    CAPTURE(P.kernel[2]);
    setting<T, P> s;
    constexpr ctnn::operation op = operation_of(P);
    constexpr ctnn::kernels::key forward = ctnn::forward_key<T>(op);
    for (const bool add : {false, true}) {
        std::vector<T> expected = s.expected_y;
        const std::vector<T> other = s.other.values();
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] = activated(op, expected[i] + (add ? other[i] : T(0)));
        s.y.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        ctnn::convolution_forward<T, forward>(s.forward_call(add));
        CHECK(s.y.values() == expected);
        CHECK(s.y.intact());

        ctnn::pack_convolution<T>(op, s.parameters.data(), s.bias(), nullptr, nullptr, s.packed.data());
        s.y.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        ctnn::forward_call<T> call = s.forward_call(add);
        call.parameters = s.packed.data();
        ctnn::convolution_engine_forward<T, forward>(call);
        CHECK(s.y.values() == expected);
    }
    if constexpr (P.activation == activation::none) {
        constexpr ctnn::kernels::key input = ctnn::input_gradient_key<T>(op);
        constexpr ctnn::kernels::key weights = ctnn::weight_gradient_key<T>(op);
        const std::vector<T> before = s.dx.values();
        ctnn::convolution_backward<T, input, weights>(s.backward_call(true));
        std::vector<T> sum = s.expected_dx;
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += before[i];
        CHECK(s.dx.values() == sum);
        CHECK(s.dx.intact());
        CHECK(s.gradients == s.expected_gradients);
        s.dx.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        ctnn::convolution_backward<T, input, weights>(s.backward_call(false));
        CHECK(s.dx.values() == s.expected_dx);
        CHECK(s.dx.intact());
        CHECK(s.dy.intact());
        CHECK(s.x.intact());
    }
}

constexpr problem image(extent height, extent width, extent channels, extent filters, extent kernel) {
    return {.in = {1, height, width},
            .channels = channels,
            .filters = filters,
            .kernel = {1, kernel, kernel},
            .samples = 2};
}
constexpr problem with_gap(problem p) {
    p.gap = 5;
    return p;
}
constexpr problem with_padding(problem p, extent before, extent after) {
    for (int a = 0; a < 3; ++a)
        if (p.in[a] > 1) p.before[a] = before, p.after[a] = after;
    return p;
}
constexpr problem with_stride(problem p, extent height, extent width, extent dilation = 1) {
    p.stride[1] = height, p.stride[2] = width;
    p.dilation[1] = p.dilation[2] = dilation;
    return p;
}
constexpr problem with_groups(problem p, extent groups) {
    p.groups = groups;
    return p;
}
constexpr problem depthwise(extent height, extent width, extent channels, extent kernel) {
    return with_groups(image(height, width, channels, channels, kernel), channels);
}
constexpr problem with_activation(problem p, activation a) {
    p.activation = a;
    return p;
}

}  // namespace

TEST_CASE("a convolution is exact whatever its number of filters") {
    check<float, image(4, 9, 3, 1, 3)>();
    check<float, image(4, 9, 3, 5, 3)>();
    check<float, image(4, 9, 3, 16, 3)>();
    check<float, image(4, 9, 3, 17, 3)>();
    check<float, image(4, 9, 3, 23, 3)>();
    check<float, image(4, 9, 3, 48, 3)>();
    check<float, image(4, 9, 3, 80, 3)>();
    check<float, image(4, 9, 3, 69, 3)>();
}
TEST_CASE("a convolution of few filters is exact, whose vectors run over channels") {
    static_assert(ctnn::forward_key<float>(operation_of(image(3, 33, 37, 1, 1))).narrow);
    static_assert(!ctnn::forward_key<float>(operation_of(image(3, 33, 37, 16, 1))).narrow);
    check<float, image(3, 33, 37, 3, 1)>();
    check<float, image(4, 9, 32, 1, 3)>();
    check<float, with_activation(with_gap(image(5, 21, 19, 1, 2)), activation::relu)>();
    check<float, with_padding(with_stride(image(9, 40, 17, 2, 3), 2, 2), 1, 1)>();
    check<float, with_stride(with_padding(image(9, 10, 24, 1, 3), 2, 2), 1, 1, 2)>();
    check<float, with_groups(image(3, 7, 66, 2, 3), 2)>();
    check<double, image(2, 17, 33, 1, 1)>();
}
TEST_CASE("a convolution is exact whatever the width of its rows") {
    check<float, image(3, 3, 2, 20, 3)>();
    check<float, image(3, 4, 2, 20, 3)>();
    check<float, image(3, 7, 2, 20, 3)>();
    check<float, image(3, 17, 2, 20, 3)>();
    check<float, image(3, 31, 2, 20, 3)>();
    check<float, image(3, 150, 2, 20, 3)>();
}
TEST_CASE("a convolution is exact whatever its number of channels") {
    check<float, image(3, 6, 1, 8, 2)>();
    check<float, image(3, 6, 5, 8, 2)>();
    check<float, image(3, 6, 17, 8, 2)>();
    check<float, with_gap(image(3, 6, 1, 8, 2))>();
    check<float, with_gap(image(3, 6, 3, 8, 3))>();
    check<float, with_gap(image(3, 6, 23, 17, 3))>();
}
TEST_CASE("a convolution is exact whatever its window") {
    check<float, image(5, 6, 3, 8, 1)>();
    check<float, image(7, 8, 3, 8, 5)>();
    check<float, with_padding(image(7, 9, 3, 8, 7), 3, 3)>();
    check<float, with_padding(image(5, 6, 3, 8, 2), 0, 1)>();
    check<float, problem{.in = {1, 6, 9},
                         .channels = 3,
                         .filters = 5,
                         .kernel = {1, 4, 2},
                         .before = {0, 2, 0},
                         .after = {0, 1, 1}}>();
}
TEST_CASE("a convolution is exact with strides and dilation") {
    check<float, with_stride(image(9, 12, 3, 9, 3), 2, 2)>();
    check<float, with_stride(image(8, 11, 5, 17, 3), 3, 2)>();
    check<float, with_stride(image(8, 11, 5, 17, 2), 3, 3)>();
    check<float, with_stride(image(7, 8, 3, 9, 1), 2, 2)>();
    check<float, with_stride(with_padding(image(9, 10, 4, 6, 3), 1, 1), 2, 2)>();
    check<float, with_stride(with_padding(image(9, 10, 4, 6, 3), 2, 2), 1, 1, 2)>();
    check<float, with_stride(with_padding(image(9, 10, 4, 6, 3), 2, 1), 2, 3, 2)>();
    check<float, with_stride(with_padding(image(13, 11, 4, 6, 3), 3, 4), 2, 2, 3)>();
    check<float, with_stride(with_padding(image(2, 2, 4, 6, 5), 2, 2), 3, 3)>();
}
TEST_CASE("a convolution is exact with groups") {
    check<float, with_groups(image(4, 6, 6, 10, 3), 2)>();
    check<float, with_groups(with_padding(image(4, 6, 8, 8, 3), 1, 1), 8)>();
    check<float, with_groups(with_stride(image(5, 7, 34, 51, 3), 2, 2), 17)>();
}
TEST_CASE("a depthwise convolution is exact whatever the width of its rows and its number of channels") {
    check<float, depthwise(4, 3, 2, 3)>();
    check<float, depthwise(4, 9, 16, 3)>();   // 7 positions: one at a time
    check<float, depthwise(4, 10, 5, 3)>();   // 8: a tile
    check<float, depthwise(4, 21, 37, 3)>();  // 19: the last tile overlaps
    check<float, depthwise(3, 6, 150, 3)>();  // four vectors together, single ones, a part of one
    check<double, depthwise(3, 12, 19, 3)>();
}
TEST_CASE("a depthwise convolution is exact with padding, stride, dilation, gaps and addends") {
    check<float, with_padding(depthwise(6, 12, 20, 3), 1, 1)>();
    check<float, with_padding(depthwise(5, 5, 33, 5), 2, 2)>();
    check<float, with_gap(with_padding(depthwise(4, 11, 18, 3), 2, 1))>();
    check<float, with_stride(with_padding(depthwise(7, 23, 17, 3), 1, 1), 2, 2)>();
    check<float, with_stride(depthwise(9, 13, 6, 2), 3, 3)>();  // inputs that no tap reaches
    check<float, with_stride(with_padding(depthwise(9, 24, 6, 3), 2, 2), 1, 2, 2)>();
    check<float, with_activation(depthwise(4, 12, 20, 3), activation::relu)>();
    check<float, with_activation(depthwise(4, 12, 20, 3), activation::leaky_relu)>();
    check<float,
          with_groups(problem{.in = {3, 4, 11}, .channels = 9, .filters = 9, .kernel = {2, 3, 3}, .samples = 2}, 9)>();
    check<float,
          with_groups(problem{.in = {1, 1, 30}, .channels = 7, .filters = 7, .kernel = {1, 1, 5}, .samples = 3}, 7)>();
}
TEST_CASE("sequences and volumes are convolutions too") {
    check<float, problem{.in = {1, 1, 21},
                         .channels = 3,
                         .filters = 5,
                         .kernel = {1, 1, 5},
                         .before = {0, 0, 2},
                         .after = {0, 0, 2},
                         .samples = 3}>();
    check<float, with_padding(problem{.in = {4, 5, 6}, .channels = 2, .filters = 7, .kernel = {3, 3, 3}, .samples = 2},
                              1, 1)>();
    check<float,
          with_padding(
              problem{.in = {5, 4, 6}, .channels = 2, .filters = 7, .kernel = {3, 2, 3}, .stride = {2, 1, 2}, .gap = 1},
              1, 1)>();
}
TEST_CASE("the gradient of long rows is exact, whatever is left of tiles of inputs, filters and positions") {
    check<float, problem{.in = {1, 1, 259}, .channels = 193, .filters = 131}>();
    check<float, with_gap(problem{.in = {1, 2, 301}, .channels = 67, .filters = 165, .samples = 2})>();
    check<float, with_groups(problem{.in = {1, 1, 390}, .channels = 94, .filters = 78, .kernel = {1, 1, 3}}, 2)>();
    check<double, problem{.in = {1, 1, 131}, .channels = 129, .filters = 132}>();
}
TEST_CASE("a convolution of double is exact") {
    check<double, image(4, 9, 3, 5, 3)>();
    check<double, image(4, 19, 5, 23, 3)>();
    check<double, with_stride(with_padding(image(9, 10, 4, 17, 3), 2, 1), 2, 3, 2)>();
    check<double, with_groups(with_padding(image(4, 6, 8, 8, 3), 1, 1), 4)>();
}
TEST_CASE("a convolution applies the short activations in its registers") {
    check<float, with_activation(image(4, 9, 3, 23, 3), activation::relu)>();
    check<float, with_activation(image(4, 9, 3, 23, 3), activation::leaky_relu)>();
    check<double, with_activation(image(4, 9, 3, 5, 3), activation::relu)>();
}
TEST_CASE("a convolution applies sigmoid and tanh") {
    constexpr problem plain = image(4, 9, 3, 23, 3), sigmoid = with_activation(plain, activation::sigmoid);
    constexpr problem tanh = with_activation(plain, activation::tanh);
    setting<float, sigmoid> s;
    ctnn::convolution_forward<float, ctnn::forward_key<float>(operation_of(sigmoid))>(s.forward_call(false));
    const std::vector<float> first = s.y.values();
    CHECK(s.y.intact());
    setting<float, tanh> t;
    ctnn::convolution_forward<float, ctnn::forward_key<float>(operation_of(tanh))>(t.forward_call(false));
    const std::vector<float> second = t.y.values();
    CHECK(t.y.intact());
    for (std::size_t i = 0; i < first.size(); ++i) {
        const double v = static_cast<double>(s.expected_y[i]);
        CHECK(static_cast<double>(first[i]) == doctest::Approx(1 / (1 + std::exp(-v))).epsilon(1e-6));
        CHECK(static_cast<double>(second[i]) == doctest::Approx(std::tanh(v)).epsilon(1e-6));
    }
}
TEST_CASE("a NaN in the input reaches the outputs that see it, through every activation") {
    const auto spread = []<problem P>() {
        setting<float, P> s;
        s.x.view.at(0, 0, 1, 4)[1] = std::numeric_limits<float>::quiet_NaN();
        ctnn::convolution_forward<float, ctnn::forward_key<float>(operation_of(P))>(s.forward_call(false));
        for (extent h = 0; h < 2; ++h)
            for (extent w = 0; w < 7; ++w)
                for (extent f = 0; f < P.filters; ++f) {
                    const float value = s.y.view.at(0, 0, h, w)[f];
                    const bool seen = h <= 1 && w >= 2 && w <= 4;
                    CHECK((value != value) == seen);
                }
    };
    spread.template operator()<image(4, 9, 3, 23, 3)>();
    spread.template operator()<with_activation(image(4, 9, 3, 23, 3), activation::relu)>();
    spread.template operator()<with_activation(image(4, 9, 3, 23, 3), activation::leaky_relu)>();
    spread.template operator()<with_activation(image(4, 9, 3, 23, 3), activation::sigmoid)>();
}
TEST_CASE("the size of packed weights does not depend on the instruction set") {
    static_assert(ctnn::packed_size(operation_of(image(4, 9, 3, 23, 3))) == 27 * 32 + 32);
    static_assert(ctnn::packed_size(operation_of(with_groups(image(4, 6, 6, 10, 3), 2))) == 2 * (27 * 16 + 16));
}
TEST_CASE("packing folds a scale and a shift") {
    constexpr problem p = image(4, 9, 3, 23, 3);
    constexpr ctnn::operation op = operation_of(p);
    setting<float, p> s;
    std::vector<float> scale(23), shift(23);
    integers<float> make{7};
    for (std::size_t f = 0; f < 23; ++f) scale[f] = make(), shift[f] = make();
    ctnn::pack_convolution<float>(op, s.parameters.data(), s.bias(), scale.data(), shift.data(), s.packed.data());
    ctnn::forward_call<float> call = s.forward_call(false);
    call.parameters = s.packed.data();
    ctnn::convolution_engine_forward<float, ctnn::forward_key<float>(op)>(call);
    const std::vector<float> y = s.y.values();
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == s.expected_y[i] * scale[i % 23] + shift[i % 23]);
}
TEST_CASE("the number of threads does not change one bit") {
    const auto compare = []<problem P>() {
        constexpr ctnn::operation op = operation_of(P);
        const auto fraction = [state = 7U]() mutable {
            state = state * 1664525U + 1013904223U;
            return static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
        };
        std::vector<float> y, dx, gradients;
        for (const extent threads : {1, 2, 3, 5}) {
            setting<float, P> s;
            auto make = fraction;
            s.x.fill(make);
            s.dy.fill(make);
            for (float& value : s.parameters) value = make();
            for (float& value : s.gradients) value = 0;
            ctnn::convolution_forward<float, ctnn::forward_key<float>(op)>(s.forward_call(false, threads));
            ctnn::convolution_backward<float, ctnn::input_gradient_key<float>(op),
                                       ctnn::weight_gradient_key<float>(op)>(s.backward_call(false, threads));
            if (threads == 1) {
                y = s.y.values();
                dx = s.dx.values();
                gradients = s.gradients;
            }
            CHECK(s.y.values() == y);
            CHECK(s.dx.values() == dx);
            CHECK(s.gradients == gradients);
        }
    };
    compare.template
    operator()<problem{.in = {1, 34, 36}, .channels = 23, .filters = 69, .kernel = {1, 3, 3}, .samples = 3}>();
    compare.template operator()<problem{.channels = 300, .filters = 500, .samples = 11}>();
    compare.template operator()<problem{.channels = 1200, .filters = 1000, .samples = 1}>();
}
