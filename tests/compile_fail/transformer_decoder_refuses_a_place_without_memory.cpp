// expect: refused<ctnn::transformer_decoder<.*, ctnn::shape<10, 32>, ctnn::refusal::needs_memory>
// expect: ctnn: a decoder, attention with to_memory and recurrent layers with from_memory read a memory
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using decoder = nn::transformer_decoder<nn::heads<4>>;
#ifdef CTNN_CORRECT
using refused_network =
    nn::network<nn::inputs<nn::shape<20, 32>, nn::shape<10, 32>>, nn::with_memory<nn::input<0>, nn::input<1>, decoder>>;
#else
using refused_network = nn::network<nn::shape<10, 32>, decoder>;
#endif
refused_network instance;
