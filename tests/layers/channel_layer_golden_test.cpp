// SPDX-License-Identifier: MIT
/// \file
/// prelu, glu and log_softmax within networks against PyTorch.
#include <doctest/doctest.h>

#include "golden.hpp"

using prelu_shared = nn::network<nn::shape<4, 17>, nn::prelu<>, nn::dense<3>, nn::prelu<nn::per_channel>>;
using prelu_volume = nn::network<nn::shape<3, 2, 4, 17>, nn::prelu<nn::per_channel>>;
using glu_image = nn::network<nn::shape<4, 3, 6>, nn::glu, nn::conv<34, 1>, nn::glu>;
using log_softmax_image = nn::network<nn::shape<2, 3, 17>, nn::log_softmax, nn::conv<3, 1>, nn::log_softmax>;

TEST_CASE("prelu, glu and log_softmax agree with PyTorch") {
    golden::check<prelu_shared>("prelu_shared");
    golden::check<prelu_volume>("prelu_volume");
    golden::check<glu_image>("glu_image");
    golden::check<log_softmax_image>("log_softmax_image");
}
