// SPDX-License-Identifier: MIT
/// \file
/// Batch normalization against its naive twin: statistics, running statistics, gradients, and the layer.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "ctnn/kernels/reference_batch_norm.hpp"
#include "ctnn/layers/batch_norm.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::placement;
using test::padded_batch;

namespace {

template <class T>
struct run {
    operation op;
    std::vector<T> parameters, state, saved, scratch, gradients;
    explicit run(dims in) : op(batch_norm<>::lower(in).what) {
        const auto c = static_cast<std::size_t>(in.channels());
        for (std::size_t i = 0; i < 2 * c; ++i)
            parameters.push_back(test::random_value<T>(9, static_cast<extent>(i), false));
        state.assign(2 * c, T(0));
        for (std::size_t i = c; i < 2 * c; ++i) state[i] = 1;
        saved.assign(2 * c, T(0));
        gradients.assign(2 * c, T(0));
        scratch.assign(static_cast<std::size_t>(op.scratch), T(0));
    }
    void forward(const batch_view<const T>& x, const batch_view<T>& y, bool training, extent threads) {
        batch_norm<>::forward<T>({.op = op,
                                  .x = x,
                                  .other = {},
                                  .y = y,
                                  .parameters = parameters.data(),
                                  .state = state.data(),
                                  .saved = saved.data(),
                                  .scratch = scratch.data(),
                                  .threads = threads,
                                  .training = training});
    }
    void backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                  extent threads) {
        batch_norm<>::backward<T>({.op = op,
                                   .x = x,
                                   .other = {},
                                   .y = {},
                                   .dy = dy,
                                   .dx = dx,
                                   .parameters = parameters.data(),
                                   .gradients = gradients.data(),
                                   .saved = saved.data(),
                                   .scratch = scratch.data(),
                                   .threads = threads});
    }
};

template <class T>
bool close(const std::vector<T>& found, const std::vector<T>& expected, double tolerance) {
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!(std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])) <=
              tolerance * std::max(1.0, std::abs(static_cast<double>(expected[i])))))
            return false;
    return found.size() == expected.size();
}

template <class T>
void compare(dims in, extent samples, placement kind) {
    CAPTURE(in.channels());
    run<T> one(in);
    padded_batch<T> x(in, samples, kind), y(in, samples, kind), dy(in, samples, kind), dx(in, samples, kind);
    padded_batch<T> twin(in, samples, placement::dense);
    x.fill(1, false);
    x.each([](T& value, extent i) { value = value * 3 + static_cast<T>(i % 5); });
    dy.fill(2, false);
    const double tolerance = sizeof(T) == 4 ? 5e-5 : 1e-12;
    one.forward(x.read(), y.view(), true, 1);
    const T *weight = one.parameters.data(), *bias = weight + in.channels();
    kernels::reference::batch_norm_forward(x.read(), twin.view(), weight, bias, one.op.epsilon);
    CHECK(close(y.values(), twin.values(), tolerance));
    const double n = static_cast<double>(samples * in.positions());
    for (extent c = 0; c < in.channels(); ++c) {
        const auto m = kernels::reference::batch_moments(x.read(), c);
        const auto mean = static_cast<double>(m.mean),
                   variance = static_cast<double>(m.variance) * (n > 1 ? n / (n - 1) : 1);
        CHECK(static_cast<double>(one.state[static_cast<std::size_t>(c)]) == doctest::Approx(0.1 * mean).epsilon(1e-4));
        CHECK(static_cast<double>(one.state[static_cast<std::size_t>(in.channels() + c)]) ==
              doctest::Approx(0.9 + 0.1 * variance).epsilon(1e-4));
    }
    one.backward(x.read(), dy.read(), dx.view(), 1);
    std::vector<T> gradients(one.gradients.size());
    kernels::reference::batch_norm_backward(x.read(), dy.read(), twin.view(), weight, gradients.data(), one.op.epsilon);
    CHECK(close(dx.values(), twin.values(), tolerance));
    CHECK(close(one.gradients, gradients, tolerance));

    // The same bits for any number of threads, in place and without dx.
    run<T> other(in);
    padded_batch<T> copy(in, samples, kind), back(in, samples, kind);
    copy.assign(x.values());
    back.assign(dy.values());
    other.forward(copy.read(), copy.view(), true, 3);
    CHECK(copy.values() == y.values());
    CHECK(other.state == one.state);
    other.backward(x.read(), back.read(), back.view(), 3);
    CHECK(back.values() == dx.values());
    CHECK(other.gradients == one.gradients);
    batch_view<T> nothing = dx.view();
    nothing.data = nullptr;
    other.gradients.assign(other.gradients.size(), T(0));
    other.backward(x.read(), dy.read(), nothing, 2);
    CHECK(other.gradients == one.gradients);
    CHECK(x.guards_intact());
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
}

}  // namespace

TEST_CASE("batch norm equals its naive twin at every remainder of channels, in every layout, for any threads") {
    for (const placement kind : test::layouts)
        for (const extent c : test::channel_counts) {
            compare<float>(make_dims(3, 5, c), 2, kind);
            compare<double>(make_dims(3, 5, c), 2, kind);
        }
}

TEST_CASE("batch norm equals its naive twin for vectors, sequences, images and volumes of one and many pieces") {
    for (const placement kind : test::layouts) {
        compare<float>(make_dims(5), 70, kind);
        compare<float>(make_dims(63, 3), 1, kind);
        compare<float>(make_dims(65, 3), 3, kind);
        compare<float>(make_dims(37, 41, 2), 3, kind);
        compare<float>(make_dims(3, 7, 9, 4), 3, kind);
        compare<double>(make_dims(6), 2, kind);
    }
}

TEST_CASE("the variance is right where the mean is a million times the deviation") {
    const dims in = make_dims(64, 64, 3);
    run<float> one(in);
    padded_batch<float> x(in, 4, placement::dense), y(in, 4, placement::dense);
    x.fill(1, false);
    x.each([](float& value, extent i) { value = (i % 3 == 0 ? 1e4F : i % 3 == 1 ? -1e4F : 0.0F) + 0.01F * value; });
    one.forward(x.read(), y.view(), true, 1);
    for (extent c = 0; c < 3; ++c) {
        const auto m = kernels::reference::batch_moments(x.read(), c);
        const double inverse = static_cast<double>(one.saved[static_cast<std::size_t>(3 + c)]);
        const double expected = static_cast<double>(1 / std::sqrt(m.variance + 1e-5L));
        CHECK(inverse == doctest::Approx(expected).epsilon(1e-4));
    }
}

TEST_CASE("a constant channel gives its bias, and a NaN spoils its own channel alone") {
    const dims in = make_dims(5, 5, 18);
    run<float> one(in);
    padded_batch<float> x(in, 2, placement::dense), y(in, 2, placement::dense);
    x.each([](float& value, extent i) { value = i % 18 == 17 ? 0.1F : static_cast<float>(i % 7); });
    x.view().at(1, 0, 2, 2)[3] = std::numeric_limits<float>::quiet_NaN();
    one.forward(x.read(), y.view(), true, 1);
    y.each([&](float& value, extent i) {
        if (i % 18 == 3)
            CHECK(value != value);
        else
            CHECK(value == value);
        if (i % 18 == 17)
            CHECK(static_cast<double>(value) ==
                  doctest::Approx(static_cast<double>(one.parameters[18 + 17])).epsilon(1e-4));
    });
}

TEST_CASE("outside training batch norm uses the running statistics and leaves them alone") {
    const dims in = make_dims(3, 19);
    run<double> one(in);
    for (std::size_t i = 0; i < one.state.size(); ++i) one.state[i] = 0.5 + static_cast<double>(i) / 10;
    const std::vector<double> before = one.state;
    padded_batch<double> x(in, 2, placement::slice), y(in, 2, placement::bordered);
    x.fill(1, false);
    one.forward(x.read(), y.view(), false, 2);
    CHECK(one.state == before);
    const std::vector<double> from = x.values(), to = y.values();
    for (std::size_t i = 0; i < from.size(); ++i) {
        const std::size_t c = i % 19;
        const double expected =
            (from[i] - before[c]) / std::sqrt(before[19 + c] + 1e-5) * one.parameters[c] + one.parameters[19 + c];
        CHECK(to[i] == doctest::Approx(expected).epsilon(1e-12));
    }
}

TEST_CASE("batch norm passes the finite-difference check") {
    test::check_gradients<batch_norm<>>(make_dims(7), 5, placement::dense);
    test::check_gradients<batch_norm<>>(make_dims(3, 4, 5), 2, placement::bordered, 1, true);
    test::check_gradients<batch_norm<epsilon<1e-3>, momentum<0.01>>>(make_dims(9, 3), 3, placement::slice);
}

TEST_CASE("batch norm reads its options and refuses others") {
    static_assert(batch_norm<epsilon<1e-3>, momentum<0.01>>::lower(make_dims(4)).what.epsilon == 1e-3);
    static_assert(batch_norm<momentum<0.01>>::lower(make_dims(4)).what.alpha == 0.01);
    static_assert(batch_norm<>::lower(make_dims(4, 4, 6)).what.parameter_count() == 12);
    static_assert(batch_norm<no_bias>::lower(make_dims(4)).why == refusal::option_not_taken);
    static_assert(batch_norm<epsilon<0.0>>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(batch_norm<momentum<1.5>>::lower(make_dims(4)).why == refusal::number_out_of_range);
}
