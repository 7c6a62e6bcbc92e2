// SPDX-License-Identifier: MIT
/// \file
/// Activations on the table: which row fuses them in an engine, and that training keeps them apart.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "ctnn/engine/freeze.hpp"
#include "ctnn/graph/names.hpp"
#include "ctnn/graph/training_plan.hpp"
#include "ctnn/layers/layers.hpp"

namespace nn = ctnn;

namespace {

using nn::activation;

template <class Net>
constexpr auto rows_of = nn::detail::inference_plan<Net>::table;

using image = nn::shape<6, 6, 3>;
template <class... Layers>
using behind_conv = nn::network<image, nn::conv<4, 3, nn::same>, Layers...>;

// The input, and the convolution that applies the function.
template <class Layer>
constexpr bool fuses(activation function) {
    constexpr auto& table = rows_of<behind_conv<Layer>>;
    return table.row_count == 2 && table.rows[1].activation == function;
}
static_assert(fuses<nn::elu<>>(activation::elu) && fuses<nn::celu<2.0>>(activation::elu));
static_assert(fuses<nn::selu>(activation::selu) && fuses<nn::silu>(activation::silu));
static_assert(fuses<nn::gelu>(activation::gelu) && fuses<nn::gelu_tanh>(activation::gelu_tanh));
static_assert(fuses<nn::mish>(activation::mish) && fuses<nn::softplus<>>(activation::softplus));
static_assert(fuses<nn::softsign>(activation::softsign) && fuses<nn::hard_sigmoid>(activation::hard_sigmoid));
static_assert(fuses<nn::hard_swish>(activation::hard_swish) && fuses<nn::hard_tanh<>>(activation::hard_tanh));
static_assert(fuses<nn::relu6>(activation::hard_tanh));

// Its numbers go along.
static_assert(rows_of<behind_conv<nn::hard_tanh<-0.5, 2.0>>>.rows[1].alpha == -0.5);
static_assert(rows_of<behind_conv<nn::hard_tanh<-0.5, 2.0>>>.rows[1].beta == 2.0);

// Behind a batch norm and an addition as well; a second activation stays a row.
using block =
    nn::network<nn::shape<6, 6, 4>, nn::residual<nn::conv<4, 3, nn::same>, nn::batch_norm<>>, nn::hard_swish, nn::silu>;
static_assert(block::table.row_count == 6 && rows_of<block>.row_count == 3);
using dense = nn::network<nn::shape<9>, nn::dense<5>, nn::gelu, nn::dropout<0.5>, nn::dense<3>, nn::softplus<>>;
static_assert(dense::table.row_count == 6 && rows_of<dense>.row_count == 3);

// Training keeps every row.
static_assert(nn::detail::training_plan<block, false, false>::rows == 6);

/// A convolution's row alone, and the activation behind it, in engines of the same numbers.
template <class Layer, auto... Options>
void equals_separate_rows() {
    using fused = nn::network<image, nn::conv<18, 3, nn::same>, nn::conv<18, 3, nn::same, Options...>, Layer>;
    using separate = nn::network<image, nn::conv<18, 3, nn::same>, nn::conv<18, 3, nn::same, Options...>>;
    nn::model<fused> whole{nn::seed{4}};
    nn::model<separate> part{nn::seed{4}};
    std::vector<float> x(image::size);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17) - 8;
    auto engine = nn::freeze(whole);
    auto linear = nn::freeze(part);
    const nn::operation op = Layer::lower(nn::make_dims(6, 6, 18)).what;
    std::vector<float> y(separate::output::size), expected(y.size());
    linear(x.data(), y.data(), 1);
    engine(x.data(), expected.data(), 1);
    const auto view = nn::batch_view<float>::dense(y.data(), op.in, 1);
    Layer::template forward<float>({.op = op, .x = view, .other = {}, .y = view});
    for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(std::abs(y[i] - expected[i]) <= 1e-6F * (1 + std::abs(y[i])));
}

}  // namespace

TEST_CASE("a fused activation computes what its own row would, direct, by Winograd and depthwise") {
    equals_separate_rows<nn::hard_tanh<-0.5, 0.75>, nn::exact>();
    equals_separate_rows<nn::softplus<2.0, 1.5>, nn::winograd<4>>();
    equals_separate_rows<nn::elu<0.3>, nn::groups<18>>();
    equals_separate_rows<nn::hard_tanh<-0.5, 0.75>, nn::groups<18>>();
    equals_separate_rows<nn::relu6, nn::winograd<2>>();
}

TEST_CASE("the numbers of an activation are part of a network's architecture") {
    const auto text = [](auto net) { return nn::architecture_of<typename decltype(net)::type>(); };
    const std::string one = text(std::type_identity<behind_conv<nn::hard_tanh<-1.0, 1.0>>>{}),
                      two = text(std::type_identity<behind_conv<nn::hard_tanh<-1.0, 2.0>>>{});
    CHECK(one != two);
    CHECK(one.find("number -1 second number 1") != std::string::npos);
}
