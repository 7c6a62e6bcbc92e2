// expect: ctnn: ask for the input.s gradient: training_pass<Net, Loss, T, true>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>, nn::dense<2>, nn::softmax>;
#ifdef CTNN_CORRECT
using pass = nn::training_pass<net, nn::cross_entropy, float, true>;
#else
using pass = nn::training_pass<net, nn::cross_entropy>;
#endif
void gradient(const pass& p, float* to) { p.input_gradient(0, to); }
