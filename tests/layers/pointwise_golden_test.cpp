// SPDX-License-Identifier: MIT
/// \file
/// Activations, softmax, flatten and reshape against PyTorch.
#include <doctest/doctest.h>

#include "golden.hpp"

using relu_image = nn::network<nn::shape<3, 5, 7>, nn::relu>;
using leaky_relu_default = nn::network<nn::shape<37>, nn::leaky_relu<>>;
using leaky_relu_slope = nn::network<nn::shape<5, 7>, nn::leaky_relu<0.2>>;
using sigmoid_image = nn::network<nn::shape<3, 5, 7>, nn::sigmoid>;
using tanh_volume = nn::network<nn::shape<2, 3, 2, 5>, nn::tanh>;
using softmax_vector = nn::network<nn::shape<23>, nn::softmax>;
using softmax_image = nn::network<nn::shape<3, 4, 5>, nn::softmax>;
using softmax_wide = nn::network<nn::shape<2, 3, 37>, nn::softmax>;

using flatten_image = nn::network<nn::shape<3, 4, 5>, nn::conv<3, 1>, nn::flatten, nn::dense<5>>;
using flatten_padded = nn::network<nn::shape<4, 5, 3>, nn::conv<3, 3, nn::same>, nn::flatten>;
using reshape_vector = nn::network<nn::shape<17>, nn::dense<30>, nn::relu, nn::reshape<3, 5, 2>,
                                   nn::conv<3, 3, nn::same>, nn::reshape<9, 5>, nn::dense<3>>;
using fused_activations =
    nn::network<nn::shape<5, 6, 3>, nn::conv<5, 3, nn::same>, nn::leaky_relu<0.3>, nn::conv<17, 2>, nn::tanh,
                nn::conv<3, 1>, nn::sigmoid, nn::flatten, nn::dense<23>, nn::relu, nn::dense<7>, nn::leaky_relu<>,
                nn::dense<3>, nn::softmax>;

TEST_CASE("activations agree with PyTorch") {
    golden::check_exact<relu_image>("relu_image");
    golden::check<leaky_relu_default>("leaky_relu_default");
    golden::check<leaky_relu_slope>("leaky_relu_slope");
    golden::check<sigmoid_image>("sigmoid_image");
    golden::check<tanh_volume>("tanh_volume");
}

TEST_CASE("softmax agrees with PyTorch") {
    golden::check<softmax_vector>("softmax_vector");
    golden::check<softmax_image>("softmax_image");
    golden::check<softmax_wide>("softmax_wide");
}

TEST_CASE("flatten and reshape keep the order of memory") {
    golden::check<flatten_image>("flatten_image");
    golden::check_exact<flatten_padded>("flatten_padded");
    golden::check<reshape_vector>("reshape_vector");
}

TEST_CASE("every activation behind a convolution or dense layer agrees with PyTorch") {
    golden::check<fused_activations>("fused_activations");
}
