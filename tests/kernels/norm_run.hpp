// SPDX-License-Identifier: MIT
/// \file
/// Runs a normalization, forwards and backwards, and compares it with its naive twin.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "ctnn/kernels/reference_norm.hpp"
#include "finite_difference.hpp"

namespace test {

/// The memory of a layer without running statistics, and its calls.
template <class T, class Layer>
struct norm_run {
    ctnn::operation op;
    std::vector<T> parameters, scratch, gradients;

    explicit norm_run(ctnn::dims in) : op(Layer::lower(in).what) {
        for (ctnn::extent i = 0; i < op.parameter_count(); ++i) parameters.push_back(random_value<T>(9, i, false));
        gradients.assign(parameters.size(), T(0.25));  // backward adds
        scratch.assign(static_cast<std::size_t>(op.scratch), std::numeric_limits<T>::quiet_NaN());
    }
    void forward(const ctnn::batch_view<const T>& x, const ctnn::batch_view<T>& y, ctnn::extent threads) {
        Layer::template forward<T>({.op = op,
                                    .x = x,
                                    .other = {},
                                    .y = y,
                                    .parameters = parameters.data(),
                                    .scratch = scratch.data(),
                                    .threads = threads});
    }
    void backward(const ctnn::batch_view<const T>& x, const ctnn::batch_view<const T>& dy,
                  const ctnn::batch_view<T>& dx, ctnn::extent threads) {
        Layer::template backward<T>({.op = op,
                                     .x = x,
                                     .other = {},
                                     .y = {},
                                     .dy = dy,
                                     .dx = dx,
                                     .parameters = parameters.data(),
                                     .gradients = gradients.data(),
                                     .scratch = scratch.data(),
                                     .threads = threads});
    }
};

/// The largest distance of two lists, relative to the largest expected value and at least to 1.
template <class Found, class Expected>
double distance(const std::vector<Found>& found, const std::vector<Expected>& expected) {
    double worst = found.size() == expected.size() ? 0 : 1e30, largest = 1;
    for (std::size_t i = 0; i < found.size() && i < expected.size(); ++i) {
        const double a = static_cast<double>(found[i]), b = static_cast<double>(expected[i]);
        worst = std::abs(a - b) <= worst ? worst : std::abs(a - b);  // NaN stays
        largest = std::max(largest, std::abs(b));
    }
    return worst / largest;
}

/// Forward and backward of one layer against the naive twin; the same bits in place, without dx and on three threads.
/// Inputs are far from zero, as those of a norm may be.
template <class T, class Layer>
void compare_norm(ctnn::dims in, ctnn::extent samples, placement kind,
                  const ctnn::kernels::reference::norm_rule& rule) {
    CAPTURE(in.channels());
    norm_run<T, Layer> run(in), again(in);
    padded_batch<T> x(in, samples, kind), y(in, samples, kind), dy(in, samples, kind), dx(in, samples, kind);
    padded_batch<T> twin(in, samples, placement::dense), other(in, samples, kind);
    x.fill(1, false).each([](T& value, ctnn::extent i) { value = value * 3 + static_cast<T>(i % 5); });
    dy.fill(2, false);
    const ctnn::extent weights =
        in.channels() * (rule.over == ctnn::kernels::reference::norm_over::all ? in.positions() : 1);
    std::vector<T> weight(static_cast<std::size_t>(weights), T(1)), bias(weight.size(), T(0));
    const std::size_t learned = run.parameters.size();
    if (learned > 0) std::copy_n(run.parameters.begin(), weights, weight.begin());
    if (learned > weight.size()) std::copy_n(run.parameters.begin() + weights, weights, bias.begin());
    std::vector<double> gradients(2 * weight.size(), 0.25);

    const double tolerance = sizeof(T) == 4 ? 5e-6 : 1e-13;
    run.forward(x.read(), y.view(), 1);
    ctnn::kernels::reference::norm_forward(x.read(), twin.view(), weight.data(), bias.data(), rule);
    CHECK(distance(y.values(), twin.values()) < tolerance);
    run.backward(x.read(), dy.read(), dx.view(), 1);
    ctnn::kernels::reference::norm_backward(x.read(), dy.read(), twin.view(), weight.data(), gradients.data(),
                                            gradients.data() + weights, rule);
    gradients.resize(learned);
    CHECK(distance(dx.values(), twin.values()) < tolerance);
    CHECK(distance(run.gradients, gradients) < tolerance);

    other.assign(x.values());
    again.forward(other.read(), other.view(), 3);
    CHECK(other.values() == y.values());
    other.assign(dy.values());
    again.backward(x.read(), other.read(), other.view(), 3);
    CHECK(other.values() == dx.values());
    CHECK(again.gradients == run.gradients);
    ctnn::batch_view<T> nothing = dx.view();
    nothing.data = nullptr;
    std::fill(again.gradients.begin(), again.gradients.end(), T(0.25));
    again.backward(x.read(), dy.read(), nothing, 2);
    CHECK(again.gradients == run.gradients);
    CHECK(x.guards_intact());
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
    CHECK(other.guards_intact());
}

/// Values around 1e4 whose spread is a few roundings of theirs: the normalized values are right all the same.
template <class Layer>
void check_far_from_zero(ctnn::dims in, const ctnn::kernels::reference::norm_rule& rule) {
    norm_run<float, Layer> run(in);
    padded_batch<float> x(in, 2, placement::dense), y(in, 2, placement::dense), twin(in, 2, placement::dense);
    x.fill(1, false).each([](float& value, ctnn::extent i) { value = (i % 2 == 0 ? 1e4F : 9999.99F) + 0.01F * value; });
    std::vector<float> ones(static_cast<std::size_t>(in.size()), 1.0F), zeros(ones.size(), 0.0F);
    run.parameters.assign(run.parameters.size(), 0.0F);
    const std::size_t count = run.op.parameters[1].name != nullptr ? run.parameters.size() / 2 : run.parameters.size();
    std::fill_n(run.parameters.begin(), count, 1.0F);
    run.forward(x.read(), y.view(), 1);
    ctnn::kernels::reference::norm_forward(x.read(), twin.view(), ones.data(), zeros.data(), rule);
    CHECK(distance(y.values(), twin.values()) < 1e-4);
}

/// A constant input has the variance 0: what is learned as bias is left, and all gradients are finite.
template <class Layer>
void check_constant(ctnn::dims in) {
    for (const float constant : {0.0F, 0.1F, 1e4F}) {
        norm_run<float, Layer> run(in);
        padded_batch<float> x(in, 1, placement::dense), y(in, 1, placement::dense), dx(in, 1, placement::dense);
        x.each([=](float& value, ctnn::extent) { value = constant; });
        run.forward(x.read(), y.view(), 1);
        const std::size_t half = run.parameters.size() / 2;
        y.each([&](float& value, ctnn::extent i) {
            const float bias = half > 0 ? run.parameters[half + static_cast<std::size_t>(i) % half] : 0.0F;
            CHECK(std::abs(value - bias) < 1e-3F);
        });
        y.fill(2, false);
        run.backward(x.read(), y.read(), dx.view(), 1);
        for (const float value : dx.values()) CHECK(std::isfinite(value));
        for (const float value : run.gradients) CHECK(std::isfinite(value));
    }
}

/// Calls body(y) with the outputs of a batch whose element `where` is NaN.
template <class Layer, class Body>
void with_nan(ctnn::dims in, ctnn::extent where, const Body& body) {
    norm_run<float, Layer> run(in);
    padded_batch<float> x(in, 2, placement::dense), y(in, 2, placement::dense);
    x.fill(1, false).each([&](float& value, ctnn::extent i) {
        if (i == where) value = std::numeric_limits<float>::quiet_NaN();
    });
    run.forward(x.read(), y.view(), 1);
    body(y.values());
}

}  // namespace test
