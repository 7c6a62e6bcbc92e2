// expect: ctnn: joint takes losses of single samples; triplet_margin, cosine_embedding and nt_xent compare several
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4>, nn::concat<nn::chain<nn::dense<3>, nn::softmax>, nn::dense<2>>>;
#ifdef CTNN_CORRECT
const auto loss = nn::joint<net>(nn::cross_entropy{}, nn::mean_squared_error{});
#else
auto loss() { return nn::joint<net>(nn::cross_entropy{}, nn::triplet_margin{}); }
#endif
