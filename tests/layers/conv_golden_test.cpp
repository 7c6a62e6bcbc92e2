// SPDX-License-Identifier: MIT
/// \file
/// Convolutions of images against PyTorch: kernels 1 to 7, odd channels, strides 1 to 3.
#include <doctest/doctest.h>

#include "golden.hpp"

using conv_first_channel = nn::network<nn::shape<9, 7, 1>, nn::conv<17>>;
using conv_kernel_5_same = nn::network<nn::shape<8, 11, 3>, nn::conv<5, 5, nn::same>>;
using conv_kernel_2_same = nn::network<nn::shape<6, 10, 5>, nn::conv<23, 2, nn::same>>;
using conv_kernel_7_same = nn::network<nn::shape<11, 9, 17>, nn::conv<3, 7, nn::same>>;
using conv_kernel_1 = nn::network<nn::shape<7, 5, 23>, nn::conv<37, 1>>;
using conv_one_filter = nn::network<nn::shape<5, 6, 37>, nn::conv<1>>;
using conv_full_tiles = nn::network<nn::shape<5, 19, 16>, nn::conv<64, 3, nn::same>>;

TEST_CASE("convolutions of every kernel size agree with PyTorch") {
    golden::check_exact<conv_first_channel>("conv_first_channel");
    golden::check_exact<conv_kernel_5_same>("conv_kernel_5_same");
    golden::check_exact<conv_kernel_2_same>("conv_kernel_2_same");
    golden::check_exact<conv_kernel_7_same>("conv_kernel_7_same");
    golden::check_exact<conv_kernel_1>("conv_kernel_1");
    golden::check_exact<conv_one_filter>("conv_one_filter");
    golden::check_exact<conv_full_tiles>("conv_full_tiles");
}
