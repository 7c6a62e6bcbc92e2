// SPDX-License-Identifier: MIT
/// \file
/// A stream gives, step by step, the bits of an engine that has the whole sequence.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace stream_networks {
namespace nn = ctnn;

constexpr nn::extent steps = 23;
using every_step =
    nn::network<nn::shape<steps, 5>, nn::dense<12>, nn::relu, nn::layer_norm<>, nn::lstm<17>, nn::dropout<0.5>,
                nn::gru<9, nn::keras>, nn::residual<nn::dense<9>, nn::gelu, nn::rnn<9>>,
                nn::concat<nn::identity, nn::dense<2>>, nn::dense<3>, nn::softmax>;
using wide_steps = nn::network<nn::shape<steps, 140>, nn::lstm<40>, nn::gru<33>, nn::batch_norm<>, nn::dense<70>>;
using words = nn::network<nn::shape<steps>, nn::embedding<30, 8, nn::padding_index<0>>, nn::lstm<16, nn::masked>,
                          nn::lstm<8, nn::masked, nn::last_step>, nn::dense<6>, nn::relu, nn::dense<2>, nn::softmax>;
static_assert(std::is_same_v<nn::stream<words>::input, nn::shape<1>>);
static_assert(std::is_same_v<nn::stream<every_step>::output, nn::shape<3>>);
static_assert(!nn::streamable<nn::network<nn::shape<9, 3>, nn::bidirectional<nn::lstm<4>>>>);
static_assert(!nn::streamable<nn::network<nn::shape<9, 3>, nn::conv<4>, nn::lstm<4>>>);
static_assert(!nn::streamable<nn::network<nn::shape<9, 3>, nn::lstm<4>, nn::flatten, nn::dense<2>>>);
static_assert(!nn::streamable<nn::network<nn::shape<9, 3>, nn::group_norm<3>, nn::lstm<4>>>);
static_assert(!nn::streamable<nn::network<nn::shape<9>, nn::dense<4>>>);

template <class Net, class T>
nn::model<Net, T> model_of() {
    nn::model<Net, T> m{nn::seed{4}};
    const nn::random_stream random(nn::seed{5}, 1);
    for (std::size_t i = 0; i < m.parameters().size(); ++i)
        m.parameters()[i] += static_cast<T>(0.2 * random.uniform(i) - 0.1);
    return m;
}

template <class T>
std::vector<T> numbers(nn::extent count, double factor) {
    const nn::random_stream random(nn::seed{6}, 2);
    std::vector<T> result(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<T>(factor * (random.uniform(i) - 0.1));
    return result;
}

/// Twice the same sequence: reset() forgets the first time, which ends in NaN.
template <class Net, class T>
void check_every_step() {
    const auto m = model_of<Net, T>();
    auto engine = nn::freeze(m);
    auto stream = nn::freeze_stream(m);
    const std::vector<T> x = numbers<T>(Net::input::size, 2);
    const std::vector<T> spoiled(x.size(), std::numeric_limits<T>::quiet_NaN());
    const auto whole = engine(x.data());
    constexpr nn::extent width = nn::stream<Net, T>::output::size, in = nn::stream<Net, T>::input::size;
    for (int turn = 0; turn < 2; ++turn) {
        for (nn::extent t = 0; t < steps; ++t) {
            const auto y = stream.step(x.data() + t * in);
            CHECK(std::equal(y.data(), y.data() + width, whole.data() + t * width));
        }
        stream.step(spoiled.data());
        stream.reset();
    }
}

}  // namespace stream_networks

using namespace stream_networks;

TEST_CASE("a stream gives the bits of an engine at every step") {
    check_every_step<every_step, float>();
    check_every_step<every_step, double>();
    check_every_step<wide_steps, float>();
}

TEST_CASE("a stream that gives the last step gives what is known so far") {
    const auto m = model_of<words, float>();
    auto engine = nn::freeze(m);
    auto stream = nn::freeze_stream(m);
    std::vector<float> x = numbers<float>(steps, 33);  // some are no class
    x[7] = 0;
    for (nn::extent t = 0; t < steps; ++t) {
        std::vector<float> so_far(static_cast<std::size_t>(steps), 0.0F);  // the rest is padding
        std::copy(x.begin(), x.begin() + t + 1, so_far.begin());
        const auto y = stream.step(x.data() + t);
        const auto expected = engine(so_far.data());
        CHECK(y[0] == expected[0]);
        CHECK(y[1] == expected[1]);
    }
}
