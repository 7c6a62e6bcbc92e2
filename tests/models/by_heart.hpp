// SPDX-License-Identifier: MIT
/// \file
/// Sixteen samples, and what is left of a network's loss when it has learned them by heart.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include <ctnn/graph/model.hpp>
#include <ctnn/models/models.hpp>
#include <ctnn/train/optimizer/adam.hpp>
#include <ctnn/train/pass.hpp>
#include <ctnn/train/update.hpp>

namespace by_heart {
namespace nn = ctnn;

constexpr nn::extent samples = 16;

struct sample_set {
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
    std::vector<float> values;
};

/// Noise, each image of the class that its place says.
template <class Net>
sample_set noise() {
    sample_set set;
    nn::random_stream random(nn::seed{61}, 0);
    for (nn::extent i = 0; i < samples * Net::input::size; ++i)
        set.inputs.push_back(static_cast<float>(2 * random.next_uniform() - 1));
    for (nn::extent s = 0; s < samples; ++s) set.labels.push_back(static_cast<std::int32_t>(s % Net::output::size));
    return set;
}

/// A disc or ball in noise, bright (class 1) or, where there are three classes, in every second sample dark (class 2).
template <class Net>
sample_set balls() {
    constexpr nn::dims in = Net::input_dims;
    static_assert(in.channels() == 1);
    sample_set set;
    nn::random_stream random(nn::seed{62}, 0);
    for (nn::extent s = 0; s < samples; ++s) {
        const bool dark = Net::output_dims.channels() == 3 && s % 2 == 1;
        double center[3], radius = static_cast<double>(in.width()) * (0.2 + 0.2 * random.next_uniform());
        for (int a = 0; a < 3; ++a) center[a] = static_cast<double>(in.axis[a]) * (0.3 + 0.4 * random.next_uniform());
        for (nn::extent i = 0; i < in.positions(); ++i) {
            const nn::extent at[3]{i / in.width() / in.height(), i / in.width() % in.height(), i % in.width()};
            double square = 0;
            for (int a = in.rank == 4 ? 0 : 1; a < 3; ++a)
                square += (static_cast<double>(at[a]) - center[a]) * (static_cast<double>(at[a]) - center[a]);
            const bool inside = square < radius * radius;
            set.inputs.push_back(static_cast<float>((inside ? dark ? -1.0 : 1.0 : 0.0) + 0.3 * random.next_uniform()));
            set.labels.push_back(inside ? dark ? 2 : 1 : 0);
        }
    }
    return set;
}

/// Bright balls in noise, and the same without the noise: 0 and 1.
template <class Net>
sample_set noisy_balls() {
    sample_set set = balls<Net>();
    for (const std::int32_t label : set.labels) set.values.push_back(static_cast<float>(label));
    set.labels.clear();
    return set;
}

/// The least loss of 200 steps of adam over the first.
template <class Net, class Loss>
double remaining_loss(const sample_set& set, double rate, const Loss& loss_of = {}) {
    const nn::adam descent{.rate = rate};
    nn::model<Net> m{nn::seed{63}};
    nn::training_pass<Net, Loss> pass{{.max_batch = samples, .threads = 1, .random = nn::seed{64}}};
    nn::optimizer_state<nn::adam, Net> state(descent);
    nn::gradient<Net> slope;
    double first = 0, least = 0;
    for (int step = 0; step < 200; ++step) {
        pass.set_step(state.time());
        pass.forward(m, set.inputs.data(), samples);
        const double loss = pass.loss(loss_of, {set.labels.empty() ? nullptr : set.labels.data(),
                                                set.values.empty() ? nullptr : set.values.data()});
        if (step == 0) first = least = loss;
        least = loss < least ? loss : least;
        if (least < 0.05 * first) break;
        slope.fill_zero();
        pass.backward(m, slope);
        state.step(descent, m, slope);
    }
    return least / first;
}

}  // namespace by_heart
