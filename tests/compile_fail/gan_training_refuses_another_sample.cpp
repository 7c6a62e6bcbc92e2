// expect: ctnn: the discriminator reads what the generator gives; make its input the generator's output
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using maker = nn::network<nn::shape<3>, nn::dense<8>, nn::tanh>;
#ifdef CTNN_CORRECT
using critic = nn::network<nn::shape<8>, nn::dense<1>, nn::sigmoid>;
#else
using critic = nn::network<nn::shape<4>, nn::dense<1>, nn::sigmoid>;
#endif
nn::gan_training<maker, critic, nn::adam>* pair;
auto steps() { return pair->steps(); }
