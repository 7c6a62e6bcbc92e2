// SPDX-License-Identifier: MIT
/// \file
/// Compares a layer's backward with differences of its forward, both called by hand, in double.
#pragma once

#include <doctest/doctest.h>

#include <cmath>

#include "ctnn/core/storage.hpp"
#include "padded_batch.hpp"

namespace test {

/// The memory of one layer's calls.
struct layer_run {
    ctnn::operation op;
    std::vector<double> parameters, state, saved, kept, scratch, thread_scratch;
    ctnn::extent threads = 1;

    layer_run(const ctnn::operation& row, ctnn::extent samples) : op(row) {
        for (const ctnn::parameter& p : op.parameters)
            for (ctnn::extent i = 0; i < p.size(); ++i)
                parameters.push_back(0.5 +
                                     random_value<double>(91, static_cast<ctnn::extent>(parameters.size()), false) / 3);
        state.assign(static_cast<std::size_t>(op.state_count()), 1.0);
        saved.assign(static_cast<std::size_t>(op.saved), 0.0);
        kept.assign(static_cast<std::size_t>(samples * ctnn::round_up(op.kept)), 0.0);
        scratch.assign(static_cast<std::size_t>(op.scratch), 0.0);
        thread_scratch.assign(static_cast<std::size_t>(op.thread_scratch), 0.0);
    }
};

/// Perturbs every input and every parameter: d(sum of weights y) / d(it) must be what backward says. eps 1e-6, 1e-5
/// absolute, 1e-3 relative.
template <class Layer>
void check_gradients(ctnn::dims in, ctnn::extent samples, placement kind, std::uint64_t stream = 1,
                     bool in_place = false) {
    using namespace ctnn;
    const outcome o = Layer::lower(in);
    REQUIRE(o.why == refusal::none);
    layer_run run(o.what, samples);
    const operation& op = run.op;
    padded_batch<double> x(in, samples, kind), y(op.out, samples, kind), dy(op.out, samples, kind),
        dx(in, samples, kind);
    x.fill(stream, false);
    dy.fill(stream + 1, false);

    const auto loss = [&] {
        Layer::template forward<double>({.op = op,
                                         .x = x.read(),
                                         .other = {},
                                         .y = y.view(),
                                         .parameters = run.parameters.data(),
                                         .state = run.state.data(),
                                         .saved = run.saved.data(),
                                         .kept = run.kept.data(),
                                         .scratch = run.scratch.data(),
                                         .thread_scratch = run.thread_scratch.data(),
                                         .training = true,
                                         .seed = 5,
                                         .step = 3});
        const std::vector<double> a = y.values(), b = dy.values();
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        return sum;
    };
    loss();
    std::vector<double> gradients(run.parameters.size(), 0.25);  // backward adds
    if (in_place) dx.assign(dy.values());
    Layer::template backward<double>({.op = op,
                                      .x = x.read(),
                                      .other = {},
                                      .y = y.read(),
                                      .dy = in_place ? dx.read() : dy.read(),
                                      .dx = dx.view(),
                                      .parameters = run.parameters.data(),
                                      .gradients = gradients.data(),
                                      .saved = run.saved.data(),
                                      .kept = run.kept.data(),
                                      .scratch = run.scratch.data(),
                                      .thread_scratch = run.thread_scratch.data(),
                                      .seed = 5,
                                      .step = 3});
    const std::vector<double> found = dx.values();
    const auto expect = [&](double& number, double gradient) {
        constexpr double eps = 1e-6;
        const double before = number;
        number = before + eps;
        const double above = loss();
        number = before - eps;
        const double below = loss();
        number = before;
        const double difference = (above - below) / (2 * eps);
        CHECK(std::abs(difference - gradient) <= 1e-5 + 1e-3 * std::abs(difference));
    };
    x.each([&](double& number, extent i) { expect(number, found[static_cast<std::size_t>(i)]); });
    for (std::size_t i = 0; i < gradients.size(); ++i) expect(run.parameters[i], gradients[i] - 0.25);
    CHECK(x.guards_intact());
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
}

}  // namespace test
