// SPDX-License-Identifier: MIT
/// \file
/// Whole networks at full width against PyTorch, with numbers by formula as weights.
#include <ctnn/models/models.hpp>

#include "golden.hpp"

namespace golden_test {
namespace nn = ctnn;
namespace models = ctnn::models;

TEST_CASE("classifiers give what torchvision's do") {
    golden::check<models::resnet18<1000, nn::shape<64, 96, 3>>>("resnet18");
    golden::check<models::densenet121<1000, nn::shape<64, 96, 3>>>("densenet121");
    golden::check<models::mobilenet_v2<1000, nn::shape<64, 96, 3>>>("mobilenet_v2");
}

TEST_CASE("segmenters give what PyTorch's do") {
    golden::check<models::unet<2, nn::shape<48, 64, 3>>>("unet");
    golden::check<models::unet_3d<3, nn::shape<16, 8, 16, 1>>>("unet_3d");
    golden::check<models::deeplab_v3_plus<21, nn::shape<96, 128, 3>>>("deeplab_v3_plus");
}

}  // namespace golden_test
