// expect: network<ctnn::inputs<ctnn::shape<5>, ctnn::shape<3> ?>
// expect: ctnn: every input and the output of every layer must be read; .* let input<I> begin a branch
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::inputs<nn::shape<5>, nn::shape<3>>, nn::input<0>, nn::dense<4>,
#ifdef CTNN_CORRECT
    nn::concat<nn::identity, nn::input<1>>, nn::dense<2>>;
#else
    nn::input<1>, nn::dense<2>>;
#endif
net instance;
