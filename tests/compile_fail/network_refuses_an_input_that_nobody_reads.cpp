// expect: network<ctnn::inputs<ctnn::shape<5>, ctnn::shape<3> ?>
// expect: ctnn: every input and the output of every layer must be read; begin a network of several inputs with each_input
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::inputs<nn::shape<5>, nn::shape<3>>,
#ifdef CTNN_CORRECT
    nn::concat<nn::chain<nn::input<0>, nn::dense<4>>, nn::input<1>>>;
#else
    nn::input<0>, nn::dense<4>>;
#endif
net instance;
