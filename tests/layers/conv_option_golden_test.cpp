// SPDX-License-Identifier: MIT
/// \file
/// Dilation, groups, kernels that are not square, explicit padding and no bias against PyTorch.
#include <doctest/doctest.h>

#include "golden.hpp"

using conv_dilation_2 = nn::network<nn::shape<9, 10, 3>, nn::conv<5, 3, nn::dilation<2>, nn::same>>;
using conv_dilation_3_stride_2 =
    nn::network<nn::shape<13, 12, 5>, nn::conv<17, 3, nn::dilation<3>, nn::stride<2>, nn::padding<3>>>;
using conv_dilation_2_stride_2 =
    nn::network<nn::shape<12, 11, 3>, nn::conv<5, 3, nn::dilation<2>, nn::stride<2>, nn::same>>;
using conv_groups_2 = nn::network<nn::shape<7, 8, 6>, nn::conv<10, 3, nn::groups<2>, nn::same>>;
using conv_depthwise = nn::network<nn::shape<8, 7, 17>, nn::conv<17, 3, nn::groups<17>, nn::same, nn::no_bias>>;
using conv_depthwise_twice = nn::network<nn::shape<9, 8, 5>, nn::conv<10, 5, nn::groups<5>, nn::stride<2>, nn::same>>;
using conv_groups_dilated =
    nn::network<nn::shape<10, 9, 6>, nn::conv<9, 3, nn::groups<3>, nn::dilation<2>, nn::padding<1>, nn::no_bias>>;
using conv_row_kernel = nn::network<nn::shape<6, 9, 3>, nn::conv<8, nn::kernel<1, 3>>>;
using conv_uneven_padding =
    nn::network<nn::shape<9, 7, 5>, nn::conv<3, nn::kernel<5, 2>, nn::padding<2, 0>, nn::no_bias>>;
using conv_whole_image = nn::network<nn::shape<4, 5, 3>, nn::conv<23, nn::kernel<4, 5>>>;
using conv_wide_padding = nn::network<nn::shape<3, 4, 2>, nn::conv<5, 3, nn::padding<3>>>;

TEST_CASE("convolutions with dilation and groups agree with PyTorch") {
    golden::check_exact<conv_dilation_2>("conv_dilation_2");
    golden::check_exact<conv_dilation_3_stride_2>("conv_dilation_3_stride_2");
    golden::check_exact<conv_dilation_2_stride_2>("conv_dilation_2_stride_2");
    golden::check_exact<conv_groups_2>("conv_groups_2");
    golden::check_exact<conv_depthwise>("conv_depthwise");
    golden::check_exact<conv_depthwise_twice>("conv_depthwise_twice");
    golden::check_exact<conv_groups_dilated>("conv_groups_dilated");
}

TEST_CASE("convolutions with other kernels on each axis agree with PyTorch") {
    golden::check_exact<conv_row_kernel>("conv_row_kernel");
    golden::check_exact<conv_uneven_padding>("conv_uneven_padding");
    golden::check_exact<conv_whole_image>("conv_whole_image");
    golden::check_exact<conv_wide_padding>("conv_wide_padding");
}
