// SPDX-License-Identifier: MIT
/// \file
/// Depthwise, separable and causal convolutions against PyTorch: sequences, images and volumes, odd channels.
#include <doctest/doctest.h>

#include "ctnn/graph/separable_conv.hpp"
#include "golden.hpp"

using depthwise_image = nn::network<nn::shape<8, 11, 17>, nn::depthwise_conv<3, nn::same>>;
using depthwise_one_channel = nn::network<nn::shape<7, 6, 1>, nn::depthwise_conv<3, nn::depth_multiplier<3>>>;
using depthwise_multiplied =
    nn::network<nn::shape<9, 7, 5>,
                nn::depthwise_conv<nn::kernel<3, 2>, nn::depth_multiplier<3>, nn::stride<2, 1>, nn::padding<1>>>;
using depthwise_volume =
    nn::network<nn::shape<4, 5, 6, 3>, nn::depthwise_conv<nn::kernel<2, 3, 3>, nn::same, nn::no_bias>>;
using depthwise_causal =
    nn::network<nn::shape<13, 23>, nn::depthwise_conv<3, nn::dilation<2>, nn::causal, nn::depth_multiplier<2>>>;
using separable_image =
    nn::network<nn::shape<9, 8, 5>, nn::separable_conv<17, 3, nn::stride<2>, nn::same, nn::depth_multiplier<2>>>;
using separable_volume = nn::network<nn::shape<3, 4, 5, 3>, nn::separable_conv<5, nn::kernel<1, 3, 2>, nn::no_bias>>;
using separable_sequence = nn::network<nn::shape<11, 23>, nn::separable_conv<3, 5, nn::causal>>;
using separable_block =
    nn::network<nn::shape<9, 8, 3>, nn::separable_conv<17, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu,
                nn::depthwise_conv<3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::residual<nn::separable_conv<17, 1>>,
                nn::tanh, nn::depthwise_conv<3, nn::depth_multiplier<2>>, nn::batch_norm<>, nn::max_pool<>>;
using causal_dilated = nn::network<nn::shape<17, 5>, nn::conv<23, 3, nn::dilation<4>, nn::causal>>;
using causal_strided = nn::network<nn::shape<14, 3>, nn::conv<17, 4, nn::stride<3>, nn::causal, nn::no_bias>>;
using causal_longer_than_input =
    nn::network<nn::shape<4, 1>, nn::conv<5, 7, nn::causal>, nn::relu, nn::conv<3, 2, nn::dilation<5>, nn::causal>>;

TEST_CASE("depthwise convolutions agree with PyTorch, one filter a channel or several") {
    golden::check_exact<depthwise_image>("depthwise_image");
    golden::check_exact<depthwise_one_channel>("depthwise_one_channel");
    golden::check_exact<depthwise_multiplied>("depthwise_multiplied");
    golden::check_exact<depthwise_volume>("depthwise_volume");
    golden::check_exact<depthwise_causal>("depthwise_causal");
}

TEST_CASE("separable convolutions agree with PyTorch") {
    golden::check<separable_image>("separable_image");
    golden::check<separable_volume>("separable_volume");
    golden::check<separable_sequence>("separable_sequence");
}

TEST_CASE("an engine folds norms into depthwise and separable convolutions, and their activations") {
    golden::check<separable_block>("separable_block");
    using plan = nn::detail::inference_plan<separable_block>;
    int rows = 0;
    for (const nn::operation& row : plan::table.rows) rows += row.what == nn::kind::convolution;
    CHECK(rows == 6);
    CHECK(plan::rows == 1 + 6 + 1);  // the input and the pool, which a convolution with groups does not take
}

TEST_CASE("causal convolutions agree with PyTorch") {
    golden::check_exact<causal_dilated>("causal_dilated");
    golden::check_exact<causal_strided>("causal_strided");
    golden::check<causal_longer_than_input>("causal_longer_than_input");
}
