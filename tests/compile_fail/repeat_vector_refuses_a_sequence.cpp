// expect: refused<ctnn::repeat_vector<20>, ctnn::shape<20, 8>, ctnn::refusal::needs_vector>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using refused_network = nn::network<nn::shape<20, 3>,
#ifdef CTNN_CORRECT
    nn::lstm<8, nn::last_step>,
#else
    nn::lstm<8>,
#endif
    nn::repeat_vector<20>, nn::lstm<8>>;
refused_network instance;
