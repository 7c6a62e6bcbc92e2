// SPDX-License-Identifier: MIT
/// \file
/// Fifty times of every schedule against PyTorch, their composition as values, and settings that make no sense.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <ctnn/train/schedule/constant_schedule.hpp>
#include <ctnn/train/schedule/cosine_restarts_schedule.hpp>
#include <ctnn/train/schedule/exponential_schedule.hpp>
#include <ctnn/train/schedule/multi_step_schedule.hpp>
#include <ctnn/train/schedule/one_cycle_schedule.hpp>
#include <ctnn/train/schedule/plateau_schedule.hpp>
#include <ctnn/train/schedule/polynomial_schedule.hpp>
#include <ctnn/train/schedule/step_schedule.hpp>
#include <ctnn/train/schedule/warm_up_schedule.hpp>

#include "golden.hpp"

namespace {

namespace nn = ctnn;

constexpr double base = 0.3;

void compare_with_pytorch(const char* name, const nn::rate_schedule& schedule) {
    INFO(name);
    CHECK_FALSE(schedule.check());
    const auto rates = golden::array<double>(std::string("schedule/") + name);
    REQUIRE(rates.size() == 50);
    for (std::size_t t = 0; t < 50; ++t) {
        INFO(t);
        CHECK(std::abs(schedule.rate(base, static_cast<double>(t)) - rates[t]) <= 1e-12);
    }
}

/// The schedule is told what was measured after each time; `level - measured` where larger is better.
void compare_plateau(const char* name, nn::rate_schedule schedule, bool larger_is_better = false) {
    INFO(name);
    CHECK_FALSE(schedule.check());
    const auto rates = golden::array<double>(std::string("schedule/") + name);
    const auto measured = golden::array<double>("schedule/measured");
    for (std::size_t t = 0; t < 50; ++t) {
        INFO(t);
        CHECK(std::abs(schedule.rate(base, static_cast<double>(t)) - rates[t]) <= 1e-12);
        schedule.observe(larger_is_better ? 2 - measured[t] : measured[t], larger_is_better);
    }
    CHECK(rates[49] < base);
}

struct halved_each_epoch {
    double rate(double from, double time) const { return std::ldexp(from, -static_cast<int>(time)); }
};

TEST_CASE("fifty rates of every schedule agree with PyTorch") {
    compare_with_pytorch("constant", nn::constant_schedule{});
    compare_with_pytorch("constant_long", nn::constant_schedule{.factor = 0.1, .length = 20});
    compare_with_pytorch("step", nn::step_schedule{.length = 7});
    compare_with_pytorch("step_half", nn::step_schedule{.length = 10, .factor = 0.5});
    compare_with_pytorch("multi_step", nn::multi_step_schedule{.milestones = {3, 20, 20, 41}, .factor = 0.3});
    compare_with_pytorch("exponential", nn::exponential_schedule{.factor = 0.9});
    compare_with_pytorch("polynomial", nn::polynomial_schedule{});
    compare_with_pytorch("polynomial_power", nn::polynomial_schedule{.length = 40, .power = 0.9});
    compare_with_pytorch("cosine", nn::cosine_schedule{.length = 49, .lowest = 1e-3});
    compare_with_pytorch("cosine_twice", nn::cosine_schedule{.length = 16});
    compare_with_pytorch("cosine_restarts", nn::cosine_restarts_schedule{.length = 10});
    compare_with_pytorch("cosine_restarts_growing",
                         nn::cosine_restarts_schedule{.length = 3, .growth = 2, .lowest = 1e-3});
    compare_with_pytorch("one_cycle", nn::one_cycle_schedule{.length = 50});
    compare_with_pytorch(
        "one_cycle_linear",
        nn::one_cycle_schedule{.length = 50, .rise = 0.4, .start_divisor = 10, .end_divisor = 100, .linear = true});
    compare_with_pytorch("one_cycle_phases", nn::one_cycle_schedule{.length = 50, .rise = 0.37, .three_phases = true});
    compare_with_pytorch("warm_up", nn::warm_up_schedule{.length = 8, .from = 0.1});
    compare_with_pytorch("warm_up_step",
                         nn::warm_up_schedule{.length = 8, .from = 0.1, .then = nn::step_schedule{.length = 7}});
    compare_with_pytorch("warm_up_exponential", nn::warm_up_schedule{.length = 8,
                                                                     .from = 0.1,
                                                                     .then = nn::exponential_schedule{.factor = 0.9}});
}

TEST_CASE("reduction on a plateau agrees with PyTorch") {
    compare_plateau("plateau", nn::plateau_schedule{.patience = 2});
    compare_plateau("plateau_cooling", nn::plateau_schedule{.factor = 0.5,
                                                            .patience = 1,
                                                            .threshold = 0.02,
                                                            .relative = false,
                                                            .cooldown = 3,
                                                            .lowest = 0.02});
    compare_plateau("plateau_largest", nn::plateau_schedule{.factor = 0.3, .patience = 3, .threshold = 1e-2}, true);
    compare_plateau("plateau_least", nn::plateau_schedule{.factor = 0.9, .patience = 0, .least_change = 0.02});
}

TEST_CASE("a measure that is not a number is no improvement") {
    nn::plateau_schedule schedule{.patience = 1};
    schedule.observe(1.0, false);
    for (int i = 0; i < 2; ++i) schedule.observe(std::numeric_limits<double>::quiet_NaN(), false);
    CHECK(schedule.rate(1, 0) == 0.1);
}

TEST_CASE("a schedule is a value: copies remember for themselves, and one of one's own is one more") {
    nn::rate_schedule first = nn::warm_up_schedule{.length = 2, .from = 0, .then = nn::plateau_schedule{.patience = 0}};
    nn::rate_schedule second = first;
    for (int i = 0; i < 3; ++i) first.observe(1, false);
    CHECK(first.rate(1, 5) == doctest::Approx(0.01));
    CHECK(first.rate(1, 1) == 0.5);
    CHECK(second.rate(1, 5) == 1);
    second = halved_each_epoch{};
    CHECK(second.rate(8, 2.5) == 2);
    CHECK_FALSE(second.check());
    second.observe(1, true);
    CHECK(nn::rate_schedule{}.rate(0.7, 3) == 0.7);
    CHECK(nn::rate_schedule{}.empty());
    CHECK_FALSE(second.empty());
}

TEST_CASE("between the epochs a schedule goes on smoothly, and beyond its end it stays or restarts") {
    CHECK(nn::cosine_schedule{.length = 10}.rate(1, 2.5) == doctest::Approx(0.5 + std::sqrt(0.125)));
    CHECK(nn::one_cycle_schedule{.length = 10}.rate(1, 1e6) == doctest::Approx(1 / 25e4));
    CHECK(nn::polynomial_schedule{.length = 10}.rate(1, 1e6) == 0);
    CHECK(nn::cosine_restarts_schedule{.length = 3}.rate(1, 3e9) == 1);
    CHECK(nn::one_cycle_schedule{.length = 2, .rise = 0.5}.rate(1, 0) == 1);  // no time to rise
}

TEST_CASE("schedules refuse settings that make no sense") {
    CHECK(nn::step_schedule{.length = 0}.check().message() ==
          "step_schedule: length is 0, expected a finite number above 0");
    CHECK(nn::cosine_restarts_schedule{.growth = 0.5}.check().message() ==
          "cosine_restarts_schedule: growth is 0.5, expected a finite number of at least 1");
    CHECK(nn::one_cycle_schedule{.rise = 0.5, .three_phases = true}.check().message() ==
          "one_cycle_schedule: rise is 0.5, expected a number below 0.5");
    CHECK(nn::plateau_schedule{.factor = 1}.check().message() ==
          "plateau_schedule: factor is 1, expected a number from 0 to below 1");
    CHECK(nn::warm_up_schedule{.then = nn::polynomial_schedule{.length = -1}}.check().message() ==
          "polynomial_schedule: length is -1, expected a finite number above 0");
    CHECK(nn::multi_step_schedule{.milestones = {3, -1}}.check());
    CHECK(nn::exponential_schedule{.factor = std::numeric_limits<double>::infinity()}.check());
    CHECK(nn::constant_schedule{.factor = -1}.check());
    CHECK(nn::plateau_schedule{.cooldown = -1}.check());
}

}  // namespace
