// SPDX-License-Identifier: MIT
/// \file
/// The networks for segmentation have the parameters that their papers and PyTorch count, or the sum of their layers
/// where no one counts them, and give the shapes that they promise.
#include <type_traits>

#include <ctnn/models/models.hpp>

namespace segmenter_counts {
namespace nn = ctnn;
namespace models = ctnn::models;

template <class Net, nn::extent... Output>
constexpr bool gives = std::is_same_v<typename Net::output, nn::shape<Output...>>;

// Parameters of a convolution with and without bias, and of one with batch norm.
constexpr nn::extent plain(nn::extent taps, nn::extent from, nn::extent to) { return taps * from * to; }
constexpr nn::extent biased(nn::extent taps, nn::extent from, nn::extent to) { return plain(taps, from, to) + to; }
constexpr nn::extent normed(nn::extent taps, nn::extent from, nn::extent to) { return plain(taps, from, to) + 2 * to; }

// VGG-16's convolutions are its 138,357,544 parameters but for the dense layers.
constexpr nn::extent vgg16_convolutions =
    138'357'544 - biased(1, 49 * 512, 4096) - biased(1, 4096, 4096) - biased(1, 4096, 1000);
constexpr nn::extent fcn_scores = biased(49, 512, 4096) + biased(1, 4096, 4096) + biased(1, 4096, 21);
static_assert(models::fcn32s<>::parameter_count == vgg16_convolutions + fcn_scores + plain(64 * 64, 21, 21));
static_assert(models::fcn32s<>::parameter_count == 136'152'917 && gives<models::fcn32s<>, 224, 224, 21>);
static_assert(models::fcn8s<>::parameter_count == vgg16_convolutions + fcn_scores + biased(1, 512, 21) +
                                                      biased(1, 256, 21) + 2 * plain(4 * 4, 21, 21) +
                                                      plain(16 * 16, 21, 21));
static_assert(models::fcn8s<>::parameter_count == 134'489'759);
static_assert(models::fcn8s<21, nn::shape<64, 96, 3>>::parameter_count == models::fcn8s<>::parameter_count);
static_assert(gives<models::fcn8s<1, nn::shape<64, 96, 1>>, 64, 96, 1>);

// The U-Net of five widths, transposed up, with batch norm: as many as the PyTorch module of the same layers has.
using image = nn::shape<256, 256, 1>;
using two_masks = models::unet<2, nn::shape<256, 256, 3>>;
static_assert(two_masks::parameter_count == 31'037'698 && gives<two_masks, 256, 256, 2>);
// With 1 channel and 1 class: less two channels in front and a class behind. A level of the resized has 1 x 1 kernels
// where the other has 2 x 2; a gate has a convolution of the skip, one of what lies below, one to a single channel.
constexpr nn::extent one_mask = 31'037'698 - 2 * plain(9, 1, 64) - biased(1, 64, 1);
static_assert(models::unet<>::parameter_count == one_mask);
constexpr nn::extent resized = one_mask - 3 * (64 * 128 + 128 * 256 + 256 * 512 + 512 * 1024);
static_assert(models::unet<1, image, models::resized_unet_style>::parameter_count == resized);
constexpr nn::extent gates = [] {
    nn::extent total = 0;
    for (nn::extent c = 64; c <= 512; c *= 2) total += plain(1, c, c / 2) + biased(1, c, c / 2) + biased(1, c / 2, 1);
    return total;
}();
static_assert(models::unet<1, image, models::attention_unet_style>::parameter_count == one_mask + gates);
using narrow = models::unet<4, nn::shape<32, 48, 2>, models::attention_unet_style, 8, 16, 24>;
static_assert(gives<narrow, 32, 48, 4>);
static_assert(!nn::composable<nn::shape<32, 50, 2>, narrow::layers>);

// Deep supervision adds a 1 x 1 convolution at each level on the way up but the finest; the main head's network has the
// size that it has without.
using supervised = models::deeply_supervised_unet<2, nn::shape<256, 256, 3>>;
static_assert(supervised::parameter_count == 31'037'698 + biased(1, 512, 2) + biased(1, 256, 2) + biased(1, 128, 2));
static_assert(gives<supervised, 2 * 256 * 256 + 2 * 128 * 128 + 2 * 64 * 64 + 2 * 32 * 32>);
static_assert(nn::main_head<supervised>::parameter_count == 31'037'698);
static_assert(gives<nn::main_head<supervised>, 256, 256, 2>);
using supervised_volume =
    models::deeply_supervised_unet<1, nn::shape<16, 16, 16, 1>, models::volume_unet_style, 8, 16, 32>;
static_assert(gives<supervised_volume, 16 * 16 * 16 + 8 * 8 * 8> &&
              gives<nn::main_head<supervised_volume>, 16, 16, 16, 1>);

// Cicek et al. count 19,069,955, biases and all but the scale and shift of each batch norm, which here stand for the
// 2336 biases in front of them: 32 + 64, 64 + 128, 128 + 256, 256 + 512 on the way down, 2 * (256 + 128 + 64) up.
using cicek = models::unet_3d<3, nn::shape<64, 64, 64, 3>>;
static_assert(96 + 192 + 384 + 768 + 2 * (256 + 128 + 64) == 2336);
static_assert(cicek::parameter_count == 19'069'955 + 2336 && gives<cicek, 64, 64, 64, 3>);
// The same levels as in two dimensions, with 27 and 8 taps.
using hippocampus = models::unet<3, nn::shape<48, 64, 48, 1>, models::unet_style, 16, 32, 64, 128>;
constexpr nn::extent volume_unet = [] {
    nn::extent total = normed(27, 1, 16) + normed(27, 16, 16) + biased(1, 16, 3);
    for (nn::extent c = 16; c < 128; c *= 2)  // the next encoder; the way up from it
        total += normed(27, c, 2 * c) + normed(27, 2 * c, 2 * c) + biased(8, 2 * c, c) + normed(27, 2 * c, c) +
                 normed(27, c, c);
    return total;
}();
static_assert(hippocampus::parameter_count == volume_unet && volume_unet == 1'401'299);
static_assert(gives<hippocampus, 48, 64, 48, 3>);

// ResNet-50 without its dense layer, torchvision's pyramid (no parameter depends on its rates), and the decoder: the
// first stage's 256 channels to 48, these beside 256 to 256, again, and a score for each class.
static_assert(models::deeplab_v3_plus<>::parameter_count == (25'557'032 - biased(1, 2048, 1000)) + 15'535'104 +
                                                                normed(1, 256, 48) + normed(9, 48 + 256, 256) +
                                                                normed(9, 256, 256) + biased(1, 256, 21));
static_assert(gives<models::deeplab_v3_plus<>, 512, 512, 21>);
static_assert(gives<models::deeplab_v3_plus<1, nn::shape<64, 96, 1>>, 64, 96, 1>);
// How far a position of the encoder sees: 7 pixels in the stem, then two neighbors for each 3 x 3, whose distance is
// the product of the strides in front of it: 2 in the pool, 4 in three blocks and the first of the next stage, 8 in
// three and the first of the next, 16 in five and the first of the last stage, whose two others have rate 2.
using encoder = nn::network<nn::shape<512, 512, 3>, models::resnet_stem<>, models::bottleneck_stage<3, 64, 1>,
                            models::atrous_stages<>>;
static_assert(gives<encoder, 32, 32, 2048>);
static_assert(nn::receptive_field_of<encoder>.size[1] == 7 + 2 * (2 + 4 * 4 + 4 * 8 + 6 * 16 + 2 * 32));

}  // namespace segmenter_counts
