// SPDX-License-Identifier: MIT
/// \file
/// The learning-rate range test: which rates an optimizer can use at all.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "ctnn/train/clear_gradient.hpp"
#include "ctnn/train/fit.hpp"

namespace ctnn {

/// How the rate grows.
struct rate_range_options {
    double low = 1e-6, high = 1;  ///< of the first and the last step
    extent steps = 100;
    extent batch = 32;
    seed random{};        ///< of the order of samples and of dropout
    extent threads = 0;   ///< 0: as many as OpenMP offers; results do not depend on it
    double rise = 4;      ///< it stops where the loss is so many times the lowest, or is not finite
    double memory = 0.9;  ///< share of the smoothed loss that comes from the steps before; 0: it is not smoothed
};

/// What each rate did. All vectors have one length, the steps that were made.
struct rate_range {
    std::vector<double> rates;
    std::vector<double> losses;    ///< of each step's batch, before the step
    std::vector<double> smoothed;  ///< their moving average, corrected for its beginning as adam's moments are
    double steepest = std::numeric_limits<double>::quiet_NaN();  ///< rate at which the smoothed loss falls fastest;
                                                                 ///< NaN where it never falls
};

namespace detail {

[[nodiscard, gnu::cold]] inline error check_rate_range(const rate_range_options& o, extent together) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (!(o.low > 0) || !(o.high > o.low) || !std::isfinite(o.high))
        return {invalid, "rate_range_test: low must be above 0, and high finite and above low"};
    if (o.steps < 2 || o.batch < 1) return {invalid, "rate_range_test: steps must be at least 2 and batch at least 1"};
    if (error failed = check_batch("rate_range_test", o.batch, together)) return failed;
    if (!(o.rise > 1)) return {invalid, "rate_range_test: rise must be above 1"};
    if (!(o.memory >= 0) || !(o.memory < 1)) return {invalid, "rate_range_test: memory must be in [0, 1)"};
    return {};
}

/// Where the smoothed losses fall most over the logarithm of the rate, whose steps are equal: over two steps each, so
/// that a single batch does not decide.
[[nodiscard, gnu::cold]] inline double steepest_rate(const rate_range& found) {
    double fall = 0, rate = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 1; i + 1 < found.smoothed.size(); ++i) {
        const double difference = found.smoothed[i - 1] - found.smoothed[i + 1];
        if (!(difference > fall)) continue;
        fall = difference;
        rate = found.rates[i];
    }
    return rate;
}

}  // namespace detail

/// Trains a copy of a model with a rate that grows from step to step by an equal factor, and tells what the loss did:
/// where it falls fastest is a good rate to begin with, a little before where it rises is the highest to use. The model
/// does not change.
///
///     const auto found = ctnn::rate_range_test(model, data, ctnn::cross_entropy{}, ctnn::adam{});
///     const ctnn::adam descent{.rate = found->steepest};
///
/// Fails as fit() does where data, loss or settings make no sense.
/// L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3. https://arxiv.org/abs/1506.01186
template <class Net, class T, class Data, loss_function Loss, optimizer Optimizer>
[[nodiscard, gnu::cold]] result<rate_range> rate_range_test(const model<Net, T>& m, const Data& data, const Loss& loss,
                                                            Optimizer descent, const rate_range_options& o = {}) {
    static_assert(std::is_same_v<typename Data::input, typename Net::input>,
                  "ctnn: rate_range_test needs a data set of the network's input shape; "
                  "load or resize the data to net::input");
    using pass_type = training_pass<Net, Loss, T>;
    constexpr dims out = pass_type::output_dims;
    constexpr extent together = samples_together_of<Loss>();
    if (error failed = detail::check_rate_range(o, together)) return failed;
    if (error failed = descent.check()) return failed;
    if (error failed = detail::check_data(loss, data, out)) return failed;

    const extent batch = o.batch < data.size() ? o.batch : data.size();
    const extent threads = o.threads > 0 ? o.threads : available_threads();
    model<Net, T> trained = m.copy();
    pass_type pass{{.max_batch = batch, .threads = o.threads, .random = o.random}};
    gradient<Net, T> slope;
    optimizer_state<Optimizer, Net, T> state(descent);
    std::vector<extent> order(static_cast<std::size_t>(data.size()));
    batch_loader<Data> loader(data, batch);

    rate_range found;
    double average = 0, kept = 1, lowest = std::numeric_limits<double>::infinity();
    extent from = data.size(), epoch = 0;
    for (extent step = 0; step < o.steps; ++step, from += batch) {
        if (from + batch > data.size()) {  // what is left of an epoch is no whole batch: another order begins
            shuffle_groups(order, together, o.random, static_cast<std::uint64_t>(++epoch));
            loader.begin(order.data(), data.size(), epoch);
            from = 0;
        }
        descent.rate = o.low * std::pow(o.high / o.low, static_cast<double>(step) / static_cast<double>(o.steps - 1));
        const detail::batch_memory<Data>& shown = loader.next();
        pass.set_step(static_cast<std::uint64_t>(step));
        const auto outputs = pass.forward(trained, shown.inputs(), batch);
        const target<T> expected = detail::expected_of(shown);
        const double normalizer = loss.normalizer(expected, batch, out);
        const double value = mean_of(shared_loss_value(loss, outputs.data(), expected, pass.output_gradient().data(),
                                                       batch, out, normalizer, threads),
                                     normalizer);
        average = o.memory * average + (1 - o.memory) * value;
        kept *= o.memory;
        const double smoothed = average / (1 - kept);
        if (!std::isfinite(smoothed) || smoothed > o.rise * lowest) break;
        lowest = smoothed < lowest ? smoothed : lowest;
        found.rates.push_back(descent.rate);
        found.losses.push_back(value);
        found.smoothed.push_back(smoothed);
        clear_gradient(slope, threads);
        pass.backward(trained, slope);
        state.step(descent, trained, slope, threads);
    }
    found.steepest = detail::steepest_rate(found);
    return found;
}

}  // namespace ctnn
