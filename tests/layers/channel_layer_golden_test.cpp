// SPDX-License-Identifier: MIT
/// \file
/// prelu, glu, log_softmax and products with gates within networks against PyTorch.
#include <doctest/doctest.h>

#include "ctnn/graph/attention_gate.hpp"
#include "ctnn/graph/cbam.hpp"
#include "ctnn/graph/squeeze_excite.hpp"
#include "golden.hpp"

using prelu_shared = nn::network<nn::shape<4, 17>, nn::prelu<>, nn::dense<3>, nn::prelu<nn::per_channel>>;
using prelu_volume = nn::network<nn::shape<3, 2, 4, 17>, nn::prelu<nn::per_channel>>;
using glu_image = nn::network<nn::shape<4, 3, 6>, nn::glu, nn::conv<34, 1>, nn::glu>;
using log_softmax_image = nn::network<nn::shape<2, 3, 17>, nn::log_softmax, nn::conv<3, 1>, nn::log_softmax>;
using squeeze_excite_image =
    nn::network<nn::shape<5, 6, 3>, nn::conv<17, 3, nn::same>, nn::relu, nn::squeeze_excite<4>,
                nn::residual<nn::conv<17, 1>, nn::squeeze_excite<20>>, nn::conv<3, 3, nn::stride<2>>>;
using scaled_positions =
    nn::network<nn::shape<3, 4, 2, 5>, nn::scale_by<nn::conv<1, 1>, nn::sigmoid>,
                nn::concat<nn::scale_by<nn::tanh>, nn::scale_by<nn::identity>>, nn::scale_by<nn::global_max_pool>>;
using scaled_sequence =
    nn::network<nn::shape<7, 23>, nn::dense<1>, nn::scale_by<nn::identity>, nn::dense<3>,
                nn::scale_by<nn::flatten, nn::dense<1>>, nn::flatten, nn::scale_by<nn::dense<21>, nn::tanh>>;
using attention_unet =
    nn::network<nn::shape<4, 6, 3>, nn::conv<5, 3, nn::same>, nn::relu,
                nn::attention_gate<4, nn::max_pool<>, nn::conv<7, 3, nn::same>, nn::relu, nn::upsample<2>>,
                nn::conv<2, 3, nn::same>>;
using cbam_image = nn::network<nn::shape<5, 7, 3>, nn::conv<17, 3, nn::same>, nn::relu, nn::cbam<4, 3>>;
using cbam_volume = nn::network<nn::shape<3, 4, 2, 5>, nn::residual<nn::cbam<16, 2>>, nn::channel_pool>;

TEST_CASE("prelu, glu and log_softmax agree with PyTorch") {
    golden::check<prelu_shared>("prelu_shared");
    golden::check<prelu_volume>("prelu_volume");
    golden::check<glu_image>("glu_image");
    golden::check<log_softmax_image>("log_softmax_image");
}

TEST_CASE("values times gates for channels, positions and elements agree with PyTorch") {
    golden::check<squeeze_excite_image>("squeeze_excite_image");
    golden::check<scaled_positions>("scaled_positions");
    golden::check<scaled_sequence>("scaled_sequence");
    golden::check<attention_unet>("attention_unet");
    golden::check<cbam_image>("cbam_image");
    golden::check<cbam_volume>("cbam_volume");
}
