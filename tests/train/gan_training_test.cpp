// SPDX-License-Identifier: MIT
/// \file
/// The loop of generator and discriminator: each moves by the gradient of its own loss alone, and a small pair learns a
/// distribution.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../graph/differences.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/train/gan_training.hpp"
#include "ctnn/train/optimizer/sgd.hpp"

namespace gan_training_test {
namespace nn = ctnn;
using nn::extent;

using generator = nn::network<nn::shape<3>, nn::dense<8>, nn::batch_norm<>, nn::tanh, nn::reshape<2, 2, 2>,
                              nn::conv_transpose<1, 2, nn::stride<2>>, nn::tanh>;
using discriminator = nn::network<nn::shape<4, 4, 1>, nn::conv<4>, nn::batch_norm<>, nn::leaky_relu<0.2>, nn::flatten,
                                  nn::dense<1>, nn::sigmoid>;
constexpr extent samples = 5;

/// -log(p) of the mean over a batch, of what the discriminator answers while it trains; a copy keeps its statistics.
double opinion(const nn::model<discriminator, double>& judge, const std::vector<double>& x, bool real) {
    nn::model<discriminator, double> copy = judge.copy();
    nn::training_pass<discriminator, nn::mean_squared_error, double> pass{{.max_batch = samples}};
    double sum = 0;
    for (const double p : pass.forward(copy, x.data(), samples)) sum -= std::log(real ? p : 1 - p);
    return sum / samples;
}
std::vector<double> drawn(const nn::model<generator, double>& from, const std::vector<double>& latent) {
    nn::model<generator, double> copy = from.copy();
    nn::training_pass<generator, nn::mean_squared_error, double> pass{{.max_batch = samples}};
    const auto y = pass.forward(copy, latent.data(), samples);
    return {y.begin(), y.end()};
}

TEST_CASE("each network moves along the gradient of its own loss") {
    nn::model<generator, double> g{nn::seed{1}};
    nn::model<discriminator, double> d{nn::seed{2}};
    std::vector<double> real(samples * 16);
    const nn::random_stream random(nn::seed{3}, 0);
    for (std::size_t i = 0; i < real.size(); ++i) real[i] = 2 * random.uniform(i) - 1;
    const auto latent = nn::latent_numbers<double>(nn::seed{4}, 0, samples * 3);
    nn::model<generator, double> g_before = g.copy();
    nn::model<discriminator, double> d_before = d.copy();
    const std::vector<double> fake = drawn(g, latent);

    constexpr double rate = 0.125;
    nn::gan_training train(g, d, nn::sgd{.rate = rate}, {.max_batch = samples, .threads = 1, .random = nn::seed{4}});
    const nn::gan_losses losses = train.step(real.data(), samples);
    CHECK(train.steps() == 1);
    CHECK(losses.discriminator_real == doctest::Approx(opinion(d_before, real, true)).epsilon(1e-12));
    CHECK(losses.discriminator_fake == doctest::Approx(opinion(d_before, fake, false)).epsilon(1e-12));
    CHECK(losses.generator == doctest::Approx(opinion(d, fake, true)).epsilon(1e-12));

    const auto moved = [](const auto& before, const auto& after) {
        std::vector<double> slope;
        for (std::size_t i = 0; i < before.parameters().size(); ++i)
            slope.push_back((before.parameters()[i] - after.parameters()[i]) / rate);
        return slope;
    };
    const std::vector<double> of_d = moved(d_before, d), of_g = moved(g_before, g);
    differences::expect_equal("the discriminator's step", of_d, differences::central(d_before.parameters(), [&] {
                                  return opinion(d_before, real, true) + opinion(d_before, fake, false);
                              }));
    differences::expect_equal("the generator's step", of_g, differences::central(g_before.parameters(), [&] {
                                  return opinion(d, drawn(g_before, latent), true);
                              }));
}

TEST_CASE("threads change no bit of a step") {
    std::vector<float> real(samples * 16, 0.25F), weights[2];
    for (int i = 0; i < 2; ++i) {
        nn::model<generator> g{nn::seed{1}};
        nn::model<discriminator> d{nn::seed{2}};
        nn::gan_training train(g, d, nn::adam{}, {.max_batch = samples, .threads = 1 + 2 * i});
        for (int step = 0; step < 3; ++step) (void)train.step(real.data(), samples - step);
        weights[i].assign(g.parameters().begin(), g.parameters().end());
        weights[i].insert(weights[i].end(), d.parameters().begin(), d.parameters().end());
    }
    CHECK(weights[0] == weights[1]);
}

TEST_CASE("latent numbers are standard normal") {
    const auto some = nn::latent_numbers(nn::seed{5}, 7, 20000);
    double mean = 0, square = 0;
    for (const float x : some) {
        mean += static_cast<double>(x) / 20000;
        square += static_cast<double>(x) * static_cast<double>(x) / 20000;
    }
    CHECK(std::fabs(mean) < 0.03);        // 4 deviations of the mean: 0.028
    CHECK(std::fabs(square - 1) < 0.04);  // of the square: 4 sqrt(2 / 20000)
    CHECK(nn::latent_numbers(nn::seed{5}, 7, 10)[9] == some[9]);
    CHECK(nn::latent_numbers(nn::seed{5}, 8, 10)[9] != some[9]);
}

TEST_CASE("a small pair learns where numbers lie") {
    using maker = nn::network<nn::shape<2>, nn::dense<16>, nn::relu, nn::dense<2>>;
    using critic = nn::network<nn::shape<2>, nn::dense<16>, nn::leaky_relu<0.2>, nn::dense<16>, nn::leaky_relu<0.2>,
                               nn::dense<1>, nn::sigmoid>;
    nn::model<maker> g{nn::seed{1}};
    nn::model<critic> d{nn::seed{2}};
    nn::gan_training train(g, d, nn::adam{.rate = 5e-4, .beta1 = 0.5}, nn::adam{.rate = 2e-3, .beta1 = 0.5},
                           {.max_batch = 64, .threads = 1});
    for (std::uint64_t step = 0; step < 2000; ++step) {
        auto real = nn::latent_numbers(nn::seed{6}, step, 128);
        for (std::size_t i = 0; i < real.size(); ++i) real[i] = i % 2 == 0 ? 2 + 0.5F * real[i] : -1 + 0.25F * real[i];
        (void)train.step(real.data(), 64);
    }
    const auto latent = nn::latent_numbers(nn::seed{7}, 0, 128);
    const auto found = train.generate(latent.data(), 64);
    double mean[2]{};
    for (std::size_t i = 0; i < 128; ++i) mean[i % 2] += static_cast<double>(found[i]) / 64;
    CHECK(std::fabs(mean[0] - 2) < 0.3);
    CHECK(std::fabs(mean[1] + 1) < 0.3);
}

}  // namespace gan_training_test
