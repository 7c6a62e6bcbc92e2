// SPDX-License-Identifier: MIT
/// \file
/// Convolutions with strides against PyTorch.
#include <doctest/doctest.h>

#include "golden.hpp"

using conv_stride_2 = nn::network<nn::shape<11, 9, 3>, nn::conv<17, 3, nn::stride<2>>>;
using conv_stride_3_padded = nn::network<nn::shape<10, 13, 5>, nn::conv<23, 5, nn::stride<3>, nn::padding<2>>>;
using conv_stride_2_same_even = nn::network<nn::shape<8, 9, 5>, nn::conv<37, 2, nn::stride<2>, nn::same>>;
using conv_stride_2_same_odd = nn::network<nn::shape<8, 9, 3>, nn::conv<5, 3, nn::stride<2>, nn::same>>;
using conv_stride_each_axis =
    nn::network<nn::shape<9, 12, 17>, nn::conv<5, nn::kernel<3, 4>, nn::stride<2, 1>, nn::same>>;
using conv_stride_stem = nn::network<nn::shape<13, 12, 3>, nn::conv<8, 7, nn::stride<2>, nn::padding<3>>>;
using conv_stride_projection = nn::network<nn::shape<7, 8, 8>, nn::conv<16, 1, nn::stride<2>>>;
using conv_stride_beyond_kernel = nn::network<nn::shape<10, 12, 5>, nn::conv<3, 2, nn::stride<3>>>;

TEST_CASE("convolutions with strides agree with PyTorch") {
    golden::check_exact<conv_stride_2>("conv_stride_2");
    golden::check_exact<conv_stride_3_padded>("conv_stride_3_padded");
    golden::check_exact<conv_stride_2_same_even>("conv_stride_2_same_even");
    golden::check_exact<conv_stride_2_same_odd>("conv_stride_2_same_odd");
    golden::check_exact<conv_stride_each_axis>("conv_stride_each_axis");
    golden::check_exact<conv_stride_stem>("conv_stride_stem");
    golden::check_exact<conv_stride_projection>("conv_stride_projection");
    golden::check_exact<conv_stride_beyond_kernel>("conv_stride_beyond_kernel");
}
