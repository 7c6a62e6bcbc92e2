// SPDX-License-Identifier: MIT
/// \file
/// Fifty steps of every optimizer against PyTorch and the papers' formulas, and what all of them promise: pieces,
/// penalties, NaN.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <ctnn/train/optimizer/adadelta.hpp>
#include <ctnn/train/optimizer/adagrad.hpp>
#include <ctnn/train/optimizer/adamax.hpp>
#include <ctnn/train/optimizer/adamw.hpp>
#include <ctnn/train/optimizer/lion.hpp>
#include <ctnn/train/optimizer/nadam.hpp>
#include <ctnn/train/optimizer/radam.hpp>
#include <ctnn/train/optimizer/rmsprop.hpp>
#include <ctnn/train/optimizer/sgd.hpp>

#include "golden.hpp"

namespace {

namespace nn = ctnn;

/// An optimizer of one's own, as the protocol's page has it.
struct heavy_ball {
    double rate = 1e-2, momentum = 0.9;
    nn::extent slots() const { return 1; }
    nn::error check() const { return {}; }
    template <class T>
    void step(T* parameters, const T* gradients, T* state, nn::extent count, std::uint64_t, nn::extent stride) const {
        const T downhill = static_cast<T>(-rate), keep = static_cast<T>(momentum);
        nn::kernels::descend<1>(parameters, gradients, state, count, stride, [=](auto p, auto gradient, auto* slot) {
            slot[0] = keep * slot[0] + downhill * gradient;
            return p + slot[0];
        });
    }
};

static_assert(nn::optimizer<nn::adadelta> && nn::optimizer<nn::adagrad> && nn::optimizer<nn::adamax>);
static_assert(nn::optimizer<nn::lion> && nn::optimizer<nn::nadam> && nn::optimizer<nn::radam>);
static_assert(nn::optimizer<nn::rmsprop> && nn::optimizer<heavy_ball>);
static_assert(nn::adam{.amsgrad = true}.slots() == 3 && nn::rmsprop{.momentum = 0.9, .centered = true}.slots() == 3);

/// Calls use(optimizer, name of the golden file) with every optimizer and every option.
template <class Use>
void for_each_optimizer(const Use& use) {
    use(nn::sgd{.rate = 0.1}, "sgd");
    use(nn::sgd{.rate = 0.05, .momentum = 0.9}, "sgd_momentum");
    use(nn::sgd{.rate = 0.05, .momentum = 0.8, .weight_decay = 0.02, .dampening = 0.3, .l1 = 0.01}, "sgd_dampening");
    use(nn::sgd{.rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01, .l1 = 0.02}, "sgd_nesterov");
    use(nn::adam{.rate = 1e-2}, "adam");
    use(nn::adam{.rate = 0.05,
                 .beta1 = 0.8,
                 .beta2 = 0.9,
                 .epsilon = 1e-4,
                 .weight_decay = 0.1,
                 .amsgrad = true,
                 .l1 = 0.02},
        "adam_amsgrad");
    use(nn::adamw{.rate = 1e-2}, "adamw");
    use(nn::adamw{.rate = 0.05,
                  .beta1 = 0.8,
                  .beta2 = 0.9,
                  .epsilon = 1e-4,
                  .weight_decay = 0.2,
                  .amsgrad = true,
                  .l1 = 0.02},
        "adamw_amsgrad");
    use(nn::rmsprop{}, "rmsprop");
    use(nn::rmsprop{.rate = 0.02, .smoothing = 0.9, .epsilon = 1e-3, .centered = true}, "rmsprop_centered");
    use(nn::rmsprop{.rate = 0.005, .weight_decay = 0.05, .momentum = 0.8}, "rmsprop_momentum");
    use(nn::rmsprop{.rate = 0.005,
                    .smoothing = 0.95,
                    .weight_decay = 0.05,
                    .momentum = 0.7,
                    .centered = true,
                    .l1 = 0.02},
        "rmsprop_both");
    use(nn::adagrad{}, "adagrad");
    use(nn::adagrad{.rate = 0.3,
                    .rate_decay = 0.1,
                    .epsilon = 1e-4,
                    .weight_decay = 0.05,
                    .initial_sum = 0.5,
                    .l1 = 0.02},
        "adagrad_decay");
    use(nn::adadelta{}, "adadelta");
    use(nn::adadelta{.rate = 0.5, .smoothing = 0.8, .epsilon = 1e-4, .weight_decay = 0.05, .l1 = 0.02},
        "adadelta_decay");
    use(nn::adamax{}, "adamax");
    use(nn::adamax{.rate = 0.05, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-3, .weight_decay = 0.05, .l1 = 0.02},
        "adamax_decay");
    use(nn::nadam{}, "nadam");
    use(nn::nadam{.rate = 0.05,
                  .beta1 = 0.8,
                  .beta2 = 0.9,
                  .epsilon = 1e-3,
                  .weight_decay = 0.05,
                  .momentum_decay = 0.1,
                  .l1 = 0.02},
        "nadam_decay");
    use(nn::radam{}, "radam");
    use(nn::radam{.rate = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.05, .l1 = 0.02},
        "radam_decay");
    use(nn::lion{}, "lion");
    use(nn::lion{.rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.5, .l1 = 0.02}, "lion_decay");
}

constexpr std::size_t count = 11, steps = 50;

/// The gradient is curvature * (p - goal) + noise. Rows of the problem: start, goal, curvature, noise of each step.
template <class T>
struct problem {
    std::vector<T> rows = golden::cast<T>(golden::array<double>("descent/problem"));
    T at(std::size_t row, std::size_t i) const { return rows[row * count + i]; }

    std::vector<T> gradients(const std::vector<T>& p, std::size_t step) const {
        std::vector<T> result;
        for (std::size_t i = 0; i < count; ++i) result.push_back(at(2, i) * (p[i] - at(1, i)) + at(3 + step, i));
        return result;
    }
};

/// Every step against the rows of the golden file: five steps in float, then each tenth in double.
template <class T, class Optimizer>
void compare_with_golden(const problem<T>& surface, const Optimizer& optimizer, const char* name) {
    INFO(name);
    constexpr bool single = std::is_same_v<T, float>;
    REQUIRE_FALSE(optimizer.check());
    const auto wanted = golden::array<double>(std::string("descent/") + name);
    REQUIRE(wanted.size() == 10 * count);
    std::vector<T> parameters, state(static_cast<std::size_t>(optimizer.slots()) * count);
    for (std::size_t i = 0; i < count; ++i) parameters.push_back(surface.at(0, i));
    for (std::size_t t = 0; t < (single ? 5 : steps); ++t) {
        const auto gradients = surface.gradients(parameters, t);
        optimizer.step(parameters.data(), gradients.data(), state.data(), nn::extent{count}, t + 1);
        if (!single && t % 10 != 9) continue;
        for (std::size_t i = 0; i < count; ++i) {
            INFO(t, ' ', i);
            const double expected = wanted[(single ? t : 5 + t / 10) * count + i];
            CHECK(std::abs(static_cast<double>(parameters[i]) - expected) <=
                  (single ? 1e-5 : 1e-8) * std::max(1.0, std::abs(expected)));
        }
    }
}

TEST_CASE_TEMPLATE("every optimizer with every option agrees with PyTorch and its paper", T, float, double) {
    const problem<T> surface;
    for_each_optimizer([&](const auto& o, const char* name) { compare_with_golden<T>(surface, o, name); });
}

TEST_CASE("an optimizer of one's own is sgd with momentum in other words") {
    const problem<double> surface;
    std::vector<double> a(count, 0.5), b = a, a_state(count), b_state(count);
    for (std::size_t t = 0; t < steps; ++t) {
        const auto ga = surface.gradients(a, t), gb = surface.gradients(b, t);
        heavy_ball{}.step(a.data(), ga.data(), a_state.data(), nn::extent{count}, t + 1, 0);
        nn::sgd{.momentum = 0.9}.step(b.data(), gb.data(), b_state.data(), nn::extent{count}, t + 1);
    }
    for (std::size_t i = 0; i < count; ++i) CHECK(std::abs(a[i] - b[i]) < 1e-12);
}

TEST_CASE_TEMPLATE("a step over pieces, and beside others, has the bits of a step over the whole", T, float, double) {
    constexpr nn::extent all = 67, stride = 80;
    for_each_optimizer([&](const auto& o, const char* name) {
        INFO(name);
        std::vector<T> whole(all), parts, gradients(all);
        for (std::size_t i = 0; i < all; ++i) whole[i] = static_cast<T>(std::sin(1.0 + static_cast<double>(i)));
        parts = whole;
        const std::size_t slots = static_cast<std::size_t>(o.slots());
        std::vector<T> whole_state(slots * all), parts_state(slots * stride);
        for (std::uint64_t time = 1; time <= 3; ++time) {
            for (std::size_t i = 0; i < all; ++i)
                gradients[i] = static_cast<T>(std::cos(static_cast<double>(time * i)));
            o.step(whole.data(), gradients.data(), whole_state.data(), all, time);
            for (const auto& [first, last] : {std::pair{0, 1}, {1, 9}, {9, 40}, {40, 67}})
                o.step(parts.data() + first, gradients.data() + first, parts_state.data() + first,
                       nn::extent{last - first}, time, stride);
        }
        CHECK(whole == parts);
        for (std::size_t k = 0; k < slots; ++k)
            for (std::size_t i = 0; i < stride; ++i)
                CHECK(parts_state[k * stride + i] == (i < all ? whole_state[k * all + i] : T{0}));
    });
}

TEST_CASE_TEMPLATE("a gradient that is NaN is seen in its parameter, and in no other", T, float, double) {
    for_each_optimizer([&](const auto& o, const char* name) {
        INFO(name);
        std::vector<T> parameters(20, T{1}), gradients(20, T{1}), state(static_cast<std::size_t>(o.slots()) * 20);
        gradients[3] = gradients[18] = std::numeric_limits<T>::quiet_NaN();
        // Not before the second step sgd with momentum reads its buffer.
        for (std::uint64_t time = 1; time <= 2; ++time)
            o.step(parameters.data(), gradients.data(), state.data(), 20, time);
        for (std::size_t i = 0; i < 20; ++i) CHECK(std::isnan(parameters[i]) == (i == 3 || i == 18));
    });
}

TEST_CASE("gradients of zero leave a parameter where it is, unless it is decayed") {
    for_each_optimizer([](const auto& o, const char* name) {
        INFO(name);
        auto without = nn::detail::without_decay(o);
        std::vector<float> parameters(9, 1.0f), gradients(9), state(static_cast<std::size_t>(o.slots()) * 9);
        for (std::uint64_t time = 1; time <= 3; ++time)
            without.step(parameters.data(), gradients.data(), state.data(), 9, time);
        CHECK(parameters == std::vector<float>(9, 1.0f));
        if (o.weight_decay == 0) return;
        for (std::uint64_t time = 1; time <= 3; ++time)
            o.step(parameters.data(), gradients.data(), state.data(), 9, time);
        CHECK(parameters[8] < 1.0f);
    });
}

TEST_CASE("a constant gradient, whose variance rounds below zero, moves centered RMSprop on") {
    std::vector<float> parameters(3, 1.0f), state(6);
    const std::vector<float> gradients{0.1f, 1e-3f, 7.77f};
    for (std::uint64_t time = 1; time <= 5000; ++time)
        nn::rmsprop{.rate = 1e-6, .smoothing = 0.9, .epsilon = 1e-2, .centered = true}.step(
            parameters.data(), gradients.data(), state.data(), 3, time);
    for (const float p : parameters) CHECK(std::isfinite(p));
}

TEST_CASE("NAdam's product of momenta is that of its steps, near and far") {
    // With a gradient in the first step alone, m and v are known, and the step tells the product.
    for (const double fade : {0.0, 4e-3, 0.5}) {
        for (const std::uint64_t time : {1u, 2u, 10u, 300u}) {
            double product = 1;
            const auto momentum = [&](double t) { return 0.99 * (1 - 0.5 * std::pow(0.96, t * fade)); };
            for (std::uint64_t t = 1; t <= time; ++t) product *= momentum(static_cast<double>(t));
            const double next = momentum(static_cast<double>(time + 1));
            double parameter = 0, gradient = 0, state[2]{0.5, 4.0};
            nn::nadam{.rate = 1, .beta1 = 0.99, .beta2 = 0.9, .epsilon = 0, .momentum_decay = fade}.step(
                &parameter, &gradient, state, 1, time);
            const double root = std::sqrt(4.0 * 0.9 / (1 - std::pow(0.9, static_cast<double>(time))));
            CHECK(parameter == doctest::Approx(-next / (1 - product * next) * 0.5 * 0.99 / root).epsilon(1e-12));
        }
    }
}

TEST_CASE("the optimizers refuse settings that make no sense, by name") {
    CHECK(nn::adagrad{.rate_decay = -1}.check().message() ==
          "adagrad: rate_decay is -1, expected a finite number of at least 0");
    CHECK(nn::adadelta{.smoothing = 1}.check().message() ==
          "adadelta: smoothing is 1, expected a number from 0 to below 1");
    CHECK(nn::rmsprop{.momentum = -0.5}.check().message() ==
          "rmsprop: momentum is -0.5, expected a finite number of at least 0");
    CHECK(nn::lion{.beta2 = 1}.check().message() == "lion: beta2 is 1, expected a number from 0 to below 1");
    CHECK(nn::nadam{.momentum_decay = std::nan("")}.check().kind() == nn::error_kind::invalid_argument);
    for_each_optimizer([](auto o, const char* name) {
        INFO(name);
        CHECK_FALSE(o.check());
        o.l1 = -1;
        CHECK(o.check().message().find(": l1 is -1, expected a finite number of at least 0") != std::string::npos);
        o.l1 = 0;
        o.weight_decay = std::numeric_limits<double>::infinity();
        CHECK(o.check());
    });
}

}  // namespace
