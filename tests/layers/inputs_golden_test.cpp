// SPDX-License-Identifier: MIT
/// \file
/// Networks with several inputs and with shared parameters against PyTorch.
#include <doctest/doctest.h>

#include "ctnn/graph/each_input.hpp"
#include "ctnn/graph/scale_by.hpp"
#include "golden.hpp"

using fused_inputs =
    nn::network<nn::inputs<nn::shape<5, 4, 3>, nn::shape<7>>,
                nn::each_input<nn::chain<nn::conv<6, 3, nn::same>, nn::batch_norm<>, nn::relu, nn::flatten>,
                               nn::chain<nn::dense<5>, nn::tanh>>,
                nn::dense<4>, nn::softmax>;
using gated_inputs =
    nn::network<nn::inputs<nn::shape<6>, nn::shape<3, 5, 2>, nn::shape<3, 5, 1>>,
                nn::concat<nn::input<1>, nn::input<2>>, nn::conv<5, 3, nn::same>,
                nn::scale_by<nn::input<0>, nn::dense<5>, nn::sigmoid>, nn::residual<nn::conv<5, 1>, nn::tanh>,
                nn::flatten, nn::concat<nn::identity, nn::input<0>>, nn::dense<3>>;
using siamese_images = nn::network<
    nn::inputs<nn::shape<6, 5, 2>, nn::shape<6, 5, 2>>,
    nn::siamese<nn::conv<7>, nn::batch_norm<>, nn::relu, nn::max_pool<>, nn::flatten, nn::dense<9>, nn::tanh>,
    nn::absolute_difference, nn::dense<2>>;
using siamese_sequences = nn::network<nn::inputs<nn::shape<6, 3>, nn::shape<6, 3>, nn::shape<6, 3>>,
                                      nn::siamese<nn::conv<4, 3, nn::same>, nn::tanh, nn::conv<4, 3>>, nn::dense<5>>;

TEST_CASE("branches of several inputs agree with PyTorch") {
    golden::check<fused_inputs>("fused_inputs");
    golden::check<gated_inputs>("gated_inputs");
}

TEST_CASE("branches with shared parameters, and their running statistics, agree with PyTorch") {
    golden::check<siamese_images>("siamese_images");
    golden::check<siamese_sequences>("siamese_sequences");
}
