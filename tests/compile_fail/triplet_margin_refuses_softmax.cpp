// expect: loss_refused<ctnn::network_head::softmax, ctnn::loss_head::embedding, ctnn::.*triplet_margin>
// expect: ctnn: this loss compares embeddings, and probabilities are none; remove the softmax, sigmoid or log_softmax
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<4>, nn::dense<8>>;
#else
using net = nn::network<nn::shape<4>, nn::dense<8>, nn::softmax>;
#endif
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::triplet_margin{}, nn::adam{}, {.batch = 96});
}
