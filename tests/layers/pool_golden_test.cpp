// SPDX-License-Identifier: MIT
/// \file
/// Pooling and resampling against PyTorch. Inputs are multiples of 1/64, so that many windows have two equal maxima.
#include <doctest/doctest.h>

#include "golden.hpp"

using max_pool_default = nn::network<nn::shape<7, 9, 5>, nn::max_pool<>>;
using max_pool_overlap = nn::network<nn::shape<9, 8, 17>, nn::max_pool<3, nn::stride<2>, nn::padding<1>>>;
using max_pool_stride_1 = nn::network<nn::shape<5, 6, 23>, nn::max_pool<3, nn::stride<1>>>;
using max_pool_same = nn::network<nn::shape<7, 8, 3>, nn::max_pool<nn::kernel<2, 3>, nn::stride<2>, nn::same>>;
using max_pool_gaps = nn::network<nn::shape<11, 10, 37>, nn::max_pool<2, nn::stride<3>>>;
using max_pool_sequence = nn::network<nn::shape<13, 3>, nn::max_pool<5, nn::stride<2>, nn::padding<2>>>;
using max_pool_volume = nn::network<nn::shape<5, 6, 7, 3>, nn::max_pool<3, nn::stride<2>, nn::padding<1>>>;
using max_pool_volume_default = nn::network<nn::shape<4, 5, 6, 17>, nn::max_pool<nn::kernel<1, 2, 3>>>;

using avg_pool_default = nn::network<nn::shape<7, 9, 5>, nn::avg_pool<>>;
using avg_pool_overlap = nn::network<nn::shape<9, 8, 17>, nn::avg_pool<3, nn::stride<2>, nn::padding<1>>>;
using avg_pool_excluding =
    nn::network<nn::shape<9, 8, 23>, nn::avg_pool<3, nn::stride<2>, nn::padding<1>, nn::exclude_padding>>;
using avg_pool_same = nn::network<nn::shape<7, 8, 3>, nn::avg_pool<nn::kernel<2, 3>, nn::stride<2>, nn::same>>;
using avg_pool_stride_1 =
    nn::network<nn::shape<5, 6, 37>, nn::avg_pool<5, nn::stride<1>, nn::padding<2>, nn::exclude_padding>>;
using avg_pool_sequence = nn::network<nn::shape<13, 3>, nn::avg_pool<5, nn::stride<3>, nn::padding<2>>>;
using avg_pool_volume = nn::network<nn::shape<5, 6, 7, 3>, nn::avg_pool<3, nn::stride<2>, nn::padding<1>>>;
using avg_pool_volume_excluding =
    nn::network<nn::shape<4, 5, 6, 5>,
                nn::avg_pool<nn::kernel<2, 3, 2>, nn::stride<1, 2, 2>, nn::padding<1>, nn::exclude_padding>>;

using global_avg_image = nn::network<nn::shape<7, 9, 37>, nn::global_avg_pool>;
using global_avg_volume = nn::network<nn::shape<3, 4, 5, 5>, nn::global_avg_pool>;
using global_max_image = nn::network<nn::shape<7, 9, 17>, nn::global_max_pool>;
using global_max_sequence = nn::network<nn::shape<29, 3>, nn::global_max_pool>;
using global_max_volume = nn::network<nn::shape<3, 4, 5, 1>, nn::global_max_pool>;

using adaptive_avg_image = nn::network<nn::shape<5, 7, 5>, nn::adaptive_avg_pool<3, 4>>;
using adaptive_avg_volume = nn::network<nn::shape<3, 5, 4, 3>, nn::adaptive_avg_pool<2, 7, 4>>;
using adaptive_max_sequence = nn::network<nn::shape<13, 5>, nn::adaptive_max_pool<5>>;
using adaptive_max_behind_relu =
    nn::network<nn::shape<8, 6, 3>, nn::conv<5, 3, nn::same>, nn::relu, nn::adaptive_max_pool<4, 3>, nn::conv<3, 1>,
                nn::relu, nn::adaptive_max_pool<3, 2>>;

using lp_pool_image = nn::network<nn::shape<5, 7, 5>, nn::lp_pool<2, 3, nn::stride<2>, nn::padding<1>>>;
using lp_pool_powers =
    nn::network<nn::shape<9, 5>, nn::lp_pool<4>, nn::sigmoid, nn::lp_pool<3, 2, nn::stride<1>>, nn::lp_pool<1, 3>>;
using lp_pool_volume = nn::network<nn::shape<4, 5, 4, 3>, nn::lp_pool<2, nn::kernel<1, 2, 3>, nn::stride<1, 2, 1>>>;

using upsample_image = nn::network<nn::shape<3, 4, 5>, nn::upsample<2>>;
using upsample_each_axis = nn::network<nn::shape<3, 4, 17>, nn::upsample<3, 1>>;
using upsample_sequence = nn::network<nn::shape<7, 3>, nn::upsample<3>>;
using upsample_volume = nn::network<nn::shape<2, 3, 2, 3>, nn::upsample<1, 2, 3>>;

using upsample_linear_sequence = nn::network<nn::shape<5, 3>, nn::upsample<3, nn::linear>>;
using upsample_linear_image = nn::network<nn::shape<3, 4, 5>, nn::upsample<2, nn::linear>>;
using upsample_linear_volume = nn::network<nn::shape<2, 3, 2, 3>, nn::upsample<2, 1, 3, nn::linear>>;
using upsample_aligned_image = nn::network<nn::shape<3, 4, 5>, nn::upsample<2, 3, nn::linear, nn::align_corners>>;
using upsample_aligned_volume =
    nn::network<nn::shape<2, 3, 1, 3>, nn::conv<3, 1>, nn::upsample<2, nn::linear, nn::align_corners>, nn::conv<2, 1>>;

using resize_nearest_image = nn::network<nn::shape<5, 4, 5>, nn::resize<7, 3>>;
using resize_linear_image = nn::network<nn::shape<5, 4, 5>, nn::resize<3, 7, nn::linear>>;
using resize_volume = nn::network<nn::shape<3, 2, 4, 2>, nn::resize<2, 5, 3, nn::linear>,
                                  nn::resize<4, nn::linear, nn::align_corners>, nn::resize<3, nn::nearest>>;

TEST_CASE("max_pool agrees with PyTorch, the gradient of equal maxima included") {
    golden::check_exact<max_pool_default>("max_pool_default");
    golden::check_exact<max_pool_overlap>("max_pool_overlap");
    golden::check_exact<max_pool_stride_1>("max_pool_stride_1");
    golden::check_exact<max_pool_same>("max_pool_same");
    golden::check_exact<max_pool_gaps>("max_pool_gaps");
    golden::check_exact<max_pool_sequence>("max_pool_sequence");
    golden::check_exact<max_pool_volume>("max_pool_volume");
    golden::check_exact<max_pool_volume_default>("max_pool_volume_default");
}

TEST_CASE("avg_pool agrees with PyTorch, with padding counted and not") {
    golden::check<avg_pool_default>("avg_pool_default");
    golden::check<avg_pool_overlap>("avg_pool_overlap");
    golden::check<avg_pool_excluding>("avg_pool_excluding");
    golden::check<avg_pool_same>("avg_pool_same");
    golden::check<avg_pool_stride_1>("avg_pool_stride_1");
    golden::check<avg_pool_sequence>("avg_pool_sequence");
    golden::check<avg_pool_volume>("avg_pool_volume");
    golden::check<avg_pool_volume_excluding>("avg_pool_volume_excluding");
}

TEST_CASE("global pools agree with PyTorch") {
    golden::check<global_avg_image>("global_avg_image");
    golden::check<global_avg_volume>("global_avg_volume");
    golden::check_exact<global_max_image>("global_max_image");
    golden::check_exact<global_max_sequence>("global_max_sequence");
    golden::check_exact<global_max_volume>("global_max_volume");
}

TEST_CASE("adaptive pools agree with PyTorch, behind a relu that they take over too") {
    golden::check<adaptive_avg_image>("adaptive_avg_image");
    golden::check<adaptive_avg_volume>("adaptive_avg_volume");
    golden::check_exact<adaptive_max_sequence>("adaptive_max_sequence");
    golden::check<adaptive_max_behind_relu>("adaptive_max_behind_relu");
}

TEST_CASE("lp_pool agrees with PyTorch") {
    golden::check<lp_pool_image>("lp_pool_image");
    golden::check<lp_pool_powers>("lp_pool_powers");
    golden::check<lp_pool_volume>("lp_pool_volume");
}

TEST_CASE("upsample agrees with PyTorch") {
    golden::check_exact<upsample_image>("upsample_image");
    golden::check_exact<upsample_each_axis>("upsample_each_axis");
    golden::check_exact<upsample_sequence>("upsample_sequence");
    golden::check_exact<upsample_volume>("upsample_volume");
}

TEST_CASE("upsample interpolates as PyTorch, with aligned corners and without") {
    golden::check<upsample_linear_sequence>("upsample_linear_sequence");
    golden::check<upsample_linear_image>("upsample_linear_image");
    golden::check<upsample_linear_volume>("upsample_linear_volume");
    golden::check<upsample_aligned_image>("upsample_aligned_image");
    golden::check<upsample_aligned_volume>("upsample_aligned_volume");
}

TEST_CASE("resize agrees with PyTorch") {
    golden::check_exact<resize_nearest_image>("resize_nearest_image");
    golden::check<resize_linear_image>("resize_linear_image");
    golden::check<resize_volume>("resize_volume");
}
