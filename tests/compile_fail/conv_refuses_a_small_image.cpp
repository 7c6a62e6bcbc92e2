// expect: refused<ctnn::conv<64>.*, ctnn::shape<2, 2, 32>, ctnn::refusal::window_exceeds_input>
// expect: ctnn: the window is larger than its padded input; pool less before it, or pad with same
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<12, 12, 1>, nn::conv<16>, nn::max_pool<>, nn::conv<32, 2>, nn::max_pool<>,
#ifdef CTNN_CORRECT
    nn::conv<64, 3, nn::same>>;
#else
    nn::conv<64>>;
#endif
net instance;
