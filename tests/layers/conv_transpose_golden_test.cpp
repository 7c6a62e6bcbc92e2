// SPDX-License-Identifier: MIT
/// \file
/// Transposed convolutions against PyTorch: sequences, images and volumes, odd channels, strides, dilation, groups.
#include <doctest/doctest.h>

#include "golden.hpp"

using transposed_plain = nn::network<nn::shape<4, 6, 5>, nn::conv_transpose<17>>;
using transposed_doubling = nn::network<nn::shape<5, 4, 17>, nn::conv_transpose<23, 2, nn::stride<2>>>;
using transposed_overlapping =
    nn::network<nn::shape<4, 5, 3>, nn::conv_transpose<5, 3, nn::stride<2>, nn::padding<1>, nn::output_padding<1, 0>>>;
using transposed_same_odd =
    nn::network<nn::shape<3, 4, 5>, nn::conv_transpose<17, nn::kernel<3, 2>, nn::stride<2, 3>, nn::same, nn::no_bias>>;
using transposed_gaps =
    nn::network<nn::shape<3, 2, 3>, nn::conv_transpose<5, 2, nn::stride<5, 3>, nn::output_padding<3, 1>>>;
using transposed_dilated =
    nn::network<nn::shape<5, 6, 3>, nn::conv_transpose<17, 3, nn::stride<2>, nn::dilation<2, 3>, nn::padding<1, 2>>>;
using transposed_wide_output_padding =
    nn::network<nn::shape<6, 5>, nn::conv_transpose<3, 2, nn::dilation<4>, nn::stride<2>, nn::output_padding<3>>>;
using transposed_wide_padding = nn::network<nn::shape<7, 1>, nn::conv_transpose<5, 5, nn::padding<4>>>;
using transposed_groups = nn::network<nn::shape<4, 3, 6>, nn::conv_transpose<9, 3, nn::groups<3>, nn::stride<2>>>;
using transposed_depthwise =
    nn::network<nn::shape<5, 4, 17>, nn::conv_transpose<17, 4, nn::groups<17>, nn::stride<2>, nn::padding<1>>>;
using transposed_sequence = nn::network<nn::shape<9, 5>, nn::conv_transpose<23, 5, nn::stride<3>, nn::same>>;
using transposed_volume =
    nn::network<nn::shape<2, 3, 4, 5>, nn::conv_transpose<3, nn::kernel<2, 3, 2>, nn::stride<2, 1, 2>>>;
using transposed_vector_like = nn::network<nn::shape<1, 1, 5>, nn::conv_transpose<17, 1>>;
using transposed_block =
    nn::network<nn::shape<4, 6, 3>, nn::conv_transpose<5, 4, nn::stride<2>, nn::padding<1>, nn::no_bias>,
                nn::batch_norm<>, nn::relu, nn::conv<5, 3, nn::stride<2>, nn::same>, nn::tanh,
                nn::residual<nn::conv_transpose<5, 3, nn::padding<1>>>, nn::sigmoid,
                nn::concat<nn::identity, nn::conv_transpose<3, 3, nn::padding<1>>>,
                nn::conv_transpose<8, 2, nn::stride<2>, nn::groups<8>>, nn::batch_norm<>, nn::gelu, nn::max_pool<>>;

TEST_CASE("transposed convolutions agree with PyTorch") {
    golden::check_exact<transposed_plain>("transposed_plain");
    golden::check_exact<transposed_doubling>("transposed_doubling");
    golden::check_exact<transposed_overlapping>("transposed_overlapping");
    golden::check_exact<transposed_same_odd>("transposed_same_odd");
    golden::check_exact<transposed_sequence>("transposed_sequence");
    golden::check_exact<transposed_volume>("transposed_volume");
    golden::check_exact<transposed_vector_like>("transposed_vector_like");
}

TEST_CASE("transposed convolutions agree with PyTorch where outputs see no input, with dilation and wide padding") {
    golden::check_exact<transposed_gaps>("transposed_gaps");
    golden::check_exact<transposed_dilated>("transposed_dilated");
    golden::check_exact<transposed_wide_output_padding>("transposed_wide_output_padding");
    golden::check_exact<transposed_wide_padding>("transposed_wide_padding");
}

TEST_CASE("transposed convolutions with groups agree with PyTorch") {
    golden::check_exact<transposed_groups>("transposed_groups");
    golden::check_exact<transposed_depthwise>("transposed_depthwise");
}

TEST_CASE("an engine folds norms, additions and activations into transposed convolutions") {
    golden::check<transposed_block>("transposed_block");
    using plan = nn::detail::inference_plan<transposed_block>;
    int rows = 0;
    for (const nn::operation& row : plan::table.rows) rows += row.what == nn::kind::convolution;
    CHECK(rows == 5);
    CHECK(plan::rows == 1 + 5 + 2 + 1);  // the input, the two parts of the concatenation, the pool
}
