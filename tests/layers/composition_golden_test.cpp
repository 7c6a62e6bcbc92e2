// SPDX-License-Identifier: MIT
/// \file
/// Compositions against PyTorch: residual blocks, concatenations, a U-Net, auxiliary heads, shared readers, repeat and
/// named.
#include <doctest/doctest.h>

#include "ctnn/graph/auxiliary.hpp"
#include "golden.hpp"

using residual_projection =
    nn::network<nn::shape<8, 9, 3>, nn::conv<5, 3, nn::same>, nn::relu,
                nn::residual<nn::conv<5, 3, nn::same>, nn::relu, nn::conv<5, 3, nn::same>>, nn::relu,
                nn::sum<nn::conv<17, 1, nn::stride<2>, nn::no_bias>,
                        nn::chain<nn::conv<17, 3, nn::stride<2>, nn::padding<1>>, nn::tanh, nn::conv<17, 3, nn::same>>>,
                nn::leaky_relu<0.2>, nn::global_avg_pool, nn::dense<3>>;
using residual_norm =
    nn::network<nn::shape<6, 7, 3>, nn::conv<5, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu,
                nn::sum<nn::chain<nn::conv<7, 3, nn::stride<2>, nn::padding<1>, nn::no_bias>, nn::batch_norm<>,
                                  nn::relu, nn::conv<7, 3, nn::padding<1>, nn::no_bias>, nn::batch_norm<>>,
                        nn::chain<nn::conv<7, 1, nn::stride<2>, nn::no_bias>, nn::batch_norm<>>>,
                nn::relu, nn::global_avg_pool, nn::dense<3>>;
using sum_of_identities =
    nn::network<nn::shape<5, 3>, nn::sum<nn::identity, nn::identity>, nn::conv<3, 3, nn::same>,
                nn::sum<nn::identity, nn::identity, nn::identity>, nn::sum<nn::identity, nn::identity>,
                nn::sum<nn::identity, nn::relu, nn::sigmoid>>;
using concat_of_identities =
    nn::network<nn::shape<4, 5, 3>, nn::concat<nn::identity, nn::identity>, nn::conv<5, 3, nn::same>,
                nn::concat<nn::identity, nn::relu, nn::identity, nn::max_pool<3, nn::stride<1>, nn::padding<1>>>,
                nn::conv<3, 1>>;
using concat_branches = nn::network<
    nn::shape<7, 8, 5>,
    nn::concat<nn::conv<3, 1>, nn::chain<nn::conv<5, 1>, nn::relu, nn::conv<17, 3, nn::same>>,
               nn::chain<nn::avg_pool<3, nn::stride<1>, nn::padding<1>>, nn::conv<1, 1>>, nn::conv<4, 5, nn::same>>,
    nn::tanh, nn::conv<3, 3, nn::stride<2>, nn::same>>;
using dense_blocks = nn::network<
    nn::shape<6, 5, 3>,
    nn::repeat<3, nn::concat<nn::identity, nn::chain<nn::batch_norm<>, nn::relu, nn::conv<4, 3, nn::same>>>>,
    nn::conv<5, 1>, nn::avg_pool<>>;
using unet_two_levels = nn::network<
    nn::shape<8, 12, 3>, nn::conv<5, 3, nn::same>, nn::relu,
    nn::concat<nn::identity, nn::chain<nn::max_pool<>, nn::conv<6, 3, nn::same>, nn::relu,
                                       nn::concat<nn::identity, nn::chain<nn::max_pool<>, nn::conv<8, 3, nn::same>,
                                                                          nn::relu, nn::upsample<2>>>,
                                       nn::conv<6, 3, nn::same>, nn::relu, nn::upsample<2>>>,
    nn::conv<5, 3, nn::same>, nn::relu, nn::conv<1, 1>, nn::sigmoid>;
using shared_readers = nn::network<
    nn::shape<6, 6, 3>, nn::conv<4, 3, nn::same>,
    nn::concat<nn::sum<nn::identity, nn::conv<4, 3, nn::same>, nn::tanh>,
               nn::concat<nn::conv<2, 5, nn::same>, nn::sum<nn::identity, nn::leaky_relu<0.5>>>, nn::conv<3, 1>>,
    nn::flatten, nn::dense<3>, nn::softmax>;
using repeat_and_named = nn::network<nn::shape<9, 3>, nn::named<"encoder.0", nn::conv<5, 3, nn::same>>,
                                     nn::repeat<3, nn::residual<nn::conv<5, 3, nn::same>, nn::tanh>, nn::relu>,
                                     nn::named<"head", nn::chain<nn::global_max_pool, nn::dense<3>>>>;
using softmax_in_the_middle =
    nn::network<nn::shape<4, 5, 3>, nn::conv<5, 3, nn::same>, nn::softmax, nn::conv<4, 3, nn::same>,
                nn::sum<nn::softmax, nn::identity>, nn::global_avg_pool>;
using auxiliary_channels =
    nn::network<nn::shape<5, 3>, nn::conv<4, 3, nn::same>,
                nn::with_auxiliaries<nn::tanh, nn::auxiliary<nn::dense<2>, nn::softmax>, nn::conv<5, 3, nn::same>,
                                     nn::auxiliary<>, nn::tanh, nn::dense<3>>>;
using auxiliary_levels = nn::network<
    nn::shape<8, 12, 2>,
    nn::with_auxiliaries<
        nn::conv<5, 3, nn::same>, nn::relu,
        nn::concat<
            nn::identity,
            nn::chain<nn::max_pool<>, nn::conv<6, 3, nn::same>, nn::relu,
                      nn::concat<nn::identity, nn::chain<nn::max_pool<>, nn::conv<7, 3, nn::same>,
                                                         nn::auxiliary<nn::conv<1, 1>, nn::sigmoid>, nn::upsample<2>>>,
                      nn::conv<6, 3, nn::same>, nn::auxiliary<nn::conv<1, 1>, nn::sigmoid>, nn::upsample<2>>>,
        nn::conv<1, 1>, nn::sigmoid>>;
using volume_level = nn::network<
    nn::shape<4, 4, 6, 1>, nn::conv<3, 3, nn::same>, nn::relu,
    nn::concat<nn::chain<nn::max_pool<>, nn::conv<5, 3, nn::same>, nn::relu, nn::upsample<2>>, nn::identity>,
    nn::conv<2, 1>>;

TEST_CASE("residual blocks agree with PyTorch") {
    golden::check<residual_projection>("residual_projection");
    golden::check<residual_norm>("residual_norm");
    golden::check<sum_of_identities>("sum_of_identities");
    golden::check<repeat_and_named>("repeat_and_named");
}

TEST_CASE("concatenations agree with PyTorch") {
    golden::check<concat_of_identities>("concat_of_identities");
    golden::check<concat_branches>("concat_branches");
    golden::check<dense_blocks>("dense_blocks");
}

TEST_CASE("auxiliary heads agree with PyTorch") {
    golden::check<auxiliary_channels>("auxiliary_channels");
    golden::check<auxiliary_levels>("auxiliary_levels");
}

TEST_CASE("values with many readers agree with PyTorch") {
    golden::check<unet_two_levels>("unet_two_levels");
    golden::check<shared_readers>("shared_readers");
    golden::check<softmax_in_the_middle>("softmax_in_the_middle");
    // One output of its first convolution is exactly 0, where the slope of relu jumps: what Winograd rounds away from 0
    // gets another gradient.
    if constexpr (!golden::uses_winograd<volume_level>) golden::check<volume_level>("volume_level");
}
