// SPDX-License-Identifier: MIT
/// \file
/// Training steps whose convolutions Winograd computes: gradients agree with those of the direct algorithm within the
/// promised error, and fifty steps on any number of threads give equal bits.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "../kernels/nearness.hpp"

namespace {

namespace nn = ctnn;

constexpr nn::extent samples = 5;

/// Smooth, so that no rounding turns a slope around; with a value that two convolutions read, one through a slice.
template <auto Algorithm>
using net = nn::network<
    nn::shape<13, 18, 2>, nn::conv<7, 3, nn::same, Algorithm>, nn::tanh,
    nn::concat<nn::conv<17, 3, nn::same, Algorithm>, nn::conv<5, 3, nn::padding<1>, nn::no_bias, Algorithm>>, nn::tanh,
    nn::avg_pool<>, nn::conv<23, 3, Algorithm>, nn::tanh, nn::conv<9, 3, nn::padding<2>, Algorithm>,
    nn::global_avg_pool, nn::dense<3>>;
template <auto Algorithm>
using volume_net =
    nn::network<nn::shape<5, 9, 7, 2>, nn::conv<6, 3, nn::same, Algorithm>, nn::tanh,
                nn::conv<4, nn::kernel<2, 3, 3>, Algorithm>, nn::tanh, nn::global_avg_pool, nn::dense<3>>;

std::vector<float> numbers(nn::extent count, std::uint64_t stream) {
    nn::random_stream random(nn::seed{5}, stream);
    std::vector<float> result(static_cast<std::size_t>(count));
    for (float& x : result) x = static_cast<float>(2 * random.next_uniform() - 1);
    return result;
}

/// Gradients of all parameters, then of the inputs.
template <class Net>
std::vector<float> gradients(nn::extent threads) {
    nn::model<Net> m{nn::seed{2}};
    nn::training_pass<Net, nn::mean_squared_error, float, true> pass{{.max_batch = samples, .threads = threads}};
    nn::gradient<Net> slope;
    const std::vector<float> inputs = numbers(samples * Net::input::size, 1), values = numbers(samples * 3, 2);
    pass.forward(m, inputs.data(), samples);
    REQUIRE(std::isfinite(pass.loss(nn::mean_squared_error{}, {.values = values.data()})));
    pass.backward(m, slope);
    std::vector<float> all(slope.values().begin(), slope.values().end());
    std::vector<float> dx(static_cast<std::size_t>(Net::input::size));
    for (nn::extent s = 0; s < samples; ++s) {
        pass.input_gradient(s, dx.data());
        all.insert(all.end(), dx.begin(), dx.end());
    }
    return all;
}

TEST_CASE("gradients with Winograd agree with those of the direct algorithm, on any number of threads") {
    const auto compare = []<class Direct, class Winograd>() {
        const std::vector<float> expected = gradients<Direct>(1), found = gradients<Winograd>(1);
        CHECK(relative_error(found, expected) <= 2e-5);
        for (const nn::extent threads : {2, 3, 7}) CHECK(same_bits(gradients<Winograd>(threads), found));
    };
    compare.operator()<net<nn::exact>, net<nn::winograd<4>>>();
    compare.operator()<net<nn::exact>, net<nn::winograd<2>>>();
    compare.operator()<volume_net<nn::exact>, volume_net<nn::winograd<4>>>();
    compare.operator()<volume_net<nn::exact>, volume_net<nn::winograd<2>>>();
}

TEST_CASE("fifty steps with Winograd give equal bits on any number of threads") {
    using tested = net<nn::winograd<4>>;
    const std::vector<float> inputs = numbers(samples * tested::input::size, 1), values = numbers(samples * 3, 2);
    std::vector<float> first;
    for (const nn::extent threads : {1, 2, 3, 7}) {
        nn::model<tested> m{nn::seed{2}};
        nn::training_pass<tested, nn::mean_squared_error> pass{{.max_batch = samples, .threads = threads}};
        nn::gradient<tested> slope;
        const nn::adam descent{};
        nn::optimizer_state<nn::adam, tested> memory(descent);
        for (int step = 0; step < 50; ++step) {
            pass.forward(m, inputs.data(), samples);
            REQUIRE(std::isfinite(pass.loss(nn::mean_squared_error{}, {.values = values.data()})));
            slope.fill_zero();
            pass.backward(m, slope);
            memory.step(descent, m, slope, threads);
        }
        const std::vector<float> trained(m.parameters().begin(), m.parameters().end());
        if (first.empty()) first = trained;
        CHECK(same_bits(trained, first));
    }
}

}  // namespace
