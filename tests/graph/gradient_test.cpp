// SPDX-License-Identifier: MIT
/// \file
/// Gradients flow through every layer, composition and loss that takes over a head.
#include <algorithm>
#include <vector>

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/mean_squared_error.hpp"
#include "ctnn/train/pass.hpp"
#include "differences.hpp"

namespace nn = ctnn;

namespace {

using differences::check;
using differences::samples;
using nn::extent;

using image_layers =
    nn::network<nn::shape<7, 6, 2>, nn::conv<4, 3, nn::same>, nn::leaky_relu<0.2>,
                nn::max_pool<3, nn::stride<2>, nn::padding<1>>, nn::conv<6, 2, nn::groups<2>, nn::no_bias>, nn::tanh,
                nn::avg_pool<2, nn::stride<1>, nn::padding<1>, nn::exclude_padding>, nn::upsample<2>,
                nn::conv<3, 3, nn::dilation<2>, nn::stride<2>, nn::same>, nn::sigmoid, nn::flatten, nn::dense<4>,
                nn::reshape<2, 2>, nn::dense<3>>;
using sequence_layers = nn::network<nn::shape<9, 3>, nn::conv<5, 3, nn::stride<2>, nn::same>, nn::softmax, nn::dense<4>,
                                    nn::batch_norm<>, nn::relu, nn::dense<8>, nn::glu, nn::log_softmax, nn::gelu,
                                    nn::avg_pool<2, nn::stride<1>>, nn::global_avg_pool, nn::dense<3>, nn::softmax>;
using volume_layers = nn::network<nn::shape<4, 5, 6, 1>, nn::conv<3, 3, nn::same>, nn::max_pool<nn::kernel<1, 2, 2>>,
                                  nn::prelu<nn::per_channel>, nn::conv<5, nn::kernel<2, 1, 3>>, nn::silu, nn::prelu<>,
                                  nn::global_max_pool, nn::dense<2>, nn::elu<>>;
using separable_layers = nn::network<nn::shape<9, 3>, nn::conv<4, 3, nn::causal, nn::dilation<2>>, nn::tanh,
                                     nn::depthwise_conv<2, nn::depth_multiplier<2>>, nn::tanh,
                                     nn::separable_conv<3, 3, nn::stride<2>, nn::same, nn::depth_multiplier<2>>>;
using transposed_layers =
    nn::network<nn::shape<3, 4, 2>, nn::conv_transpose<4, 3, nn::stride<2>, nn::padding<1>, nn::output_padding<1, 0>>,
                nn::tanh, nn::residual<nn::conv_transpose<4, 3, nn::padding<1>, nn::groups<2>>>, nn::leaky_relu<0.2>,
                nn::conv<4, 3, nn::stride<2>>, nn::conv_transpose<4, 2, nn::stride<3>, nn::groups<4>>>;
using gated_layers =
    nn::network<nn::shape<2, 3, 3>, nn::squeeze_excite<2>, nn::scale_by<nn::conv<1, 3, nn::same>, nn::sigmoid>,
                nn::residual<nn::scale_by<nn::tanh>>, nn::residual<nn::scale_by<nn::identity>>,
                nn::conv<2, nn::kernel<2, 3>>>;

// One state begins two layers, and is made of parameters and of an input.
using stateful_layers = nn::network<
    nn::inputs<nn::shape<4, 2>, nn::shape<3, 3>>,
    nn::with_memory<nn::chain<nn::input<0>, nn::lstm<3, nn::last_state, nn::backwards>>, nn::input<1>, nn::dense<2>,
                    nn::bidirectional<nn::lstm<3, nn::from_memory>>, nn::gru<6, nn::from_memory, nn::last_state>>,
    nn::dense<2>>;

using small_unet = nn::network<
    nn::shape<4, 8, 2>, nn::conv<3, 3, nn::same>, nn::relu,
    nn::concat<nn::identity, nn::chain<nn::max_pool<>, nn::conv<4, 3, nn::same>, nn::relu,
                                       nn::concat<nn::identity, nn::chain<nn::max_pool<>, nn::conv<5, 3, nn::same>,
                                                                          nn::relu, nn::upsample<2>>>,
                                       nn::conv<4, 3, nn::same>, nn::relu, nn::upsample<2>>>,
    nn::conv<3, 3, nn::same>, nn::relu, nn::conv<1, 1>, nn::sigmoid>;
using residual_blocks =
    nn::network<nn::shape<5, 6, 2>, nn::residual<nn::conv<2, 3, nn::same>, nn::batch_norm<>, nn::relu>,
                nn::sum<nn::chain<nn::conv<4, 3, nn::stride<2>, nn::padding<1>, nn::no_bias>, nn::batch_norm<>,
                                  nn::relu, nn::conv<4, 3, nn::same>>,
                        nn::conv<4, 1, nn::stride<2>>>,
                nn::relu, nn::global_avg_pool, nn::dense<3>>;
using shared_values =
    nn::network<nn::shape<4, 3, 2>, nn::sum<nn::identity, nn::identity>, nn::concat<nn::identity, nn::identity>,
                nn::repeat<2, nn::residual<nn::conv<4, 3, nn::same>, nn::tanh>>,
                nn::concat<nn::sum<nn::identity, nn::conv<4, 1>, nn::sigmoid>, nn::softmax, nn::identity>,
                nn::named<"head", nn::chain<nn::flatten, nn::dense<3>>>>;
using with_dropout = nn::network<nn::shape<4, 4, 2>, nn::conv<4, 3, nn::same>, nn::relu, nn::dropout<0.3>, nn::flatten,
                                 nn::dense<6>, nn::tanh, nn::dropout<0.5>, nn::dense<3>, nn::softmax>;

// Convolutions apply these activations, and pools that stand behind a relu its gradient: windows that overlap or not,
// odd sizes.
using merged = nn::network<nn::shape<11, 9, 2>, nn::conv<4>, nn::relu, nn::max_pool<>, nn::conv<3, 3, nn::same>,
                           nn::relu, nn::max_pool<3, nn::stride<2>, nn::padding<1>>, nn::conv<5, 1>, nn::tanh,
                           nn::max_pool<2, nn::same>, nn::flatten, nn::dense<4>, nn::relu, nn::dense<3>>;
// And these do not: a second reader of the convolution, of the relu, a batch norm in between.
using apart = nn::network<nn::shape<6, 6, 2>, nn::conv<4>, nn::sum<nn::identity, nn::relu>, nn::relu,
                          nn::concat<nn::conv<2, 1>, nn::max_pool<1>>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                          nn::conv<3, 1>>;

// Activations that a step runs by themselves, forwards and backwards.
template <class Net>
struct remaining {
    int forward = 0, backward = 0;
    constexpr remaining() {
        using plan = nn::detail::training_plan<Net, false, true>;
        for (int i = 0; i < plan::rows; ++i)
            if (plan::table.rows[i].what == nn::kind::activation) {
                forward += !plan::plan.tasks[i].elided;
                backward += !plan::plan.tasks[2 * plan::rows - i].elided;
            }
    }
};
static_assert(remaining<merged>().forward == 0 && remaining<merged>().backward == 2);
static_assert(remaining<apart>().forward == 3 && remaining<apart>().backward == 2);

/// Is the parameters' gradient the same where nobody asks for the input's?
template <class Net>
bool same_unasked() {
    nn::model<Net, double> model{nn::seed{3}};
    std::vector<double> x(samples * Net::input::size);
    const nn::random_stream random(nn::seed{5}, 1);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = random.uniform(i);
    nn::training_pass<Net, nn::mean_squared_error, double, true> asking{{.max_batch = samples}};
    nn::training_pass<Net, nn::mean_squared_error, double, false> not_asking{{.max_batch = samples}};
    nn::gradient<Net, double> one, two;
    const auto run = [&](auto& pass, nn::gradient<Net, double>& to) {
        const auto y = pass.forward(model, x.data(), samples);
        for (std::size_t i = 0; i < y.size(); ++i) pass.output_gradient()[i] = y[i] - 0.5;
        pass.backward(model, to);
    };
    run(asking, one);
    run(not_asking, two);
    return std::equal(one.values().begin(), one.values().end(), two.values().begin());
}

}  // namespace

TEST_CASE("gradients flow through activations that other rows have taken over") {
    check<merged>();
    check<apart>();
}

TEST_CASE("every layer's gradient is that of its output: images") { check<image_layers>(); }
TEST_CASE("every layer's gradient is that of its output: sequences") { check<sequence_layers>(); }
TEST_CASE("every layer's gradient is that of its output: volumes") { check<volume_layers>(); }
TEST_CASE("every layer's gradient is that of its output: causal, depthwise and separable convolutions") {
    check<separable_layers>();
}
TEST_CASE("every layer's gradient is that of its output: transposed convolutions") { check<transposed_layers>(); }
TEST_CASE("gradients flow through gates") { check<gated_layers>(); }
TEST_CASE("gradients flow through the states that recurrent layers begin with") { check<stateful_layers>(); }

TEST_CASE("gradients flow through a U-Net") { check<small_unet>(); }
TEST_CASE("gradients flow through residual blocks with a batch norm and a projection") { check<residual_blocks>(); }
TEST_CASE("gradients of values with several readers add up") { check<shared_values>(); }
TEST_CASE("gradients flow through dropout's mask of the step") { check<with_dropout>(); }

TEST_CASE("gradients of losses that take over the head are those of head and loss") {
    const std::int32_t classes[samples]{2, 0};
    check<with_dropout>(nn::cross_entropy{}, {.labels = classes});
    std::vector<double> masks(samples * 4 * 8);
    for (std::size_t i = 0; i < masks.size(); ++i) masks[i] = i % 3 == 0;
    check<small_unet>(nn::binary_cross_entropy{}, {.values = masks.data()});
}

TEST_CASE("who does not ask for the input's gradient gets the same parameters' gradient") {
    CHECK(same_unasked<small_unet>());
    CHECK(same_unasked<transposed_layers>());
}
