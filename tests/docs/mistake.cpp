// expect: refused<ctnn::dense<10>, ctnn::shape<14, 14, 16>.*needs_vector
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

// [mistake]
using net = nn::network<nn::shape<28, 28, 1>, nn::conv<16, 3, nn::same>, nn::max_pool<>,
#ifdef CTNN_CORRECT
                        nn::flatten,
#endif
                        nn::dense<10>>;
// [mistake]
net instance;
