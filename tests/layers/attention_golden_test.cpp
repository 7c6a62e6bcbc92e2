// SPDX-License-Identifier: MIT
/// \file
/// Attention against PyTorch: a training step, evaluation and the engine.
#include <doctest/doctest.h>

#include <iterator>
#include <string>
#include <vector>

#include "ctnn/graph/transformer_encoder.hpp"
#include "ctnn/layers/positional_encoding.hpp"
#include "golden.hpp"

using attention_core = nn::network<nn::shape<5, 18>, nn::scaled_dot_product_attention<nn::heads<2>>>;
using attention_one = nn::network<nn::shape<1, 2>, nn::multi_head_attention<>>;
using attention_heads = nn::network<nn::shape<7, 15>, nn::multi_head_attention<nn::heads<3>>>;
// The projections stand in a slice of a concatenation.
using attention_causal = nn::network<
    nn::shape<9, 5>,
    nn::concat<nn::multi_head_attention<nn::heads<5>, nn::causal, nn::no_bias>, nn::multi_head_attention<nn::causal>>,
    nn::dense<3>>;
// More than one block of queries and one chunk of keys.
using attention_long = nn::network<nn::shape<133, 2>, nn::residual<nn::multi_head_attention<nn::heads<2>>>>;

using positions_sinusoidal = nn::network<nn::shape<37, 5>, nn::positional_encoding<>>;
using positions_of_pixels = nn::network<nn::shape<5, 7, 11>, nn::conv<11, 3>, nn::positional_encoding<>, nn::tanh>;
using positions_of_voxels =
    nn::network<nn::shape<3, 4, 5, 17>, nn::positional_encoding<>, nn::sum<nn::identity, nn::positional_encoding<>>>;
using positions_of_pixels_learned =
    nn::network<nn::shape<4, 3, 2>, nn::positional_encoding<nn::learned_positions>, nn::conv<3, 3, nn::same>>;
using positions_learned =
    nn::network<nn::shape<6, 7>, nn::dense<9>, nn::positional_encoding<nn::learned_positions>, nn::tanh>;

using encoder_default = nn::network<nn::shape<6, 4>, nn::transformer_encoder<nn::heads<2>>>;
using encoder_pre_norm =
    nn::network<nn::shape<9, 6>, nn::repeat<2, nn::transformer_encoder<nn::heads<3>, nn::feed_forward<11, nn::gelu>,
                                                                       nn::pre_norm, nn::epsilon<0.001>>>>;
using encoder_causal =
    nn::network<nn::shape<5, 3>, nn::positional_encoding<>, nn::transformer_encoder<nn::causal, nn::feed_forward<7>>,
                nn::global_avg_pool, nn::dense<2>>;

// In training each branch drops behind attention, or behind the activation and the second dense layer.
template <class Net>
constexpr int dropouts_of = [] {
    int count = 0;
    for (const nn::operation& row : Net::table.rows) count += row.what == nn::kind::dropout && row.alpha == 0.25;
    return count;
}();
static_assert(dropouts_of<encoder_default> == 0);
static_assert(dropouts_of<nn::network<nn::shape<4, 6>, nn::transformer_encoder<nn::dropout_rate<0.25>>>> == 3);

TEST_CASE("attention agrees with PyTorch, of one token and of many, causal or not") {
    golden::check<attention_core>("attention_core");
    golden::check<attention_one>("attention_one");
    golden::check<attention_heads>("attention_heads");
    golden::check<attention_causal>("attention_causal");
    golden::check<attention_long>("attention_long");
}

TEST_CASE("positional encodings agree with PyTorch") {
    golden::check<positions_sinusoidal>("positions_sinusoidal");
    golden::check<positions_learned>("positions_learned");
    golden::check<positions_of_pixels>("positions_of_pixels");
    golden::check<positions_of_voxels>("positions_of_voxels");
    golden::check<positions_of_pixels_learned>("positions_of_pixels_learned");
}

TEST_CASE("transformer encoders agree with PyTorch, normalized before or behind") {
    golden::check<encoder_default>("encoder_default");
    golden::check<encoder_pre_norm>("encoder_pre_norm");
    golden::check<encoder_causal>("encoder_causal");
}

TEST_CASE("the tensors of a transformer encoder have PyTorch's names") {
    const char* const expected[]{"self_attn.in_proj.weight",
                                 "self_attn.in_proj.bias",
                                 "self_attn.out_proj.weight",
                                 "self_attn.out_proj.bias",
                                 "norm1.weight",
                                 "norm1.bias",
                                 "linear1.weight",
                                 "linear1.bias",
                                 "linear2.weight",
                                 "linear2.bias",
                                 "norm2.weight",
                                 "norm2.bias"};
    const std::vector<nn::named_tensor> tensors = nn::tensors_of<encoder_default>();
    REQUIRE(tensors.size() == std::size(expected));
    for (std::size_t i = 0; i < tensors.size(); ++i) CHECK(tensors[i].name == std::string("0.") + expected[i]);
}
