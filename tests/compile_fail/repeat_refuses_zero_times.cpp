// expect: refused<ctnn::repeat<0, .*.*, ctnn::shape<8, 8, 1>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*factors, groups and times are at least 1
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::repeat<1, nn::relu>>;
#else
    nn::repeat<0, nn::relu>>;
#endif
net instance;
