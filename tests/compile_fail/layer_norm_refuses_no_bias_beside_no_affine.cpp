// expect: refused<ctnn::layer_norm<.*.*, ctnn::shape<8>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::layer_norm<nn::no_affine>>;
#else
    nn::layer_norm<nn::no_affine, nn::no_bias>>;
#endif
net instance;
