// SPDX-License-Identifier: MIT
/// \file
/// The reference networks: every benchmark, budget and comparison speaks of these, by these names.
#pragma once

#include <ctnn/ctnn.hpp>

namespace networks {
namespace nn = ctnn;

/// A small classifier of 32 x 32 gray images.
using net32 = nn::network<nn::shape<32, 32, 1>,
    nn::conv<16, 3, nn::same>, nn::relu, nn::max_pool<>,
    nn::conv<32, 3, nn::same>, nn::relu, nn::max_pool<>,
    nn::flatten, nn::dense<128>, nn::relu, nn::dense<1>, nn::sigmoid>;
static_assert(net32::parameter_count == 267'201);

/// Four convolutions with pooling: the body of cnn150 and cnn224.
struct four_convolutions : nn::chain<nn::conv<32>, nn::relu, nn::max_pool<>, nn::conv<64>, nn::relu, nn::max_pool<>,
                                     nn::conv<128>, nn::relu, nn::max_pool<>, nn::conv<128>, nn::relu, nn::max_pool<>,
                                     nn::flatten, nn::dense<512>, nn::relu> {};

/// Three classes of 150 x 150 color images.
using cnn150 = nn::network<nn::shape<150, 150, 3>, four_convolutions, nn::dense<3>, nn::softmax>;
static_assert(cnn150::parameter_count == 3'454'147);

/// Two classes of 224 x 224 color images.
using cnn224 = nn::network<nn::shape<224, 224, 3>, four_convolutions, nn::dense<1>, nn::sigmoid>;
static_assert(cnn224::parameter_count == 9'679'041);

/// One level of a U-Net contains the next: convolution, the deeper levels beside a shortcut, convolution.
/// Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", 2015.
template <nn::extent Channels, nn::extent... Deeper>
struct level;
template <nn::extent Bottom>
struct level<Bottom> : nn::chain<nn::conv<Bottom, 3, nn::same>, nn::relu> {};
template <nn::extent Channels, nn::extent Next, nn::extent... Deeper>
struct level<Channels, Next, Deeper...>
    : nn::chain<nn::conv<Channels, 3, nn::same>, nn::relu,
                nn::concat<nn::chain<nn::max_pool<>, level<Next, Deeper...>, nn::upsample<2>>, nn::identity>,
                nn::conv<Channels, 3, nn::same>, nn::relu> {};

/// A mask of 256 x 256 color images.
using unet256 = nn::network<nn::shape<256, 256, 3>, level<32, 32, 64, 64, 128>, nn::conv<1, 1>, nn::sigmoid>;
static_assert(unet256::parameter_count == 370'049);

/// 28 x 28 numbers through 32 and back.
using autoencoder784 = nn::network<nn::shape<784>, nn::dense<64>, nn::relu, nn::dense<32>, nn::relu,
                                   nn::dense<64>, nn::relu, nn::dense<784>, nn::sigmoid>;
static_assert(autoencoder784::parameter_count == 105'392);

/// Two classes of 100 words out of 1000.
using lstm100 = nn::network<nn::shape<100>, nn::embedding<1000, 64>, nn::lstm<64, nn::last_step>,
                            nn::dense<64>, nn::relu, nn::dense<2>, nn::softmax>;
static_assert(lstm100::parameter_count == 101'314);

/// One pre-norm block of a transformer: 196 tokens of 192 numbers, as of a ViT-Ti/16.
using encoder196 = nn::network<nn::shape<196, 192>,
    nn::transformer_encoder<nn::heads<3>, nn::feed_forward<768, nn::gelu>, nn::pre_norm>>;
static_assert(encoder196::parameter_count == 444'864);

/// ImageNet's 1000 classes.
using resnet18 = nn::models::resnet18<>;

/// 32 new channels beside those that come in.
struct dense_layer : nn::concat<nn::identity, nn::chain<nn::batch_norm<>, nn::relu, nn::conv<128, 1, nn::no_bias>,
                                                        nn::batch_norm<>, nn::relu,
                                                        nn::conv<32, 3, nn::same, nn::no_bias>>> {};
/// Between two dense blocks: half the channels, half the image.
template <nn::extent Channels>
struct transition
    : nn::chain<nn::batch_norm<>, nn::relu, nn::conv<Channels, 1, nn::no_bias>, nn::avg_pool<>> {};

/// Huang et al., "Densely connected convolutional networks", 2016; ImageNet's 1000 classes.
using densenet121 = nn::network<nn::shape<224, 224, 3>,
    nn::models::conv_norm<64, 7, 2>, nn::relu, nn::max_pool<3, nn::stride<2>, nn::padding<1>>,
    nn::repeat<6, dense_layer>, transition<128>, nn::repeat<12, dense_layer>, transition<256>,
    nn::repeat<24, dense_layer>, transition<512>, nn::repeat<16, dense_layer>,
    nn::batch_norm<>, nn::relu, nn::global_avg_pool, nn::dense<1000>, nn::softmax>;
static_assert(densenet121::parameter_count == 7'978'856);

/// What examples/segment trains on 256 x 256 gray images with nuclei: a U-Net with batch norm, behind images of mean 0
/// and deviation 1. It and the next are measured in training alone.
using nuclei256 = nn::network<nn::shape<256, 256, 1>, nn::instance_norm<>,
    nn::models::unet_level<nn::models::unet_style, 8, 16, 32, 64>, nn::conv<2, 1>, nn::softmax>;
static_assert(nuclei256::parameter_count == 121'042);

/// The same for volumes with the two parts of a hippocampus, with twice the channels.
using hippocampus48 = nn::network<nn::shape<48, 64, 48, 1>,
    nn::models::unet_level<nn::models::unet_style, 16, 32, 64, 128>, nn::conv<3, 1>, nn::softmax>;
static_assert(hippocampus48::parameter_count == 1'401'299);

}  // namespace networks
