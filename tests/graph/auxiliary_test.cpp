// SPDX-License-Identifier: MIT
/// \file
/// Auxiliary heads: their order and shapes, the names of their parameters, and the network of the main head alone.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ctnn/engine/freeze.hpp"
#include "ctnn/graph/auxiliary.hpp"
#include "ctnn/graph/heads.hpp"
#include "ctnn/io/partial_load.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/joint.hpp"
#include "differences.hpp"

namespace auxiliary_test {
namespace nn = ctnn;

template <class... Layers>
using on_vector = nn::network<nn::shape<3>, Layers...>;

// Heads of 2, 3 and 4 numbers: the last of the layers, then from near to far.
using three = on_vector<nn::with_auxiliaries<nn::dense<5>, nn::tanh, nn::auxiliary<nn::dense<4>, nn::softmax>,
                                             nn::dense<5>, nn::tanh, nn::auxiliary<nn::dense<3>>, nn::dense<2>>>;
static_assert(std::is_same_v<nn::detail::heads_of<three>, nn::types<nn::shape<2>, nn::shape<3>, nn::shape<4>>>);
static_assert(nn::detail::head_at(three::table, 2).ends == nn::network_head::softmax);

// Different positions: one vector, whose heads are known with their shapes. Equal ones: side by side.
using levels =
    nn::network<nn::shape<4, 6, 2>,
                nn::with_auxiliaries<
                    nn::conv<4, 3, nn::same>,
                    nn::concat<nn::identity, nn::chain<nn::max_pool<>, nn::conv<3, 3, nn::same>,
                                                       nn::auxiliary<nn::conv<3, 1>, nn::softmax>, nn::upsample<2>>>,
                    nn::conv<3, 1>, nn::softmax>>;
static_assert(std::is_same_v<levels::output, nn::shape<4 * 6 * 3 + 2 * 3 * 3>>);
static_assert(std::is_same_v<nn::detail::heads_of<levels>, nn::types<nn::shape<4, 6, 3>, nn::shape<2, 3, 3>>>);
using main_level = nn::main_head<levels>;
static_assert(std::is_same_v<main_level::output, nn::shape<4, 6, 3>>);
static_assert(main_level::parameter_count == levels::parameter_count - (3 * 3 + 3));
static_assert(main_level::multiply_adds < levels::multiply_adds);

// What is refused.
template <class... Layers>
constexpr bool fits = nn::composable<nn::shape<3>, Layers...>;
using head = nn::auxiliary<nn::dense<2>>;
static_assert(fits<nn::with_auxiliaries<nn::repeat<7, nn::dense<3>, head>>>);
static_assert(!fits<nn::with_auxiliaries<nn::repeat<8, nn::dense<3>, head>>>);
static_assert(!fits<nn::with_auxiliaries<nn::dense<3>>> && !fits<nn::dense<3>, head>);
static_assert(!fits<nn::with_auxiliaries<head, nn::with_auxiliaries<nn::dense<3>, head>>>);
static_assert(!fits<nn::with_auxiliaries<nn::auxiliary<head>, nn::without_auxiliaries<nn::dense<3>, head>>>);
static_assert(fits<nn::with_auxiliaries<head, nn::dense<3>>, nn::with_auxiliaries<nn::dense<3>, head>>);

TEST_CASE("an auxiliary head's parameters stand where it stands, and the main head's keep their names") {
    std::vector<std::string> all, main;
    for (const nn::named_tensor& t : nn::tensors_of<levels>()) all.push_back(t.name);
    for (const nn::named_tensor& t : nn::tensors_of<main_level>()) main.push_back(t.name);
    CHECK(all == std::vector<std::string>{"0.0.weight", "0.0.bias", "0.1.1.1.weight", "0.1.1.1.bias",
                                          "0.1.1.2.0.weight", "0.1.1.2.0.bias", "0.2.weight", "0.2.bias"});
    CHECK(main == std::vector<std::string>{"0.0.weight", "0.0.bias", "0.1.1.1.weight", "0.1.1.1.bias", "0.2.weight",
                                           "0.2.bias"});
}

TEST_CASE("the main head alone gives what it gives beside the others") {
    const nn::model<levels> trained{nn::seed{1}};
    nn::model<main_level> shipped{nn::seed{2}};
    const auto taken = nn::take_over(shipped, trained);
    REQUIRE(taken);
    CHECK(taken->missing.empty());
    CHECK(taken->unused == std::vector<std::string>{"0.1.1.2.0.weight", "0.1.1.2.0.bias"});
    auto all = nn::freeze(trained);
    auto main = nn::freeze(shipped);
    std::vector<float> image(levels::input::size);
    const nn::random_stream random(nn::seed{3}, 0);
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(random.uniform(i) - 0.5);
    const auto heads = all(image.data());
    const auto mask = main(image.data());
    for (nn::extent i = 0; i < main_level::output::size; ++i) CHECK(mask.data()[i] == heads.data()[i]);
}

TEST_CASE("gradients flow from every head") {
    differences::check<three>();
    differences::check<levels>();
    const std::vector<std::int32_t> labels = [] {
        std::vector<std::int32_t> some;
        for (int i = 0; i < 2 * (24 + 6); ++i) some.push_back(i * i % 3);
        return some;
    }();
    differences::check<levels>(nn::joint<levels>(nn::cross_entropy{}, nn::cross_entropy{}), {.labels = labels.data()});
}

}  // namespace auxiliary_test
