// SPDX-License-Identifier: MIT
/// \file
/// The normalizations within a sample against PyTorch: a training step, evaluation and the engine.
#include <doctest/doctest.h>

#include "golden.hpp"

using layer_norm_vector = nn::network<nn::shape<23>, nn::layer_norm<nn::epsilon<0.001>>>;
using layer_norm_volume = nn::network<nn::shape<3, 2, 4, 3>, nn::layer_norm<nn::no_bias>>;
using layer_norm_over_all = nn::network<nn::shape<2, 3, 2, 3>, nn::layer_norm<nn::over_all>>;
using rms_norm_sequence = nn::network<nn::shape<5, 17>, nn::rms_norm<>>;
using group_norm_image = nn::network<nn::shape<5, 4, 12>, nn::group_norm<3, nn::epsilon<0.001>>>;
using group_norm_volume = nn::network<nn::shape<2, 3, 4, 1>, nn::group_norm<1>>;
using instance_norm_sequence = nn::network<nn::shape<9, 17>, nn::instance_norm<nn::affine>>;
using local_response_image =
    nn::network<nn::shape<2, 3, 17>, nn::local_response_norm<5, nn::alpha<0.5>>,
                nn::local_response_norm<4, nn::alpha<2.0>, nn::beta<0.6>, nn::additive<2.0>>>;
using norms_behind_layers =
    nn::network<nn::shape<7, 6, 3>, nn::conv<6, 3, nn::same>, nn::group_norm<2>, nn::relu, nn::conv<6, 3, nn::same>,
                nn::instance_norm<>, nn::residual<nn::layer_norm<>, nn::conv<6, 1>, nn::rms_norm<>>, nn::flatten,
                nn::dense<10>, nn::group_norm<2>, nn::tanh>;

TEST_CASE("layer_norm and rms_norm agree with PyTorch") {
    golden::check<layer_norm_vector>("layer_norm_vector");
    golden::check<layer_norm_volume>("layer_norm_volume");
    golden::check<layer_norm_over_all>("layer_norm_over_all");
    golden::check<rms_norm_sequence>("rms_norm_sequence");
}

TEST_CASE("group_norm and instance_norm agree with PyTorch") {
    golden::check<group_norm_image>("group_norm_image");
    golden::check<group_norm_volume>("group_norm_volume");
    golden::check<instance_norm_sequence>("instance_norm_sequence");
}

TEST_CASE("local_response_norm agrees with PyTorch") { golden::check<local_response_image>("local_response_image"); }

TEST_CASE("normalizations within a network agree with PyTorch, behind convolutions and in place") {
    golden::check<norms_behind_layers>("norms_behind_layers");
    // No convolution swallows them.
    int rows = 0;
    for (const nn::operation& row : nn::detail::inference_plan<norms_behind_layers>::table.rows)
        rows += row.what == nn::kind::custom;
    CHECK(rows == 5);
}
