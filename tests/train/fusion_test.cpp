// SPDX-License-Identifier: MIT
/// \file
/// A phantom whose label needs both an image and a clinical value: what a network of two inputs knows of it, and what
/// networks of one do.
#include <doctest/doctest.h>

#include <algorithm>

#include <ctnn/ctnn.hpp>

namespace nn = ctnn;

namespace {

using nn::extent;
using image = nn::shape<8, 8, 1>;
using values = nn::shape<3>;

struct phantom {
    nn::dataset<image> images;
    nn::dataset<values> clinical;
};

/// A bright spot left or right in noise, and three values the second of which is low or high. Healthy (0) is a spot on
/// the left with a low value, or on the right with a high one: each alone says nothing.
phantom patients(extent count, std::uint64_t stream) {
    phantom p;
    nn::random_stream random(nn::seed{51}, stream);
    for (extent s = 0; s < count; ++s) {
        const bool right = random.next_below(2) == 1, high = random.next_below(2) == 1;
        const extent row = random.next_below(8), column = random.next_below(4) + (right ? 4 : 0);
        for (extent i = 0; i < image::size; ++i)
            p.images.inputs.push_back(
                static_cast<float>((i == row * 8 + column ? 1.5 : 0) + 0.3 * random.next_uniform()));
        for (extent i = 0; i < values::size; ++i)
            p.clinical.inputs.push_back(static_cast<float>((i == 1 && high ? 1 : 0) + 0.4 * random.next_uniform()));
        p.images.labels.push_back(right != high ? 1 : 0);
    }
    p.clinical.labels = p.images.labels;
    return p;
}

/// The accuracy on unseen samples.
template <class Net, class Data>
double learned(const Data& train, const Data& test) {
    nn::model<Net> m{nn::seed{3}};
    REQUIRE(nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 5e-3}, {.epochs = 40}));
    return nn::evaluate(m, test, nn::cross_entropy{}).accuracy;
}

}  // namespace

TEST_CASE("a network of two inputs beats those of either input alone") {
    using only_image =
        nn::network<image, nn::conv<8>, nn::relu, nn::flatten, nn::dense<16>, nn::relu, nn::dense<2>, nn::softmax>;
    using only_values = nn::network<values, nn::dense<16>, nn::relu, nn::dense<2>, nn::softmax>;
    using both = nn::network<nn::inputs<image, values>,
                             nn::each_input<nn::chain<nn::conv<8>, nn::relu, nn::flatten>, nn::identity>, nn::dense<16>,
                             nn::relu, nn::dense<2>, nn::softmax>;
    const phantom train = patients(800, 1), test = patients(200, 2);
    const auto train_both = nn::join_inputs(train.images, train.clinical);
    const auto test_both = nn::join_inputs(test.images, test.clinical);
    REQUIRE(train_both);
    REQUIRE(test_both);
    const double alone =
        std::max(learned<only_image>(train.images, test.images), learned<only_values>(train.clinical, test.clinical));
    const double together = learned<both>(*train_both, *test_both);
    MESSAGE("accuracy of both inputs ", together, ", of the better one alone ", alone);
    CHECK(together > 0.95);
    CHECK(alone < 0.65);
}
