// expect: refused<ctnn::dense<64>, ctnn::shape<4, 4, 64>, ctnn::refusal::needs_vector>
// expect: ctnn: this layer needs a vector
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

template <nn::extent Channels, nn::extent... Deeper>
struct level;
template <nn::extent Bottom>
struct level<Bottom> : nn::chain<nn::conv<Bottom, 3, nn::same>, nn::relu,
#ifdef CTNN_CORRECT
                                 nn::conv<64, 1>> {};
#else
                                 nn::dense<64>> {};
#endif
template <nn::extent Channels, nn::extent Next, nn::extent... Deeper>
struct level<Channels, Next, Deeper...>
    : nn::chain<nn::conv<Channels, 3, nn::same>, nn::relu,
                nn::concat<nn::chain<nn::max_pool<>, level<Next, Deeper...>, nn::upsample<2>>, nn::identity>,
                nn::conv<Channels, 3, nn::same>, nn::relu> {};
using net = nn::network<nn::shape<128, 128, 3>, level<4, 8, 16, 32, 64, 64>, nn::conv<1, 1>, nn::sigmoid>;
net instance;
