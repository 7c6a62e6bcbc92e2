// expect: refused<ctnn::each_input<.*, ctnn::shape<53>, ctnn::refusal::channels_differ>
// expect: ctnn: the branches of concat and each_input must end in shapes that differ in channels alone
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::inputs<nn::shape<5, 5, 2>, nn::shape<3>>,
#ifdef CTNN_CORRECT
    nn::each_input<nn::chain<nn::conv<4>, nn::flatten>, nn::identity>>;
#else
    nn::each_input<nn::conv<4>, nn::identity>>;
#endif
net instance;
