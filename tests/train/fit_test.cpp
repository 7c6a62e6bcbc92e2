// SPDX-License-Identifier: MIT
/// \file
/// fit() learns, equals a loop written by hand, stops early with the best weights, and refuses wrong data.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "small_data.hpp"

using namespace small_data;

namespace {

TEST_CASE("fit learns, and tells of each epoch") {
    nn::model<net> m{nn::seed{1}};
    const auto train = lines(120, 0), valid = lines(60, 1);
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 1e-2},
                                 {.epochs = 12, .batch = 16, .validation = &valid});
    REQUIRE(history);
    CHECK(history->epochs.size() == 12);
    CHECK(history->best_epoch == 12);
    CHECK_FALSE(history->stopped_early);
    CHECK(history->epochs.back().loss < 0.5 * history->epochs.front().loss);
    CHECK(history->epochs.back().validation_accuracy > 0.85);
    CHECK(history->epochs.back().validation_auc > 0.95);
    const auto found = nn::evaluate(m, valid, nn::cross_entropy{}, 7);
    CHECK(found.loss == doctest::Approx(history->epochs.back().validation_loss).epsilon(1e-6));
    CHECK(found.accuracy == history->epochs.back().validation_accuracy);
}

TEST_CASE("a loop written by hand gives the weights of fit, bit by bit") {
    constexpr nn::extent samples = 41, batch = 8, epochs = 3;  // the last batch of an epoch has one sample
    const auto data = lines(samples, 2);
    const nn::seed random{77};
    nn::model<net> fitted{nn::seed{5}}, by_hand{nn::seed{5}};
    REQUIRE(nn::fit(fitted, data, nn::cross_entropy{}, nn::adam{.rate = 3e-3},
                    {.epochs = epochs, .batch = batch, .random = random}));

    const nn::cross_entropy loss{};
    const nn::adam descent{.rate = 3e-3};
    nn::training_pass<net, nn::cross_entropy> pass{{.max_batch = batch, .random = random}};
    nn::optimizer_state<nn::adam, net> state(descent);
    nn::gradient<net> slope;
    std::vector<nn::extent> order(samples);
    std::vector<float> inputs(batch * net::input::size);
    std::vector<std::int32_t> labels(batch);
    for (std::uint64_t epoch = 1; epoch <= epochs; ++epoch) {
        nn::shuffle(order, random, epoch);
        for (nn::extent from = 0; from < samples; from += batch) {
            const nn::extent n = std::min(batch, samples - from);
            for (nn::extent i = 0; i < n; ++i) {
                const nn::extent s = order[static_cast<std::size_t>(from + i)];
                std::copy_n(data.input_of(s), net::input::size, inputs.data() + i * net::input::size);
                labels[static_cast<std::size_t>(i)] = data.labels[static_cast<std::size_t>(s)];
            }
            pass.set_step(state.time());
            pass.forward(by_hand, inputs.data(), n);
            CHECK(pass.loss(loss, {.labels = labels.data()}) > 0);
            slope.fill_zero();
            pass.backward(by_hand, slope);
            state.step(descent, by_hand, slope);
        }
    }
    CHECK(std::memcmp(fitted.parameters().data(), by_hand.parameters().data(), fitted.parameters().size_bytes()) == 0);
    CHECK(std::memcmp(fitted.state().data(), by_hand.state().data(), fitted.state().size_bytes()) == 0);
}

TEST_CASE("equal seeds give equal bits, other seeds other weights, for any number of threads") {
    const auto data = lines(40, 3);
    const auto trained = [&](std::uint64_t random, nn::extent threads) {
        nn::model<net> m{nn::seed{5}};
        REQUIRE(nn::fit(m, data, nn::cross_entropy{}, nn::adam{},
                        {.epochs = 2, .batch = 16, .random = nn::seed{random}, .threads = threads}));
        return hash(m);
    };
    const std::uint64_t expected = trained(1, 1);
    for (const nn::extent threads : {1, 2, 3, 7}) CHECK(trained(1, threads) == expected);
    CHECK(trained(2, 1) != expected);
}

TEST_CASE("dropout and the order of samples follow the seed, also without shuffling") {
    const auto data = lines(16, 4);
    const auto trained = [&](std::uint64_t random) {
        nn::model<net> m{nn::seed{5}};
        REQUIRE(nn::fit(m, data, nn::cross_entropy{}, nn::sgd{.rate = 0.01},
                        {.epochs = 1, .batch = 16, .shuffled = false, .random = nn::seed{random}}));
        return hash(m);
    };
    CHECK(trained(1) == trained(1));
    CHECK(trained(1) != trained(2));  // one batch in order: only the masks differ
}

TEST_CASE("a batch that is larger than the data is the data") {
    const auto data = lines(10, 5);
    nn::model<net> large{nn::seed{5}}, whole{nn::seed{5}};
    REQUIRE(nn::fit(large, data, nn::cross_entropy{}, nn::adam{}, {.epochs = 2, .batch = 1000}));
    REQUIRE(nn::fit(whole, data, nn::cross_entropy{}, nn::adam{}, {.epochs = 2, .batch = 10}));
    CHECK(hash(large) == hash(whole));
}

TEST_CASE("early stopping ends with the weights of the best epoch") {
    const auto train = lines(30, 6), valid = lines(30, 7);
    nn::model<net> m{nn::seed{5}};
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 0.05},
                                 {.epochs = 200, .batch = 10, .validation = &valid, .patience = 4});
    REQUIRE(history);
    CHECK(history->stopped_early);
    CHECK(static_cast<nn::extent>(history->epochs.size()) == history->best_epoch + 4);
    double best = history->epochs[0].validation_loss;
    for (const nn::epoch_record& e : history->epochs) best = std::min(best, e.validation_loss);
    CHECK(history->epochs[static_cast<std::size_t>(history->best_epoch - 1)].validation_loss == best);
    CHECK(nn::evaluate(m, valid, nn::cross_entropy{}, 10).loss == doctest::Approx(best).epsilon(1e-6));
}

TEST_CASE("the best epoch can be chosen by accuracy") {
    const auto train = lines(30, 8), valid = lines(30, 9);
    nn::model<net> m{nn::seed{5}};
    const auto history = nn::fit(
        m, train, nn::cross_entropy{}, nn::adam{.rate = 0.02},
        {.epochs = 15, .batch = 10, .validation = &valid, .restore_best = true, .watched = nn::monitor::accuracy});
    REQUIRE(history);
    double best = 0;
    for (const nn::epoch_record& e : history->epochs) best = std::max(best, e.validation_accuracy);
    CHECK(nn::evaluate(m, valid, nn::cross_entropy{}).accuracy == best);
}

TEST_CASE("class weights reach the loss") {
    const auto data = lines(60, 10);
    const auto shares = [&](const std::vector<double>& weights) {
        nn::model<net> m{nn::seed{5}};
        REQUIRE(nn::fit(m, data, nn::cross_entropy{.class_weights = weights}, nn::adam{.rate = 1e-2},
                        {.epochs = 20, .batch = 10}));
        const auto found = nn::evaluate(m, data, nn::cross_entropy{});
        double sum = 0;
        for (std::size_t i = 2; i < found.probabilities.size(); i += 3)
            sum += static_cast<double>(found.probabilities[i]);
        return sum / 60;
    };
    CHECK(shares({1, 1, 50}) > shares({1, 1, 1}) + 0.1);
    CHECK(shares({1, 1, 0.02}) < shares({1, 1, 1}) - 0.05);
}

/// What fit and evaluate say about samples 0 to 3 of two numbers, which the network hands on to its head.
template <class Net, class Loss>
nn::evaluation<float> judged(const Loss& loss, const std::vector<std::int32_t>& labels) {
    const nn::dataset<nn::shape<2>> data{{-3, -4, 2, -2, 3, 1, -1, -2}, labels, {}, {}};
    nn::model<Net> m{nn::seed{1}};
    std::fill(m.parameters().begin(), m.parameters().end(), 0.0f);
    constexpr nn::extent out = Net::parameter_count == 3 ? 1 : 2;  // weights (2, out), then the bias
    for (std::size_t i = 0; i < out; ++i) m.parameters()[i * (out + 1)] = 1;
    const auto history = nn::fit(m, data, loss, nn::sgd{.rate = 0}, {.epochs = 1, .validation = &data});
    REQUIRE(history);
    const auto found = nn::evaluate(m, data, loss, 3);
    CHECK(history->epochs[0].accuracy == found.accuracy);
    CHECK(history->epochs[0].validation_accuracy == found.accuracy);
    return found;
}

TEST_CASE("accuracy is counted as the loss reads its outputs: grades, signs, logarithms") {
    using grades = nn::network<nn::shape<2>, nn::dense<2>, nn::sigmoid>;
    const auto by_grade = judged<grades>(nn::ordinal_cross_entropy{}, {0, 1, 2, 2});
    CHECK(by_grade.accuracy == 0.75);
    CHECK(by_grade.auc == -1);  // no channel is the score of a grade
    using sign = nn::network<nn::shape<2>, nn::dense<1>>;
    const auto by_sign = judged<sign>(nn::hinge{}, {0, 1, 1, 0});
    CHECK(by_sign.accuracy == 1);
    CHECK(by_sign.auc == 1);
    CHECK(by_sign.probabilities[1] == 2);
    using logarithms = nn::network<nn::shape<2>, nn::dense<2>, nn::log_softmax>;
    using logits = nn::network<nn::shape<2>, nn::dense<2>>;
    const auto likelihood = judged<logarithms>(nn::negative_log_likelihood{}, {0, 1, 0, 1});
    const auto entropy = judged<logits>(nn::cross_entropy_with_logits{}, {0, 1, 0, 1});
    CHECK(likelihood.accuracy == 0.5);
    CHECK(likelihood.loss == doctest::Approx(entropy.loss).epsilon(1e-6));
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(std::abs(likelihood.probabilities[i] - entropy.probabilities[i]) < 1e-6f);
}

class schedule final : public nn::training_callback {
public:
    int begun = 0, batches = 0, ended = 0;
    std::vector<double> rates;
    void epoch_begins(nn::training_moment& now) override {
        ++begun;
        now.rate = 0.1 / static_cast<double>(now.epoch);
    }
    void batch_ends(nn::training_moment& now) override {
        ++batches;
        CHECK(now.batches == 4);
        CHECK(now.samples == std::min<nn::extent>(30, 8 * now.batch));
        CHECK(now.loss > 0);
    }
    void epoch_ends(nn::training_moment& now, const nn::epoch_record& record) override {
        ++ended;
        rates.push_back(record.rate);
        if (now.epoch == 3) now.stop = true;
    }
};

TEST_CASE("callbacks are told of everything, change the rate, and stop") {
    const auto data = lines(30, 11);
    nn::model<net> m{nn::seed{5}};
    schedule watcher;
    const auto history =
        nn::fit(m, data, nn::cross_entropy{}, nn::sgd{.rate = 9}, {.epochs = 10, .batch = 8, .callbacks = {&watcher}});
    REQUIRE(history);
    CHECK(history->epochs.size() == 3);
    CHECK(watcher.begun == 3);
    CHECK(watcher.batches == 12);
    CHECK(watcher.ended == 3);
    CHECK(watcher.rates == std::vector<double>{0.1, 0.05, 0.1 / 3});
}

TEST_CASE("wrong data and settings are refused, and the model is unchanged") {
    const auto good = lines(12, 12);
    nn::model<net> m{nn::seed{5}};
    const std::uint64_t before = hash(m);
    const auto refuses = [&](const auto& data, const auto& loss, const auto& descent, const auto& options,
                             nn::error_kind kind) {
        const auto history = nn::fit(m, data, loss, descent, options);
        REQUIRE_FALSE(history);
        CHECK(history.error().kind() == kind);
        CHECK_FALSE(history.error().message().empty());
        CHECK(hash(m) == before);
    };
    using data_type = std::remove_cv_t<decltype(good)>;
    const nn::fit_options<data_type> plain{};
    const nn::cross_entropy loss{};
    const nn::adam adam{};
    data_type bad = good;
    bad.inputs.pop_back();
    refuses(bad, loss, adam, plain, nn::error_kind::shape_mismatch);
    bad = good;
    bad.labels.pop_back();
    refuses(bad, loss, adam, plain, nn::error_kind::shape_mismatch);
    bad = good;
    bad.labels[7] = 3;
    refuses(bad, loss, adam, plain, nn::error_kind::invalid_argument);
    refuses(data_type{}, loss, adam, plain, nn::error_kind::invalid_argument);
    bad = good;
    bad.labels.clear();
    refuses(bad, loss, adam, plain, nn::error_kind::invalid_argument);
    refuses(good, loss, adam, nn::fit_options<data_type>{.validation = &bad}, nn::error_kind::invalid_argument);
    refuses(good, loss, adam, nn::fit_options<data_type>{.epochs = 0}, nn::error_kind::invalid_argument);
    refuses(good, loss, adam, nn::fit_options<data_type>{.batch = 0}, nn::error_kind::invalid_argument);
    refuses(good, loss, nn::adam{.rate = -1}, plain, nn::error_kind::invalid_argument);
    const double weights[]{1, 2};
    refuses(good, nn::cross_entropy{.class_weights = weights}, adam, plain, nn::error_kind::invalid_argument);
}

TEST_CASE("labels below 0 are left out") {
    auto data = lines(20, 13);
    for (std::size_t i = 0; i < 20; i += 2) data.labels[i] = -1;
    nn::model<net> m{nn::seed{5}};
    const auto history = nn::fit(m, data, nn::cross_entropy{}, nn::adam{}, {.epochs = 2, .batch = 6});
    REQUIRE(history);
    CHECK(history->epochs[1].loss < history->epochs[0].loss + 0.5);
    CHECK(history->epochs[1].accuracy >= 0);
    CHECK(history->epochs[1].accuracy <= 1);
}

TEST_CASE("double trains as float does") {
    nn::model<net, double> m{nn::seed{1}};
    const auto train = lines<double>(60, 0);
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 1e-2}, {.epochs = 6, .batch = 16});
    REQUIRE(history);
    CHECK(history->epochs.back().loss < history->epochs.front().loss);
    nn::model<net> single{nn::seed{1}};
    const auto of_float =
        nn::fit(single, lines(60, 0), nn::cross_entropy{}, nn::adam{.rate = 1e-2}, {.epochs = 1, .batch = 16});
    REQUIRE(of_float);
    CHECK(of_float->epochs[0].loss == doctest::Approx(history->epochs[0].loss).epsilon(1e-4));
}

}  // namespace
