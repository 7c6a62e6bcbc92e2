// SPDX-License-Identifier: MIT
/// \file
/// Attention that PyTorch and Keras trained, whose projections they have packed or apart.
#include "foreign_weights.hpp"

namespace foreign_weights {

// Those of tests/golden/foreign.py.
using attention = nn::network<
    nn::inputs<nn::shape<5, 6>, nn::shape<4, 6>, nn::shape<3, 4>>,
    nn::with_memory<
        nn::chain<nn::input<0>,
                  nn::named<"layers", nn::repeat<2, nn::transformer_encoder<nn::heads<2>, nn::feed_forward<8>>>>>,
        nn::input<1>,
        nn::named<"decoder", nn::transformer_decoder<nn::heads<3>, nn::feed_forward<7, nn::gelu>, nn::pre_norm>>>,
    nn::with_memory<nn::input<2>, nn::named<"cross", nn::multi_head_attention<nn::heads<2>, nn::to_memory>>>,
    nn::dense<2>>;
using keras_attention =
    nn::network<nn::inputs<nn::shape<5, 6>, nn::shape<3, 4>>, nn::input<0>, nn::multi_head_attention<nn::heads<3>>,
                nn::with_memory<nn::input<1>, nn::multi_head_attention<nn::heads<2>, nn::to_memory>>>;

TEST_CASE("attention answers as PyTorch's and Keras' do, whose projections are packed or apart") {
    const nn::name_pair names[] = {{"0.0.layers.0.0", "encoder.layers.0"},
                                   {"0.0.layers.1.0", "encoder.layers.1"},
                                   {"0.decoder", "decoder"},
                                   {"1.cross", "cross"},
                                   {"2", "head"}};
    check_file<attention>("attention", "attention.safetensors", nn::layout::pytorch, names);
    check_file<keras_attention>("keras_attention", "keras_attention.npz", nn::layout::keras);

    // The same under the names of Keras.
    const auto numbered = nn::read_npz(golden + "keras_attention.npz");
    REQUIRE(numbered);
    tensors named;
    int next = 0;
    for (const char* const layer : {"self", "cross"})
        for (const char* const part : {"query", "key", "value", "attention_output"})
            for (const char* const word : {"kernel", "bias"}) {
                auto one = numbered->read("arr_" + std::to_string(next++));
                REQUIRE(one);
                named.emplace_back(std::string(layer) + "/" + part + "/" + word, *std::move(one));
            }
    const nn::name_pair of_keras[] = {{"1", "self"}, {"2.1", "cross"}};
    nn::model<keras_attention> model{nn::seed{1}};
    const nn::error failed = load_tensors(model, named, nn::layout::keras, of_keras);
    INFO(failed.message());
    REQUIRE_FALSE(failed);
    check_answers(model, "keras_attention");
    // Another shape is refused by all names that it has.
    named[2].second = counting({6, 2, 3}, 0);
    CHECK(says(load_tensors(model, named, nn::layout::keras, of_keras), "key.weight: file self/key/kernel"));
}

}  // namespace foreign_weights
