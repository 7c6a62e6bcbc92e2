// SPDX-License-Identifier: MIT
/// \file
/// Batch norm against PyTorch: a training step, the running statistics after two, evaluation, and the engine that
/// folds it.
#include <doctest/doctest.h>

#include "golden.hpp"

using batch_norm_image = nn::network<nn::shape<5, 4, 17>, nn::batch_norm<>>;
using batch_norm_vector = nn::network<nn::shape<23>, nn::batch_norm<nn::momentum<0.3>>>;
using batch_norm_sequence = nn::network<nn::shape<9, 5>, nn::batch_norm<nn::epsilon<0.001>>>;
using batch_norm_volume = nn::network<nn::shape<3, 2, 4, 3>, nn::batch_norm<nn::epsilon<0.01>, nn::momentum<0.01>>>;
using batch_norm_behind_conv =
    nn::network<nn::shape<7, 8, 3>, nn::conv<5, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                nn::conv<17, 3, nn::padding<1>>, nn::batch_norm<>, nn::leaky_relu<0.1>, nn::global_avg_pool>;
using batch_norm_behind_dense =
    nn::network<nn::shape<13>, nn::dense<23, nn::no_bias>, nn::batch_norm<>, nn::tanh, nn::dense<5>, nn::batch_norm<>>;
using batch_norm_first = nn::network<nn::shape<6, 5, 3>, nn::batch_norm<>, nn::conv<5, 3, nn::same>, nn::relu,
                                     nn::batch_norm<>, nn::conv<3, 3, nn::same>>;
using batch_norm_groups = nn::network<nn::shape<6, 7, 6>, nn::conv<6, 3, nn::groups<6>, nn::same, nn::no_bias>,
                                      nn::batch_norm<>, nn::relu, nn::conv<10, 1>, nn::batch_norm<>>;

TEST_CASE("batch_norm of every rank agrees with PyTorch") {
    golden::check<batch_norm_image>("batch_norm_image");
    golden::check<batch_norm_vector>("batch_norm_vector");
    golden::check<batch_norm_sequence>("batch_norm_sequence");
    golden::check<batch_norm_volume>("batch_norm_volume");
}

TEST_CASE("batch_norm within a network agrees with PyTorch, folded and not") {
    golden::check<batch_norm_behind_conv>("batch_norm_behind_conv");
    golden::check<batch_norm_behind_dense>("batch_norm_behind_dense");
    golden::check<batch_norm_first>("batch_norm_first");
    golden::check<batch_norm_groups>("batch_norm_groups");
}
