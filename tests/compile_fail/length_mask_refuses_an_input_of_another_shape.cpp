// expect: refused<ctnn::length_mask<1>, ctnn::shape<2>, ctnn::refusal::needs_length>
// expect: ctnn: length_mask reads the length from an input of shape<1>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using length = nn::shape<1>;
#else
using length = nn::shape<2>;
#endif
using refused_network = nn::network<nn::inputs<nn::shape<29, 12>, length>, nn::input<0>, nn::length_mask<1>,
                                    nn::lstm<8, nn::last_step>>;
refused_network instance;
