// SPDX-License-Identifier: MIT
/// \file
/// U-Net for images and volumes: Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation",
/// 2015.
#pragma once

#include "ctnn/models/pixel_head.hpp"
#include "ctnn/models/resnet18.hpp"

namespace ctnn::models {

/// Two 3 x 3 convolutions, batch norm and relu behind each.
template <extent First, extent Second = First>
struct double_conv : chain<conv_norm<First>, relu, conv_norm<Second>, relu> {};

/// What a U-Net's levels are made of. A style of one's own derives from this one and names another part.
struct unet_style {
    /// Of a level on the way down, and of the bottom.
    template <extent Channels>
    using encoder = double_conv<Channels>;
    /// Of a level on the way up.
    template <extent Channels>
    using decoder = double_conv<Channels>;
    /// From Deeper channels of the level below to twice the size and the Channels of this one.
    template <extent Channels, extent Deeper>
    using up = conv_transpose<Channels, 2, stride<2>>;
    /// How the level's own channels come beside those from below.
    template <extent Channels, class... Below>
    using skip = concat<identity, chain<Below...>>;
    /// The level below, or at the bottom what is left of it, for what reads its result beside `up`.
    template <class Level, bool Bottom>
    using below = Level;
};

/// Linear interpolation and a 1 x 1 convolution in place of the transposed convolution: no checkerboards.
struct resized_unet_style : unet_style {
    template <extent Channels, extent Deeper>
    using up = chain<conv<Channels, 1>, upsample<2, linear>>;
};

/// What passes each skip is weighted: Oktay et al., "Attention U-Net", 2018.
struct attention_unet_style : unet_style {
    template <extent Channels, class... Below>
    using skip = attention_gate<Channels / 2, Below...>;
};

/// Channels double before the pool: Cicek et al., "3D U-Net: learning dense volumetric segmentation from sparse
/// annotation", 2016.
struct volume_unet_style : unet_style {
    template <extent Channels>
    using encoder = double_conv<Channels / 2, Channels>;
    template <extent Channels, extent Deeper>
    using up = conv_transpose<Deeper, 2, stride<2>, no_bias>;
};

/// Deep supervision: each coarser level on the way up has a head too. Dou et al., "3D deeply supervised network for
/// automated segmentation of volumetric medical images", 2017; Isensee et al., "nnU-Net", 2021, whose bottom has none
/// either.
template <extent Classes, class Style = unet_style>
struct deeply_supervised : Style {
    template <class Level, bool Bottom>
    using below = std::conditional_t<Bottom, Level, chain<Level, auxiliary<conv<Classes, 1>, pixel_head<Classes>>>>;
};

/// One level, which contains the deeper ones; without widths the paper's five.
template <class Style, extent... Channels>
struct unet_level : unet_level<Style, 64, 128, 256, 512, 1024> {};
template <class Style, extent Bottom>
struct unet_level<Style, Bottom> : Style::template encoder<Bottom> {};
template <class Style, extent Channels, extent Next, extent... Deeper>
struct unet_level<Style, Channels, Next, Deeper...>
    : chain<typename Style::template encoder<Channels>,
            typename Style::template skip<
                Channels, max_pool<>,
                typename Style::template below<unet_level<Style, Next, Deeper...>, sizeof...(Deeper) == 0>,
                typename Style::template up<Channels, Next>>,
            typename Style::template decoder<Channels>> {};

/// An image or a volume -> Classes at each position, softmax over them (one class: sigmoid). The sides are multiples of
/// 2 to the number of pools, one less than there are widths. unet<2, shape<256, 256, 3>> has 31,037,698 parameters.
///
///     using mask = ctnn::models::unet<1, ctnn::shape<256, 256, 1>, ctnn::models::attention_unet_style, 16, 32, 64>;
///     using volume = ctnn::models::unet<3, ctnn::shape<48, 64, 48, 1>, ctnn::models::unet_style, 16, 32, 64, 128>;
template <extent Classes = 1, class Input = shape<256, 256, 1>, class Style = unet_style, extent... Channels>
using unet = network<Input, unet_level<Style, Channels...>, conv<Classes, 1>, pixel_head<Classes>>;

/// The same trained with a head at each level on the way up, three widths and more. The output holds all masks, one
/// behind the other in a vector: that of the full size, of half, of a quarter ... deep_supervision() makes the loss and
/// coarse_labels() the coarser masks; main_head<> is the network of the first mask alone, unet's own size and speed.
///
///     using net = ctnn::models::deeply_supervised_unet<3, ctnn::shape<48, 64, 48, 1>,
///                                                      ctnn::models::attention_unet_style, 16, 32, 64, 128>;
template <extent Classes = 1, class Input = shape<256, 256, 1>, class Style = unet_style, extent... Channels>
using deeply_supervised_unet =
    network<Input, with_auxiliaries<unet_level<deeply_supervised<Classes, Style>, Channels...>, conv<Classes, 1>,
                                    pixel_head<Classes>>>;

/// unet with the four widths of the paper on volumes.
template <extent Classes = 3, class Input = shape<64, 64, 64, 1>>
using unet_3d = unet<Classes, Input, volume_unet_style, 64, 128, 256, 512>;

}  // namespace ctnn::models
