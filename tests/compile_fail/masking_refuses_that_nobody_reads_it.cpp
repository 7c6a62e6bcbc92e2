// expect: ctnn: every input and the output of every layer must be read; .* behind masking
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using refused_network = nn::network<nn::shape<29, 12>, nn::masking<>, nn::dense<8>,
#ifdef CTNN_CORRECT
    nn::global_avg_pool>;
#else
    nn::flatten>;
#endif
refused_network instance;
