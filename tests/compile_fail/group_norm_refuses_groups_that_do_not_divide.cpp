// expect: refused<ctnn::group_norm<.*.*, ctnn::shape<4, 4, 6>, ctnn::refusal::groups_do_not_divide>
// expect: ctnn: groups must divide
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 4, 6>,
#ifdef CTNN_CORRECT
    nn::group_norm<3>>;
#else
    nn::group_norm<4>>;
#endif
net instance;
