// SPDX-License-Identifier: MIT
/// \file
/// An engine computes what training evaluates, in views, batches and slices, and can be moved.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "engine_network.hpp"

using namespace engine_network;

namespace {

static_assert(std::is_same_v<decltype(std::declval<nn::engine<net>&>()(std::declval<const float*>())),
                             nn::tensor_view<nn::shape<3>, const float>>);
static_assert(!std::is_copy_constructible_v<nn::engine<net>> && std::is_move_constructible_v<nn::engine<net>>);
static_assert(sizeof(nn::engine<net>) <= 128, "a handle, not a network");

TEST_CASE("an engine gives what a training pass evaluates") {
    const nn::model<net> m = trained();
    const std::vector<float> pixels = images(5);
    nn::training_pass<net, nn::mean_squared_error> pass{{.max_batch = 5}};  // reads the outputs behind the softmax
    const auto expected = pass.evaluate(m, pixels.data(), 5);
    auto engine = nn::freeze(m);
    for (nn::extent s = 0; s < 5; ++s) {
        const auto scores = engine(pixels.data() + s * net::input::size);
        float total = 0;
        for (nn::extent i = 0; i < 3; ++i) {
            CHECK(scores[i] ==
                  doctest::Approx(static_cast<double>(expected[static_cast<std::size_t>(3 * s + i)])).epsilon(1e-5));
            total += scores[i];
        }
        CHECK(total == doctest::Approx(1.0));
    }
}

TEST_CASE("a sample is a view, a tensor or an array of the input's shape, and the scores are a view") {
    const nn::model<net> m = trained();
    auto engine = nn::freeze(m);
    const std::vector<float> pixels = images(1);
    nn::tensor<net::input> as_tensor;
    std::array<float, net::input::size> as_array{};
    for (std::size_t i = 0; i < pixels.size(); ++i) as_tensor.data()[i] = as_array[i] = pixels[i];
    const auto scores = engine(pixels.data());
    const std::array<float, 3> first{scores[0], scores[1], scores[2]};
    CHECK(engine(as_tensor).data() == scores.data());
    CHECK(std::memcmp(engine(as_tensor).data(), first.data(), sizeof first) == 0);
    CHECK(std::memcmp(engine(as_array).data(), first.data(), sizeof first) == 0);
    CHECK(std::memcmp(engine(nn::tensor_view<net::input, const float>(pixels.data())).data(), first.data(),
                      sizeof first) == 0);
}

TEST_CASE("a batch has the bits of single samples, whatever the slices") {
    const nn::model<net> m = trained();
    const std::vector<float> pixels = images(11);
    std::vector<float> single, scores(33);
    auto one = nn::freeze(m);
    for (nn::extent s = 0; s < 11; ++s)
        for (const float x : one(pixels.data() + s * net::input::size)) single.push_back(x);
    for (const nn::extent batch : {1, 2, 3, 4, 11, 32}) {
        CAPTURE(batch);
        auto engine = nn::freeze(m, {.max_batch = batch});
        CHECK(engine.max_batch() == batch);
        for (const nn::extent count : {11, 1, 0, 5}) {
            std::fill(scores.begin(), scores.end(), -7.0f);
            engine(pixels.data(), scores.data(), count);
            for (std::size_t i = 0; i < scores.size(); ++i)
                CHECK(scores[i] == (i < 3 * static_cast<std::size_t>(count)
                                        ? doctest::Approx(static_cast<double>(single[i])).epsilon(1e-6)
                                        : doctest::Approx(-7.0)));
        }
    }
}

TEST_CASE("a moved engine still works") {
    const nn::model<net> m = trained();
    auto engine = nn::freeze(m);
    const std::vector<float> pixels = images(1);
    const float before = engine(pixels.data())[1];
    auto moved = std::move(engine);
    CHECK(moved(pixels.data())[1] == before);
    engine = nn::freeze(m);
    CHECK(engine(pixels.data())[1] == before);
}

TEST_CASE("an engine does not change when its model does") {
    nn::model<net> m = trained();
    auto engine = nn::freeze(m);
    const std::vector<float> pixels = images(1);
    const float before = engine(pixels.data())[0];
    for (float& p : m.parameters()) p = 0;
    CHECK(engine(pixels.data())[0] == before);
}

TEST_CASE("an engine of double agrees with one of float") {
    using small = nn::network<nn::shape<6>, nn::dense<5>, nn::tanh, nn::dense<2>>;
    const nn::model<small> single{nn::seed{1}};
    const nn::model<small, double> twice{nn::seed{1}};
    auto a = nn::freeze(single);
    auto b = nn::freeze(twice);
    const std::array<float, 6> x{0.1f, -0.2f, 0.3f, -0.4f, 0.5f, -0.6f};
    std::array<double, 6> y{};
    for (std::size_t i = 0; i < 6; ++i) y[i] = static_cast<double>(x[i]);
    for (nn::extent i = 0; i < 2; ++i) CHECK(static_cast<double>(a(x)[i]) == doctest::Approx(b(y)[i]).epsilon(1e-5));
}

}  // namespace
