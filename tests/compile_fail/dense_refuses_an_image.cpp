// expect: refused<ctnn::dense<10>.*, ctnn::shape<26, 26, 8>, ctnn::refusal::needs_vector>
// expect: ctnn: this layer needs a vector.*put a flatten or a global_avg_pool before it
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<28, 28, 1>, nn::conv<8>, nn::relu,
#ifdef CTNN_CORRECT
    nn::flatten, nn::dense<10>>;
#else
    nn::dense<10>>;
#endif
net instance;
