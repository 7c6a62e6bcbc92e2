// SPDX-License-Identifier: MIT
/// \file
/// The states that recurrent layers begin with and hand on, against PyTorch: values, and the gradients of both.
#include <doctest/doctest.h>

#include "ctnn/graph/bidirectional.hpp"
#include "ctnn/graph/each_input.hpp"
#include "ctnn/graph/masking.hpp"
#include "ctnn/graph/with_memory.hpp"
#include "golden.hpp"

using state_rnn = nn::network<nn::inputs<nn::shape<3>, nn::shape<6, 2>>,
                              nn::with_memory<nn::input<0>, nn::input<1>, nn::rnn<3, nn::from_memory, nn::pytorch>>>;
using state_gru =
    nn::network<nn::inputs<nn::shape<17>, nn::shape<7, 3>>,
                nn::with_memory<nn::input<0>, nn::input<1>, nn::gru<17, nn::keras, nn::from_memory, nn::last_state>>>;
using state_lstm = nn::network<nn::inputs<nn::shape<34>, nn::shape<100, 2>>,
                               nn::with_memory<nn::input<0>, nn::input<1>, nn::lstm<17, nn::from_memory>>>;
using state_lstm_one =
    nn::network<nn::inputs<nn::shape<2>, nn::shape<1, 3>>,
                nn::with_memory<nn::input<0>, nn::input<1>, nn::lstm<1, nn::from_memory, nn::last_state>>>;
using state_lstm_wide = nn::network<
    nn::inputs<nn::shape<128>, nn::shape<3, 1>>,
    nn::with_memory<nn::input<0>, nn::input<1>, nn::lstm<64, nn::last_state, nn::backwards, nn::from_memory>>>;
using state_of_words = nn::network<nn::inputs<nn::shape<4>, nn::shape<6>>,
                                   nn::with_memory<nn::input<0>, nn::input<1>, nn::embedding<2, 3>, nn::relu,
                                                   nn::bidirectional<nn::gru<4, nn::from_memory, nn::masked>>>>;
using sequence_to_sequence = nn::network<
    nn::inputs<nn::shape<5, 3>, nn::shape<4>>,
    nn::with_memory<nn::chain<nn::input<0>, nn::relu, nn::masking<>, nn::lstm<3, nn::last_state>>, nn::input<1>,
                    nn::embedding<2, 4>, nn::lstm<3, nn::from_memory>, nn::lstm<3, nn::from_memory, nn::last_step>>,
    nn::dense<2>>;

TEST_CASE("recurrent layers begin with a state and hand theirs on as PyTorch's do") {
    golden::check<state_rnn>("state_rnn");
    golden::check<state_gru>("state_gru");
    golden::check<state_lstm>("state_lstm");
    golden::check<state_lstm_one>("state_lstm_one");
    golden::check<state_lstm_wide>("state_lstm_wide");
    golden::check<state_of_words>("state_of_words");
    golden::check<sequence_to_sequence>("sequence_to_sequence");
}
