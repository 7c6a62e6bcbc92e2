// SPDX-License-Identifier: MIT
/// \file
/// Plans of random compositions: what an engine and a training pass compute in shared, reused memory is what a naive
/// executor computes without any plan, and gradients are the differences of the outputs.
#include <doctest/doctest.h>

#include <utility>

#include "naive.hpp"
#include "random_network.hpp"

using namespace ctnn;

namespace {

template <class Net>
void engine_agrees(int seed) {
    CAPTURE(seed);
    const model<Net> m = naive::unlike_any_other<Net>(static_cast<std::uint64_t>(seed));
    for (const extent count : {1, 3}) {
        const std::vector<float> inputs = naive::noise<float>(count * Net::input::size, 7);
        std::vector<float> scores(static_cast<std::size_t>(count * Net::output::size), -1.0f);
        auto run = freeze(m, {.max_batch = count});
        for (int twice = 0; twice < 2; ++twice) {  // the second call finds the arena as the first left it
            run(inputs.data(), scores.data(), count);
            for (extent s = 0; s < count; ++s) {
                const std::vector<double> expected = naive::evaluate(m, inputs.data() + s * Net::input::size);
                for (std::size_t i = 0; i < expected.size(); ++i)
                    REQUIRE(static_cast<double>(scores[static_cast<std::size_t>(s) * expected.size() + i]) ==
                            doctest::Approx(expected[i]).epsilon(1e-4));
            }
        }
    }
}

// L = sum of outputs times fixed numbers. Along a random direction its derivative is (gradient, direction), and the
// central difference with eps = 1e-6 differs by eps^2 of the third derivative and 1e-16 / eps of rounding.
template <class Net>
void gradient_agrees(int seed) {
    CAPTURE(seed);
    constexpr extent count = 2;
    model<Net, double> m = naive::unlike_any_other<Net, double>(static_cast<std::uint64_t>(seed));
    std::vector<double> inputs = naive::noise<double>(count * Net::input::size, 8);
    training_pass<Net, mean_squared_error, double, true> pass{{.max_batch = count, .threads = 1}};

    const auto evaluated = pass.evaluate(m, inputs.data(), count);
    for (extent s = 0; s < count; ++s) {
        const std::vector<double> expected = naive::evaluate(m, inputs.data() + s * Net::input::size);
        for (std::size_t i = 0; i < expected.size(); ++i)
            REQUIRE(evaluated[static_cast<std::size_t>(s) * expected.size() + i] ==
                    doctest::Approx(expected[i]).epsilon(1e-9));
    }

    const std::vector<double> slope = naive::noise<double>(count * Net::output::size, 9);
    const auto value = [&] {
        double sum = 0;
        const auto outputs = pass.forward(m, inputs.data(), count);
        for (std::size_t i = 0; i < outputs.size(); ++i) sum += outputs[i] * slope[i];
        return sum;
    };
    gradient<Net, double> found;
    value();
    for (std::size_t i = 0; i < slope.size(); ++i) pass.output_gradient()[i] = slope[i];
    pass.backward(m, found);
    std::vector<double> of_input(inputs.size());
    for (extent s = 0; s < count; ++s) pass.input_gradient(s, of_input.data() + s * Net::input::size);

    const auto agrees = [&](std::span<double> numbers, const double* derivative, std::uint64_t stream) {
        const double eps = 1e-6;
        const std::vector<double> start(numbers.begin(), numbers.end()),
            direction = naive::noise<double>(std::ssize(numbers), stream);
        double expected = 0;
        const auto move = [&](double by) {
            for (std::size_t i = 0; i < start.size(); ++i) numbers[i] = start[i] + by * direction[i];
        };
        for (std::size_t i = 0; i < start.size(); ++i) expected += derivative[i] * direction[i];
        move(eps);
        double difference = value();
        move(-eps);
        difference = (difference - value()) / (2 * eps);
        move(0);
        CHECK(expected == doctest::Approx(difference).epsilon(1e-5));
    };
    for (std::uint64_t k = 0; k < 3; ++k) {
        agrees(inputs, of_input.data(), 20 + k);
        if (Net::parameter_count > 0) agrees(m.parameters(), found.data(), 30 + k);
    }
}

template <int From, int... I>
void engines_agree(std::integer_sequence<int, I...>) {
    (engine_agrees<random_network::network<From + I, 3>>(From + I), ...);
}
template <int From, int... I>
void gradients_agree(std::integer_sequence<int, I...>) {
    (gradient_agrees<random_network::network<From + I, 3>>(From + I), ...);
}
TEST_CASE("engines of random networks compute what a naive executor does") {
    engines_agree<100>(std::make_integer_sequence<int, 10>{});
}

TEST_CASE("training passes of random networks compute it too, with the right gradients") {
    gradients_agree<200>(std::make_integer_sequence<int, 8>{});
}

}  // namespace
