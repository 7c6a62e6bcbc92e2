// expect: refused<ctnn::gru<.*, ctnn::shape<10, 8>, ctnn::refusal::needs_memory>
// expect: ctnn: a decoder, attention with to_memory and recurrent layers with from_memory read a memory
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using decoder = nn::gru<16, nn::from_memory>;
#ifdef CTNN_CORRECT
using refused_network = nn::network<nn::shape<10, 8>, nn::with_memory<nn::gru<16, nn::last_state>, decoder>>;
#else
using refused_network =
    nn::network<nn::shape<10, 8>, nn::gru<16, nn::last_step>, nn::repeat_vector<10>, nn::dense<8>, decoder>;
#endif
refused_network instance;
