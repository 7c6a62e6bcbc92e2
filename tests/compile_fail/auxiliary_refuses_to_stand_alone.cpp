// expect: refused<ctnn::auxiliary<.*, ctnn::shape<8>, ctnn::refusal::needs_auxiliaries>
// expect: ctnn: auxiliary heads stand within one with_auxiliaries<...>, which needs one to seven of them
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<5>, nn::with_auxiliaries<nn::dense<8>, nn::auxiliary<nn::dense<2>>, nn::dense<2>>>;
#else
using net = nn::network<nn::shape<5>, nn::dense<8>, nn::auxiliary<nn::dense<2>>, nn::dense<2>>;
#endif
net instance;
