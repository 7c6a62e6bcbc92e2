// SPDX-License-Identifier: MIT
/// \file
/// Masked sequences and decoders against PyTorch: a training step, evaluation and the engine.
#include <doctest/doctest.h>

#include <iterator>
#include <string>
#include <vector>

#include "ctnn/graph/graph.hpp"
#include "golden.hpp"

// Indices in [-8, 8), of which those below 0 are no class: about half of the steps are absent, at any place.
using mask_recurrent = nn::network<nn::shape<11>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>,
                                   nn::embedding<9, 3>, nn::masking<>, nn::dense<5>, nn::rnn<4>, nn::gru<3, nn::keras>,
                                   nn::lstm<2, nn::backwards>, nn::gru<17, nn::last_step>>;
using mask_directions =
    nn::network<nn::shape<9>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 3>, nn::masking<>,
                nn::bidirectional<nn::lstm<3>>, nn::relu, nn::bidirectional<nn::gru<5, nn::last_step>>, nn::dense<2>>;
// An engine folds the embedding into the layer behind it, the mask in front of both. Class 0 is rare.
using mask_in_front = nn::network<nn::shape<64>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::masking<0.0>,
                                  nn::embedding<9, 3>, nn::lstm<3>, nn::global_avg_pool>;
using mask_average =
    nn::network<nn::shape<70>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 17>, nn::masking<>,
                nn::dense<19>, nn::residual<nn::layer_norm<>, nn::dense<19>>, nn::global_avg_pool>;
using mask_maximum =
    nn::network<nn::shape<13>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 5>, nn::masking<>,
                nn::conv<7, 3, nn::same>, nn::tanh, nn::dropout<0.0>, nn::global_max_pool>;
using mask_attention =
    nn::network<nn::shape<9>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 6>, nn::masking<>,
                nn::multi_head_attention<nn::heads<3>>, nn::positional_encoding<>,
                nn::transformer_encoder<nn::heads<2>, nn::pre_norm>, nn::global_avg_pool>;
// The first tokens see absent ones alone.
using mask_causal =
    nn::network<nn::shape<21>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 6>, nn::masking<>,
                nn::dense<4>, nn::concat<nn::multi_head_attention<nn::heads<2>, nn::causal>, nn::identity>>;
using mask_long = nn::network<nn::shape<150>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 2>,
                              nn::masking<>, nn::multi_head_attention<nn::heads<2>>>;
// Slices of a volume, all of which are there.
using mask_slices =
    nn::network<nn::shape<3, 4, 4, 2>, nn::masking<>, nn::time_distributed<nn::conv<3>, nn::relu, nn::flatten>,
                nn::gru<3>, nn::global_max_pool>;

using cross_attention =
    nn::network<nn::inputs<nn::shape<7, 5>, nn::shape<4, 6>>,
                nn::with_memory<nn::input<0>, nn::input<1>, nn::multi_head_attention<nn::heads<3>, nn::to_memory>>>;
// Both read the same value, and more queries than one block.
using cross_shared =
    nn::network<nn::shape<133, 3>, nn::dense<4>,
                nn::with_memory<nn::lstm<5>, nn::residual<nn::multi_head_attention<nn::to_memory, nn::no_bias>>>>;
using cross_masked = nn::network<nn::shape<10>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 6>,
                                 nn::with_memory<nn::chain<nn::masking<>, nn::dense<4>>, nn::dense<2>,
                                                 nn::multi_head_attention<nn::heads<2>, nn::to_memory>>>;
using decoder_default = nn::network<nn::inputs<nn::shape<5, 4>, nn::shape<6, 4>>,
                                    nn::with_memory<nn::chain<nn::input<0>, nn::transformer_encoder<nn::heads<2>>>,
                                                    nn::input<1>, nn::transformer_decoder<nn::heads<2>>>>;
using decoder_pre_norm =
    nn::network<nn::inputs<nn::shape<4, 6>, nn::shape<7, 6>>,
                nn::with_memory<nn::input<0>, nn::input<1>,
                                nn::repeat<2, nn::transformer_decoder<nn::heads<3>, nn::feed_forward<11, nn::gelu>,
                                                                      nn::pre_norm, nn::epsilon<0.001>>>>,
                nn::dense<3>>;
using decoder_masked =
    nn::network<nn::shape<12>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 4>,
                nn::with_memory<nn::chain<nn::masking<>, nn::dense<4>>, nn::transformer_decoder<nn::heads<2>>>>;

using pool_attention =
    nn::network<nn::shape<19, 5>, nn::dense<17>, nn::concat<nn::additive_attention_pool<7>, nn::global_avg_pool>>;
using pool_masked = nn::network<nn::shape<11>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<9, 3>,
                                nn::masking<>, nn::gru<4>, nn::additive_attention_pool<1>>;
using pool_levels = nn::network<
    nn::shape<3, 4, 6, 1>,
    nn::time_distributed<nn::conv<5, 2, nn::stride<2>>, nn::tanh, nn::reshape<6, 5>, nn::additive_attention_pool<4>>,
    nn::additive_attention_pool<2>, nn::dense<2>>;

TEST_CASE("attention pools agree with their formula, masked and in two levels") {
    golden::check<pool_attention>("pool_attention");
    golden::check<pool_masked>("pool_masked");
    golden::check<pool_levels>("pool_levels");
}

TEST_CASE("recurrent layers pass over masked steps as PyTorch's cells that are not called") {
    golden::check<mask_recurrent>("mask_recurrent");
    golden::check<mask_directions>("mask_directions");
    golden::check<mask_in_front>("mask_in_front");
    golden::check<mask_slices>("mask_slices");
}

TEST_CASE("pools see the present steps alone") {
    golden::check<mask_average>("mask_average");
    golden::check<mask_maximum>("mask_maximum");
}

TEST_CASE("nobody attends to absent tokens, and who sees none but those becomes 0") {
    golden::check<mask_attention>("mask_attention");
    golden::check<mask_causal>("mask_causal");
    golden::check<mask_long>("mask_long");
}

TEST_CASE("attention to a memory agrees with PyTorch, masked or not") {
    golden::check<cross_attention>("cross_attention");
    golden::check<cross_shared>("cross_shared");
    golden::check<cross_masked>("cross_masked");
}

TEST_CASE("transformer decoders agree with PyTorch, normalized before or behind") {
    golden::check<decoder_default>("decoder_default");
    golden::check<decoder_pre_norm>("decoder_pre_norm");
    golden::check<decoder_masked>("decoder_masked");
}

TEST_CASE("the tensors of a transformer decoder have PyTorch's names") {
    const char* const expected[]{"0.1.self_attn.in_proj.weight",
                                 "0.1.self_attn.in_proj.bias",
                                 "0.1.self_attn.out_proj.weight",
                                 "0.1.self_attn.out_proj.bias",
                                 "0.1.norm1.weight",
                                 "0.1.norm1.bias",
                                 "0.1.multihead_attn.q_proj.weight",
                                 "0.1.multihead_attn.q_proj.bias",
                                 "0.1.multihead_attn.kv_proj.weight",
                                 "0.1.multihead_attn.kv_proj.bias",
                                 "0.1.multihead_attn.out_proj.weight",
                                 "0.1.multihead_attn.out_proj.bias",
                                 "0.1.norm2.weight",
                                 "0.1.norm2.bias",
                                 "0.1.linear1.weight",
                                 "0.1.linear1.bias",
                                 "0.1.linear2.weight",
                                 "0.1.linear2.bias",
                                 "0.1.norm3.weight",
                                 "0.1.norm3.bias"};
    const std::vector<nn::named_tensor> tensors = nn::tensors_of<decoder_masked>();
    const std::size_t before = 3;  // the embedding and the encoder's dense layer
    REQUIRE(tensors.size() == before + std::size(expected));
    for (std::size_t i = 0; i < std::size(expected); ++i)
        CHECK(tensors[before + i].name.ends_with(std::string(expected[i]).substr(1)));
}
