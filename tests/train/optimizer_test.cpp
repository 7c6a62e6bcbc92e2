// SPDX-License-Identifier: MIT
/// \file
/// Optimizers against PyTorch, and steps over pieces.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/train/optimizer/adam.hpp"
#include "ctnn/train/optimizer/adamw.hpp"
#include "ctnn/train/optimizer/sgd.hpp"
#include "golden.hpp"

namespace {

using ctnn::extent;

static_assert(ctnn::optimizer<ctnn::sgd> && ctnn::optimizer<ctnn::adam> && ctnn::optimizer<ctnn::adamw>);
static_assert(!ctnn::optimizer<double>);
static_assert(ctnn::sgd{}.slots() == 0 && ctnn::sgd{.momentum = 0.9}.slots() == 1 && ctnn::adam{}.slots() == 2);

/// Twenty steps against PyTorch's. In float a step may differ by some rounding of the sums before it.
template <class T, class Optimizer>
void compare_with_pytorch(const Optimizer& optimizer, const std::string& name) {
    INFO(name);
    constexpr double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;
    REQUIRE_FALSE(optimizer.check());
    auto parameters = golden::cast<T>(golden::array<double>("optimizer/start"));
    const auto gradients = golden::cast<T>(golden::array<double>("optimizer/gradients"));
    const auto trajectory = golden::array<T>("optimizer/" + name + (std::is_same_v<T, float> ? ".float" : ".double"));
    const std::size_t count = parameters.size(), steps = gradients.size() / count;
    REQUIRE(steps == 20);
    REQUIRE(trajectory.size() == gradients.size());
    std::vector<T> state(static_cast<std::size_t>(optimizer.slots()) * count);
    for (std::size_t t = 0; t < steps; ++t) {
        optimizer.step(parameters.data(), gradients.data() + t * count, state.data(), static_cast<extent>(count),
                       t + 1);
        for (std::size_t i = 0; i < count; ++i) {
            const double wanted = static_cast<double>(trajectory[t * count + i]);
            CHECK(std::abs(static_cast<double>(parameters[i]) - wanted) <= tolerance * (1 + std::abs(wanted)));
        }
    }
}

template <class T>
std::vector<T> noise(extent count, std::uint64_t stream) {
    ctnn::random_stream random(ctnn::seed{11}, stream);
    std::vector<T> values;
    for (extent i = 0; i < count; ++i) values.push_back(static_cast<T>(2 * random.next_uniform() - 1));
    return values;
}

/// Three steps of the whole against three steps of the pieces that begin at `cuts`, bit by bit.
template <class T, class Optimizer>
void check_cuts(const Optimizer& optimizer, extent count, const std::vector<extent>& cuts) {
    auto whole = noise<T>(count, 0), parts = whole;
    std::vector<T> whole_state(static_cast<std::size_t>(optimizer.slots() * count)), parts_state = whole_state;
    for (std::uint64_t time = 1; time <= 3; ++time) {
        const auto gradients = noise<T>(count, time);
        optimizer.step(whole.data(), gradients.data(), whole_state.data(), count, time);
        extent first = 0;
        for (std::size_t c = 0; c <= cuts.size(); ++c) {
            const extent last = c < cuts.size() ? cuts[c] : count;
            optimizer.step(parts.data() + first, gradients.data() + first, parts_state.data() + first, last - first,
                           time, count);
            first = last;
        }
    }
    CHECK(whole == parts);
    CHECK(whole_state == parts_state);
    CHECK(whole != noise<T>(count, 0));
}

}  // namespace

TEST_CASE_TEMPLATE("twenty steps of each optimizer agree with PyTorch", T, float, double) {
    compare_with_pytorch<T>(ctnn::sgd{.rate = 0.05}, "sgd");
    compare_with_pytorch<T>(ctnn::sgd{.rate = 0.05, .weight_decay = 0.1}, "sgd_decay");
    compare_with_pytorch<T>(ctnn::sgd{.rate = 0.05, .momentum = 0.9}, "sgd_momentum");
    compare_with_pytorch<T>(ctnn::sgd{.rate = 0.05, .momentum = 0.8, .weight_decay = 0.02, .dampening = 0.3},
                            "sgd_dampening");
    compare_with_pytorch<T>(ctnn::sgd{.rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01},
                            "sgd_nesterov");
    compare_with_pytorch<T>(ctnn::adam{.rate = 1e-3}, "adam");
    compare_with_pytorch<T>(ctnn::adam{.rate = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3}, "adam_fast");
    compare_with_pytorch<T>(ctnn::adam{.rate = 0.01, .weight_decay = 0.1}, "adam_decay");
    compare_with_pytorch<T>(ctnn::adamw{.rate = 1e-3}, "adamw");
    compare_with_pytorch<T>(ctnn::adamw{.rate = 0.02, .beta1 = 0.85, .beta2 = 0.98, .weight_decay = 0.2},
                            "adamw_decay");
}

TEST_CASE_TEMPLATE("a step over pieces gives the bits of a step over the whole", T, float, double) {
    for (const extent count : {extent{1}, extent{31}, extent{64}, extent{131}}) {
        const std::vector<extent> cuts = count < 31 ? std::vector<extent>{} : std::vector<extent>{1, 4, 17, 30};
        check_cuts<T>(ctnn::sgd{.weight_decay = 0.1}, count, cuts);
        check_cuts<T>(ctnn::sgd{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1}, count, cuts);
        check_cuts<T>(ctnn::adam{.rate = 0.01, .weight_decay = 0.1}, count, cuts);
        check_cuts<T>(ctnn::adamw{.rate = 0.01}, count, cuts);
    }
}

TEST_CASE("a step over nothing touches nothing") {
    ctnn::sgd{}.step<float>(nullptr, nullptr, nullptr, 0, 1);
    ctnn::sgd{.momentum = 0.5}.step<float>(nullptr, nullptr, nullptr, 0, 1);
    ctnn::adam{}.step<double>(nullptr, nullptr, nullptr, 0, 1);
    ctnn::adamw{}.step<double>(nullptr, nullptr, nullptr, 0, 1);
}

TEST_CASE("optimizers refuse settings that make no sense") {
    CHECK(ctnn::sgd{.rate = -1}.check().message() == "sgd: rate is -1, expected a finite number of at least 0");
    CHECK(ctnn::sgd{.rate = std::nan("")}.check().kind() == ctnn::error_kind::invalid_argument);
    CHECK(ctnn::sgd{.nesterov = true}.check().message() == "sgd: nesterov needs a momentum and no dampening");
    CHECK(ctnn::sgd{.momentum = 0.9, .nesterov = true, .dampening = 0.1}.check());
    CHECK(ctnn::adam{.beta1 = 1}.check().message() == "adam: beta1 is 1, expected a number from 0 to below 1");
    CHECK(ctnn::adamw{.beta2 = -0.1}.check().message() == "adamw: beta2 is -0.1, expected a number from 0 to below 1");
    CHECK(ctnn::adamw{.epsilon = -1}.check());
    CHECK(ctnn::adamw{.weight_decay = -1}.check());
    CHECK_FALSE(ctnn::adam{.rate = 0}.check());
}
