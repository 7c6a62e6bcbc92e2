// SPDX-License-Identifier: MIT
/// \file
/// The networks that are known by name have the parameters that their papers and PyTorch's torchvision count, and give
/// the shapes that they promise.
#include <type_traits>

#include <ctnn/models/models.hpp>

namespace zoo_counts {
namespace nn = ctnn;
namespace models = ctnn::models;

template <class Net, nn::extent... Output>
constexpr bool gives = std::is_same_v<typename Net::output, nn::shape<Output...>>;

// Autoencoders. Of the convolutions: 3 x 3 of 1 -> 32 and 32 -> 16, 2 x 2 of 16 -> 16 and 16 -> 32, 3 x 3 of 32 -> 1.
static_assert(models::autoencoder<>::parameter_count == 105'392);
using denoiser = models::conv_autoencoder<nn::shape<28, 28, 1>, 32, 16>;
static_assert(denoiser::parameter_count ==
              (9 * 32 + 32) + (9 * 32 * 16 + 16) + (4 * 16 * 16 + 16) + (4 * 16 * 32 + 32) + (9 * 32 + 1));
static_assert(gives<denoiser, 28, 28, 1>);
static_assert(gives<models::conv_autoencoder<nn::shape<8, 16, 8, 2>, 4, 4, 4>, 8, 16, 8, 2>);

// Classifiers of images.
static_assert(models::lenet5<>::parameter_count == 61'706 && gives<models::lenet5<>, 10>);
static_assert(models::alexnet<>::parameter_count == 61'100'840 && gives<models::alexnet<>, 1000>);
static_assert(models::alexnet<2, nn::shape<63, 63, 1>>::parameter_count == 61'100'840 - 998 * 4097 - 2 * 64 * 121);
static_assert(!nn::composable<nn::shape<62, 62, 1>, models::alexnet<>::layers>);
static_assert(models::vgg11<>::parameter_count == 132'863'336);
static_assert(models::vgg13<>::parameter_count == 133'047'848);
static_assert(models::vgg16<>::parameter_count == 138'357'544);
static_assert(models::vgg19<>::parameter_count == 143'667'240 && gives<models::vgg19<>, 1000>);
template <template <nn::extent, class, class...> class Vgg>
constexpr nn::extent with_norm = Vgg<1000, nn::shape<224, 224, 3>, nn::batch_norm<>>::parameter_count;
static_assert(with_norm<models::vgg11> == 132'868'840 && with_norm<models::vgg13> == 133'053'736);
static_assert(with_norm<models::vgg16> == 138'365'992 && with_norm<models::vgg19> == 143'678'248);
static_assert(models::vgg11<2, nn::shape<32, 32, 1>>::parameter_count == 132'863'336 - 998 * 4097 - 2 * 64 * 9);

static_assert(models::resnet18<>::parameter_count == 11'689'512);
static_assert(models::resnet34<>::parameter_count == 21'797'672);
static_assert(models::resnet50<>::parameter_count == 25'557'032 && gives<models::resnet50<>, 1000>);
static_assert(models::small_image_resnet18<9>::parameter_count == 11'168'832 + 513 * 9);
static_assert(models::small_image_resnet18<2, nn::shape<28, 28, 1>>::parameter_count == 11'167'680 + 513 * 2);
static_assert(models::small_image_resnet18<9>::multiply_adds == 456'703'488);
static_assert(models::small_image_resnet50<9>::parameter_count == 25'557'032 - 2049 * 991 - 64 * 3 * (49 - 9));

static_assert(models::densenet121<>::parameter_count == 7'978'856);
static_assert(models::chexnet<>::parameter_count == 6'968'206 && gives<models::chexnet<>, 14>);
static_assert(models::mobilenet_v2<>::parameter_count == 3'504'872);
static_assert(models::mobilenet_v2<1000, nn::shape<224, 224, 3>, 0.5>::parameter_count == 1'968'680);
static_assert(models::mobilenet_v2<1000, nn::shape<224, 224, 3>, 0.35>::parameter_count == 1'677'128);
static_assert(models::mobilenet_v2<1000, nn::shape<96, 96, 3>, 1.4>::parameter_count == 6'108'776);

// Of volumes: torchvision's r3d_18, and the network of MedMNIST's volumes, whose kernels have 27 taps.
static_assert(models::resnet18_3d<>::parameter_count == 33'371'472 && gives<models::resnet18_3d<>, 400>);
constexpr nn::extent volume_resnet = [] {
    nn::extent total = 27 * 64 + 2 * 64 + 4 * (27 * 64 * 64 + 2 * 64);   // the stem and the first stage
    for (nn::extent from = 64, to = 128; to <= 512; from = to, to *= 2)  // a stage: shortcut, first, three of one width
        total += (from * to + 2 * to) + (27 * from * to + 2 * to) + 3 * (27 * to * to + 2 * to);
    return total + 512 * 11 + 11;
}();
static_assert(models::small_image_resnet18<11, nn::shape<28, 28, 28, 1>>::parameter_count == volume_resnet);

// Generator and discriminator of PyTorch's example.
static_assert(models::dcgan_generator<>::parameter_count == 3'576'704 && gives<models::dcgan_generator<>, 64, 64, 3>);
static_assert(models::dcgan_discriminator<>::parameter_count == 2'765'568 && gives<models::dcgan_discriminator<>, 1>);

}  // namespace zoo_counts
