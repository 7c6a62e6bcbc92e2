// SPDX-License-Identifier: MIT
/// \file
/// The other networks known by name, at reduced width where they are large, learn sixteen samples by heart within 200
/// steps of adam: less than 5 % of the first loss is left, with whatever dropout they have. The rates are in the tests.
#include <ctnn/train/loss/binary_cross_entropy.hpp>
#include <ctnn/train/loss/cross_entropy.hpp>
#include <ctnn/train/loss/mean_squared_error.hpp>

#include "by_heart.hpp"

namespace by_heart_test {
namespace nn = ctnn;
namespace models = ctnn::models;
using by_heart::balls;
using by_heart::noise;
using by_heart::noisy_balls;
using by_heart::remaining_loss;

template <class Net>
double classifier(double rate) {
    return remaining_loss<Net, nn::cross_entropy>(noise<Net>(), rate);
}
template <nn::extent... Image>
using image = nn::shape<Image..., 1>;
using small = image<32, 32>;

/// Four squares of 32 x 32, each dark or bright: fcn-32s has one score for each, and cannot draw a disc within it.
by_heart::sample_set squares() {
    by_heart::sample_set set;
    nn::random_stream random(nn::seed{65}, 0);
    for (int sample = 0; sample < 16; ++sample)
        for (int i = 0; i < 64 * 64; ++i) {
            const int bright = sample >> (i / 64 / 32 * 2 + i % 64 / 32) & 1;
            set.inputs.push_back(static_cast<float>(bright + 0.3 * random.next_uniform()));
            set.labels.push_back(bright);
        }
    return set;
}

TEST_SUITE("slow") {
    TEST_CASE("alexnet and vgg learn sixteen images by heart") {
        CHECK(classifier<models::alexnet<4, image<64, 64>, 8>>(1e-3) < 0.05);
        using vgg11 = nn::network<small, models::vgg_features<1, 1, 2, 2, 2, 8>, models::vgg_head<4, 128>>;
        CHECK(classifier<vgg11>(1e-3) < 0.05);
        using vgg16 =
            nn::network<small, models::vgg_features<2, 2, 3, 3, 3, 8, nn::batch_norm<>>, models::vgg_head<4, 128>>;
        CHECK(classifier<vgg16>(1e-3) < 0.05);
        using vgg19 =
            nn::network<small, models::vgg_features<2, 2, 4, 4, 4, 8, nn::batch_norm<>>, models::vgg_head<4, 128>>;
        CHECK(classifier<vgg19>(1e-3) < 0.05);
    }

    TEST_CASE("resnets learn sixteen images by heart") {
        using resnet18 = nn::network<image<64, 64>, models::resnet_stem<8>, models::basic_stages<2, 2, 2, 2, 8>,
                                     models::mean_head<4>>;
        CHECK(classifier<resnet18>(2e-3) < 0.05);
        using resnet34 = nn::network<image<64, 64>, models::resnet_stem<8>, models::basic_stages<3, 4, 6, 3, 8>,
                                     models::mean_head<4>>;
        CHECK(classifier<resnet34>(2e-3) < 0.05);
        using resnet50 = nn::network<small, models::small_image_stem<8>, models::bottleneck_stage<3, 8, 1>,
                                     models::bottleneck_stage<4, 16>, models::bottleneck_stage<6, 32>,
                                     models::bottleneck_stage<3, 64>, models::mean_head<4>>;
        CHECK(classifier<resnet50>(2e-3) < 0.05);
        CHECK(classifier<models::small_image_resnet18<4, image<28, 28>, 8>>(2e-3) < 0.05);
        CHECK(classifier<models::small_image_resnet18<4, image<12, 12, 12>, 8>>(2e-3) < 0.05);
        using resnet18_3d =
            nn::network<image<4, 32, 32>,
                        nn::conv<8, nn::kernel<3, 7, 7>, nn::stride<1, 2, 2>, nn::padding<1, 3, 3>, nn::no_bias>,
                        nn::batch_norm<>, nn::relu, models::basic_stages<2, 2, 2, 2, 8>, models::mean_head<4>>;
        CHECK(classifier<resnet18_3d>(2e-3) < 0.05);
    }

    TEST_CASE("densenet121 and chexnet learn sixteen images by heart") {
        CHECK(classifier<models::densenet121<4, small, 8>>(2e-3) < 0.05);
        using chexnet = nn::network<small, models::densenet_features<8, 6, 12, 24, 16>::layers, nn::global_avg_pool,
                                    nn::dense<14>, nn::sigmoid>;
        by_heart::sample_set findings = noise<chexnet>();
        findings.labels.clear();
        for (int i = 0; i < 16 * 14; ++i) findings.labels.push_back(i * i % 5 == 1);
        CHECK(remaining_loss<chexnet, nn::binary_cross_entropy>(findings, 2e-3) < 0.05);
    }

    TEST_CASE("fcn and deeplab learn sixteen masks by heart") {
        using fcn32s = models::fcn32s<1, image<64, 64>, 8>;
        CHECK(remaining_loss<fcn32s, nn::binary_cross_entropy>(squares(), 5e-3) < 0.05);
        using fcn8s = models::fcn8s<3, small, 8>;
        CHECK(remaining_loss<fcn8s, nn::cross_entropy>(balls<fcn8s>(), 1e-3) < 0.05);
        using deeplab = models::deeplab_v3_plus<1, small, 8>;
        CHECK(remaining_loss<deeplab, nn::binary_cross_entropy>(balls<deeplab>(), 5e-3) < 0.05);
    }

    TEST_CASE("autoencoders learn to take the noise out of sixteen images by heart") {
        using convolutional = models::conv_autoencoder<image<16, 16>, 32, 16>;
        CHECK(remaining_loss<convolutional, nn::mean_squared_error>(noisy_balls<convolutional>(), 5e-3) < 0.05);
        using dense = models::autoencoder<>;
        by_heart::sample_set set = noisy_balls<nn::network<image<28, 28>, nn::sigmoid>>();
        CHECK(remaining_loss<dense, nn::mean_squared_error>(set, 2e-3) < 0.05);
    }

    TEST_CASE("the two networks of dcgan learn sixteen images by heart") {
        using discriminator = models::dcgan_discriminator<1, 8>;
        by_heart::sample_set set = noise<discriminator>();
        for (std::size_t i = 0; i < set.labels.size(); ++i) set.labels[i] = i % 2 == 0;
        CHECK(remaining_loss<discriminator, nn::binary_cross_entropy>(set, 1e-3) < 0.05);
        using generator = models::dcgan_generator<16, 1, 8>;
        by_heart::sample_set drawn = noise<generator>();
        drawn.labels.clear();
        for (const float x : noisy_balls<nn::network<image<64, 64>, nn::sigmoid>>().values)
            drawn.values.push_back(2 * x - 1);
        CHECK(remaining_loss<generator, nn::mean_squared_error>(drawn, 5e-3) < 0.05);
    }

    TEST_CASE("transformers learn sixteen samples by heart") {
        CHECK(classifier<models::vision_transformer<16, 16, 1, 4, 4, 32, 2, 2>>(2e-3) < 0.05);
        CHECK(classifier<models::plain_vision_transformer<16, 16, 1, 4, 4, 32, 2, 2>>(2e-3) < 0.05);
        using words = models::transformer_classifier<12, 20, 4, 16, 2, 2>;
        by_heart::sample_set set = noise<words>();
        for (float& x : set.inputs) x = static_cast<float>(static_cast<int>(10 * (x + 1)));
        CHECK(remaining_loss<words, nn::cross_entropy>(set, 5e-3) < 0.05);
    }
}

}  // namespace by_heart_test
