// SPDX-License-Identifier: MIT
/// \file
/// A NaN anywhere in the input reaches the output: no maximum, relu, masked lane or border hides it.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine_network.hpp"

using namespace engine_network;

namespace {

template <class Net>
void reaches_the_output(float poison) {
    nn::model<Net> m{nn::seed{6}};
    auto engine = nn::freeze(m, {.max_batch = 3});
    std::vector<float> pixels(static_cast<std::size_t>(3 * Net::input::size), 0.25f),
        scores(static_cast<std::size_t>(3 * Net::output::size));
    engine(pixels.data(), scores.data(), 3);
    for (const float x : scores) REQUIRE(std::isfinite(x));
    const std::vector<float> clean = scores;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Net::input::size); ++i) {
        CAPTURE(i);
        const std::size_t at = static_cast<std::size_t>(Net::input::size) + i;  // in the middle one of three samples
        pixels[at] = poison;
        engine(pixels.data(), scores.data(), 3);
        bool seen = false;
        for (std::size_t k = 0; k < scores.size(); ++k) {
            const bool middle = k / static_cast<std::size_t>(Net::output::size) == 1;
            if (middle)
                seen = seen || !std::isfinite(scores[k]);
            else
                CHECK(scores[k] == clean[k]);  // and nothing leaks into its neighbors
        }
        CHECK(seen);
        pixels[at] = 0.25f;
    }
    engine(pixels.data(), scores.data(), 3);  // nor stays in the arena
    for (std::size_t k = 0; k < scores.size(); ++k) CHECK(scores[k] == clean[k]);
}

TEST_CASE("NaN at each position of odd-sized inputs is seen, stays in its sample, and leaves nothing behind") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    reaches_the_output<net>(nan);
    reaches_the_output<nn::network<nn::shape<5, 7, 3>, nn::conv<3, 3, nn::same>, nn::leaky_relu<>,
                                   nn::max_pool<2, nn::same>, nn::sigmoid, nn::upsample<2>, nn::global_max_pool>>(nan);
    reaches_the_output<nn::network<nn::shape<13>, nn::dense<17>, nn::relu, nn::dense<1>, nn::tanh>>(nan);
}

TEST_CASE("an infinite input is no finite output of a linear network") {
    reaches_the_output<nn::network<nn::shape<7, 5, 1>, nn::conv<3, 3, nn::same>,
                                   nn::avg_pool<3, nn::stride<1>, nn::same>, nn::flatten, nn::dense<2>>>(
        std::numeric_limits<float>::infinity());
}

}  // namespace
