// expect: refused<ctnn::each_input<ctnn::dense<4>.*, ctnn::shape<8>, ctnn::refusal::needs_inputs>
// expect: ctnn: this layer reads inputs of the network by their number; begin the network with inputs<
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::inputs<nn::shape<5>, nn::shape<3>>,
#ifdef CTNN_CORRECT
    nn::each_input<nn::dense<4>, nn::identity>>;
#else
    nn::each_input<nn::dense<4>>>;
#endif
net instance;
