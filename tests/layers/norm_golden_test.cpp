// SPDX-License-Identifier: MIT
/// \file
/// The normalizations within a sample against PyTorch: a training step, evaluation and the engine.
#include <doctest/doctest.h>

#include "golden.hpp"

using layer_norm_vector = nn::network<nn::shape<23>, nn::layer_norm<nn::epsilon<0.001>>>;
using layer_norm_volume = nn::network<nn::shape<3, 2, 4, 3>, nn::layer_norm<nn::no_bias>>;
using rms_norm_sequence = nn::network<nn::shape<5, 17>, nn::rms_norm<>>;

TEST_CASE("layer_norm and rms_norm agree with PyTorch") {
    golden::check<layer_norm_vector>("layer_norm_vector");
    golden::check<layer_norm_volume>("layer_norm_volume");
    golden::check<rms_norm_sequence>("rms_norm_sequence");
}
