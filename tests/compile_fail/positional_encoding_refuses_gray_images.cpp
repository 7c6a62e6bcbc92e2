// expect: refused<ctnn::positional_encoding<.*, ctnn::shape<8, 8, 1>, ctnn::refusal::needs_channels_for_axes>
// expect: ctnn: positional_encoding tells the place along each axis of an image by two channels at least
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using image = nn::shape<8, 8, 4>;
#else
using image = nn::shape<8, 8, 1>;
#endif
using refused_network = nn::network<image, nn::positional_encoding<>, nn::conv<4>>;
refused_network instance;
