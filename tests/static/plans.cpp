// SPDX-License-Identifier: MIT
/// \file
/// What the reference networks cost in multiply-adds and bytes. The arenas of unet256, resnet18 and densenet121 are
/// the most bytes that are alive at once, so they are the least that a plan can need; the sums of all their values are
/// 90, 33 and 192 MB. All numbers are elements of 4 bytes, or bytes.
#include "networks.hpp"

using namespace networks;

// Multiply-adds of one sample through convolutions and dense layers.
static_assert(net32::multiply_adds == 1'589'376);
static_assert(net32::multiply_adds == 32 * 32 * 9 * 16 + 16 * 16 * 9 * 16 * 32 + 8 * 8 * 32 * 128 + 128);
static_assert(cnn150::multiply_adds == 236'096'512);
static_assert(cnn224::multiply_adds == 555'304'832);
static_assert(unet256::multiply_adds == 2'418'016'256);
static_assert(autoencoder784::multiply_adds == 784 * 64 * 2 + 64 * 32 * 2);
static_assert(resnet18::multiply_adds == 1'814'073'344);
static_assert(densenet121::multiply_adds == 2'834'161'664);

// The arena of inference, a sample.
template <class Net>
constexpr nn::extent arena_bytes = nn::detail::inference_plan<Net>::elements * 4;
static_assert(arena_bytes<net32> == 28'928);
static_assert(arena_bytes<cnn150> == 1'032'704);
static_assert(arena_bytes<cnn224> == 2'323'584);
static_assert(arena_bytes<unet256> == 19'072'000);
static_assert(arena_bytes<autoencoder784> == 384);
static_assert(arena_bytes<resnet18> == 4'072'448);
static_assert(arena_bytes<densenet121> == 7'743'488);

// Two activations are alive at once in cnn150: the maxima of the first convolution and those of the second. The image
// stays where the caller has it.
static_assert(arena_bytes<cnn150> == (74 * 74 * 32 + 36 * 36 * 64) * 4);

// Three in unet256: the first level's convolution, the level below before it is upsampled, each with a border of one
// pixel, and the result of both.
static_assert(arena_bytes<unet256> == (258 * 258 * 32 + 130 * 130 * 32 + 256 * 256 * 32) * 4);

// A workspace holds a batch of arenas, an engine the packed weights too.
// And the temporary memory of each thread.
static_assert(unet256::workspace_bytes(1) == 19'072'000 + 778'752);
static_assert(unet256::workspace_bytes(32) == unet256::workspace_bytes(1), "one fills the cache: they run in turn");
static_assert(cnn150::workspace_bytes(8, 2) == 8 * 1'032'704 + 2 * 760'320);
static_assert(cnn150::workspace_bytes(32, 2) == 16 * 1'032'704 + 2 * 760'320, "a slice of 16 MB");
static_assert(net32::engine_bytes == 1'276'032);
static_assert(cnn150::engine_bytes == 18'511'744);
static_assert(unet256::engine_bytes == 26'018'752);
static_assert(resnet18::engine_bytes == 86'176'640);
static_assert(densenet121::engine_bytes == 53'475'456);
static_assert(nn::engine<net32>::bytes() == net32::engine_bytes);
static_assert(nn::engine<net32, double>::bytes() == 2 * net32::engine_bytes);
static_assert(nn::engine<net32>::bytes(8) == net32::engine_bytes + 7 * (28'928 + 64));

// Fusion: rows that a network spells, and rows that its engine runs.
template <class Net>
constexpr int fused_rows = nn::detail::inference_plan<Net>::rows;
static_assert(net32::table.row_count == 12 && fused_rows<net32> == 6);
static_assert(unet256::table.row_count == 37 && fused_rows<unet256> == 15);
static_assert(resnet18::table.row_count == 70 && fused_rows<resnet18> == 25);
static_assert(densenet121::table.row_count == 486 && fused_rows<densenet121> == 368);
// Every batch norm of resnet18 is folded, every addition and relu fused: 20 convolutions, a dense layer, the input, two
// pools and the softmax remain.
static_assert(fused_rows<resnet18> == 20 + 1 + 1 + 2 + 1);

// Receptive fields: a 3 x 3 convolution adds two steps, a pool one and doubles the step.
using body =
    nn::network<nn::shape<150, 150, 3>, nn::conv<32>, nn::relu, nn::max_pool<>, nn::conv<64>, nn::relu, nn::max_pool<>,
                nn::conv<128>, nn::relu, nn::max_pool<>, nn::conv<128>, nn::relu, nn::max_pool<>>;
static_assert(nn::receptive_field_of<body>.size[1] == 46 && nn::receptive_field_of<body>.size[2] == 46);
static_assert(nn::receptive_field_of<unet256>.size[1] == 108);
static_assert(nn::receptive_field_of<cnn150>.size[1] == 150, "flatten sees everything");
static_assert(nn::receptive_field_of<resnet18>.size[2] == 224);
using dilated = nn::network<nn::shape<64, 48, 1>, nn::conv<2, nn::kernel<3, 5>, nn::dilation<4, 2>>>;
static_assert(nn::receptive_field_of<dilated>.size[1] == 9 && nn::receptive_field_of<dilated>.size[2] == 9);
