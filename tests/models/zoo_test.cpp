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
