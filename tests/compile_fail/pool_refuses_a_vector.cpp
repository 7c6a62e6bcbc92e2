// expect: refused<ctnn::max_pool<>.*, ctnn::shape<10>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions.*move it before flatten
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<28, 28, 1>,
#ifdef CTNN_CORRECT
    nn::max_pool<>, nn::flatten, nn::dense<10>>;
#else
    nn::flatten, nn::dense<10>, nn::max_pool<>>;
#endif
net instance;
