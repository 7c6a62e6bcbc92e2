// expect: refused<ctnn::sum<.*.*, ctnn::shape<8, 8, 1>, ctnn::refusal::branches_missing>
// expect: ctnn: sum needs at least two branches, concat at least one
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::sum<nn::conv<1, 1>, nn::identity>>;
#else
    nn::sum<nn::conv<1, 1>>>;
#endif
net instance;
