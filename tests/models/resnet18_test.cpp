// SPDX-License-Identifier: MIT
/// \file
/// ResNet-18 has the stages that the paper counts, and its engine computes what training evaluates.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace nn = ctnn;
using resnet18 = nn::models::resnet18<>;

namespace {

static_assert(std::is_same_v<resnet18::output, nn::shape<1000>>);
static_assert(resnet18::parameter_count == 11'689'512);
static_assert(nn::models::resnet18<2, nn::shape<64, 64, 1>>::parameter_count ==
              resnet18::parameter_count - 2 * 64 * 49 - 998 * 513);
// 20 convolutions with a batch norm each, which has two parameters and two statistics a channel, and the dense layer.
static_assert(resnet18::state_count == 2 * 4800);
static_assert(resnet18::parameter_count - 2 * 4800 - (512 * 1000 + 1000) == 11'166'912);
// The paper's 1.8 billion multiply-adds.
static_assert(resnet18::multiply_adds == 1'814'073'344);

using stem = nn::network<nn::shape<224, 224, 3>, nn::models::conv_norm<64, 7, 2>, nn::relu,
                         nn::max_pool<3, nn::stride<2>, nn::padding<1>>>;
static_assert(std::is_same_v<stem::output, nn::shape<56, 56, 64>>);
static_assert(
    std::is_same_v<nn::network<nn::shape<56, 56, 64>, nn::models::basic_block<64>>::output, nn::shape<56, 56, 64>>);
static_assert(
    std::is_same_v<nn::network<nn::shape<56, 56, 64>, nn::models::down_block<128>>::output, nn::shape<28, 28, 128>>);

TEST_CASE("the engine of resnet18 gives what a training pass evaluates") {
    nn::model<resnet18> m{nn::seed{4}};
    nn::random_stream random(nn::seed{5}, 0);
    for (float& s : m.state()) s = static_cast<float>(0.5 + random.next_uniform());  // means and variances
    std::vector<float> image(static_cast<std::size_t>(resnet18::input::size));
    for (float& p : image) p = static_cast<float>(2 * random.next_uniform() - 1);
    nn::training_pass<resnet18, nn::mean_squared_error> pass{{.max_batch = 1}};  // reads the outputs behind the softmax
    const auto expected = pass.evaluate(m, image.data(), 1);
    auto engine = nn::freeze(m);
    const auto scores = engine(image.data());
    double total = 0, furthest = 0;
    for (nn::extent i = 0; i < 1000; ++i) {
        const double difference =
            static_cast<double>(scores[i]) - static_cast<double>(expected[static_cast<std::size_t>(i)]);
        furthest = std::max(furthest, std::abs(difference) / static_cast<double>(scores[i]));
        total += static_cast<double>(scores[i]);
    }
    CHECK(furthest < 1e-4);
    CHECK(total == doctest::Approx(1.0));
}

}  // namespace
