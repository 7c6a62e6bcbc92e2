// expect: refused<ctnn::dropout<.*.*, ctnn::shape<8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*a rate lies in .0, 1.; correct the number
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>,
#ifdef CTNN_CORRECT
    nn::dropout<0.1>, nn::dense<2>>;
#else
    nn::dropout<1.0>, nn::dense<2>>;
#endif
net instance;
