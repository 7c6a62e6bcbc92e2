// SPDX-License-Identifier: MIT
/// \file
/// Convolutions of sequences and volumes, and dense layers, against PyTorch.
#include <doctest/doctest.h>

#include "golden.hpp"

using conv_sequence =
    nn::network<nn::shape<19, 3>, nn::conv<5, 5, nn::stride<2>, nn::same>, nn::conv<17, 3, nn::dilation<2>>>;
using conv_volume = nn::network<nn::shape<5, 6, 7, 2>, nn::conv<5, 3, nn::same>,
                                nn::conv<3, nn::kernel<1, 3, 2>, nn::stride<2, 1, 2>, nn::padding<0, 1, 0>>>;
using conv_volume_groups = nn::network<nn::shape<4, 5, 3, 6>, nn::conv<4, 2, nn::stride<2>, nn::groups<2>, nn::same>>;
using dense_vectors = nn::network<nn::shape<37>, nn::dense<23>, nn::tanh, nn::dense<70>, nn::dense<1>>;
using dense_sequence = nn::network<nn::shape<6, 17>, nn::dense<5, nn::no_bias>, nn::dense<19>>;
using dense_wide = nn::network<nn::shape<5>, nn::dense<128>, nn::dense<3, nn::no_bias>>;

TEST_CASE("convolutions of sequences and volumes agree with PyTorch") {
    golden::check<conv_sequence>("conv_sequence");
    golden::check<conv_volume>("conv_volume");
    golden::check_exact<conv_volume_groups>("conv_volume_groups");
}

TEST_CASE("dense layers of vectors and sequences agree with PyTorch") {
    golden::check<dense_vectors>("dense_vectors");
    golden::check<dense_sequence>("dense_sequence");
    golden::check<dense_wide>("dense_wide");
}
