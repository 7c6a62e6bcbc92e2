// SPDX-License-Identifier: MIT
/// \file
/// Gradients of whole networks against differences of their loss, in double: every input and every parameter.
///
/// Inputs and parameters are continuous random numbers, so that no maximum is shared and no relu is met within 1e-6 of
/// its kink; the numbers are the same on every machine.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "ctnn/train/loss/mean_squared_error.hpp"
#include "ctnn/train/pass.hpp"

namespace differences {
namespace nn = ctnn;
using nn::extent;

constexpr extent samples = 2;

/// (f(x + eps) - f(x - eps)) / (2 eps) for every number of `values`, which is put back.
template <class Function>
std::vector<double> central(std::span<double> values, const Function& f) {
    constexpr double eps = 1e-6;
    std::vector<double> result;
    for (double& value : values) {
        const double before = value;
        value = before + eps;
        const double above = f();
        value = before - eps;
        const double below = f();
        value = before;
        result.push_back((above - below) / (2 * eps));
    }
    return result;
}

inline void expect_equal(const char* what, std::span<const double> found, std::span<const double> expected) {
    REQUIRE(found.size() == expected.size());
    extent wrong = 0;
    std::size_t at = 0;
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        if (std::abs(found[i] - expected[i]) <= 1e-5 + 1e-3 * std::abs(expected[i])) continue;
        if (wrong++ == 0) at = i;
    }
    CHECK_MESSAGE(wrong == 0, what, ": ", wrong, " of ", found.size(), " differ; the first is ", at, ": found ",
                  found[at], ", expected ", expected[at]);
    CHECK(largest > 1e-3);  // a gradient of zeros would prove nothing
}

template <class Net, class Loss>
void check(const Loss& loss, const nn::target<double>& expected) {
    nn::model<Net, double> model{nn::seed{3}};
    const nn::random_stream random(nn::seed{5}, 1);
    // Biases begin at zero and batch norms at one: a gradient there needs other numbers to be worth anything.
    for (std::size_t i = 0; i < model.parameters().size(); ++i) model.parameters()[i] += 0.4 * random.uniform(i) - 0.2;
    std::vector<double> x(samples * Net::input::size), dx(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 2 * random.uniform(100'000 + i) - 1;

    nn::training_pass<Net, Loss, double, true> pass{{.max_batch = samples, .threads = 1, .random = nn::seed{9}}};
    pass.set_step(17);
    const auto run = [&] {
        pass.forward(model, x.data(), samples);
        return pass.loss(loss, expected);
    };
    run();
    nn::gradient<Net, double> gradient;
    for (double& value : gradient.values()) value = 0.25;  // backward adds
    pass.backward(model, gradient);
    for (double& value : gradient.values()) value -= 0.25;
    for (extent s = 0; s < samples; ++s) pass.input_gradient(s, dx.data() + s * Net::input::size);

    expect_equal("gradient of the input", dx, central(x, run));
    expect_equal("gradient of the parameters", gradient.values(), central(model.parameters(), run));
}

template <class Net>
void check() {
    std::vector<double> values(samples * nn::dims_of<typename Net::output>.size());
    const nn::random_stream random(nn::seed{5}, 2);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 2 * random.uniform(i) - 1;
    check<Net>(nn::mean_squared_error{}, {.values = values.data()});
}

}  // namespace differences
