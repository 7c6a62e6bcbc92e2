// SPDX-License-Identifier: MIT
/// \file
/// The layers that read sequences against PyTorch: a training step, evaluation and the engine.
#include <doctest/doctest.h>

#include "ctnn/graph/bidirectional.hpp"
#include "ctnn/graph/repeat_vector.hpp"
#include "ctnn/graph/time_distributed.hpp"
#include "golden.hpp"

// Indices in [-8, 8): some are no class, some the padding.
using embedding_indices =
    nn::network<nn::shape<13>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<7, 5>>;
using embedding_padded =
    nn::network<nn::shape<13>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>,
                nn::embedding<6, 17, nn::padding_index<2>>, nn::lstm<3, nn::masked>, nn::gru<3, nn::masked>>;

using rnn_one = nn::network<nn::shape<1, 1>, nn::rnn<1>>;
using rnn_sequence = nn::network<nn::shape<7, 5>, nn::rnn<17, nn::pytorch>, nn::rnn<3, nn::backwards>>;
using rnn_wide = nn::network<nn::shape<5, 3>, nn::rnn<64, nn::last_step>>;
using lstm_one = nn::network<nn::shape<1, 3>, nn::lstm<1>>;
using lstm_sequence = nn::network<nn::shape<9, 4>, nn::lstm<17>>;
using lstm_conventions = nn::network<nn::shape<6, 2>, nn::lstm<3, nn::pytorch>, nn::lstm<4, nn::keras, nn::backwards>>;
using lstm_long = nn::network<nn::shape<100, 2>, nn::lstm<3, nn::last_step, nn::backwards>>;
using lstm_wide = nn::network<nn::shape<3, 1>, nn::lstm<64>>;
using gru_one = nn::network<nn::shape<2, 1>, nn::gru<1, nn::last_step>>;
using gru_sequence = nn::network<nn::shape<9, 4>, nn::gru<17>>;
using gru_conventions = nn::network<nn::shape<6, 2>, nn::gru<3, nn::keras>, nn::gru<4, nn::pytorch, nn::backwards>>;
using gru_long = nn::network<nn::shape<100, 2>, nn::gru<3>, nn::gru<2, nn::last_step>>;
using gru_wide = nn::network<nn::shape<3, 1>, nn::gru<64, nn::last_step>>;

// A branch writes into a slice of a concatenation; sequences are filled up at any place.
using both_directions =
    nn::network<nn::shape<7, 3>, nn::bidirectional<nn::lstm<3>>, nn::bidirectional<nn::gru<5, nn::keras>>, nn::relu,
                nn::dense<3>, nn::bidirectional<nn::rnn<2, nn::last_step>>, nn::dense<2>>;
using masked_directions = nn::network<nn::shape<11>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>,
                                      nn::embedding<7, 3>, nn::bidirectional<nn::lstm<3, nn::masked, nn::last_step>>>;
using masked_rnn =
    nn::network<nn::shape<11>, nn::repeat<3, nn::sum<nn::identity, nn::identity>>, nn::embedding<7, 3>,
                nn::bidirectional<nn::rnn<4, nn::masked>>, nn::gru<2, nn::masked, nn::backwards, nn::last_step>>;

// Images, signals and vectors, a step each; pools of a whole step, and layers that change the rank.
using slices =
    nn::network<nn::shape<4, 6, 5, 2>,
                nn::time_distributed<nn::conv<5, 3, nn::same>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                                     nn::concat<nn::identity, nn::conv<3, 3, nn::same, nn::groups<1>>>, nn::upsample<2>,
                                     nn::avg_pool<2, nn::stride<1>>, nn::sum<nn::global_avg_pool, nn::global_max_pool>>,
                nn::gru<3>>;
using slices_flat = nn::network<nn::shape<3, 5, 5, 1>, nn::time_distributed<nn::conv<2>, nn::tanh, nn::flatten>,
                                nn::time_distributed<nn::dense<6>, nn::reshape<2, 3>, nn::conv<2, 2>, nn::layer_norm<>,
                                                     nn::global_max_pool, nn::dense<3>, nn::softmax>,
                                nn::lstm<2, nn::last_step>>;
using sequence_codes =
    nn::network<nn::shape<6, 2>, nn::lstm<5, nn::last_step>, nn::repeat_vector<7>, nn::gru<4>, nn::dense<3>>;
static_assert(std::is_same_v<slices::output, nn::shape<4, 3>>);

TEST_CASE("embedding agrees with PyTorch, its padding and what is no class too") {
    golden::check<embedding_indices>("embedding_indices");
    golden::check<embedding_padded>("embedding_padded");
}

// In an engine it is a part of the layers behind it, unless something else reads it too.
template <class Net>
constexpr int embeddings_of_engine = [] {
    int count = 0;
    for (const nn::operation& row : nn::detail::inference_plan<Net>::table.rows)
        count += row.what == nn::kind::embedding;
    return count;
}();
static_assert(embeddings_of_engine<embedding_padded> == 0 && embeddings_of_engine<masked_directions> == 0);
static_assert(embeddings_of_engine<embedding_indices> == 1);
static_assert(embeddings_of_engine<nn::network<nn::shape<4>, nn::embedding<5000, 4>, nn::lstm<64>>> == 1, "too large");
static_assert(
    embeddings_of_engine<nn::network<nn::shape<4>, nn::embedding<50, 4>, nn::concat<nn::identity, nn::gru<3>>>> == 1);

TEST_CASE("rnn agrees with PyTorch") {
    golden::check<rnn_one>("rnn_one");
    golden::check<rnn_sequence>("rnn_sequence");
    golden::check<rnn_wide>("rnn_wide");
}

TEST_CASE("lstm agrees with PyTorch, in one step and in a hundred") {
    golden::check<lstm_one>("lstm_one");
    golden::check<lstm_sequence>("lstm_sequence");
    golden::check<lstm_conventions>("lstm_conventions");
    golden::check<lstm_long>("lstm_long");
    golden::check<lstm_wide>("lstm_wide");
}

TEST_CASE("gru agrees with PyTorch, in one step and in a hundred") {
    golden::check<gru_one>("gru_one");
    golden::check<gru_sequence>("gru_sequence");
    golden::check<gru_conventions>("gru_conventions");
    golden::check<gru_long>("gru_long");
    golden::check<gru_wide>("gru_wide");
}

TEST_CASE("recurrent layers agree with PyTorch in both directions and over steps of zeros") {
    golden::check<both_directions>("both_directions");
    golden::check<masked_directions>("masked_directions");
    golden::check<masked_rnn>("masked_rnn");
}

TEST_CASE("layers for every step agree with PyTorch's for every sample") {
    golden::check<slices>("slices");
    golden::check<slices_flat>("slices_flat");
}

TEST_CASE("a sequence passes through one vector as in PyTorch") { golden::check<sequence_codes>("sequence_codes"); }
