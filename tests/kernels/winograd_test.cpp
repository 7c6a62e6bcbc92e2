// SPDX-License-Identifier: MIT
/// \file
/// Winograd convolutions and their gradients against the naive twins: every size of a last tile, every remainder
/// of channels and filters, borders, gaps, depths, threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "convolution_problem.hpp"
#include "nearness.hpp"

using namespace convolution_test;
using ctnn::activation;
using ctnn::algorithm;

namespace {

/// What the documentation promises of float; double has 29 bits more.
template <class T>
constexpr double bound = sizeof(T) == 4 ? 2e-5 : 2e-14;

constexpr problem image(extent height, extent width, extent channels, extent filters, algorithm a) {
    return {.in = {1, height, width},
            .channels = channels,
            .filters = filters,
            .kernel = {1, 3, 3},
            .samples = 2,
            .algorithm = a};
}
constexpr problem padded(problem p, extent before, extent after) {
    for (int a = 1; a < 3; ++a) p.before[a] = before, p.after[a] = after;
    return p;
}
constexpr problem with_gap(problem p) {
    p.gap = 5;
    return p;
}
constexpr problem with_activation(problem p, activation a) {
    p.activation = a;
    return p;
}

template <class T>
void fill_with_nan(buffer<T>& b) {
    b.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
}

/// Forward, with and without addend, the input's gradient, written and added to, and the gradients of weights and bias,
/// with the given keys.
template <class T, ctnn::kernels::key Forward, ctnn::kernels::key Input, ctnn::kernels::key Weights = Input>
void check(run_time_setting<T>& s) {
    const ctnn::operation& op = s.op;
    CAPTURE(op.in.channels());
    CAPTURE(op.out.channels());
    CAPTURE(op.in.height());
    CAPTURE(op.in.width());
    CAPTURE(op.window.before[1]);
    const ctnn::convolution_cost c = ctnn::forward_cost(op);
    ctnn::pack_winograd<T>(Forward.winograd, c, Forward.vectors, s.parameters.data(), nullptr, false, s.packed.data(),
                           1);
    T* bias = s.packed.data() + s.packed.size() - ctnn::round_up(op.out.channels());
    std::copy(s.bias(), s.bias() + op.out.channels(), bias);
    const std::vector<T> other = s.other.values();
    for (const bool add : {false, true}) {
        std::vector<T> expected = s.expected_y;
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] = activated(op, expected[i] + (add ? other[i] : T(0)));
        fill_with_nan(s.y);
        ctnn::winograd_forward_packed<T, Forward>(s.forward_call(add), s.packed.data());
        CHECK(relative_error(s.y.values(), expected) <= bound<T>);
        CHECK(s.y.intact());
    }
    const std::vector<T> before = s.dx.values();
    std::vector<T> sum = s.expected_dx;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += before[i];
    ctnn::winograd_input_gradient<T, Input>(s.backward_call(true));
    CHECK(relative_error(s.dx.values(), sum) <= bound<T>);
    fill_with_nan(s.dx);
    ctnn::winograd_input_gradient<T, Input>(s.backward_call(false));
    CHECK(relative_error(s.dx.values(), s.expected_dx) <= bound<T>);
    CHECK(s.dx.intact());
    if (op.weight_algorithm != algorithm::direct) {
        ctnn::winograd_weight_gradient<T, Weights>(s.backward_call(true));
        CHECK(relative_error(s.gradients, s.expected_gradients) <= bound<T>);
    }
    CHECK(s.dy.intact());
    CHECK(s.x.intact());
}

/// With one small tile of registers for all sizes, so that a sweep compiles once.
template <class T>
void check_any(const problem& p) {
    run_time_setting<T> s(p);
    constexpr ctnn::kernels::key two{.pixels = 3, .winograd = 2}, four{.pixels = 3, .winograd = 4};
    // The tile of the weights' gradient is no higher than there are channels.
    constexpr ctnn::kernels::key one_two{.pixels = 1, .winograd = 2}, one_four{.pixels = 1, .winograd = 4};
    const bool few = p.channels < 3;
    if (p.algorithm == algorithm::winograd_2)
        few ? check<T, two, two, one_two>(s) : check<T, two, two>(s);
    else
        few ? check<T, four, four, one_four>(s) : check<T, four, four>(s);
}

/// With the keys that an engine and a training pass would use.
template <class T, problem P>
void check_chosen() {
    setting<T, P> s;
    constexpr ctnn::operation op = operation_of(P);
    check<T, ctnn::forward_key<T>(op), ctnn::input_gradient_key<T>(op), ctnn::weight_gradient_key<T>(op)>(s);
}

constexpr algorithm both[]{algorithm::winograd_2, algorithm::winograd_4};

}  // namespace

TEST_CASE("Winograd agrees with the naive twin whatever the size of the image") {
    for (const algorithm a : both)
        for (extent height = 1; height <= 13; ++height)
            for (extent width = 1; width <= 13; ++width) {
                check_any<float>(padded(image(height, width, 3, 5, a), 1, 1));
                if (height >= 3 && width >= 3) check_any<float>(image(height, width, 3, 5, a));
            }
}
TEST_CASE("Winograd agrees with the naive twin whatever the padding") {
    for (const algorithm a : both)
        for (extent before = 0; before <= 4; ++before)
            for (extent after = 0; after <= 4; ++after) check_any<float>(padded(image(6, 7, 3, 5, a), before, after));
}
TEST_CASE("Winograd agrees with the naive twin whatever the number of channels and filters") {
    constexpr extent counts[]{1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 32, 33, 67};
    for (const algorithm a : both)
        for (const extent channels : counts)
            for (const extent filters : counts) check_any<float>(with_gap(image(6, 7, channels, filters, a)));
}
TEST_CASE("Winograd agrees with the naive twin over several blocks of tiles") {
    for (const algorithm a : both) {
        check_any<float>(padded(image(61, 53, 3, 5, a), 1, 1));
        check_any<float>(image(35, 43, 70, 5, a));
        check_any<float>(image(35, 43, 5, 70, a));
    }
}
TEST_CASE("Winograd agrees with the naive twin for volumes, whose depth is summed directly") {
    for (const algorithm a : both)
        for (extent taps = 1; taps <= 5; ++taps)
            for (const extent depth : {1, 2, 5, 35})
                for (const extent border : {extent{0}, taps / 2, taps}) {
                    problem p = padded(image(5, 6, 3, 5, a), 1, 1);
                    p.in[0] = depth;
                    p.kernel[0] = taps;
                    p.before[0] = border;
                    p.after[0] = border;
                    if (depth + 2 * border >= taps) check_any<float>(p);
                }
}
TEST_CASE("Winograd of double agrees with the naive twin") {
    for (const algorithm a : both)
        for (extent width = 3; width <= 11; ++width) {
            check_any<double>(image(5, width, 9, 7, a));
            check_any<double>(with_gap(padded(image(6, width, 3, 17, a), 1, 1)));
        }
}
TEST_CASE("Winograd with the registers that are chosen for a shape agrees with the naive twin") {
    check_chosen<float, image(14, 14, 33, 48, algorithm::winograd_4)>();
    check_chosen<float, padded(image(7, 7, 23, 69, algorithm::winograd_4), 1, 1)>();
    check_chosen<float, padded(image(7, 7, 17, 80, algorithm::winograd_2), 1, 1)>();
    check_chosen<float, padded(image(37, 41, 16, 64, algorithm::winograd_4), 1, 1)>();
    check_chosen<double, image(9, 10, 5, 23, algorithm::winograd_4)>();
}
TEST_CASE("Winograd applies the short activations in its registers and the long ones after them") {
    constexpr ctnn::kernels::key plain{.pixels = 3, .winograd = 4};
    constexpr ctnn::kernels::key relu{.pixels = 3, .winograd = 4, .activation = activation::relu};
    constexpr ctnn::kernels::key leaky{.pixels = 3, .winograd = 4, .activation = activation::leaky_relu};
    const problem without = padded(image(7, 9, 5, 23, algorithm::winograd_4), 1, 1);
    run_time_setting<float> first(with_activation(without, activation::relu));
    check<float, relu, plain>(first);
    run_time_setting<float> second(with_activation(without, activation::leaky_relu));
    check<float, leaky, plain>(second);
    constexpr problem p = with_activation(image(7, 9, 3, 23, algorithm::winograd_4), activation::tanh);
    setting<float, p> s;
    ctnn::convolution_forward<float, ctnn::forward_key<float>(operation_of(p))>(s.forward_call(false));
    const std::vector<float> y = s.y.values();
    CHECK(s.y.intact());
    for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(y[i] == doctest::Approx(std::tanh(static_cast<double>(s.expected_y[i]))).epsilon(1e-4));
}
TEST_CASE("the addend of a Winograd convolution may be its output") {
    constexpr ctnn::kernels::key k{.pixels = 3, .winograd = 4};
    run_time_setting<float> s(padded(image(7, 9, 5, 23, algorithm::winograd_4), 1, 1));
    ctnn::pack_convolution<float>(s.op, s.parameters.data(), s.bias(), nullptr, nullptr, s.packed.data());
    ctnn::pack_winograd<float>(4, ctnn::forward_cost(s.op), 1, s.parameters.data(), nullptr, false, s.packed.data(), 1);
    integers<float> make{9};
    s.y.fill([&] { return make(); });
    std::vector<float> expected = s.y.values();
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += s.expected_y[i];
    ctnn::forward_call<float> call = s.forward_call(false);
    call.other = s.y.view;
    ctnn::winograd_forward_packed<float, k>(call, s.packed.data());
    CHECK(relative_error(s.y.values(), expected) <= bound<float>);
}
TEST_CASE("a NaN in the input of a Winograd convolution reaches every output that sees it, and no other sample") {
    constexpr ctnn::kernels::key k{.pixels = 3, .winograd = 4, .activation = activation::relu};
    run_time_setting<float> s(
        with_activation(padded(image(7, 9, 3, 5, algorithm::winograd_4), 1, 1), activation::relu));
    ctnn::pack_winograd<float>(4, ctnn::forward_cost(s.op), 1, s.parameters.data(), nullptr, false, s.packed.data(), 1);
    for (extent row = 0; row < 7; ++row)
        for (extent column = 0; column < 9; ++column) {
            float& poison = s.x.view.at(1, 0, row, column)[1];
            const float kept = poison;
            poison = std::numeric_limits<float>::quiet_NaN();
            ctnn::winograd_forward_packed<float, k>(s.forward_call(false), s.packed.data());
            poison = kept;
            bool seen = true, kept_away = true;
            for (extent h = 0; h < 7; ++h)
                for (extent w = 0; w < 9; ++w)
                    for (extent f = 0; f < 5; ++f) {
                        const float here = s.y.view.at(1, 0, h, w)[f], there = s.y.view.at(0, 0, h, w)[f];
                        const bool sees = std::abs(h - row) <= 1 && std::abs(w - column) <= 1;
                        seen = seen && (!sees || here != here);
                        kept_away = kept_away && there == there;
                    }
            CHECK(seen);
            CHECK(kept_away);
        }
}
TEST_CASE("the number of threads does not change one bit of a Winograd convolution") {
    const auto compare = []<problem P>() {
        constexpr ctnn::operation op = operation_of(P);
        const auto fraction = [state = 7U]() mutable {
            state = state * 1664525U + 1013904223U;
            return static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
        };
        std::vector<float> y, dx, gradients;
        for (const extent threads : {1, 2, 3, 7}) {
            setting<float, P> s;
            auto make = fraction;
            s.x.fill(make);
            s.dy.fill(make);
            for (float& value : s.parameters) value = make();
            ctnn::convolution_forward<float, ctnn::forward_key<float>(op)>(s.forward_call(false, threads));
            ctnn::winograd_input_gradient<float, ctnn::input_gradient_key<float>(op)>(s.backward_call(false, threads));
            ctnn::convolution_weight_gradient<float, ctnn::weight_gradient_key<float>(op)>(
                s.backward_call(false, threads));
            if (threads == 1) {
                y = s.y.values();
                dx = s.dx.values();
                gradients = s.gradients;
            }
            CHECK(s.gradients == gradients);
            CHECK(s.y.values() == y);
            CHECK(s.dx.values() == dx);
        }
    };
    compare.template operator()<padded(image(30, 27, 23, 69, algorithm::winograd_4), 1, 1)>();
    compare.template operator()<padded(image(7, 7, 40, 130, algorithm::winograd_2), 1, 1)>();
}
TEST_CASE("the rule takes Winograd where it saves and applies") {
    const auto chosen = [](extent size, extent channels, extent filters) {
        return ctnn::forward_cost(operation_of(padded(image(size, size, channels, filters, algorithm::direct), 1, 1)))
            .cheapest();
    };
    CHECK(chosen(56, 64, 64) == algorithm::winograd_4);
    CHECK(chosen(28, 128, 128) == algorithm::winograd_4);
    CHECK(chosen(150, 3, 32) == algorithm::direct);
    CHECK(chosen(28, 1, 1) == algorithm::direct);
    CHECK(chosen(7, 512, 512) != algorithm::winograd_4);
    const auto applies = [](problem p) { return ctnn::winograd_applies(operation_of(p).window, p.groups); };
    problem p = padded(image(14, 14, 32, 32, algorithm::direct), 1, 1);
    CHECK(applies(p));
    p.stride[1] = 2;
    CHECK_FALSE(applies(p));
    p.stride[1] = 1, p.dilation[2] = 2;
    CHECK_FALSE(applies(p));
    p.dilation[2] = 1, p.groups = 2;
    CHECK_FALSE(applies(p));
    p.groups = 1, p.kernel[2] = 5;
    CHECK_FALSE(applies(p));
}
