// expect: refused<ctnn::concat<.*.*, ctnn::shape<8, 8, 1>, ctnn::refusal::branches_missing>
// expect: ctnn: sum needs at least two branches, concat at least one
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::concat<nn::identity>>;
#else
    nn::concat<>>;
#endif
net instance;
