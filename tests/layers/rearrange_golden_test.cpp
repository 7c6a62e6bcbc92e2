// SPDX-License-Identifier: MIT
/// \file
/// Layers that move positions against PyTorch.
#include <doctest/doctest.h>

#include "golden.hpp"

using pad_image = nn::network<nn::shape<4, 5, 3>, nn::pad<1, 2>, nn::pad<2, nn::reflect>,
                              nn::pad<nn::before<1, 0>, nn::after<0, 3>, nn::edge>, nn::pad<1, nn::wrap>>;
using pad_sequence =
    nn::network<nn::shape<5, 3>, nn::pad<3, nn::reflect>, nn::pad<nn::before<2>, nn::constant<0.25>>, nn::conv<2>>;
using pad_volume = nn::network<nn::shape<2, 3, 2, 2>, nn::pad<1, nn::edge>, nn::pad<nn::before<1>, nn::wrap>>;
using crop_image =
    nn::network<nn::shape<5, 6, 3>, nn::crop<1, 0>, nn::conv<3, 3, nn::same>, nn::crop<nn::before<1>, nn::after<0, 2>>>;

TEST_CASE("pad and crop agree with PyTorch") {
    golden::check_exact<pad_image>("pad_image");
    golden::check<pad_sequence>("pad_sequence");
    golden::check_exact<pad_volume>("pad_volume");
    golden::check<crop_image>("crop_image");
}
