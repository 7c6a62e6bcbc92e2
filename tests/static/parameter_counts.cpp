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
static_assert(std::is_same_v<encoder196::output, nn::shape<196, 192>>);
static_assert(std::is_same_v<resnet18::output, nn::shape<1000>>);
static_assert(std::is_same_v<densenet121::output, nn::shape<1000>>);

// What reaches the dense layers of cnn150 and cnn224: 7 x 7 and 12 x 12 pixels of 128 channels.
static_assert(std::is_same_v<nn::network<nn::shape<150, 150, 3>, four_convolutions>::output, nn::shape<512>>);
static_assert(cnn224::parameter_count - cnn150::parameter_count == (12 * 12 - 7 * 7) * 128 * 512 + 513 - 3 * 513);

// Blocks of networks that others count: torchvision's ResNet-50 and ASPP, DenseNet-121.
namespace blocks {
namespace models = nn::models;
using resnet50 = nn::network<
    nn::shape<224, 224, 3>, models::conv_norm<64, 7, 2>, nn::relu, nn::max_pool<3, nn::stride<2>, nn::padding<1>>,
    models::bottleneck_down<64, 1>, nn::repeat<2, models::bottleneck<64>>, models::bottleneck_down<128>,
    nn::repeat<3, models::bottleneck<128>>, models::bottleneck_down<256>, nn::repeat<5, models::bottleneck<256>>,
    models::bottleneck_down<512>, nn::repeat<2, models::bottleneck<512>>, nn::global_avg_pool, nn::dense<1000>>;
static_assert(resnet50::parameter_count == 25'557'032);
static_assert(nn::network<nn::shape<56, 56, 64>, models::dense_block<6>, models::transition<128>,
                          models::dense_block<12>>::parameter_count ==
              nn::network<nn::shape<56, 56, 64>, nn::repeat<6, networks::dense_layer>, networks::transition<128>,
                          nn::repeat<12, networks::dense_layer>>::parameter_count);
using pyramid = nn::network<nn::shape<28, 28, 2048>, models::aspp<256, 28, 28, 12, 24, 36>>;
static_assert(pyramid::parameter_count == 15'535'104 && std::is_same_v<pyramid::output, nn::shape<28, 28, 256>>);
static_assert(nn::receptive_field_of<nn::network<nn::shape<65, 65, 8>, models::atrous_conv_norm<8, 12>>>.size[1] == 25);
// Transformers: 12 blocks of encoder196 between the patches with their positions, a norm and the classes.
using vit = models::vision_transformer<224, 224, 3, 1000>;
static_assert(models::plain_vision_transformer<224, 224, 3, 1000>::parameter_count == vit::parameter_count - 196 * 192);
static_assert(std::is_same_v<vit::output, nn::shape<1000>>);
static_assert(vit::parameter_count ==
              (16 * 16 * 3 + 1) * 192 + 196 * 192 + 12 * encoder196::parameter_count + 2 * 192 + 193 * 1000);
using words = models::transformer_classifier<100, 1000, 2>;
static_assert(words::parameter_count ==
              64'000 + 2 * (4 * 64 + 4 * 64 * 65 + 64 * 256 + 256 + 256 * 64 + 64) + 2 * 64 + 65 * 2);
}  // namespace blocks
