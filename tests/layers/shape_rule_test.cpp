// SPDX-License-Identifier: MIT
/// \file
/// Which shape follows from which layer, how many parameters it learns, and what it refuses: proved when this
/// compiles.
#include <doctest/doctest.h>

#include <type_traits>

#include "ctnn/graph/attention_gate.hpp"
#include "ctnn/graph/cbam.hpp"
#include "ctnn/graph/network.hpp"
#include "ctnn/graph/separable_conv.hpp"
#include "ctnn/graph/squeeze_excite.hpp"
#include "ctnn/layers/layers.hpp"

namespace nn = ctnn;

namespace {

using image = nn::shape<28, 30, 6>;
using sequence = nn::shape<50, 6>;
using volume = nn::shape<9, 10, 12, 6>;
using vector = nn::shape<24>;

template <class Input, class Layer, class Output, nn::extent Parameters = 0>
constexpr bool gives =
    std::is_same_v<typename nn::network<Input, Layer>::output, Output>&& nn::network<Input, Layer>::parameter_count ==
    Parameters;

// Convolutions: kernel 3, stride 1 and valid padding where nothing is said; the rank follows the input.
static_assert(gives<image, nn::conv<4>, nn::shape<26, 28, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(gives<sequence, nn::conv<4>, nn::shape<48, 4>, 3 * 6 * 4 + 4>);
static_assert(gives<volume, nn::conv<4>, nn::shape<7, 8, 10, 4>, 27 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, 5>, nn::shape<24, 26, 4>, 25 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::kernel<1, 3>>, nn::shape<28, 28, 4>, 3 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::no_bias>, nn::shape<26, 28, 4>, 3 * 3 * 6 * 4>);
static_assert(gives<image, nn::conv<4, nn::groups<2>>, nn::shape<26, 28, 4>, 3 * 3 * 3 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::stride<2>>, nn::shape<13, 14, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::stride<2>, nn::same>, nn::shape<14, 15, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, 2, nn::same>, nn::shape<28, 30, 4>, 2 * 2 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::dilation<3>>, nn::shape<22, 24, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::padding<2, 0>>, nn::shape<30, 28, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv<4, nn::valid>, nn::shape<26, 28, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(
    gives<nn::shape<224, 224, 3>, nn::conv<64, 7, nn::stride<2>, nn::padding<3>>, nn::shape<112, 112, 64>, 9472>);
static_assert(gives<sequence, nn::conv<4, nn::causal>, nn::shape<50, 4>, 3 * 6 * 4 + 4>);
static_assert(gives<sequence, nn::conv<4, 5, nn::causal, nn::stride<3>, nn::dilation<20>>, nn::shape<17, 4>, 124>);
static_assert(gives<image, nn::depthwise_conv<>, nn::shape<26, 28, 6>, 9 * 6 + 6>);
static_assert(gives<volume, nn::depthwise_conv<nn::kernel<1, 2, 3>, nn::depth_multiplier<3>>, nn::shape<9, 9, 10, 18>,
                    6 * 18 + 18>);
static_assert(gives<image, nn::separable_conv<4>, nn::shape<26, 28, 4>, 9 * 6 + 6 * 4 + 4>);
static_assert(gives<sequence, nn::separable_conv<4, 5, nn::stride<2>, nn::same, nn::depth_multiplier<2>, nn::no_bias>,
                    nn::shape<25, 4>, 5 * 12 + 12 * 4>);
static_assert(gives<image, nn::conv_transpose<4>, nn::shape<30, 32, 4>, 9 * 6 * 4 + 4>);
static_assert(gives<image, nn::conv_transpose<4, 2, nn::stride<2>, nn::groups<2>>, nn::shape<56, 60, 4>, 52>);
static_assert(gives<sequence, nn::conv_transpose<4, 3, nn::stride<2>, nn::padding<1>, nn::output_padding<1>>,
                    nn::shape<100, 4>, 3 * 6 * 4 + 4>);
static_assert(gives<sequence, nn::conv_transpose<4, 2, nn::stride<5>>, nn::shape<247, 4>, 2 * 6 * 4 + 4>);
static_assert(gives<sequence, nn::conv_transpose<4, 2, nn::stride<5>, nn::same>, nn::shape<250, 4>, 2 * 6 * 4 + 4>);
static_assert(gives<volume, nn::conv_transpose<4, nn::kernel<1, 2, 3>, nn::dilation<2>, nn::no_bias>,
                    nn::shape<9, 12, 16, 4>, 6 * 6 * 4>);

// Options come in any order.
static_assert(std::is_same_v<nn::network<image, nn::conv<4, 3, nn::same, nn::stride<2>>>::output,
                             nn::network<image, nn::conv<4, nn::stride<2>, nn::same, nn::kernel<3>>>::output>);

// Dense layers: vectors, or each step of a sequence.
static_assert(gives<vector, nn::dense<5>, nn::shape<5>, 24 * 5 + 5>);
static_assert(gives<vector, nn::dense<5, nn::no_bias>, nn::shape<5>, 24 * 5>);
static_assert(gives<sequence, nn::dense<5>, nn::shape<50, 5>, 6 * 5 + 5>);

// Pools: window 2, stride as the window; an incomplete window is dropped, unless padding is same.
static_assert(gives<image, nn::max_pool<>, nn::shape<14, 15, 6>>);
static_assert(gives<nn::shape<7, 9, 2>, nn::max_pool<>, nn::shape<3, 4, 2>>);
static_assert(gives<nn::shape<7, 9, 2>, nn::max_pool<nn::same>, nn::shape<4, 5, 2>>);
static_assert(gives<image, nn::max_pool<3>, nn::shape<9, 10, 6>>);
static_assert(gives<image, nn::max_pool<3, nn::stride<2>, nn::padding<1>>, nn::shape<14, 15, 6>>);
static_assert(gives<volume, nn::avg_pool<nn::kernel<1, 2, 3>>, nn::shape<9, 5, 4, 6>>);
static_assert(gives<sequence, nn::avg_pool<5, nn::stride<1>, nn::padding<2>, nn::exclude_padding>, nn::shape<50, 6>>);
static_assert(gives<image, nn::lp_pool<2, 3, nn::stride<2>, nn::padding<1>>, nn::shape<14, 15, 6>>);
static_assert(gives<image, nn::adaptive_avg_pool<7>, nn::shape<7, 7, 6>>);
static_assert(gives<volume, nn::adaptive_max_pool<1, 2, 30>, nn::shape<1, 2, 30, 6>>);
static_assert(gives<image, nn::global_avg_pool, nn::shape<6>>);
static_assert(gives<volume, nn::global_max_pool, nn::shape<6>>);
static_assert(gives<sequence, nn::global_max_pool, nn::shape<6>>);

// What moves or reshapes.
static_assert(gives<image, nn::upsample<2>, nn::shape<56, 60, 6>>);
static_assert(gives<volume, nn::upsample<1, 2, 3>, nn::shape<9, 20, 36, 6>>);
static_assert(gives<volume, nn::upsample<2, nn::linear, nn::align_corners>, nn::shape<18, 20, 24, 6>>);
static_assert(gives<sequence, nn::upsample<3>, nn::shape<150, 6>>);
static_assert(gives<image, nn::resize<14, 60, nn::linear>, nn::shape<14, 60, 6>>);
static_assert(gives<volume, nn::resize<5>, nn::shape<5, 5, 5, 6>>);
static_assert(gives<image, nn::pad<1, 2, nn::reflect>, nn::shape<30, 34, 6>>);
static_assert(gives<volume, nn::pad<nn::after<1>, nn::constant<-1.0>>, nn::shape<10, 11, 13, 6>>);
static_assert(gives<sequence, nn::crop<nn::before<9>, nn::after<1>>, nn::shape<40, 6>>);
static_assert(gives<nn::shape<5, 6, 7, 16>, nn::pixel_shuffle<2>, nn::shape<10, 12, 14, 2>>);
static_assert(gives<image, nn::pixel_unshuffle<2>, nn::shape<14, 15, 24>>);
static_assert(gives<volume, nn::permute<4, 1, 2, 3>, nn::shape<6, 9, 10, 12>>);
static_assert(gives<image, nn::flatten, nn::shape<28 * 30 * 6>>);
static_assert(gives<vector, nn::flatten, vector>);
static_assert(gives<vector, nn::reshape<2, 4, 3>, nn::shape<2, 4, 3>>);
static_assert(gives<image, nn::reshape<14, 60, 3, 2>, nn::shape<14, 60, 3, 2>>);

// What keeps the shape, of any rank.
static_assert(gives<vector, nn::relu, vector> && gives<volume, nn::leaky_relu<>, volume>);
static_assert(gives<image, nn::sigmoid, image> && gives<sequence, nn::tanh, sequence>);
static_assert(gives<image, nn::softmax, image> && gives<image, nn::dropout<0.5>, image>);
static_assert(gives<image, nn::glu, nn::shape<28, 30, 3>> && gives<vector, nn::glu, nn::shape<12>>);
static_assert(gives<image, nn::prelu<>, image, 1> && gives<image, nn::prelu<nn::per_channel>, image, 6>);
static_assert(gives<volume, nn::log_softmax, volume> && gives<vector, nn::gelu, vector>);
static_assert(gives<vector, nn::batch_norm<>, vector, 2 * 24> && gives<volume, nn::batch_norm<>, volume, 2 * 6>);
static_assert(nn::network<image, nn::batch_norm<>>::state_count == 2 * 6);

// Compositions.
static_assert(gives<image, nn::chain<nn::conv<4>, nn::max_pool<>>, nn::shape<13, 14, 4>, 3 * 3 * 6 * 4 + 4>);
static_assert(gives<image, nn::residual<nn::conv<6, 3, nn::same>>, image, 3 * 3 * 6 * 6 + 6>);
static_assert(gives<image, nn::sum<nn::identity, nn::identity>, image>);
static_assert(gives<image, nn::concat<nn::identity, nn::conv<5, 1>, nn::identity>, nn::shape<28, 30, 17>, 6 * 5 + 5>);
static_assert(gives<vector, nn::concat<nn::dense<3>, nn::identity>, nn::shape<27>, 24 * 3 + 3>);
static_assert(gives<image, nn::repeat<3, nn::conv<6>, nn::relu>, nn::shape<22, 24, 6>, 3 * (3 * 3 * 6 * 6 + 6)>);
static_assert(gives<image, nn::scale_by<nn::global_avg_pool, nn::dense<6>>, image, 6 * 6 + 6>);
static_assert(gives<volume, nn::scale_by<nn::conv<1, 1>, nn::sigmoid>, volume, 6 + 1>);
static_assert(gives<sequence, nn::scale_by<nn::tanh>, sequence>);
static_assert(gives<vector, nn::scale_by<nn::dense<1>>, vector, 24 + 1>);
static_assert(gives<nn::shape<9, 9, 64>, nn::squeeze_excite<>, nn::shape<9, 9, 64>, 64 * 4 + 4 + 4 * 64 + 64>);
static_assert(gives<image, nn::squeeze_excite<7>, image, 6 + 1 + 6 + 6>);
static_assert(gives<image, nn::channel_pool, nn::shape<28, 30, 2>> && gives<vector, nn::channel_pool, nn::shape<2>>);
static_assert(gives<nn::shape<9, 9, 64>, nn::cbam<>, nn::shape<9, 9, 64>, 64 * 4 + 4 + 4 * 64 + 64 + 2 * 49 + 2>);
static_assert(gives<volume, nn::cbam<3, 2>, volume, 6 * 2 + 2 + 2 * 6 + 6 + 2 * 8 + 2>);
static_assert(gives<image, nn::attention_gate<4, nn::max_pool<>, nn::conv<5, 1>, nn::upsample<2>>,
                    nn::shape<28, 30, 11>, (6 * 5 + 5) + 6 * 4 + (5 * 4 + 4) + (4 + 1)>);
static_assert(gives<image, nn::named<"head", nn::conv<6>>, nn::shape<26, 28, 6>, 3 * 3 * 6 * 6 + 6>);

// What is refused, and that it is no error to ask.
static_assert(!nn::composable<vector, nn::conv<4>> && !nn::composable<vector, nn::max_pool<>>);
static_assert(!nn::composable<vector, nn::global_avg_pool> && !nn::composable<vector, nn::upsample<2>>);
static_assert(!nn::composable<image, nn::dense<4>> && nn::composable<image, nn::flatten, nn::dense<4>>);
static_assert(!nn::composable<nn::shape<1>, nn::softmax> && nn::composable<nn::shape<1>, nn::sigmoid>);
static_assert(!nn::composable<nn::shape<4, 5, 1>, nn::conv<2, 5>> &&
              nn::composable<nn::shape<5, 5, 1>, nn::conv<2, 5>>);
static_assert(nn::composable<nn::shape<4, 5, 1>, nn::conv<2, 5, nn::same>>);
static_assert(!nn::composable<nn::shape<1, 5, 1>, nn::max_pool<>>);
static_assert(!nn::composable<sequence, nn::conv<4, nn::kernel<3, 3>>> &&
              !nn::composable<image, nn::upsample<2, 2, 2>>);
static_assert(!nn::composable<volume, nn::avg_pool<nn::stride<2, 2>>>);
static_assert(!nn::composable<image, nn::conv<4, nn::groups<4>>> && !nn::composable<image, nn::conv<4, nn::groups<3>>>);
static_assert(!nn::composable<vector, nn::reshape<5, 5>>);
static_assert(!nn::composable<image, nn::sum<nn::identity, nn::conv<6>>>);
static_assert(!nn::composable<image, nn::residual<nn::conv<5, 3, nn::same>>>);
static_assert(!nn::composable<image, nn::concat<nn::identity, nn::max_pool<>>>);
static_assert(!nn::composable<image, nn::scale_by<nn::conv<6>>>);
static_assert(!nn::composable<image, nn::scale_by<nn::conv<5, 1>>>);
static_assert(!nn::composable<image, nn::scale_by<nn::global_avg_pool, nn::dense<5>>>);
static_assert(!nn::composable<image, nn::attention_gate<4, nn::max_pool<>>>);
static_assert(!nn::composable<vector, nn::attention_gate<4>> && !nn::composable<image, nn::attention_gate<0>>);
static_assert(!nn::composable<vector, nn::cbam<>> && !nn::composable<image, nn::cbam<0>>);
static_assert(!nn::composable<image, nn::cbam<16, 0>>);
static_assert(!nn::composable<vector, nn::squeeze_excite<>> && !nn::composable<image, nn::squeeze_excite<0>>);
static_assert(!nn::composable<image, nn::max_pool<nn::no_bias>> &&
              !nn::composable<image, nn::max_pool<nn::exclude_padding>>);
static_assert(!nn::composable<vector, nn::dense<4, nn::stride<2>>> &&
              !nn::composable<image, nn::conv<4, 3, nn::kernel<3>>>);
static_assert(!nn::composable<image, nn::conv<4, nn::same, nn::padding<1>>>);
static_assert(!nn::composable<image, nn::conv<4, nn::causal>> && !nn::composable<sequence, nn::max_pool<nn::causal>>);
static_assert(!nn::composable<sequence, nn::conv<4, nn::causal, nn::same>>);
static_assert(!nn::composable<image, nn::depthwise_conv<nn::exact>> && !nn::composable<vector, nn::depthwise_conv<>>);
static_assert(!nn::composable<image, nn::depthwise_conv<nn::depth_multiplier<0>>>);
static_assert(!nn::composable<image, nn::separable_conv<0>> && !nn::composable<vector, nn::separable_conv<4>>);
static_assert(!nn::composable<image, nn::separable_conv<4, nn::groups<2>>>);
static_assert(!nn::composable<vector, nn::conv_transpose<4>> && !nn::composable<image, nn::conv_transpose<0>>);
static_assert(!nn::composable<image, nn::conv_transpose<4, nn::groups<4>>>);
static_assert(!nn::composable<image, nn::conv_transpose<4, 3, nn::stride<2>, nn::output_padding<2>>> &&
              nn::composable<image, nn::conv_transpose<4, 3, nn::dilation<3>, nn::output_padding<2>>>);
static_assert(!nn::composable<image, nn::conv_transpose<4, 3, nn::stride<2>, nn::same, nn::output_padding<1>>>);
static_assert(!nn::composable<image, nn::conv_transpose<4, nn::output_padding<-1>>>);
static_assert(!nn::composable<nn::shape<3, 2>, nn::conv_transpose<4, 3, nn::padding<3>>> &&
              nn::composable<nn::shape<3, 2>, nn::conv_transpose<4, 3, nn::padding<2>>>);
static_assert(!nn::composable<image, nn::conv<4, nn::output_padding<0>>>);
static_assert(!nn::composable<image, nn::batch_norm<nn::same>>);
static_assert(!nn::composable<image, nn::max_pool<2, nn::linear>> && !nn::composable<image, nn::upsample<2, nn::same>>);
static_assert(!nn::composable<image, nn::conv<0>> && !nn::composable<vector, nn::dense<0>>);
static_assert(!nn::composable<image, nn::conv<4, nn::stride<0>>> &&
              !nn::composable<image, nn::conv<4, nn::dilation<0>>>);
static_assert(!nn::composable<image, nn::conv<4, 0>> && !nn::composable<image, nn::conv<4, nn::groups<0>>>);
static_assert(!nn::composable<image, nn::conv<4, nn::padding<-1>>>);
static_assert(!nn::composable<image, nn::max_pool<3, nn::padding<2>>> && !nn::composable<image, nn::upsample<0>>);
static_assert(!nn::composable<image, nn::dropout<1.0>> && !nn::composable<image, nn::dropout<-0.1>>);
static_assert(nn::composable<image, nn::dropout<0.0>>);
static_assert(!nn::composable<image, nn::leaky_relu<-0.5>>);
static_assert(!nn::composable<image, nn::batch_norm<nn::epsilon<0.0>>> &&
              !nn::composable<image, nn::batch_norm<nn::momentum<1.5>>>);
// A refusal deep inside a composition is one of the whole.
static_assert(
    !nn::composable<image, nn::chain<nn::relu, nn::concat<nn::identity, nn::chain<nn::conv<0>>>>, nn::flatten>);

}  // namespace

TEST_CASE("same padding puts the odd zero behind") {
    const nn::operation odd = nn::conv<4, 2, nn::same>::lower(nn::make_dims(7, 8, 3)).what;
    CHECK(odd.window.before[1] == 0);
    CHECK(odd.window.after[1] == 1);
    const nn::operation strided = nn::conv<4, 3, nn::stride<2>, nn::same>::lower(nn::make_dims(7, 8, 3)).what;
    CHECK(strided.window.before[1] == 1);
    CHECK(strided.window.after[1] == 1);
    CHECK(strided.window.before[2] == 0);
    CHECK(strided.window.after[2] == 1);
    const nn::operation wide = nn::conv<4, 3, nn::stride<3>, nn::same>::lower(nn::make_dims(9, 8, 3)).what;
    CHECK(wide.window.before[1] + wide.window.after[1] == 0);
}

TEST_CASE("defaults are those of the table in the README") {
    const nn::operation leaky = nn::leaky_relu<>::lower(nn::make_dims(3)).what;
    CHECK(leaky.alpha == 0.01);
    const nn::operation norm = nn::batch_norm<>::lower(nn::make_dims(3)).what;
    CHECK(norm.epsilon == 1e-5);
    CHECK(norm.alpha == 0.1);
    const nn::operation linear = nn::dense<7>::lower(nn::make_dims(3)).what;
    CHECK(linear.parameters[0].start == nn::initializer::glorot_uniform);
    CHECK(linear.parameters[0].fan_in == 3);
    CHECK(linear.parameters[0].fan_out == 7);
    CHECK(linear.parameters[1].start == nn::initializer::zeros);
    const nn::operation conv = nn::conv<8, 3, nn::groups<2>>::lower(nn::make_dims(9, 9, 4)).what;
    CHECK(conv.parameters[0].fan_in == 9 * 2);
    CHECK(conv.parameters[0].fan_out == 9 * 8);
    const nn::operation depthwise = nn::depthwise_conv<3, nn::depth_multiplier<2>>::lower(nn::make_dims(9, 9, 4)).what;
    CHECK(depthwise.parameters[0].fan_in == 9 * 4);
    CHECK(depthwise.parameters[0].fan_out == 9 * 2);
    CHECK(nn::avg_pool<3, nn::padding<1>>::lower(nn::make_dims(9, 9, 4)).what.include_padding);
    CHECK(!nn::avg_pool<3, nn::same>::lower(nn::make_dims(9, 9, 4)).what.include_padding);
}
