// expect: refused<ctnn::lstm<.*, ctnn::shape<10, 8>, ctnn::refusal::memory_is_no_state>
// expect: ctnn: from_memory begins with a state as last_state gives it
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using encoder = nn::lstm<16, nn::last_state>;
#else
using encoder = nn::lstm<16, nn::last_step>;
#endif
using refused_network = nn::network<nn::shape<10, 8>, nn::with_memory<encoder, nn::lstm<16, nn::from_memory>>>;
refused_network instance;
