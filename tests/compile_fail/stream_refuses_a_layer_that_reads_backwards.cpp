// expect: ctnn: a stream needs layers that look at one step at a time, from the first to the last; take out backwards, bidirectional, flatten, pooling and convolutions of several steps, or use an engine
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<20, 6>, nn::gru<8>, nn::dense<2>>;
#else
using net = nn::network<nn::shape<20, 6>, nn::gru<8, nn::backwards>, nn::dense<2>>;
#endif
nn::extent size = nn::stream<net>::bytes();
