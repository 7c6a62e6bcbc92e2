// SPDX-License-Identifier: MIT
/// \file
/// Narrow forms of the networks known by name learn sixteen samples by heart: the gradient reaches what it must. Those
/// that are slow are in by_heart_test.cpp.
#include <ctnn/train/loss/binary_cross_entropy.hpp>
#include <ctnn/train/loss/cross_entropy.hpp>
#include <ctnn/train/loss/deep_supervision.hpp>

#include "by_heart.hpp"

namespace zoo_test {
namespace nn = ctnn;
namespace models = ctnn::models;
using by_heart::balls;
using by_heart::noise;
using by_heart::remaining_loss;

/// Words from 1 on, from `shortest` to all steps of them and zeros behind; the decoder is told the words up to each,
/// and says the next one of the same text.
template <class Net, nn::extent Steps>
by_heart::sample_set texts(nn::extent shortest) {
    by_heart::sample_set set;
    nn::random_stream random(nn::seed{65}, 0);
    for (nn::extent s = 0; s < by_heart::samples; ++s) {
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
    CHECK(remaining_loss<lenet, nn::cross_entropy>(noise<lenet>(), 2e-3) < 0.05);
    using mobilenet = models::mobilenet_v2<4, nn::shape<32, 32, 1>, 0.1>;
    CHECK(remaining_loss<mobilenet, nn::cross_entropy>(noise<mobilenet>(), 2e-3) < 0.05);
    using densenet =
        nn::network<nn::shape<32, 32, 1>, models::densenet_features<8, 2, 2, 2, 2>::layers, models::mean_head<4>>;
    CHECK(remaining_loss<densenet, nn::cross_entropy>(noise<densenet>(), 5e-3) < 0.05);
}

TEST_CASE("networks of signals and slices learn sixteen of them by heart") {
    using recurrent = models::gru_classifier<12, 3, 4, 16>;
    CHECK(remaining_loss<recurrent, nn::cross_entropy>(noise<recurrent>(), 1e-2) < 0.05);
    using both_ways = models::bidirectional_classifier<12, 3, 4, 16>;
    CHECK(remaining_loss<both_ways, nn::cross_entropy>(noise<both_ways>(), 2e-2) < 0.05);
    using signal = models::signal_cnn<32, 2, 4, 8>;
    CHECK(remaining_loss<signal, nn::cross_entropy>(noise<signal>(), 1e-2) < 0.05);
    using slices = models::slice_classifier<5, 8, 8, 1, 4, 8, 16>;
    CHECK(remaining_loss<slices, nn::cross_entropy>(noise<slices>(), 1e-2) < 0.05);
    using levels = models::hierarchical_attention<5, 8, 8, 1, 4, 8, 8>;
    CHECK(remaining_loss<levels, nn::cross_entropy>(noise<levels>(), 1e-2) < 0.05);
}

TEST_CASE("an encoder and a decoder learn to say sixteen texts of different lengths again") {
    using repeater = models::encoder_decoder<6, 6, 9, 16, 1, 2>;
    CHECK(remaining_loss<repeater, nn::cross_entropy>(texts<repeater, 6>(2), 1e-2) < 0.05);
    using recurrent = models::recurrent_encoder_decoder<6, 6, 9, 8, 24>;
    CHECK(remaining_loss<recurrent, nn::cross_entropy>(texts<recurrent, 6>(2), 2e-2) < 0.05);
}

TEST_CASE("narrow U-Nets learn sixteen masks by heart") {
    using flat = models::unet<1, nn::shape<16, 24, 1>, gated_and_resized, 8, 16, 16>;
    CHECK(remaining_loss<flat, nn::binary_cross_entropy>(balls<flat>(), 1e-2) < 0.05);
    using deep = models::unet<3, nn::shape<8, 12, 8, 1>, models::volume_unet_style, 8, 16>;
    CHECK(remaining_loss<deep, nn::cross_entropy>(balls<deep>(), 1e-2) < 0.05);
}

/// Trained with a head at each resolution.
template <class Net, class Loss>
double remaining_loss_of_all_heads(double rate) {
    const auto loss = nn::deep_supervision<Net>(Loss{});
    by_heart::sample_set set = balls<nn::main_head<Net>>();
    set.labels = nn::coarse_labels(loss, set.labels);
    return remaining_loss<Net>(set, rate, loss);
}

TEST_CASE("deeply supervised U-Nets learn sixteen masks of each size by heart") {
    using flat = models::deeply_supervised_unet<1, nn::shape<16, 24, 1>, models::attention_unet_style, 8, 16, 16>;
    CHECK(remaining_loss_of_all_heads<flat, nn::binary_cross_entropy>(1e-2) < 0.05);
    using deep = models::deeply_supervised_unet<3, nn::shape<8, 12, 8, 1>, models::unet_style, 8, 16, 16>;
    CHECK(remaining_loss_of_all_heads<deep, nn::cross_entropy>(1e-2) < 0.05);
}

}  // namespace zoo_test
