// expect: refused<ctnn::bidirectional<ctnn::dense<8> ?>, ctnn::shape<20, 6>, ctnn::refusal::needs_recurrent>
// expect: ctnn: bidirectional takes one recurrent layer that is not backwards itself: bidirectional<lstm<64>>, with rnn, lstm or gru
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<20, 6>,
#ifdef CTNN_CORRECT
    nn::bidirectional<nn::rnn<8>>>;
#else
    nn::bidirectional<nn::dense<8>>>;
#endif
net instance;
