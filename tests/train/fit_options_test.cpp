// SPDX-License-Identifier: MIT
/// \file
/// What fit() does between the gradient and the step: schedules, accumulation, clipping, averages, decay of weights
/// alone.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "golden.hpp"
#include "small_data.hpp"

using namespace small_data;

namespace {

/// Without dropout and batch norm, so that a batch is the sum of its parts.
using plain = nn::network<nn::shape<6, 6, 1>, nn::conv<4>, nn::relu, nn::flatten, nn::dense<3>, nn::softmax>;
using options = nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>>;

/// The weights after training without shuffling.
template <class Optimizer>
std::vector<float> trained(const Optimizer& descent, options with, const nn::cross_entropy& loss = {}) {
    const auto data = lines(26, 1);
    nn::model<plain> m{nn::seed{5}};
    with.shuffled = false;
    REQUIRE(nn::fit(m, data, loss, descent, with));
    return {m.parameters().begin(), m.parameters().end()};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
    return largest;
}

TEST_CASE("gradients accumulated over batches are those of one large batch, the rest of an epoch too") {
    const double weights[]{1, 3, 0.5};
    const nn::cross_entropy weighted{.class_weights = weights};
    const nn::sgd descent{.rate = 0.1};
    // 26 samples: batches of 8, 8, 8, 2, so the second step of an epoch sees 10.
    const auto large = trained(descent, {.epochs = 3, .batch = 16}, weighted);
    const auto small = trained(descent, {.epochs = 3, .batch = 8, .accumulate = 2}, weighted);
    const auto other = trained(descent, {.epochs = 3, .batch = 8}, weighted);
    CHECK(largest_difference(large, small) < 1e-5);
    CHECK(largest_difference(large, other) > 1e-3);
}

TEST_CASE("the rate follows a schedule by epochs, by steps, and between; the history records it") {
    const auto data = lines(26, 2);
    const auto rates = [&](nn::schedule_unit unit, nn::extent accumulate = 1) {
        nn::model<plain> m{nn::seed{5}};
        const auto history = nn::fit(m, data, nn::cross_entropy{}, nn::sgd{.rate = 0.1},
                                     {.epochs = 3,
                                      .batch = 8,
                                      .schedule = nn::exponential_schedule{.factor = 0.5},
                                      .schedule_in = unit,
                                      .accumulate = accumulate});
        REQUIRE(history);
        std::vector<double> found;
        for (const nn::epoch_record& e : history->epochs) found.push_back(e.rate);
        return found;
    };
    const auto expect = [](const std::vector<double>& found, const std::vector<double>& halvings) {
        REQUIRE(found.size() == halvings.size());
        for (std::size_t i = 0; i < found.size(); ++i)
            CHECK(found[i] == doctest::Approx(0.1 * std::pow(0.5, halvings[i])).epsilon(1e-12));
    };
    expect(rates(nn::schedule_unit::epoch), {0, 1, 2});
    expect(rates(nn::schedule_unit::step), {3, 7, 11});  // four steps an epoch; the last one counts
    expect(rates(nn::schedule_unit::step, 2), {1, 3, 5});
    expect(rates(nn::schedule_unit::fraction_of_epoch), {0.75, 1.75, 2.75});
}

TEST_CASE("a schedule of steps gives the weights of a loop that sets the rate of each") {
    const auto data = lines(24, 3);
    const nn::cosine_schedule schedule{.length = 6};
    nn::model<plain> fitted{nn::seed{5}}, by_hand{nn::seed{5}};
    REQUIRE(nn::fit(fitted, data, nn::cross_entropy{}, nn::adam{.rate = 0.01},
                    {.epochs = 2,
                     .batch = 8,
                     .shuffled = false,
                     .schedule = schedule,
                     .schedule_in = nn::schedule_unit::step,
                     .clip_value = 0.05,
                     .clip_norm = 0.1}));
    nn::training_pass<plain, nn::cross_entropy> pass{{.max_batch = 8}};
    nn::adam descent{.rate = 0.01};
    nn::optimizer_state<nn::adam, plain> state(descent);
    nn::gradient<plain> slope;
    for (nn::extent step = 0; step < 6; ++step) {
        const nn::extent from = step % 3 * 8;
        pass.forward(by_hand, data.input_of(from), 8);
        CHECK(pass.loss(nn::cross_entropy{}, {.labels = data.labels.data() + from}) > 0);
        slope.fill_zero();
        pass.backward(by_hand, slope);
        nn::clip_value(slope, 0.05);
        CHECK(nn::clip_norm(slope, 0.1) > 0.1);
        descent.rate = schedule.rate(0.01, static_cast<double>(step));
        state.step(descent, by_hand, slope);
    }
    CHECK(hash(fitted) == hash(by_hand));
}

TEST_CASE("on a plateau of what is watched fit reduces the rate") {
    const auto train = lines(20, 4), valid = lines(20, 5);
    nn::model<plain> m{nn::seed{5}};
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::sgd{.rate = 0.5},
                                 {.epochs = 40,
                                  .batch = 20,
                                  .validation = &valid,
                                  .watched = nn::monitor::accuracy,
                                  .schedule = nn::plateau_schedule{.factor = 0.5, .patience = 2}});
    REQUIRE(history);
    nn::plateau_schedule expected{.factor = 0.5, .patience = 2};
    for (const nn::epoch_record& e : history->epochs) {
        CHECK(e.rate == expected.rate(0.5, 0));
        expected.observe(e.validation_accuracy, true);
    }
    CHECK(history->epochs.back().rate < 0.5);
}

TEST_CASE("clipping by norm shortens a gradient as PyTorch does, and lets a short one be") {
    nn::gradient<plain> g;
    for (std::size_t i = 0; i < g.values().size(); ++i) g.values()[i] = i % 2 == 0 ? 0.5f : -0.25f;
    static_assert(plain::parameter_count == 235);
    CHECK(nn::clip_norm(g, 1e3) == doctest::Approx(std::sqrt(118 * 0.25 + 117 * 0.0625)).epsilon(1e-6));
    CHECK(g.values()[0] == 0.5f);
    nn::clip_norm(g, 0.3);
    CHECK(nn::gradient_norm(g) == doctest::Approx(0.3).epsilon(1e-5));
    CHECK(g.values()[0] == -2 * g.values()[1]);
    nn::clip_value(g, 0.001);
    CHECK(g.values()[0] == 0.001f);
    CHECK(g.values()[1] == -0.001f);
    g.values()[7] = std::numeric_limits<float>::quiet_NaN();
    nn::clip_value(g, 0.0005);
    CHECK(std::isnan(g.values()[7]));
    CHECK(g.values()[8] == 0.0005f);
    CHECK(std::isnan(nn::clip_norm(g, 1)));
    CHECK(std::isnan(g.values()[0]));
}

TEST_CASE("steps, norms, clipping and averages have equal bits for any number of threads") {
    using wide = nn::network<nn::shape<500>, nn::dense<400>, nn::dense<4>>;  // four pieces
    const auto result = [&](nn::extent threads) {
        nn::model<wide> m{nn::seed{3}};
        nn::weight_average<wide> average(m, 0.5);
        nn::gradient<wide> g;
        const auto steps_of = [&](const auto& descent) {
            nn::optimizer_state<std::remove_cvref_t<decltype(descent)>, wide> state(descent);
            for (int i = 0; i < 2; ++i) {
                for (std::size_t k = 0; k < g.values().size(); ++k)
                    g.values()[k] = std::sin(static_cast<float>(k % 1013) + static_cast<float>(i));
                nn::clip_norm(g, 3, threads);
                state.step(descent, m, g, threads);
                average.update(m, threads);
            }
        };
        steps_of(nn::adamw{.amsgrad = true, .decay_weights_only = true});
        steps_of(nn::rmsprop{.momentum = 0.9, .centered = true});
        steps_of(nn::lion{.weight_decay = 1});
        return std::pair{hash(m), hash(average.model())};
    };
    const auto one = result(1);
    CHECK(result(3) == one);
    CHECK(one.first != one.second);
}

TEST_CASE("decay of weights alone leaves biases and norms as they are") {
    nn::model<net> m{nn::seed{5}};
    for (float& p : m.parameters()) p = 1;
    const nn::adamw descent{.rate = 0.1, .weight_decay = 0.5, .decay_weights_only = true};
    nn::optimizer_state<nn::adamw, net> state(descent);
    const nn::gradient<net> nothing;
    state.step(descent, m, nothing);
    for (const nn::named_tensor& t : nn::tensors_of<net>()) {
        if (!t.learned) continue;
        INFO(t.name);
        const bool weight = t.name == "0.weight" || t.name == "6.weight";
        for (nn::extent i = 0; i < t.size; ++i)
            CHECK(m.parameters()[static_cast<std::size_t>(t.offset + i)] == (weight ? 0.95f : 1.0f));
    }
    // Elsewhere the numbers are those of a step without it.
    nn::model<net> with{nn::seed{6}}, without{nn::seed{6}};
    nn::gradient<net> slope;
    for (std::size_t i = 0; i < slope.values().size(); ++i) slope.values()[i] = std::cos(static_cast<float>(i));
    for (nn::model<net>* model : {&with, &without}) {
        nn::sgd sgd{.rate = 0.1, .momentum = 0.9, .l1 = 1e-3, .decay_weights_only = model == &with};
        nn::optimizer_state<nn::sgd, net> memory(sgd);
        for (int i = 0; i < 2; ++i) memory.step(sgd, *model, slope);
        CHECK(memory.time() == 2);
        CHECK(memory.slot(0).size() == with.parameters().size());
    }
    for (const nn::named_tensor& t : nn::tensors_of<net>()) {
        if (!t.learned) continue;
        const std::size_t at = static_cast<std::size_t>(t.offset);
        const std::size_t bytes = static_cast<std::size_t>(t.size) * sizeof(float);
        const bool equal = std::memcmp(&with.parameters()[at], &without.parameters()[at], bytes) == 0;
        CHECK(equal == (t.shape.size() > 1));
    }
}

TEST_CASE("a moving average of weights agrees with PyTorch's") {
    using one = nn::network<nn::shape<10>, nn::dense<1>>;
    const auto problem = golden::array<double>("descent/problem");
    const auto wanted = golden::array<double>("descent/moving_average");
    nn::model<one, double> m{nn::seed{1}};
    nn::weight_average<one, double> average(m, 0.9);
    for (std::size_t step = 0; step < 50; ++step) {
        for (std::size_t i = 0; i < 11; ++i) m.parameters()[i] = problem[(3 + step) * 11 + i];
        average.update(m);
        if (step % 10 != 9) continue;
        for (std::size_t i = 0; i < 11; ++i)
            CHECK(std::abs(average.model().parameters()[i] - wanted[step / 10 * 11 + i]) < 1e-14);
    }
}

TEST_CASE("fit evaluates the moving average of weights and statistics, and ends with it") {
    const auto train = lines(40, 6), valid = lines(30, 7);
    nn::model<net> m{nn::seed{5}}, by_hand{nn::seed{5}};
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 0.01},
                                 {.epochs = 3, .batch = 10, .validation = &valid, .average = 0.9});
    REQUIRE(history);
    CHECK(nn::evaluate(m, valid, nn::cross_entropy{}, 10).loss ==
          doctest::Approx(history->epochs.back().validation_loss).epsilon(1e-6));
    nn::model<net> last{nn::seed{5}};
    REQUIRE(nn::fit(last, train, nn::cross_entropy{}, nn::adam{.rate = 0.01}, {.epochs = 3, .batch = 10}));
    CHECK(hash(last) != hash(m));
    const auto best = nn::fit(by_hand, train, nn::cross_entropy{}, nn::adam{.rate = 0.01},
                              {.epochs = 3, .batch = 10, .validation = &valid, .restore_best = true, .average = 0.9});
    REQUIRE(best);
    CHECK(nn::evaluate(by_hand, valid, nn::cross_entropy{}, 10).loss ==
          doctest::Approx(best->epochs[static_cast<std::size_t>(best->best_epoch - 1)].validation_loss).epsilon(1e-6));
}

TEST_CASE("fit refuses settings of its steps that make no sense") {
    const auto refused = [](const options& with) {
        nn::model<plain> m{nn::seed{5}};
        const auto history = nn::fit(m, lines(8, 1), nn::cross_entropy{}, nn::sgd{}, with);
        REQUIRE_FALSE(history);
        return history.error().message();
    };
    CHECK(refused({.accumulate = 0}) == "fit: accumulate must be at least 1");
    CHECK(refused({.clip_norm = -1}) == "fit: clip_norm is -1, expected a finite number of at least 0");
    CHECK(refused({.clip_value = std::nan("")}) == "fit: clip_value is nan, expected a finite number of at least 0");
    CHECK(refused({.average = 1}) == "fit: average is 1, expected a number from 0 to below 1");
    CHECK(refused({.schedule = nn::cosine_schedule{.length = 0}}) ==
          "cosine_schedule: length is 0, expected a finite number above 0");
}

TEST_CASE("a range test raises the rate by equal factors, stops where the loss rises, and leaves the model alone") {
    const auto data = lines(26, 2);
    const nn::model<plain> m{nn::seed{5}};
    const std::vector<float> before(m.parameters().begin(), m.parameters().end());
    const auto found = nn::rate_range_test(m, data, nn::cross_entropy{}, nn::sgd{},
                                           {.low = 1e-4, .high = 1e4, .steps = 81, .batch = 8, .threads = 1});
    REQUIRE(found);
    const std::size_t made = found->rates.size();
    CHECK(made > 20);
    CHECK(made < 81);  // long before 10000 the weights explode
    CHECK(found->losses.size() == made);
    CHECK(found->smoothed.size() == made);
    CHECK(found->rates[0] == doctest::Approx(1e-4));
    CHECK(found->rates[20] == doctest::Approx(1e-2));
    CHECK(found->smoothed[0] == doctest::Approx(found->losses[0]));
    CHECK(found->steepest > 1e-3);
    CHECK(found->steepest < found->rates.back());
    CHECK(std::memcmp(before.data(), m.parameters().data(), before.size() * sizeof(float)) == 0);
    const auto twice = nn::rate_range_test(m, data, nn::cross_entropy{}, nn::sgd{},
                                           {.low = 1e-4, .high = 1e4, .steps = 81, .batch = 8, .threads = 3});
    REQUIRE(twice);
    CHECK(twice->losses == found->losses);

    // The first steps are those of fit: three whole batches are an epoch, and a rate this small changes nothing.
    nn::model<plain> same = m.copy();
    const auto history = nn::fit(same, lines(24, 2), nn::cross_entropy{}, nn::sgd{.rate = 1e-12}, {.batch = 8});
    const auto still = nn::rate_range_test(m, lines(24, 2), nn::cross_entropy{}, nn::sgd{},
                                           {.low = 1e-12, .high = 1e-11, .steps = 3, .batch = 8, .memory = 0});
    REQUIRE(still);
    REQUIRE(history);
    CHECK((still->losses[0] + still->losses[1] + still->losses[2]) / 3 ==
          doctest::Approx(history->epochs[0].loss).epsilon(1e-6));
    CHECK(still->smoothed == still->losses);

    for (const nn::rate_range_options& wrong : {nn::rate_range_options{.low = 0},
                                                {.low = 1, .high = 1},
                                                {.high = std::numeric_limits<double>::infinity()},
                                                {.steps = 1},
                                                {.batch = 0},
                                                {.rise = 1},
                                                {.memory = 1}}) {
        const auto refused = nn::rate_range_test(m, data, nn::cross_entropy{}, nn::sgd{}, wrong);
        REQUIRE(!refused);
        CHECK(refused.error().kind() == nn::error_kind::invalid_argument);
    }
    nn::dataset<nn::shape<6, 6, 1>> unlabelled = lines(26, 2);
    unlabelled.labels.clear();
    CHECK(!nn::rate_range_test(m, unlabelled, nn::cross_entropy{}, nn::sgd{}));
}

}  // namespace
