// SPDX-License-Identifier: MIT
/// \file
/// Activations within networks of every rank against PyTorch: first, behind one another, and behind convolutions and
/// dense layers, where an engine fuses them.
#include <doctest/doctest.h>

#include "golden.hpp"

using activations_vector =
    nn::network<nn::shape<17>, nn::gelu, nn::dense<23>, nn::silu, nn::dense<3>, nn::mish, nn::dense<5>, nn::gelu_tanh>;
using activations_sequence = nn::network<nn::shape<5, 3>, nn::softsign, nn::conv<17, 3, nn::same>, nn::elu<0.7>,
                                         nn::dense<3>, nn::celu<0.5>, nn::softplus<>>;
using activations_image =
    nn::network<nn::shape<5, 6, 3>, nn::hard_swish, nn::conv<17, 3, nn::same>, nn::hard_tanh<-0.4, 0.3>,
                nn::conv<17, 3, nn::same, nn::groups<17>>, nn::hard_sigmoid, nn::conv<3, 1>, nn::gelu>;
using activations_volume = nn::network<nn::shape<2, 3, 4, 1>, nn::selu, nn::conv<3, 3, nn::same>,
                                       nn::softplus<2.0, 0.5>, nn::conv<5, 1>, nn::relu6>;
TEST_CASE("activations of every rank agree with PyTorch") {
    golden::check<activations_vector>("activations_vector");
    golden::check<activations_sequence>("activations_sequence");
    golden::check<activations_image>("activations_image");
    golden::check<activations_volume>("activations_volume");
}
