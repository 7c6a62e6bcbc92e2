// SPDX-License-Identifier: MIT
/// \file
/// prelu, glu, absolute_difference, log_softmax and channel_pool against their naive twins, and the layers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ctnn/kernels/reference_activation.hpp"
#include "ctnn/kernels/reference_pool.hpp"
#include "ctnn/layers/absolute_difference.hpp"
#include "ctnn/layers/channel_pool.hpp"
#include "ctnn/layers/glu.hpp"
#include "ctnn/layers/log_softmax.hpp"
#include "ctnn/layers/prelu.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::padded_batch;
using test::placement;

namespace {

template <class T>
bool close(const std::vector<T>& a, const std::vector<T>& b, double tolerance) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <= tolerance)) return false;
    return true;
}

template <class T>
struct problem {
    static constexpr double tolerance = sizeof(T) == 4 ? 3e-6 : 1e-14;
    dims in, out;
    padded_batch<T> x, y, dy, dx, y_twin, dx_twin;

    problem(const dims& input, const dims& output, placement kind)
        : in(input),
          out(output),
          x(in, 2, kind),
          y(out, 2, kind),
          dy(out, 2, kind),
          dx(in, 2, kind),
          y_twin(out, 2, placement::dense),
          dx_twin(in, 2, placement::dense) {
        x.fill(1, false);
        x.each([](T& value, extent) { value *= 4; });
        dy.fill(2, false);
    }
    void check() {
        CHECK(close(y.values(), y_twin.values(), tolerance));
        CHECK(close(dx.values(), dx_twin.values(), tolerance));
        CHECK(x.guards_intact());
        CHECK(y.guards_intact());
        CHECK(dx.guards_intact());
    }
};

template <class T>
void compare_glu(extent channels, placement kind) {
    problem<T> p(make_dims(3, 4, 2 * channels), make_dims(3, 4, channels), kind);
    kernels::glu_forward(p.x.read(), p.y.view(), 2);
    kernels::reference::glu_forward(p.x.read(), p.y_twin.view());
    kernels::glu_backward(p.x.read(), p.dy.read(), p.dx.view(), 2);
    kernels::reference::glu_backward(p.x.read(), p.dy.read(), p.dx_twin.view());
    p.check();
}

template <class T>
void compare_absolute_difference(extent channels, placement kind) {
    problem<T> p(make_dims(3, 4, 2 * channels), make_dims(3, 4, channels), kind);
    kernels::absolute_difference_forward(p.x.read(), p.y.view(), 2);
    kernels::reference::absolute_difference_forward(p.x.read(), p.y_twin.view());
    kernels::absolute_difference_backward(p.x.read(), p.dy.read(), p.dx.view(), 2);
    kernels::reference::absolute_difference_backward(p.x.read(), p.dy.read(), p.dx_twin.view());
    p.check();
}

template <class T>
void compare_log_softmax(extent channels, placement kind) {
    const dims shape = make_dims(3, 4, channels);
    problem<T> p(shape, shape, kind);
    kernels::log_softmax_forward(p.x.read(), p.y.view(), 2);
    kernels::reference::log_softmax_forward(p.x.read(), p.y_twin.view());
    kernels::log_softmax_backward(p.y.read(), p.dy.read(), p.dx.view(), 2);
    kernels::reference::log_softmax_backward(p.y.read(), p.dy.read(), p.dx_twin.view());
    kernels::log_softmax_forward(p.x.read(), p.x.view(), 1);  // in place
    CHECK(p.x.values() == p.y.values());
    kernels::log_softmax_backward(p.y.read(), p.dy.read(), p.dy.view(), 1);
    CHECK(p.dy.values() == p.dx.values());
    p.check();
}

template <class T>
void compare_prelu(extent channels, extent slopes, placement kind) {
    const dims shape = make_dims(5, 13, channels);
    problem<T> p(shape, shape, kind);
    std::vector<T> slope(static_cast<std::size_t>(slopes)), found(slope.size(), T(0.5)),
        twin = found, scratch(static_cast<std::size_t>(kernels::prelu_scratch(channels)));
    for (std::size_t i = 0; i < slope.size(); ++i) slope[i] = test::random_value<T>(3, static_cast<extent>(i), false);
    kernels::prelu_forward(p.x.read(), p.y.view(), slope.data(), slopes, 2);
    kernels::reference::prelu_forward(p.x.read(), p.y_twin.view(), slope.data(), slopes);
    kernels::prelu_backward(p.x.read(), p.dy.read(), p.dx.view(), slope.data(), slopes, found.data(), scratch.data(),
                            2);
    kernels::reference::prelu_backward(p.x.read(), p.dy.read(), p.dx_twin.view(), slope.data(), slopes, twin.data());
    CHECK(close(found, twin, sizeof(T) == 4 ? 2e-2 : 1e-11));  // the twin adds up thousands in T
    std::vector<T> again(slope.size(), T(0.5));
    kernels::prelu_backward(p.x.read(), p.dy.read(), p.dy.view(), slope.data(), slopes, again.data(), scratch.data(),
                            1);  // in place
    CHECK(again == found);
    CHECK(p.dy.values() == p.dx.values());
    kernels::prelu_forward(p.x.read(), p.x.view(), slope.data(), slopes, 1);
    CHECK(p.x.values() == p.y.values());
    p.check();
}

template <class T>
void compare_channel_pool(extent channels, placement kind) {
    problem<T> p(make_dims(3, 4, channels), make_dims(3, 4, 2), kind);
    p.x.each([](T& value, extent i) { value = i % 3 == 0 ? T(1) : value; });  // some of the largest are equal
    kernels::channel_pool_forward(p.x.read(), p.y.view(), 2);
    kernels::reference::channel_pool_forward(p.x.read(), p.y_twin.view());
    kernels::channel_pool_backward(p.x.read(), p.dy.read(), p.dx.view(), 2);
    kernels::reference::channel_pool_backward(p.x.read(), p.dy.read(), p.dx_twin.view());
    p.check();
}

}  // namespace

TEST_CASE("channel_pool equals its naive twin at every remainder of channels, in every layout, and keeps NaN") {
    for (const placement kind : test::layouts)
        for (const extent c : test::channel_counts) {
            compare_channel_pool<float>(c, kind);
            compare_channel_pool<double>(c, kind);
        }
    for (const extent channels : {1, 3, 16, 40})
        for (const extent where : {extent{0}, channels / 2, channels - 1}) {
            padded_batch<float> x(make_dims(channels), 1, placement::dense), y(make_dims(2), 1, placement::dense);
            x.each([&](float& value, extent i) {
                value = i == where ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(i);
            });
            kernels::channel_pool_forward(x.read(), y.view(), 1);
            y.each([](float& value, extent) { CHECK(value != value); });
        }
    test::check_gradients<channel_pool>(make_dims(2, 3, 19), 2, placement::slice);
    test::check_gradients<channel_pool>(make_dims(7), 3, placement::dense);
}

TEST_CASE(
    "prelu, glu, absolute_difference and log_softmax equal their naive twins at every remainder of channels, in every "
    "layout") {
    for (const placement kind : test::layouts)
        for (const extent c : test::channel_counts) {
            compare_glu<float>(c, kind);
            compare_glu<double>(c, kind);
            compare_absolute_difference<float>(c, kind);
            compare_absolute_difference<double>(c, kind);
            compare_log_softmax<float>(c, kind);
            compare_log_softmax<double>(c, kind);
            for (const extent slopes : {extent{1}, c}) {
                compare_prelu<float>(c, slopes, kind);
                compare_prelu<double>(c, slopes, kind);
            }
        }
}

TEST_CASE("log_softmax is finite and right for logits of 10,000, and keeps NaN") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const extent channels : {2, 3, 16, 40}) {
        padded_batch<float> x(make_dims(channels), 1, placement::dense), y(make_dims(channels), 1, placement::dense);
        x.each([](float& value, extent i) { value = i == 1 ? 1e4F : -1e4F; });
        kernels::log_softmax_forward(x.read(), y.view(), 1);
        y.each([](float& value, extent i) { CHECK(value == (i == 1 ? 0.0F : -2e4F)); });
        x.each([](float& value, extent) { value = -1e4F; });
        kernels::log_softmax_forward(x.read(), y.view(), 1);
        y.each([&](float& value, extent) {
            CHECK(value == doctest::Approx(-std::log(static_cast<double>(channels))).epsilon(1e-6));
        });
        for (const extent where : {extent{0}, channels - 1}) {
            x.each([&](float& value, extent i) { value = i == where ? nan : 1.0F; });
            kernels::log_softmax_forward(x.read(), y.view(), 1);
            y.each([](float& value, extent) { CHECK(value != value); });
        }
    }
}

TEST_CASE("prelu and glu keep NaN and give limits at infinities") {
    const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    const auto run = [](std::vector<double> from, extent channels, auto layer) {
        const operation op = decltype(layer)::lower(make_dims(static_cast<extent>(from.size()))).what;
        std::vector<double> to(static_cast<std::size_t>(channels));
        const double slope[1]{0.25};
        decltype(layer)::template forward<double>({.op = op,
                                                   .x = batch_view<double>::dense(from.data(), op.in, 1),
                                                   .other = {},
                                                   .y = batch_view<double>::dense(to.data(), op.out, 1),
                                                   .parameters = slope});
        return to;
    };
    const std::vector<double> p = run({nan, infinity, -infinity, -4}, 4, prelu<>{});
    CHECK(p[0] != p[0]);
    CHECK(std::vector<double>(p.begin() + 1, p.end()) == std::vector<double>{infinity, -infinity, -1});
    const std::vector<double> g = run({nan, 3, 3, 3, 0, infinity, -infinity, nan}, 4, glu{});
    CHECK(g[0] != g[0]);
    CHECK(g[1] == 3);
    CHECK(g[2] == 0);
    CHECK(g[3] != g[3]);
    const std::vector<double> d = run({nan, infinity, -1, 2, 0, infinity, 3, 2}, 4, absolute_difference{});
    CHECK(d[0] != d[0]);
    CHECK(d[1] != d[1]);
    CHECK(d[2] == 4);
    CHECK(d[3] == 0);
}

TEST_CASE("no gradient flows where both halves are equal") {
    std::vector<double> x{1, 5, -2, 1, 3, -1}, dy{7, 8, 9}, dx(6);
    kernels::absolute_difference_backward<double>(batch_view<double>::dense(x.data(), make_dims(6), 1),
                                                  batch_view<double>::dense(dy.data(), make_dims(3), 1),
                                                  batch_view<double>::dense(dx.data(), make_dims(6), 1), 1);
    CHECK(dx == std::vector<double>{0, 8, -9, 0, -8, 9});
}

TEST_CASE("prelu, glu and log_softmax pass the finite-difference check, and refuse") {
    test::check_gradients<prelu<>>(make_dims(4, 5, 3), 2, placement::slice, 1, true);
    test::check_gradients<prelu<per_channel>>(make_dims(4, 19), 3, placement::bordered);
    test::check_gradients<glu>(make_dims(2, 3, 10), 2, placement::slice);
    test::check_gradients<glu>(make_dims(34), 3, placement::dense);
    test::check_gradients<absolute_difference>(make_dims(2, 3, 10), 2, placement::slice);
    static_assert(absolute_difference::lower(make_dims(4, 5)).why == refusal::needs_even_channels);
    test::check_gradients<log_softmax>(make_dims(7), 3, placement::dense, 1, true);
    test::check_gradients<log_softmax>(make_dims(2, 3, 19), 2, placement::slice);
    static_assert(glu::lower(make_dims(4, 5)).why == refusal::needs_even_channels);
    static_assert(log_softmax::lower(make_dims(5, 1)).why == refusal::needs_channels);
    static_assert(prelu<same>::lower(make_dims(5)).why == refusal::option_not_taken);
    static_assert(prelu<per_channel, per_channel>::lower(make_dims(5)).why == refusal::option_not_taken);
}
