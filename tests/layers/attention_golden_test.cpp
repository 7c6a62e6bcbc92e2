// SPDX-License-Identifier: MIT
/// \file
/// Attention against PyTorch: a training step, evaluation and the engine.
#include <doctest/doctest.h>

#include "ctnn/graph/multi_head_attention.hpp"
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
using positions_learned =
    nn::network<nn::shape<6, 7>, nn::dense<9>, nn::positional_encoding<nn::learned_positions>, nn::tanh>;

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
}
