// SPDX-License-Identifier: MIT
/// \file
/// Runs a network in training, in evaluation and as an engine, and compares all of it with what PyTorch said.
///
/// The numbers come from tests/golden/layers.py, which reads the networks from these tests and makes the same inputs
/// and parameters by the same formula.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../golden/formula.hpp"
#include "ctnn/engine/freeze.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/train/loss/mean_squared_error.hpp"
#include "ctnn/train/pass.hpp"

namespace nn = ctnn;

namespace golden {

using ctnn::extent;

inline constexpr extent samples = 3;
template <class T, class Values>
void fill(Values&& to, stream which, double factor = 1, double shift = 0) {
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<T>(number(which, static_cast<extent>(i)) * factor + shift);
}

/// Everything that a network computed.
struct findings {
    std::vector<double> output, input_gradient, gradients;  ///< of a training step
    std::vector<double> state, evaluated, frozen;  ///< after two steps: statistics, outputs of the pass, of the engine
    bool repeatable = true;                        ///< equal bits with three threads
};

/// Compares with tests/golden/layers/<name>.npy. `tolerance` is relative to the largest value; 0 asks for equality.
void compare(const std::string& name, const char* scalar, const findings& found,
             const std::vector<ctnn::named_tensor>& tensors, double tolerance);

template <class Values>
std::vector<double> doubles(const Values& values) {
    std::vector<double> result;
    for (const auto value : values) result.push_back(static_cast<double>(value));
    return result;
}

template <class Net, class T>
struct runner {
    static constexpr extent input_size = Net::input::size, output_size = Net::output::size;

    ctnn::model<Net, T> model{ctnn::seed{}};
    std::vector<T> x = std::vector<T>(samples * input_size), other = x, nothing = x;

    runner() {
        fill<T>(x, stream::first_input);
        fill<T>(other, stream::second_input);
        nothing.assign(nothing.size(), std::numeric_limits<T>::quiet_NaN());
        fill<T>(model.parameters(), stream::parameters, 0.5);
        fill<T>(model.state(), stream::statistics, 0.5, 1);
    }

    // A batch of NaN goes first: nothing of it may be left in the next one. Its gradients go nowhere, and the
    // statistics that it spoiled are filled again.
    findings train(extent threads) {
        findings found;
        ctnn::training_pass<Net, ctnn::mean_squared_error, T, true> pass{
            {.max_batch = samples + 1, .threads = threads}};
        ctnn::gradient<Net, T> ignored, gradient;
        pass.forward(model, nothing.data(), samples);
        fill<T>(pass.output_gradient(), stream::output_gradient);
        pass.backward(model, ignored);
        fill<T>(model.state(), stream::statistics, 0.5, 1);

        found.output = doubles(pass.forward(model, x.data(), samples));
        fill<T>(pass.output_gradient(), stream::output_gradient);
        pass.backward(model, gradient);
        found.gradients = doubles(gradient.values());
        std::vector<T> dx(input_size);
        for (extent s = 0; s < samples; ++s) {
            pass.input_gradient(s, dx.data());
            for (const T value : dx) found.input_gradient.push_back(static_cast<double>(value));
        }
        pass.forward(model, other.data(), samples);
        found.state = doubles(model.state());
        found.evaluated = doubles(pass.evaluate(model, x.data(), samples));
        return found;
    }

    // Three samples in slices of two, after an image of NaN.
    void freeze(findings& found) {
        auto engine = ctnn::freeze(model, {.max_batch = 2});
        std::vector<T> scores(samples * output_size);
        engine(nothing.data());
        engine(x.data(), scores.data(), samples);
        found.frozen = doubles(scores);
    }
};

template <class Net, class T>
void check(const char* name, const char* scalar, double tolerance) {
    runner<Net, T> run;
    findings found = run.train(1);
    run.freeze(found);
    const findings again = run.train(3);
    found.repeatable = found.output == again.output && found.input_gradient == again.input_gradient &&
                       found.gradients == again.gradients && found.state == again.state &&
                       found.evaluated == again.evaluated;
    compare(name, scalar, found, ctnn::tensors_of<Net>(), tolerance);
}

/// Does Winograd compute any convolution, forwards or backwards? It rounds more: see the option `exact`.
template <class Net>
constexpr bool uses_winograd = [] {
    for (const ctnn::operation& row : Net::table.rows)
        if (row.algorithm != ctnn::algorithm::direct || row.gradient_algorithm != ctnn::algorithm::direct) return true;
    return false;
}();

/// In float and in double. 2e-6 of the largest value is float's rounding over a few hundred additions.
template <class Net>
void check(const char* name) {
    check<Net, float>(name, "float", uses_winograd<Net> ? 2e-5 : 2e-6);
    check<Net, double>(name, "double", 1e-10);
}

/// One linear layer adds up multiples of 2^-13, fewer than 2^11 of them: no partial sum is rounded, in any order, but
/// by Winograd.
template <class Net>
void check_exact(const char* name) {
    check<Net, float>(name, "float", uses_winograd<Net> ? 2e-5 : 0);
    check<Net, double>(name, "double", uses_winograd<Net> ? 1e-10 : 0);
}

}  // namespace golden
