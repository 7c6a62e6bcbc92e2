// SPDX-License-Identifier: MIT
/// \file
/// The reference networks have the parameters that their papers and other libraries count. The counts themselves stand
/// beside the networks in bench/networks.hpp; here are the shapes that they give.
#include <type_traits>

#include "networks.hpp"

using namespace networks;
static_assert(std::is_same_v<net32::output, nn::shape<1>>);
static_assert(std::is_same_v<cnn150::output, nn::shape<3>>);
static_assert(std::is_same_v<cnn224::output, nn::shape<1>>);
static_assert(std::is_same_v<unet256::output, nn::shape<256, 256, 1>>);
static_assert(std::is_same_v<autoencoder784::output, nn::shape<784>>);
static_assert(std::is_same_v<lstm100::output, nn::shape<2>>);
static_assert(std::is_same_v<resnet18::output, nn::shape<1000>>);
static_assert(std::is_same_v<densenet121::output, nn::shape<1000>>);

// What reaches the dense layers of cnn150 and cnn224: 7 x 7 and 12 x 12 pixels of 128 channels.
static_assert(std::is_same_v<nn::network<nn::shape<150, 150, 3>, four_convolutions>::output, nn::shape<512>>);
static_assert(cnn224::parameter_count - cnn150::parameter_count == (12 * 12 - 7 * 7) * 128 * 512 + 513 - 3 * 513);
