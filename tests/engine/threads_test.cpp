// SPDX-License-Identifier: MIT
/// \file
/// One engine serves many threads, each with a workspace of its own, and its own threads change no bit.
#include <doctest/doctest.h>

#include <cstring>
#include <thread>

#include "engine_network.hpp"

using namespace engine_network;

namespace {

TEST_CASE("eight threads call one const engine two hundred times each and get equal bits") {
    const nn::model<net> m = trained();
    const auto engine = nn::freeze(m);
    constexpr nn::extent samples = 8;
    const std::vector<float> pixels = images(samples);
    std::vector<float> expected(3 * samples);
    {
        nn::engine<net>::workspace memory;
        engine(pixels.data(), expected.data(), memory, samples);
    }
    int wrong[8]{};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            nn::engine<net>::workspace memory(1 + t % 3);
            std::vector<float> scores(3);
            for (int i = 0; i < 200; ++i) {
                const std::size_t s = static_cast<std::size_t>((i + t) % samples);
                engine(pixels.data() + s * net::input::size, scores.data(), memory);
                wrong[t] += std::memcmp(scores.data(), expected.data() + 3 * s, 3 * sizeof(float)) != 0;
            }
        });
    for (std::thread& t : threads) t.join();
    for (const int w : wrong) CHECK(w == 0);
}

TEST_CASE("the number of threads of a call changes no bit") {
    using wide = nn::network<nn::shape<64, 40, 3>, nn::conv<16, 3, nn::same>, nn::relu, nn::max_pool<>, nn::conv<3>>;
    const nn::model<wide> m{nn::seed{4}};
    std::vector<float> pixels(static_cast<std::size_t>(3 * wide::input::size));
    nn::random_stream random(nn::seed{5}, 0);
    for (float& p : pixels) p = static_cast<float>(random.next_uniform());
    std::vector<float> expected(static_cast<std::size_t>(3 * wide::output::size)), scores(expected.size());
    nn::freeze(m, {.max_batch = 3})(pixels.data(), expected.data(), 3);
    for (const nn::extent threads : {2, 3, 7}) {
        nn::freeze(m, {.max_batch = 3, .threads = threads})(pixels.data(), scores.data(), 3);
        CHECK(std::memcmp(scores.data(), expected.data(), sizeof(float) * scores.size()) == 0);
    }
}

}  // namespace
