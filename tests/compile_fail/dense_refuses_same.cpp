// expect: refused<ctnn::dense<4, .*.*, ctnn::shape<8>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::dense<4, nn::no_bias>>;
#else
    nn::dense<4, nn::same>>;
#endif
net instance;
