// expect: refused<ctnn::conv<8, 3, .*.*, ctnn::shape<8, 8, 6>, ctnn::refusal::groups_do_not_divide>
// expect: ctnn: groups must divide both the incoming channels and the filters; change groups or filters
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::conv<9, 3, nn::groups<3>>>;
#else
    nn::conv<8, 3, nn::groups<3>>>;
#endif
net instance;
