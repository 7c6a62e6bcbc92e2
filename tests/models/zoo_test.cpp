// SPDX-License-Identifier: MIT
/// \file
/// Narrow forms of the networks known by name learn sixteen samples by heart: the gradient reaches what it must.
#include <doctest/doctest.h>

#include <vector>

#include <ctnn/graph/model.hpp>
#include <ctnn/models/models.hpp>
#include <ctnn/train/loss/binary_cross_entropy.hpp>
#include <ctnn/train/loss/cross_entropy.hpp>
#include <ctnn/train/optimizer/adam.hpp>
#include <ctnn/train/pass.hpp>
#include <ctnn/train/update.hpp>

namespace zoo_test {
namespace nn = ctnn;
namespace models = ctnn::models;

constexpr nn::extent samples = 16;

struct sample_set {
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
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

/// The least loss of 200 steps over the first.
template <class Net, class Loss>
double learned_by_heart(const sample_set& set, double rate) {
    const nn::adam descent{.rate = rate};
    nn::model<Net> m{nn::seed{63}};
    nn::training_pass<Net, Loss> pass{{.max_batch = samples, .threads = 1, .random = nn::seed{64}}};
    nn::optimizer_state<nn::adam, Net> state(descent);
    nn::gradient<Net> slope;
    double first = 0, least = 0;
    for (int step = 0; step < 200; ++step) {
        pass.set_step(state.time());
        pass.forward(m, set.inputs.data(), samples);
        const double loss = pass.loss(Loss{}, {.labels = set.labels.data()});
        if (step == 0) first = least = loss;
        least = loss < least ? loss : least;
        if (least < 0.05 * first) break;
        slope.fill_zero();
        pass.backward(m, slope);
        state.step(descent, m, slope);
    }
    return least / first;
}

/// Words from 1 on, from `shortest` to all steps of them and zeros behind; the decoder is told the words up to each,
/// and says the next one of the same text.
template <class Net, nn::extent Steps>
sample_set texts(nn::extent shortest) {
    sample_set set;
    nn::random_stream random(nn::seed{65}, 0);
    for (nn::extent s = 0; s < samples; ++s) {
        std::vector<float> words(static_cast<std::size_t>(Steps), 0.0f);
        const nn::extent length = shortest + s % (Steps - shortest + 1);
        for (nn::extent t = 0; t < length; ++t)
            words[static_cast<std::size_t>(t)] = static_cast<float>(2 + static_cast<int>(random.next_uniform() * 7));
        set.inputs.insert(set.inputs.end(), words.begin(), words.end());
        set.inputs.push_back(1);  // begin
        set.inputs.insert(set.inputs.end(), words.begin(), words.end() - 1);
        for (const float word : words) set.labels.push_back(static_cast<std::int32_t>(word));
    }
    return set;
}

/// A style of one's own: parts of two.
struct gated_and_resized : models::attention_unet_style {
    template <nn::extent Channels, nn::extent Deeper>
    using up = models::resized_unet_style::up<Channels, Deeper>;
};

TEST_CASE("narrow classifiers learn sixteen images by heart") {
    using lenet = models::lenet5<4>;
    CHECK(learned_by_heart<lenet, nn::cross_entropy>(noise<lenet>(), 2e-3) < 0.05);
    using mobilenet = models::mobilenet_v2<4, nn::shape<32, 32, 1>, 0.1>;
    CHECK(learned_by_heart<mobilenet, nn::cross_entropy>(noise<mobilenet>(), 2e-3) < 0.05);
    using densenet =
        nn::network<nn::shape<32, 32, 1>, models::densenet_features<8, 2, 2, 2, 2>::layers, models::mean_head<4>>;
    CHECK(learned_by_heart<densenet, nn::cross_entropy>(noise<densenet>(), 5e-3) < 0.05);
}

TEST_CASE("networks of signals and slices learn sixteen of them by heart") {
    using recurrent = models::gru_classifier<12, 3, 4, 16>;
    CHECK(learned_by_heart<recurrent, nn::cross_entropy>(noise<recurrent>(), 1e-2) < 0.05);
    using both_ways = models::bidirectional_classifier<12, 3, 4, 16>;
    CHECK(learned_by_heart<both_ways, nn::cross_entropy>(noise<both_ways>(), 2e-2) < 0.05);
    using signal = models::signal_cnn<32, 2, 4, 8>;
    CHECK(learned_by_heart<signal, nn::cross_entropy>(noise<signal>(), 1e-2) < 0.05);
    using slices = models::slice_classifier<5, 8, 8, 1, 4, 8, 16>;
    CHECK(learned_by_heart<slices, nn::cross_entropy>(noise<slices>(), 1e-2) < 0.05);
}

TEST_CASE("an encoder and a decoder learn to say sixteen texts of different lengths again") {
    using repeater = models::encoder_decoder<6, 6, 9, 16, 1, 2>;
    CHECK(learned_by_heart<repeater, nn::cross_entropy>(texts<repeater, 6>(2), 1e-2) < 0.05);
}

TEST_CASE("narrow U-Nets learn sixteen masks by heart") {
    using flat = models::unet<1, nn::shape<16, 24, 1>, gated_and_resized, 8, 16, 16>;
    CHECK(learned_by_heart<flat, nn::binary_cross_entropy>(balls<flat>(), 1e-2) < 0.05);
    using deep = models::unet<3, nn::shape<8, 12, 8, 1>, models::volume_unet_style, 8, 16>;
    CHECK(learned_by_heart<deep, nn::cross_entropy>(balls<deep>(), 1e-2) < 0.05);
}

}  // namespace zoo_test
