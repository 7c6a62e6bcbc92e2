// expect: refused<ctnn::conv<4.*, ctnn::shape<6>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::inputs<nn::shape<3, 2>, nn::shape<3, 2>>,
#ifdef CTNN_CORRECT
    nn::siamese<nn::conv<4>, nn::flatten>>;
#else
    nn::siamese<nn::flatten, nn::conv<4>>>;
#endif
net instance;
