// SPDX-License-Identifier: MIT
/// \file
/// Sequences shorter than T: what stands at absent steps is seen by nobody, whichever way they are marked.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "differences.hpp"

namespace masks {
namespace nn = ctnn;
using nn::extent;

constexpr extent steps = 9, channels = 3;
template <class... Layers>
using with_zeros = nn::network<nn::shape<steps, channels>, nn::masking<>, Layers...>;
template <class... Layers>
using with_length =
    nn::network<nn::inputs<nn::shape<steps, channels>, nn::shape<1>>, nn::input<0>, nn::length_mask<1>, Layers...>;

// Where the steps are lost nobody could say any more which of them are absent.
static_assert(nn::composable<nn::shape<9, 3>, nn::masking<>, nn::conv<4, 3, nn::same>, nn::lstm<4>>);
static_assert(!nn::composable<nn::shape<9, 3>, nn::masking<>, nn::conv<4>, nn::lstm<4>>);
static_assert(!nn::composable<nn::shape<9, 3>, nn::masking<>, nn::max_pool<>, nn::lstm<4>>);
static_assert(!nn::composable<nn::shape<9, 4, 3>, nn::masking<>, nn::global_avg_pool>);
static_assert(!nn::composable<nn::shape<9>, nn::masking<>, nn::dense<4>>);
static_assert(nn::composable<nn::shape<9>, nn::masking<>, nn::embedding<5, 4>, nn::gru<4>>);
static_assert(!nn::composable<nn::shape<9, 3>, nn::time_distributed<nn::masking<>>>);
static_assert(!nn::composable<nn::shape<9, 3>, nn::length_mask<0>, nn::gru<4>>);
// A mask costs what it is, a number a step; without one nothing is changed.
static_assert(with_zeros<nn::gru<4>>::parameter_count == nn::network<nn::shape<9, 3>, nn::gru<4>>::parameter_count);
static_assert(with_zeros<nn::gru<4>>::workspace_bytes(1) <=
              nn::network<nn::shape<9, 3>, nn::gru<4>>::workspace_bytes(1) + 64);

template <class Net>
nn::model<Net, double> model_of() {
    nn::model<Net, double> m{nn::seed{4}};
    const nn::random_stream random(nn::seed{5}, 1);
    for (std::size_t i = 0; i < m.parameters().size(); ++i) m.parameters()[i] += 0.4 * random.uniform(i) - 0.2;
    return m;
}

// A sample of `length` steps and, behind them, `filling`.
std::vector<double> sample_of(extent length, double filling) {
    const nn::random_stream random(nn::seed{6}, 2);
    std::vector<double> x(static_cast<std::size_t>(steps * channels), filling);
    for (std::size_t i = 0; i < static_cast<std::size_t>(length * channels); ++i) x[i] = random.uniform(i) - 0.3;
    return x;
}

template <class Net>
std::vector<double> evaluated(const nn::model<Net, double>& m, std::vector<double> x, double length = -1) {
    if (length >= 0) x.push_back(length);
    auto engine = nn::freeze(m);
    const auto y = engine(x.data());
    return {y.data(), y.data() + Net::output::size};
}

// The scores of a whole network for each length are those of the same layers over a sequence of that length.
template <class... Layers>
void check_lengths() {
    const auto zeros = model_of<with_zeros<Layers...>>();
    const auto length = model_of<with_length<Layers...>>();
    for (extent n = 0; n <= steps; ++n) {
        CAPTURE(n);
        const std::vector<double> expected = evaluated(zeros, sample_of(n, 0));
        CHECK(evaluated(length, sample_of(n, 0), static_cast<double>(n)) == expected);
        CHECK(evaluated(length, sample_of(n, 77), static_cast<double>(n)) == expected);
        for (const double y : expected) CHECK(std::isfinite(y));
        if (n != 5) continue;
        // A network without a mask over five steps.
        const auto short_one = model_of<nn::network<nn::shape<5, channels>, Layers...>>();
        const std::vector<double> x = sample_of(5, 0);
        const std::vector<double> y = evaluated(short_one, std::vector<double>(x.begin(), x.begin() + 5 * channels));
        REQUIRE(y.size() == expected.size());
        for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::abs(y[i] - expected[i]) < 1e-13);
    }
}

// The steps of both branches are those of the first: classes below 0 are none.
using masked_layers =
    nn::network<nn::inputs<nn::shape<9>, nn::shape<9, 2>>,
                nn::concat<nn::chain<nn::input<0>, nn::embedding<9, 3>, nn::masking<>>, nn::input<1>>, nn::dense<4>,
                nn::gru<4>, nn::bidirectional<nn::lstm<3>>, nn::transformer_encoder<nn::heads<2>>,
                nn::sum<nn::global_avg_pool, nn::global_max_pool, nn::additive_attention_pool<2>,
                        nn::chain<nn::rnn<6, nn::last_step>>>>;
using decoder_layers =
    nn::network<nn::inputs<nn::shape<5>, nn::shape<4, 3>>,
                nn::with_memory<nn::chain<nn::input<0>, nn::embedding<3, 6>, nn::masking<>, nn::dense<4>>, nn::input<1>,
                                nn::dense<6>, nn::transformer_decoder<nn::heads<3>, nn::pre_norm>>,
                nn::dense<2>>;

}  // namespace masks

using namespace masks;

TEST_CASE("a masked sequence gives what one of its own length gives, whatever fills it up") {
    check_lengths<nn::rnn<4>, nn::gru<5, nn::last_step>>();
    check_lengths<nn::bidirectional<nn::lstm<4>>, nn::bidirectional<nn::gru<3, nn::last_step>>, nn::dense<2>>();
    check_lengths<nn::dense<4>, nn::tanh, nn::global_avg_pool>();
    check_lengths<nn::dense<4>, nn::tanh, nn::global_max_pool, nn::dense<2>>();
    check_lengths<nn::dense<6>, nn::positional_encoding<>, nn::transformer_encoder<nn::heads<2>, nn::pre_norm>,
                  nn::transformer_encoder<nn::heads<3>, nn::causal>, nn::global_avg_pool>();
}

TEST_CASE("of a sequence without steps pools give 0, and attention the bias of its projection") {
    for (const double y : evaluated(model_of<with_length<nn::dense<4>, nn::global_max_pool>>(), sample_of(9, 1), 0))
        CHECK(y == 0);
    using attention = with_length<nn::scaled_dot_product_attention<>>;
    for (const double y : evaluated(model_of<attention>(), sample_of(9, 1), 0)) CHECK(y == 0);
    // Lengths that are none.
    const auto m = model_of<with_length<nn::dense<4>, nn::global_avg_pool>>();
    for (const double none : {0.5, std::numeric_limits<double>::quiet_NaN()}) {
        std::vector<double> x = sample_of(9, 1);
        x.push_back(none);
        auto engine = nn::freeze(m);
        const auto scores = engine(x.data());
        for (extent i = 0; i < 4; ++i) CHECK(scores.data()[i] == 0);
    }
    CHECK(evaluated(m, sample_of(9, 1), 1e30) == evaluated(m, sample_of(9, 1), 9));
}

TEST_CASE("gradients flow through masked layers and decoders") {
    differences::check<masked_layers>();
    differences::check<decoder_layers>();
}

TEST_CASE("the gradient of absent steps is 0, and that of a length too") {
    using net = with_length<nn::dense<4>, nn::gru<3>, nn::transformer_encoder<>, nn::global_avg_pool>;
    auto m = model_of<net>();
    nn::training_pass<net, nn::mean_squared_error, double, true> pass{{.max_batch = 1}};
    nn::gradient<net, double> gradient;
    std::vector<double> x = sample_of(9, 1), dx(x.size() + 1, 7.0);
    x.push_back(6);
    pass.forward(m, x.data(), 1);
    for (double& d : pass.output_gradient()) d = 1;
    pass.backward(m, gradient);
    pass.input_gradient(0, dx.data());
    for (std::size_t i = 0; i < dx.size(); ++i) CHECK((dx[i] == 0) == (i >= 6 * channels));
}

TEST_CASE("a stream passes over masked steps with an engine's bits") {
    using net = nn::network<nn::shape<steps, channels>, nn::masking<>, nn::dense<4>, nn::gru<5>, nn::lstm<3>>;
    const auto m = model_of<net>();
    auto engine = nn::freeze(m);
    auto stream = nn::freeze_stream(m);
    std::vector<double> x = sample_of(9, 0);
    for (extent c = 0; c < channels; ++c) x[static_cast<std::size_t>(2 * channels + c)] = 0;
    const auto whole = engine(x.data());
    for (extent t = 0; t < steps; ++t) {
        const auto y = stream.step(x.data() + t * channels);
        CHECK(std::equal(y.data(), y.data() + 3, whole.data() + t * 3));
    }
    static_assert(nn::streamable<nn::network<nn::shape<9>, nn::masking<>, nn::embedding<5, 4>, nn::gru<4>>>);
}
