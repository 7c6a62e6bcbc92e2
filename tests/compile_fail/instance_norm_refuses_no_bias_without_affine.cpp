// expect: refused<ctnn::instance_norm<.*.*, ctnn::shape<4, 6>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 6>,
#ifdef CTNN_CORRECT
    nn::instance_norm<nn::affine, nn::no_bias>>;
#else
    nn::instance_norm<nn::no_bias>>;
#endif
net instance;
