// SPDX-License-Identifier: MIT
/// \file
/// Convolutions of which an engine stores nothing but the maxima of 2x2 outputs.
#include <cmath>
#include <limits>

#include "agrees.hpp"

using namespace ctnn;

namespace {

using naive::agrees;

template <class Net>
constexpr int halved = [] {
    int count = 0;
    for (const operation& row : detail::inference_plan<Net>::table.rows) count += row.halved;
    return count;
}();

// Odd heights and widths, whose last row or column no window has; channels that fill vectors, or not; a border around
// what is stored; more rows than a thread keeps.
template <auto Algorithm>
using odd = network<shape<13, 11, 3>, conv<17, 3, same, Algorithm>, relu, max_pool<>, conv<16, 3, Algorithm>,
                    batch_norm<>, max_pool<>, flatten, dense<3>>;
template <auto Algorithm>
using tall = network<shape<66, 34, 1>, conv<33, 3, same, Algorithm>, leaky_relu<0.2>, max_pool<>,
                     conv<5, 3, same, Algorithm>, ctnn::tanh, max_pool<>, conv<2, 1>>;

TEST_CASE("maxima of direct convolutions") {
    static_assert(halved<odd<exact>> == 2 && halved<tall<exact>> == 2);
    agrees<odd<exact>>(false);
    agrees<tall<exact>>(false);
    agrees<network<shape<17, 19, 2>, conv<7, 5, stride<2>, padding<2>>, relu, max_pool<>, conv<3, 2>, max_pool<>>>(
        false);
}

TEST_CASE("maxima of Winograd's convolutions, with tiles of 2x2 and 4x4 outputs") {
    static_assert(halved<odd<winograd<2>>> == 2 && halved<tall<winograd<4>>> == 2);
    agrees<odd<winograd<2>>>(false);
    agrees<odd<winograd<4>>>(false);
    agrees<tall<winograd<2>>>(false);
    agrees<tall<winograd<4>>>(false);
}

TEST_CASE("maxima after an addition, in a slice of a concatenation, and of the planes of a volume") {
    using added = network<shape<8, 10, 4>, residual<conv<4, 3, same, exact>>, relu, max_pool<>,
                          sum<conv<5, 1>, conv<5, 3, same, winograd<4>>>, relu, max_pool<>>;
    static_assert(halved<added> == 2);
    agrees<added>(false);
    using sliced = network<shape<9, 8, 3>,
                           concat<chain<conv<3, 3, same, exact>, relu, max_pool<>>,
                                  chain<conv<18, 3, same, winograd<2>>, max_pool<>>, avg_pool<>>,
                           conv<2>>;
    static_assert(halved<sliced> == 2);
    agrees<sliced>(false);
    using planes = network<shape<3, 7, 6, 2>, conv<4, 3, same, exact>, max_pool<kernel<1, 2, 2>>, relu,
                           conv<3, 3, same, winograd<2>>, max_pool<kernel<1, 2, 2>>, relu>;
    static_assert(halved<planes> == 2);
    agrees<planes>(false);
}

TEST_CASE("other pools, and those of values that others read, stay rows of their own") {
    static_assert(halved<network<shape<9, 9, 3>, conv<4>, max_pool<3>>> == 0);
    static_assert(halved<network<shape<9, 9, 3>, conv<4>, max_pool<2, stride<1>>>> == 0);
    static_assert(halved<network<shape<9, 9, 3>, conv<4>, max_pool<2, same>>> == 0);
    static_assert(halved<network<shape<9, 9, 3>, conv<4>, avg_pool<>>> == 0);
    static_assert(halved<network<shape<9, 3>, conv<4>, max_pool<>>> == 0);
    static_assert(halved<network<shape<9, 9, 9, 3>, conv<4>, max_pool<>>> == 0);
    static_assert(halved<network<shape<8, 8, 4>, conv<4, 3, same, groups<4>>, max_pool<>>> == 0);
    static_assert(
        halved<network<shape<8, 8, 4>, conv<4, 3, same>, relu, concat<identity, chain<max_pool<>, upsample<2>>>>> == 0);
}

// A lost NaN would be the largest number but one.
template <class Net>
void shows_a_nan() {
    model<Net> m{seed{3}};
    auto run = freeze(m);
    std::vector<float> pixels(static_cast<std::size_t>(Net::input::size), 0.5f);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = std::numeric_limits<float>::quiet_NaN();
        bool seen = false;
        for (const float score : run(pixels.data())) seen = seen || std::isnan(score);
        CAPTURE(i);
        CHECK(seen);
        pixels[i] = 0.5f;
    }
}

TEST_CASE("a NaN wins the maximum") {
    shows_a_nan<network<shape<6, 6, 1>, conv<3, 3, same, exact>, relu, max_pool<>>>();
    shows_a_nan<network<shape<6, 6, 1>, conv<3, 3, same, winograd<4>>, relu, max_pool<>>>();
}

// The caller's memory: odd addresses, guards around the scores, an input that nobody may change.
template <class Net>
void leaves_the_neighbors_alone() {
    const model<Net> m = naive::unlike_any_other<Net>(5);
    constexpr std::size_t in = static_cast<std::size_t>(Net::input::size),
                          out = static_cast<std::size_t>(Net::output::size);
    const std::vector<float> inputs = naive::noise<float>(static_cast<extent>(3 * in + 1), 6);
    const std::vector<float> before = inputs;
    std::vector<float> scores(3 * out + 2, -77.0f);
    auto run = freeze(m, {.max_batch = 2});
    run(inputs.data() + 1, scores.data() + 1, 3);
    CHECK(inputs == before);
    CHECK(scores.front() == -77.0f);
    CHECK(scores.back() == -77.0f);
    for (std::size_t s = 0; s < 3; ++s) {
        const auto expected = naive::evaluate(m, inputs.data() + 1 + s * in);
        for (std::size_t i = 0; i < out; ++i)
            CHECK(static_cast<double>(scores[1 + s * out + i]) == doctest::Approx(expected[i]).epsilon(1e-4));
    }
}

TEST_CASE("an engine reads the caller's input where it lies, and writes nothing but the scores") {
    using borrowed = network<shape<7, 5, 3>, conv<17>, relu, conv<5, 3>>;
    static_assert(detail::inference_rows_of<detail::inference_plan<borrowed>>().of[0].skip);
    leaves_the_neighbors_alone<borrowed>();
    leaves_the_neighbors_alone<network<shape<13>, dense<35>, relu, dense<19>, softmax>>();
    leaves_the_neighbors_alone<network<shape<5, 5, 1>, relu, conv<3>, ctnn::tanh>>();
    leaves_the_neighbors_alone<network<shape<6, 6, 2>, residual<conv<2, 1>>, sum<identity, relu>>>();
    leaves_the_neighbors_alone<network<shape<6, 6, 2>, concat<identity, conv<3, 1>>, flatten, dense<5>, sigmoid>>();
    leaves_the_neighbors_alone<network<shape<4, 4, 3>, max_pool<>, concat<identity, relu>>>();
}

}  // namespace
