// SPDX-License-Identifier: MIT
/// \file
/// A user's own layers in a network: their gradients are right, it trains, and the frozen engine computes the same.
#include <cmath>
#include <cstdio>
#include <vector>

#include "scale.hpp"
#include "swish.hpp"

namespace nn = ctnn;
// Both layers of the user's own, one of them beside what it reads, so that its output is a slice.
using net =
    nn::network<nn::shape<6, 5, 2>, nn::conv<3>, scale, nn::concat<nn::identity, swish>, nn::flatten, nn::dense<2>>;

namespace {

int failures = 0;
void expect(bool good, const char* what) {
    if (good) return;
    std::printf("not so: %s\n", what);
    ++failures;
}

/// Inputs at random, to be mapped to two of their mean values.
template <class T>
nn::dataset<net::input, T> make_data(nn::extent samples) {
    nn::dataset<net::input, T> data;
    nn::random_stream random(nn::seed{7}, 0);
    for (nn::extent s = 0; s < samples; ++s) {
        double sums[2]{};
        for (nn::extent i = 0; i < net::input::size; ++i) {
            data.inputs.push_back(static_cast<T>(random.next_uniform()));
            sums[i % 2] += static_cast<double>(data.inputs.back());
        }
        for (double sum : sums) data.values.push_back(static_cast<T>(sum / 30));
    }
    return data;
}

/// Central differences in double: the weights of `scale` are those after the convolution's.
void check_gradient() {
    const auto data = make_data<double>(4);
    nn::model<net, double> model{nn::seed{1}};
    nn::training_pass<net, nn::mean_squared_error, double> pass{{.max_batch = 4}};
    const auto loss = [&] {
        pass.forward(model, data.inputs.data(), 4);
        return pass.loss(nn::mean_squared_error{}, {nullptr, data.values.data()});
    };
    nn::gradient<net, double> gradient;
    static_cast<void>(loss());
    pass.backward(model, gradient);
    bool all_close = true;
    for (std::size_t i = 0; i < model.parameters().size(); ++i) {
        double& weight = model.parameters()[i];
        const double kept = weight, step = 1e-6;
        weight = kept + step;
        const double above = loss();
        weight = kept - step;
        const double below = loss();
        weight = kept;
        const double expected = (above - below) / (2 * step);
        all_close = all_close && std::abs(expected - gradient.values()[i]) <= 1e-7 + 1e-4 * std::abs(expected);
    }
    expect(all_close, "the gradient equals the central difference");
}

void check_training_and_engine() {
    const auto data = make_data<float>(64);
    nn::model<net> model{nn::seed{1}};
    const auto history =
        nn::fit(model, data, nn::mean_squared_error{}, nn::adam{.rate = 1e-2}, {.epochs = 20, .batch = 16});
    expect(history && history->epochs.back().loss < 0.2 * history->epochs.front().loss,
           "training makes the loss smaller");

    nn::training_pass<net, nn::mean_squared_error> pass{{.max_batch = 1}};
    auto engine = nn::freeze(model);
    const auto expected = pass.evaluate(model, data.input_of(5), 1);
    const auto scores = engine(data.input_of(5));
    for (nn::extent i = 0; i < scores.size(); ++i)
        expect(std::abs(scores[i] - expected[static_cast<std::size_t>(i)]) < 1e-5f,
               "the engine gives the outputs of the model");
}

}  // namespace

int main() {
    check_gradient();
    check_training_and_engine();
    std::printf("layers of one's own: %s\n", failures == 0 ? "passed" : "failed");
    return failures;
}
