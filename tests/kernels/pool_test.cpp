// SPDX-License-Identifier: MIT
/// \file
/// Pooling kernels against their naive twins, and the pooling layers.
#include <doctest/doctest.h>

#include <limits>

#include "ctnn/kernels/reference_lp_pool.hpp"
#include "ctnn/kernels/reference_pool.hpp"
#include "ctnn/layers/adaptive_pool.hpp"
#include "ctnn/layers/avg_pool.hpp"
#include "ctnn/layers/global_pool.hpp"
#include "ctnn/layers/lp_pool.hpp"
#include "ctnn/layers/max_pool.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using kernels::pool;
using test::placement;
using test::padded_batch;

namespace {

/// Forward and backward of one geometry on small integers, where sums are exact: equal to the twins, whatever the
/// threads.
template <pool P, class T>
void compare(const outcome& lowered, extent samples, placement kind, bool whole, bool with_nan = false) {
    REQUIRE(lowered.why == refusal::none);
    const operation& op = lowered.what;
    CAPTURE(op.in.axis[0]);
    CAPTURE(op.in.axis[1]);
    CAPTURE(op.in.axis[2]);
    CAPTURE(op.in.axis[3]);
    padded_batch<T> x(op.in, samples, kind), y(op.out, samples, kind), dy(op.out, samples, kind),
        dx(op.in, samples, kind);
    padded_batch<T> y_twin(op.out, samples, placement::dense), dx_twin(op.in, samples, placement::dense);
    x.fill(1, whole);
    dy.fill(2, whole);
    if (with_nan)
        x.each([](T& value, extent i) {
            if (i % 7 == 3) value = std::numeric_limits<T>::quiet_NaN();
        });
    const auto same = [&](padded_batch<T>& a, padded_batch<T>& b) {
        const std::vector<T> left = a.values(), right = b.values();
        for (std::size_t i = 0; i < left.size(); ++i) {
            const bool both_nan = left[i] != left[i] && right[i] != right[i];
            const double tolerance = whole || P == pool::maximum ? 0 : sizeof(T) == 4 ? 2e-6 : 1e-14;
            if (!(both_nan || std::abs(static_cast<double>(left[i]) - static_cast<double>(right[i])) <= tolerance))
                return false;
        }
        return true;
    };
    kernels::reference::pool_forward<P>(op, x.read(), y_twin.view());
    kernels::reference::pool_backward<P>(op, x.read(), dy.read(), dx_twin.view());
    for (const extent threads : {1, 3}) {
        kernels::pool_forward<P>(op, x.read(), y.view(), threads);
        kernels::pool_backward<P>(op, x.read(), dy.read(), dx.view(), threads);
        CHECK(same(y, y_twin));
        CHECK(same(dx, dx_twin));
        CHECK(y.guards_intact());
        CHECK(dx.guards_intact());
    }
}

template <class T>
void compare_channels(placement kind) {
    for (const extent c : test::channel_counts) {
        compare<pool::maximum, T>(max_pool<>::lower(make_dims(5, 7, c)), 2, kind, true);
        compare<pool::maximum, T>(max_pool<3, stride<2>, padding<1>>::lower(make_dims(6, 7, c)), 2, kind, true);
        compare<pool::average, T>(avg_pool<>::lower(make_dims(5, 7, c)), 2, kind, true);
        compare<pool::average, T>(avg_pool<4, stride<1>, padding<2>>::lower(make_dims(5, 4, c)), 2, kind, true);
    }
}

template <class Layer, class T>
void compare_powers(dims in, placement kind) {
    const operation op = Layer::lower(in).what;
    CAPTURE(in.channels());
    padded_batch<T> x(op.in, 2, kind), y(op.out, 2, kind), dy(op.out, 2, kind), dx(op.in, 2, kind);
    padded_batch<T> y_twin(op.out, 2, placement::dense), dx_twin(op.in, 2, placement::dense);
    const bool odd = op.groups % 2 == 1 && op.groups > 1;
    x.fill(1, false).each([&](T& value, extent i) { value = i % 5 == 0 ? 0 : odd ? std::abs(value) : value; });
    dy.fill(2, false);
    const auto near = [](padded_batch<T>& a, padded_batch<T>& b) {
        const std::vector<T> left = a.values(), right = b.values();
        for (std::size_t i = 0; i < left.size(); ++i)
            if (!(std::abs(left[i] - right[i]) <= T(sizeof(T) == 4 ? 4e-6 : 1e-14))) return false;
        return true;
    };
    kernels::reference::lp_pool_forward(op, x.read(), y_twin.view());
    kernels::reference::lp_pool_backward(op, x.read(), y_twin.read(), dy.read(), dx_twin.view());
    for (const extent threads : {1, 3}) {
        Layer::template forward<T>({.op = op, .x = x.read(), .other = {}, .y = y.view(), .threads = threads});
        Layer::template backward<T>({.op = op,
                                     .x = x.read(),
                                     .other = {},
                                     .y = y.read(),
                                     .dy = dy.read(),
                                     .dx = dx.view(),
                                     .threads = threads});
        CHECK(near(y, y_twin));
        CHECK(near(dx, dx_twin));
        CHECK(y.guards_intact());
        CHECK(dx.guards_intact());
    }
}

}  // namespace

TEST_CASE("pooling equals its naive twin at every remainder of channels, in every layout") {
    for (const placement kind : test::layouts) {
        compare_channels<float>(kind);
        compare_channels<double>(kind);
    }
}

TEST_CASE("pooling equals its naive twin for sequences, images and volumes, any window, stride and padding") {
    for (const placement kind : {placement::dense, placement::bordered}) {
        for (extent w = 2; w <= 9; ++w) {
            compare<pool::maximum, float>(max_pool<>::lower(make_dims(w, 5)), 3, kind, true);
            compare<pool::maximum, float>(max_pool<2, stride<3>>::lower(make_dims(4, w, 3)), 2, kind, true);
            compare<pool::maximum, float>(max_pool<3, same, stride<1>>::lower(make_dims(w, 3, 4)), 2, kind, true);
            compare<pool::average, float>(avg_pool<3, same>::lower(make_dims(w, 4, 3)), 2, kind, false);
            compare<pool::average, float>(avg_pool<3, padding<1>, exclude_padding>::lower(make_dims(w, 4, 3)), 2, kind,
                                          false);
            compare<pool::average, float>(avg_pool<kernel<2>, stride<3>>::lower(make_dims(w, 17)), 2, kind, true);
        }
        compare<pool::maximum, float>(max_pool<>::lower(make_dims(5, 4, 7, 6)), 2, kind, true);
        compare<pool::average, float>(avg_pool<>::lower(make_dims(4, 5, 6, 3)), 2, kind, true);
        compare<pool::maximum, float>(max_pool<3, stride<2>, padding<1>>::lower(make_dims(5, 6, 7, 17)), 2, kind, true);
        compare<pool::maximum, float>(max_pool<kernel<1, 2, 3>, stride<1, 2, 1>>::lower(make_dims(3, 5, 6, 4)), 1, kind,
                                      true);
        compare<pool::average, double>(avg_pool<kernel<2, 3>, stride<3, 1>>::lower(make_dims(9, 6, 5)), 2, kind, false);
    }
}

TEST_CASE("global pools equal their naive twins") {
    for (const extent c : {1, 3, 16, 17, 70}) {
        compare<pool::average, float>(global_avg_pool::lower(make_dims(9, 8, c)), 3, placement::bordered, false);
        compare<pool::maximum, float>(global_max_pool::lower(make_dims(9, 8, c)), 3, placement::slice, true);
        compare<pool::average, double>(global_avg_pool::lower(make_dims(150, c)), 2, placement::dense, true);
        compare<pool::maximum, double>(global_max_pool::lower(make_dims(3, 4, 5, c)), 2, placement::dense, true);
    }
}

TEST_CASE("adaptive pools equal their naive twins: bins that divide, overlap and repeat, in every rank and layout") {
    for (const placement kind : test::layouts) {
        for (const extent c : {1, 3, 8, 17, 67}) {
            compare<pool::average, float>(adaptive_avg_pool<3>::lower(make_dims(7, 5, c)), 2, kind, false);
            compare<pool::maximum, double>(adaptive_max_pool<3, 4>::lower(make_dims(7, 5, c)), 2, kind, true);
        }
        for (extent w = 1; w <= 9; ++w) {
            compare<pool::average, float>(adaptive_avg_pool<4>::lower(make_dims(w, 5)), 2, kind, false);
            compare<pool::maximum, float>(adaptive_max_pool<2, 3>::lower(make_dims(w, 6, 3)), 2, kind, true);
        }
        compare<pool::average, double>(adaptive_avg_pool<1>::lower(make_dims(5, 6, 5)), 2, kind, false);
        compare<pool::average, double>(adaptive_avg_pool<2, 3, 5>::lower(make_dims(5, 4, 7, 5)), 2, kind, false);
        compare<pool::maximum, float>(adaptive_max_pool<2>::lower(make_dims(3, 4, 5, 17)), 2, kind, true);
    }
    compare<pool::maximum, float>(adaptive_max_pool<4>::lower(make_dims(9, 9, 20)), 2, placement::dense, true, true);
}

TEST_CASE("pooling by powers equals its naive twin for every root, at remainders of channels in every layout") {
    for (const placement kind : test::layouts) {
        for (const extent c : {1, 3, 8, 17, 67}) compare_powers<lp_pool<2>, float>(make_dims(5, 7, c), kind);
        compare_powers<lp_pool<2, 3, stride<2>, padding<1>>, double>(make_dims(6, 7, 5), kind);
        compare_powers<lp_pool<1, 3, stride<1>>, float>(make_dims(6, 5), kind);
        compare_powers<lp_pool<3, kernel<2, 3>, same>, double>(make_dims(5, 7, 9), kind);
        compare_powers<lp_pool<4, 2, stride<3>>, float>(make_dims(4, 5, 6, 17), kind);
        compare_powers<lp_pool<7>, double>(make_dims(3, 4, 4, 3), kind);
    }
    padded_batch<double> x(make_dims(2, 1), 1, placement::dense), y(make_dims(1, 1), 1, placement::dense);
    const operation cube = lp_pool<3>::lower(make_dims(2, 1)).what, sum = lp_pool<1>::lower(make_dims(2, 1)).what;
    x.assign({1, -2});
    lp_pool<3>::forward<double>({.op = cube, .x = x.read(), .other = {}, .y = y.view()});
    CHECK(y.values()[0] != y.values()[0]);  // there is no root of 1 - 8
    lp_pool<1>::forward<double>({.op = sum, .x = x.read(), .other = {}, .y = y.view()});
    CHECK(y.values()[0] == -1);
}

TEST_CASE("a NaN wins every maximum and spoils every average") {
    compare<pool::maximum, float>(max_pool<>::lower(make_dims(9, 9, 20)), 2, placement::dense, true, true);
    compare<pool::maximum, float>(max_pool<3, stride<1>>::lower(make_dims(9, 9, 3)), 2, placement::slice, true, true);
    compare<pool::maximum, double>(global_max_pool::lower(make_dims(5, 9, 5)), 2, placement::dense, true, true);
    padded_batch<float> x(make_dims(2, 2, 1), 1, placement::dense), y(make_dims(1, 1, 1), 1, placement::dense);
    x.assign({1, std::numeric_limits<float>::quiet_NaN(), 2, 3});
    const operation op = avg_pool<>::lower(make_dims(2, 2, 1)).what;
    avg_pool<>::forward<float>({.op = op, .x = x.read(), .other = {}, .y = y.view()});
    CHECK(y.values()[0] != y.values()[0]);
}

TEST_CASE("all values below zero: padding never wins a maximum") {
    const operation op = max_pool<3, stride<1>, padding<1>>::lower(make_dims(3, 3, 2)).what;
    padded_batch<float> x(op.in, 1, placement::bordered), y(op.out, 1, placement::dense);
    x.each([](float& value, extent i) { value = -1 - static_cast<float>(i); });
    max_pool<3, stride<1>, padding<1>>::forward<float>({.op = op, .x = x.read(), .other = {}, .y = y.view()});
    CHECK(y.values()[0] == -1);
    CHECK(y.values().back() == -10);
}

TEST_CASE("the average of a large image stays exact to a few units in the last place") {
    const operation op = global_avg_pool::lower(make_dims(512, 512, 1)).what;
    padded_batch<float> x(op.in, 1, placement::dense), y(op.out, 1, placement::dense);
    x.each([](float& value, extent) { value = 0.1F; });
    global_avg_pool::forward<float>({.op = op, .x = x.read(), .other = {}, .y = y.view()});
    CHECK(y.values()[0] == doctest::Approx(0.1).epsilon(3e-6));
}

TEST_CASE("pools pass the finite-difference check") {
    test::check_gradients<max_pool<>>(make_dims(5, 5, 3), 2, placement::dense);
    test::check_gradients<max_pool<3, stride<2>, padding<1>>>(make_dims(5, 6, 2), 2, placement::slice);
    test::check_gradients<max_pool<>>(make_dims(3, 4, 4, 2), 1, placement::bordered);
    test::check_gradients<avg_pool<>>(make_dims(5, 5, 3), 2, placement::bordered);
    test::check_gradients<avg_pool<3, stride<1>, padding<1>>>(make_dims(7, 3), 2, placement::dense);
    test::check_gradients<avg_pool<3, same>>(make_dims(5, 4, 2), 2, placement::dense);
    test::check_gradients<global_avg_pool>(make_dims(3, 4, 5), 2, placement::slice);
    test::check_gradients<global_max_pool>(make_dims(3, 4, 5), 2, placement::dense);
    test::check_gradients<lp_pool<1>>(make_dims(4, 4, 3), 2, placement::dense);
    test::check_gradients<lp_pool<2, 3, stride<2>, padding<1>>>(make_dims(5, 6, 3), 2, placement::slice);
    test::check_gradients<lp_pool<4>>(make_dims(4, 5, 3), 2, placement::bordered);
    test::check_gradients<adaptive_avg_pool<3>>(make_dims(5, 2, 3), 2, placement::slice);
    test::check_gradients<adaptive_max_pool<2, 3>>(make_dims(5, 4, 2), 2, placement::bordered);
}

TEST_CASE("pools answer with shapes and refusals") {
    static_assert(max_pool<>::lower(make_dims(7, 5, 3)).what.out == make_dims(3, 2, 3));
    static_assert(max_pool<3, stride<2>, padding<1>>::lower(make_dims(112, 112, 64)).what.out == make_dims(56, 56, 64));
    static_assert(avg_pool<3, same>::lower(make_dims(7, 3)).what.out == make_dims(3, 3));
    static_assert(global_max_pool::lower(make_dims(4, 7, 7, 9)).what.out == make_dims(9));
    static_assert(adaptive_avg_pool<7>::lower(make_dims(3, 20, 9)).what.out == make_dims(7, 7, 9));
    static_assert(adaptive_max_pool<2, 3, 4>::lower(make_dims(9, 9, 9, 2)).what.out == make_dims(2, 3, 4, 2));
    static_assert(!adaptive_avg_pool<2, 3>::lower(make_dims(8, 9, 1)).what.adaptive);
    static_assert(adaptive_avg_pool<2>::lower(make_dims(8)).why == refusal::needs_positions);
    static_assert(adaptive_max_pool<2, 2>::lower(make_dims(8, 9)).why == refusal::axes_differ);
    static_assert(adaptive_max_pool<0>::lower(make_dims(8, 9)).why == refusal::number_out_of_range);
    static_assert(lp_pool<2, 3, same>::lower(make_dims(7, 5, 3)).what.out == make_dims(3, 2, 3));
    static_assert(lp_pool<0>::lower(make_dims(7, 5, 3)).why == refusal::number_out_of_range);
    static_assert(lp_pool<2, exclude_padding>::lower(make_dims(7, 5, 3)).why == refusal::option_not_taken);
    static_assert(lp_pool<2>::lower(make_dims(7)).why == refusal::needs_positions);
    static_assert(max_pool<>::lower(make_dims(7)).why == refusal::needs_positions);
    static_assert(max_pool<8>::lower(make_dims(7, 7, 3)).why == refusal::window_exceeds_input);
    static_assert(max_pool<2, padding<2>>::lower(make_dims(7, 7, 3)).why == refusal::number_out_of_range);
    static_assert(max_pool<3, padding<2>>::lower(make_dims(7, 7, 3)).why == refusal::number_out_of_range);
    static_assert(max_pool<2, no_bias>::lower(make_dims(7, 7, 3)).why == refusal::option_not_taken);
    static_assert(max_pool<2, exclude_padding>::lower(make_dims(7, 7, 3)).why == refusal::option_not_taken);
    static_assert(avg_pool<kernel<2, 2, 2>>::lower(make_dims(7, 7, 3)).why == refusal::axes_differ);
    static_assert(global_avg_pool::lower(make_dims(7)).why == refusal::needs_positions);
}
