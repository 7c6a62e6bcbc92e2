// SPDX-License-Identifier: MIT
/// \file
/// Convolutions of which an engine reads an upsampled image at half its size.
#include <cmath>
#include <limits>

#include "agrees.hpp"

using namespace ctnn;

namespace {

using naive::agrees;

template <class Net>
constexpr int coarse = [] {
    int count = 0;
    for (const operation& row : detail::inference_plan<Net>::table.rows) count += row.coarse > 0;
    return count;
}();

template <class Net>
constexpr int rows_left = detail::inference_plan<Net>::rows;

// An upsampled image in front, and behind, of 16 channels and more; tiles that reach over the end; a border in both.
using level = concat<chain<max_pool<>, conv<32, 3, same, exact>, relu, upsample<2>>, identity>;
template <auto Algorithm>
using first = network<shape<14, 10, 3>, conv<16, 3, same, exact>, relu, level, conv<17, 3, same, Algorithm>,
                      batch_norm<>, relu, conv<2, 1>>;
template <auto Algorithm>
using last = network<shape<12, 16, 2>, conv<48, 3, same, exact>,
                     concat<identity, chain<conv<16, 3, stride<2>, same>, upsample<2>>>, conv<33, 3, same, Algorithm>,
                     ctnn::tanh, max_pool<>>;
// Nothing beside it: any number of channels.
template <auto Algorithm>
using alone = network<shape<5, 7, 3>, conv<5, 3, same, exact>, upsample<2>, conv<18, 3, same, Algorithm>, relu>;

TEST_CASE("a convolution reads pixels before they are doubled, in front of other channels, behind them or alone") {
    static_assert(coarse<first<winograd<4>>> == 1 && coarse<last<winograd<2>>> == 1 && coarse<alone<winograd<4>>> == 1);
    static_assert(rows_left<alone<winograd<4>>> == 3);  // input, convolution, convolution
    agrees<first<winograd<2>>>(false);
    agrees<first<winograd<4>>>(false);
    agrees<last<winograd<2>>>(false);
    agrees<last<winograd<4>>>(false);
    agrees<alone<winograd<2>>>(false);
    agrees<alone<winograd<4>>>(false);
}

TEST_CASE("the planes of a volume are doubled along depth, or not") {
    using all = network<shape<3, 4, 6, 2>, conv<16, 3, same, exact>, upsample<2>, conv<3, 3, same, winograd<4>>>;
    using planes = network<shape<3, 4, 6, 16>,
                           concat<chain<conv<16, kernel<1, 2, 2>, stride<1, 2, 2>>, upsample<1, 2, 2>>, identity>,
                           conv<5, 3, same, winograd<2>>>;
    static_assert(coarse<all> == 1 && coarse<planes> == 1);
    agrees<all>(false);
    agrees<planes>(false);
}

TEST_CASE("levels within levels, and the input of the network beside the upsampled image") {
    using deep = network<
        shape<8, 16, 16>,
        concat<chain<max_pool<>, concat<chain<max_pool<>, conv<32, 3, same, winograd<4>>, upsample<2>>, identity>,
                     conv<16, 3, same, winograd<4>>, relu, upsample<2>>,
               identity>,
        conv<16, 3, same, winograd<4>>, sigmoid>;
    static_assert(coarse<deep> == 2);
    agrees<deep>(false);
}

TEST_CASE("what is read twice, interpolated, or no Winograd convolution of whole vectors stays as it is") {
    using read_twice = network<shape<6, 6, 16>, upsample<2>, concat<identity, conv<16, 3, same, winograd<4>>>>;
    static_assert(coarse<read_twice> == 0);
    agrees<read_twice>(false);
    static_assert(coarse<alone<exact>> == 0 && coarse<first<exact>> == 0);
    static_assert(coarse<network<shape<6, 6, 16>, upsample<2, linear>, conv<16, 3, same, winograd<4>>>> == 0);
    static_assert(coarse<network<shape<6, 6, 16>, upsample<3>, conv<16, 3, same, winograd<4>>>> == 0);
    static_assert(coarse<network<shape<6, 6, 16>, upsample<2>, conv<16, 3, winograd<4>>>> == 0);
    static_assert(coarse<network<shape<6, 6, 16>, upsample<2>, conv<16, 3, padding<2>, winograd<4>>>> == 0);
    static_assert(coarse<network<shape<6, 6, 3>, concat<identity, chain<max_pool<>, upsample<2>>>,
                                 conv<16, 3, same, winograd<4>>>> == 0);
    static_assert(coarse<network<shape<6, 6, 16>, concat<identity, chain<max_pool<>, upsample<2>>, relu>,
                                 conv<16, 3, same, winograd<4>>>> == 0);
    using both =
        network<shape<6, 6, 16>, concat<upsample<2>, chain<conv<16, 1>, upsample<2>>>, conv<4, 3, same, winograd<4>>>;
    static_assert(coarse<both> == 1);  // and the other one is upsampled
    agrees<both>(false);
    using added = network<shape<6, 6, 16>, concat<chain<max_pool<>, upsample<2>>, identity>,
                          sum<conv<32, 3, same, winograd<4>>, conv<32, 1>>>;
    static_assert(coarse<added> == 0);
    agrees<added>(false);
}

TEST_CASE("a NaN in the image of half the size is seen") {
    using tested = network<shape<4, 6, 16>, upsample<2>, conv<16, 3, same, winograd<4>>>;
    static_assert(coarse<tested> == 1);
    model<tested> m{seed{3}};
    auto run = freeze(m);
    std::vector<float> pixels(static_cast<std::size_t>(tested::input::size), 0.5f);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = std::numeric_limits<float>::quiet_NaN();
        bool seen = false;
        for (const float score : run(pixels.data())) seen = seen || std::isnan(score);
        CAPTURE(i);
        CHECK(seen);
        pixels[i] = 0.5f;
    }
}

}  // namespace
