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

using shuffle_image = nn::network<nn::shape<4, 6, 8>, nn::pixel_unshuffle<2>, nn::conv<12, 1>, nn::pixel_shuffle<2>>;
using shuffle_each_rank =
    nn::network<nn::shape<6, 12>, nn::pixel_shuffle<2>, nn::pixel_unshuffle<3>, nn::reshape<1, 1, 3, 24>,
                nn::pixel_shuffle<2>, nn::pad<nn::after<0, 2, 0>>, nn::pixel_unshuffle<2>>;
using permute_axes = nn::network<nn::shape<3, 4, 5>, nn::permute<3, 1, 2>, nn::conv<3, 1>, nn::permute<2, 3, 1>,
                                 nn::reshape<15, 3>, nn::permute<2, 1>>;
using permute_volume = nn::network<nn::shape<2, 3, 4, 5>, nn::permute<4, 2, 1, 3>, nn::permute<2, 4, 3, 1>>;

TEST_CASE("pad and crop agree with PyTorch") {
    golden::check_exact<pad_image>("pad_image");
    golden::check<pad_sequence>("pad_sequence");
    golden::check_exact<pad_volume>("pad_volume");
    golden::check<crop_image>("crop_image");
}

TEST_CASE("pixel_shuffle, pixel_unshuffle and permute agree with PyTorch") {
    golden::check<shuffle_image>("shuffle_image");
    golden::check_exact<shuffle_each_rank>("shuffle_each_rank");
    golden::check<permute_axes>("permute_axes");
    golden::check_exact<permute_volume>("permute_volume");
}
