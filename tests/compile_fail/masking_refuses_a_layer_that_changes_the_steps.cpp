// expect: refused<ctnn::conv<.*, ctnn::shape<29, 12>, ctnn::refusal::needs_all_steps>
// expect: ctnn: this layer would lose which steps of a sequence are masked
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using refused_network = nn::network<nn::shape<29, 12>, nn::masking<>,
#ifdef CTNN_CORRECT
    nn::conv<8, 3, nn::same>,
#else
    nn::conv<8, 3>,
#endif
    nn::global_avg_pool>;
refused_network instance;
