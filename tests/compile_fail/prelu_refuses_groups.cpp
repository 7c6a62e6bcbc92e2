// expect: refused<ctnn::prelu<.*, ctnn::shape<8>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::prelu<nn::per_channel>, nn::dense<2>>;
#else
    nn::prelu<nn::groups<2>>, nn::dense<2>>;
#endif
net instance;
