// SPDX-License-Identifier: MIT
/// \file
/// Transposed convolutions against the naive twins of the convolution whose input's gradient they are.
#include <doctest/doctest.h>

#include "convolution_problem.hpp"
#include "ctnn/layers/transposed_code.hpp"

using namespace convolution_test;
using ctnn::activation;

namespace {

/// From the outputs of a problem to its inputs, with the problem's weights and a bias for each of its channels.
constexpr ctnn::operation transposed_operation(const problem& p) {
    const ctnn::operation from = operation_of(p);
    ctnn::operation op = from;
    op.in = from.out;
    op.out = from.in;
    op.transposed = true;
    op.parameters[1].axis[0] = p.channels;
    return op;
}

/// The operands of a problem with their roles exchanged: its dy is read as x, what it finds for dx is y.
template <class T, problem P>
struct transposed_setting {
    static constexpr ctnn::operation op = transposed_operation(P);
    setting<T, P> s;
    buffer<T> other{op.out, P.samples, s.none, s.none, P.gap}, dx{op.in, P.samples, s.none, s.none, P.gap};
    std::vector<T> parameters, gradients, scratch;

    transposed_setting()
        : parameters(static_cast<std::size_t>(op.parameter_count())),
          gradients(parameters.size()),
          scratch(static_cast<std::size_t>(ctnn::convolution_scratch(op))) {
        integers<T> make{99};
        for (T& value : parameters) value = make();
        for (std::size_t i = 0; i < weights(); ++i) parameters[i] = s.parameters[i];
        for (T& value : gradients) value = make();
        other.fill([&] { return make(); });
        dx.fill([&] { return make(); });
    }
    static std::size_t weights() { return static_cast<std::size_t>(op.parameters[0].size()); }
    ctnn::forward_call<T> forward_call(bool add, extent threads = 1) {
        ctnn::forward_call<T> call{.op = op, .x = s.dy.view, .other = {}, .y = s.dx.view};
        if (add) call.other = other.view;
        call.parameters = parameters.data();
        call.scratch = scratch.data();
        call.threads = threads;
        return call;
    }
    ctnn::backward_call<T> backward_call(bool accumulate, extent threads = 1) {
        ctnn::backward_call<T> call{
            .op = op, .x = s.dy.view, .other = {}, .y = s.dx.view, .dy = s.x.view, .dx = dx.view};
        call.parameters = parameters.data();
        call.gradients = gradients.data();
        call.scratch = scratch.data();
        call.threads = threads;
        call.accumulate = accumulate;
        return call;
    }
    /// Output i before addend and activation.
    T expected_y(std::size_t i) const { return s.expected_dx[i] + parameters[weights() + i % channels]; }
    static constexpr std::size_t channels = static_cast<std::size_t>(P.channels);
};

template <class T, problem P>
void backward(transposed_setting<T, P>& t, bool accumulate, extent threads = 1) {
    constexpr ctnn::operation adjoint = ctnn::adjoint(transposed_operation(P));
    ctnn::transposed_backward<T, ctnn::forward_key<T>(adjoint), ctnn::weight_gradient_key<T>(adjoint)>(
        t.backward_call(accumulate, threads));
}

template <class T, problem P>
void check_transposed() {
    CAPTURE(P.channels);
    CAPTURE(P.filters);
    CAPTURE(P.in[2]);
    CAPTURE(P.stride[2]);
    transposed_setting<T, P> t;
    constexpr ctnn::kernels::key forward = ctnn::transposed_key<T>(t.op);
    for (const bool add : {false, true}) {
        std::vector<T> expected;
        const std::vector<T> other = t.other.values();
        for (std::size_t i = 0; i < other.size(); ++i)
            expected.push_back(activated(t.op, t.expected_y(i) + (add ? other[i] : T(0))));
        t.s.dx.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        ctnn::transposed_forward<T, forward>(t.forward_call(add));
        CHECK(t.s.dx.values() == expected);
        CHECK(t.s.dx.intact());
        CHECK(t.s.dy.intact());
    }
    std::vector<T> expected = t.s.expected_y;  // without the problem's own bias
    for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] -= t.s.bias()[i % static_cast<std::size_t>(P.filters)];
    std::vector<T> gradients = t.gradients;
    for (std::size_t i = 0; i < t.weights(); ++i) gradients[i] += t.s.expected_gradients[i] - t.s.gradients[i];
    const std::vector<T> dy = t.s.x.values();
    for (std::size_t i = 0; i < dy.size(); ++i) gradients[t.weights() + i % t.channels] += dy[i];
    std::vector<T> sum = t.dx.values();
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += expected[i];
    backward(t, true);
    CHECK(t.dx.values() == sum);
    CHECK(t.gradients == gradients);
    t.dx.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
    backward(t, false);
    CHECK(t.dx.values() == expected);
    CHECK(t.dx.intact());
    CHECK(t.s.x.intact());
}

// From 3 x 5 pixels of 17 channels to 6 x 10 pixels of 23.
constexpr problem doubling{
    .in = {1, 6, 10}, .channels = 23, .filters = 17, .kernel = {1, 2, 2}, .stride = {1, 2, 2}, .samples = 2, .gap = 3};
constexpr problem overlapping{.in = {1, 7, 34},
                              .channels = 5,
                              .filters = 3,
                              .kernel = {1, 4, 3},
                              .stride = {1, 2, 2},
                              .before = {0, 1, 1},
                              .after = {0, 2, 1},
                              .samples = 2,
                              .gap = 1,
                              .activation = activation::leaky_relu};

}  // namespace

TEST_CASE("a transposed convolution is exact, whatever its channels, strides and padding") {
    check_transposed<float, doubling>();
    check_transposed<float, overlapping>();
    check_transposed<double, overlapping>();
    check_transposed<float, problem{.in = {1, 1, 40}, .channels = 1, .filters = 16, .kernel = {1, 1, 5}}>();
}
TEST_CASE("a transposed convolution is exact where no tap reaches, with dilation and groups, and in volumes") {
    check_transposed<float, problem{.in = {1, 8, 11},
                                    .channels = 6,
                                    .filters = 10,
                                    .kernel = {1, 2, 1},
                                    .stride = {1, 3, 2},
                                    .dilation = {1, 2, 1},
                                    .groups = 2,
                                    .samples = 2,
                                    .gap = 2,
                                    .activation = activation::relu}>();
    check_transposed<float, problem{.in = {1, 9, 8},
                                    .channels = 19,
                                    .filters = 19,
                                    .kernel = {1, 3, 4},
                                    .stride = {1, 2, 2},
                                    .before = {0, 1, 1},
                                    .after = {0, 1, 1},
                                    .groups = 19,
                                    .samples = 2,
                                    .gap = 2}>();
    check_transposed<float, problem{.in = {4, 5, 6},
                                    .channels = 3,
                                    .filters = 5,
                                    .kernel = {2, 3, 2},
                                    .stride = {2, 1, 2},
                                    .before = {0, 1, 0},
                                    .after = {0, 1, 0}}>();
}
TEST_CASE("packing a transposed convolution folds a scale and a shift") {
    transposed_setting<float, doubling> t;
    std::vector<float> scale(t.channels), shift(t.channels), packed(static_cast<std::size_t>(ctnn::packed_size(t.op)));
    integers<float> make{7};
    for (std::size_t c = 0; c < t.channels; ++c) scale[c] = make(), shift[c] = make();
    ctnn::pack_transposed_convolution<float>(t.op, t.parameters.data(), t.parameters.data() + t.weights(), scale.data(),
                                             shift.data(), packed.data());
    ctnn::forward_call<float> call = t.forward_call(false);
    call.parameters = packed.data();
    ctnn::transposed_engine_forward<float, ctnn::transposed_key<float>(t.op)>(call);
    const std::vector<float> y = t.s.dx.values();
    for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(y[i] == t.expected_y(i) * scale[i % t.channels] + shift[i % t.channels]);
}
TEST_CASE("the number of threads does not change one bit of a transposed convolution") {
    std::vector<float> y, dx, gradients;
    for (const extent threads : {1, 2, 5}) {
        transposed_setting<float, doubling> t;
        auto make = [state = 7U]() mutable {
            state = state * 1664525U + 1013904223U;
            return static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
        };
        t.s.x.fill(make);
        t.s.dy.fill(make);
        for (float& value : t.parameters) value = make();
        ctnn::transposed_forward<float, ctnn::transposed_key<float>(t.op)>(t.forward_call(false, threads));
        backward(t, false, threads);
        if (threads == 1) {
            y = t.s.dx.values();
            dx = t.dx.values();
            gradients = t.gradients;
        }
        CHECK(t.s.dx.values() == y);
        CHECK(t.dx.values() == dx);
        CHECK(t.gradients == gradients);
    }
}
