// expect: refused<ctnn::instance_norm<.*.*, ctnn::shape<6>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<6>,
#ifdef CTNN_CORRECT
    nn::layer_norm<>>;
#else
    nn::instance_norm<>>;
#endif
net instance;
