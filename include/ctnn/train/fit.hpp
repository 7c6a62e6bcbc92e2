// SPDX-License-Identifier: MIT
/// \file
/// Training in one call.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ctnn/core/clock.hpp"
#include "ctnn/data/batch_loader.hpp"
#include "ctnn/data/batch_order.hpp"
#include "ctnn/data/sampler.hpp"
#include "ctnn/train/clear_gradient.hpp"
#include "ctnn/train/clip.hpp"
#include "ctnn/train/evaluate.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/loss/sample_weights.hpp"
#include "ctnn/train/metric/running_mean.hpp"
#include "ctnn/train/parameter_groups.hpp"
#include "ctnn/train/probe.hpp"
#include "ctnn/train/run.hpp"
#include "ctnn/train/schedule/schedule.hpp"
#include "ctnn/train/update.hpp"
#include "ctnn/train/weight_average.hpp"

namespace ctnn {

/// What is watched to know the best epoch.
enum class monitor : unsigned char { loss, accuracy, auc };

/// How fit() trains. Where nothing is said: one epoch, batches of 32, shuffled.
template <class Data>
struct fit_options {
    extent epochs = 1;
    extent batch = 32;
    bool shuffled = true;
    seed random{};                     ///< of the order of samples and of dropout
    const Data* validation = nullptr;  ///< evaluated after each epoch
    extent patience = 0;               ///< epochs without improvement until it stops; 0: never
    bool restore_best = false;         ///< end with the weights of the best epoch; implied by patience
    monitor watched = monitor::loss;   ///< of the validation data, or the training loss without them
    extent threads = 0;                ///< 0: as many as OpenMP offers; results do not depend on it
    extent loaders = 0;                ///< threads besides that gather and augment batches ahead; nor on these
    extent ahead = 2;                  ///< batches that may wait, with loaders; each is memory of a whole batch
    std::vector<training_callback*> callbacks{};
    rate_schedule schedule{};                          ///< of the optimizer's rate; none: it keeps its own
    schedule_unit schedule_in = schedule_unit::epoch;  ///< what the schedule's time counts
    extent accumulate = 1;  ///< batches a step: the gradient is that of one batch of all their samples
    double clip_value = 0;  ///< every element of a gradient is moved into [-clip_value, clip_value]; 0: as it is
    double clip_norm = 0;   ///< a gradient is shortened to this norm, after clip_value; 0: as it is
    double average = 0;     ///< decay of a moving average of the weights (0.999): what is evaluated, and what the model
                            ///< ends with; 0: none
    std::span<const double> sample_weights{};  ///< one a sample, borrowed; none: all weigh 1 (see sample_weights.hpp)
    std::vector<parameter_group> groups{};     ///< parameters that are frozen, or learn at a rate of their own
    const epoch_sampler* sampler = nullptr;    ///< draws the samples of each epoch; null: each of them once
};

namespace detail {

/// What a batch is to be compared with.
template <class Data>
[[nodiscard]] target<typename Data::scalar> expected_of(const batch_memory<Data>& batch) {
    return {batch.labels(), batch.values()};
}

/// Share of right labels among the outputs that a loss reads; logits and probabilities have the same largest channel.
template <class Loss, class T>
[[gnu::noinline]] void count_right(const T* outputs, const std::int32_t* labels, extent samples, const dims& out,
                                   running_mean& share) {
    constexpr double threshold = Loss::head != loss_head::any ? 0.0 : 0.5;
    if (labels == nullptr || !counts_right<Loss>(out)) return;
    const extent channels = out.channels();
    for (extent p = 0; p < samples * out.positions(); ++p)
        if (labels[p] >= 0)
            share.add(predicted_of<Loss>(outputs + p * channels, channels, threshold) == labels[p] ? 1 : 0);
}

template <class Loss, class Data>
[[nodiscard, gnu::cold]] error check_data(const Loss& loss, const Data& data, const dims& out) {
    if (error failed = data.check(Loss::labels_per_sample(out), out.size())) return failed;
    using T = typename Data::scalar;
    const target<T> all{data.labels.empty() ? nullptr : data.labels.data(),
                        data.values.empty() ? nullptr : data.values.data()};
    return loss.check(all, data.size(), out);
}

/// Refuses settings of fit() that make no sense, whatever the data.
template <class Data>
[[nodiscard, gnu::cold]] error check_options(const fit_options<Data>& options) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (options.epochs < 1 || options.batch < 1) return {invalid, "fit: epochs and batch must be at least 1"};
    if (options.loaders < 0 || options.loaders > 256 || options.ahead < 1 || options.ahead > 1024)
        return {invalid, "fit: loaders must be 0 to 256 and ahead 1 to 1024"};
    if (options.accumulate < 1) return {invalid, "fit: accumulate must be at least 1"};
    if (error failed = check_setting("fit", "clip_value", options.clip_value)) return failed;
    if (error failed = check_setting("fit", "clip_norm", options.clip_norm)) return failed;
    if (error failed = check_setting("fit", "average", options.average, 1)) return failed;
    return options.schedule.check();
}

/// Refuses a batch in which not all samples would have what belongs to them.
[[nodiscard, gnu::cold]] inline error check_batch(const char* function, extent batch, extent together) {
    if (batch % together == 0) return {};
    return {error_kind::invalid_argument,
            text_of({function, ": the loss reads ", together, " samples together, and a batch of ", batch,
                     " is no multiple of that"})};
}

/// Refuses a sampler that cannot draw from the data, or that would tear apart what belongs together.
[[nodiscard, gnu::cold]] inline error check_sampler(const epoch_sampler* sampler, extent samples, extent together) {
    if (sampler == nullptr) return {};
    if (together > 1)
        return {error_kind::invalid_argument, "fit: a sampler needs a loss that reads samples one by one"};
    return sampler->check(samples);
}

/// The samples in their order, or those of an epoch 0 of the sampler, which is never trained on.
[[nodiscard, gnu::cold]] inline std::vector<extent> first_order(const epoch_sampler* sampler, extent samples,
                                                                seed random) {
    std::vector<extent> order(static_cast<std::size_t>(samples));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<extent>(i);
    if (sampler != nullptr) sampler->draw(order, random, 0);
    return order;
}

/// What is watched of an epoch, and whether more of it is better.
[[nodiscard]] inline double watched_value(monitor watched, bool validated, const epoch_record& e) {
    return watched == monitor::accuracy ? (validated ? e.validation_accuracy : e.accuracy)
           : watched == monitor::auc    ? e.validation_auc
                                        : (validated ? e.validation_loss : e.loss);
}
[[nodiscard]] constexpr bool larger_is_better(monitor watched) { return watched != monitor::loss; }

/// Is this epoch better than the best so far? The first always is.
class best_so_far {
public:
    explicit best_so_far(monitor watched, bool validated) : watched_(watched), validated_(validated) {}
    bool improved(const epoch_record& e) {
        const double found = watched_value(watched_, validated_, e);
        const double value = larger_is_better(watched_) ? found : -found;
        if (any_ && !(value > best_)) return false;
        any_ = true;
        best_ = value;
        return true;
    }

private:
    monitor watched_;
    bool validated_, any_ = false;
    double best_ = 0;
};

}  // namespace detail

/// Trains a model.
///
/// The same numbers come out for any number of threads, and from a hand-written loop over training_pass and
/// optimizer_state that visits the samples in the order of shuffle(). Nothing is printed; callbacks are told, and one
/// of them, checkpoint, continues an earlier run as if it had never stopped.
/// \returns the history, or error_kind::invalid_argument, shape_mismatch or not_finite when data, loss or settings make
///          no sense; the model is unchanged then. Or what a callback failed with: the model has the weights of the
///          last step
template <class Net, class T, class Data, loss_function Loss, optimizer Optimizer>
[[nodiscard, gnu::cold]] result<training_history> fit(model<Net, T>& m, const Data& data, const Loss& loss,
                                                      Optimizer descent,
                                                      const std::type_identity_t<fit_options<Data>>& options = {}) {
    static_assert(std::is_same_v<typename Data::input, typename Net::input>,
                  "ctnn: fit needs a data set of the network's input shape; load or resize the data to net::input");
    using pass_type = training_pass<Net, Loss, T>;
    constexpr dims out = pass_type::output_dims;
    constexpr extent together = samples_together_of<Loss>();
    if (error failed = detail::check_options(options)) return failed;
    if (error failed = descent.check()) return failed;
    if (error failed = detail::check_data(loss, data, out)) return failed;
    if (options.batch < data.size())
        if (error failed = detail::check_batch("fit", options.batch, together)) return failed;
    if (options.validation != nullptr)
        if (error failed = detail::check_data(loss, *options.validation, out)) return failed;
    if (error failed = detail::check_sample_weights(options.sample_weights, data.size(), together)) return failed;
    if (error failed = detail::check_sampler(options.sampler, data.size(), together)) return failed;

    result<detail::learning_plan> plan = detail::plan_learning_of<Net>(descent, options.groups);
    if (!plan) return plan.error();

    std::vector<extent> order = detail::first_order(options.sampler, data.size(), options.random);
    const extent visited = std::ssize(order), batch = options.batch < visited ? options.batch : visited;
    pass_type pass{{.max_batch = batch, .threads = options.threads, .random = options.random}};
    const extent threads = options.threads > 0 ? options.threads : available_threads();
    gradient<Net, T> slope;
    optimizer_state<Optimizer, Net, T> state(descent, std::move(*plan));
    const detail::learning_plan& learns = state.plan();
    if (!learns.frozen_rows.empty()) pass.freeze_rows(learns.frozen_rows.data());
    batch_loader<Data> loader(data, batch, options.loaders, options.ahead, options.sample_weights);
    evaluation<T> validated;
    const bool keeps_best = options.restore_best || options.patience > 0;
    std::optional<model<Net, T>> best;
    if (keeps_best) best.emplace(m.copy());
    detail::best_so_far so_far(options.watched, options.validation != nullptr);
    std::optional<weight_average<Net, T>> average;
    if (options.average > 0) average.emplace(m, options.average);
    rate_schedule schedule = options.schedule;
    const double base = descent.rate;

    training_run run;
    training_history& history = run.history;
    history.epochs.reserve(static_cast<std::size_t>(options.epochs));
    training_moment moment{
        .epochs = options.epochs, .batches = (visited + batch - 1) / batch, .rate = descent.rate, .run = &run};
    const T* inputs = nullptr;  // of the batch in hand
    execution::row_probe<T> probe{pass.tape(), inputs, m.parameters(), m.state()};
    // What is known of an epoch when it ends, or when a run that was stopped goes on.
    const auto take_in = [&](const epoch_record& record) {
        moment.improved = so_far.improved(record);
        if (moment.improved) history.best_epoch = record.epoch;
        if (options.patience > 0 && record.epoch - history.best_epoch >= options.patience)
            moment.stop = history.stopped_early = true;
        schedule.observe(detail::watched_value(options.watched, options.validation != nullptr, record),
                         detail::larger_is_better(options.watched));
    };
    detail::run_calls calls(options.callbacks, moment);
    if (!options.callbacks.empty()) {
        run.rows = detail::named_rows_of<Net>();
        run.given = {.optimizer = detail::text_with_type<Optimizer>(),
                     .samples = data.size(),
                     .batch = batch,
                     .accumulate = options.accumulate,
                     .labels = &data.labels,
                     .weights = options.sample_weights,
                     .drawn = options.sampler != nullptr ? &order : nullptr,
                     .shuffled = options.shuffled,
                     .seed = options.random.value,
                     .watched = static_cast<int>(options.watched)};
        run.probe = &probe;
        run.gradient = {"gradient", slope.values()};
        run.add_model("model", m.parameters(), m.state());
        for (extent k = 0; k < descent.slots(); ++k) run.add(detail::text_of({"optimizer.slot.", k}), state.slot(k));
        if (average) run.add_model("average", average->model().parameters(), average->model().state());
        if (keeps_best) run.add_model("best", best->parameters(), best->state());
        if (calls.tell(&training_callback::run_restores)) {
            state.set_time(run.steps);
            if (average) average->set_begun(run.steps > 0);
            for (const epoch_record& record : history.epochs) take_in(record);
            calls.begin();
        }
    }
    // Left at any place, because one exit of fit's own frees all that it holds.
    const auto train = [&] {
        for (; moment.epoch <= options.epochs && !moment.ends(); ++moment.epoch) {
            const double start = seconds_now();
            const extent epoch = moment.epoch;
            // The rate of a step, from its place in the epoch.
            const auto scheduled = [&](double share) {
                const double epochs_done = static_cast<double>(epoch - 1);
                return schedule.rate(base, options.schedule_in == schedule_unit::step
                                               ? static_cast<double>(state.time())
                                           : options.schedule_in == schedule_unit::epoch ? epochs_done
                                                                                         : epochs_done + share);
            };
            if (moment.batch == 0) {
                if (!schedule.empty()) moment.rate = scheduled(0);
                run.loss = run.right = {};
                if (!calls.tell(&training_callback::epoch_begins)) return;
            }
            descent.rate = moment.rate;
            if (options.sampler != nullptr)
                options.sampler->draw(order, options.random, static_cast<std::uint64_t>(epoch));
            else if (options.shuffled)
                shuffle_groups(order, together, options.random, static_cast<std::uint64_t>(epoch));
            const extent met = moment.batch * batch, first = met < visited ? met : visited;
            loader.begin(order.data() + first, visited - first, epoch);
            double gathered = 0;  // the normalizer of the batches since the last step
            for (extent from = first; from < visited; from += batch) {
                if (!calls.tell(&training_callback::batch_begins)) return;
                const extent samples = visited - from < batch ? visited - from : batch;
                run.between_steps = false;
                detail::batch_memory<Data>& shown = loader.next();
                inputs = shown.inputs();
                const target<T> expected = detail::expected_of(shown);
                run.batch_of<T>() = {shown.inputs(), expected, samples};
                if (!calls.tell(&training_callback::batch_gathered)) return;
                pass.set_step(run.batches_met++);
                const auto outputs = pass.forward(m, inputs, samples);
                const double* const weights = shown.weights();
                const double normalizer = weighted_normalizer(loss, expected, weights, samples, out);
                // Several batches add up the gradient of the sum; it is divided when it is known by what.
                const double divisor = options.accumulate == 1 ? normalizer : 1.0;
                const double value =
                    mean_of(weighted_loss_value(loss, outputs.data(), expected, weights, pass.output_gradient().data(),
                                                samples, out, divisor, threads),
                            normalizer);
                detail::count_right<Loss>(outputs.data(), expected.labels, samples, out, run.right);
                const extent in_group = moment.batch % options.accumulate;
                if (in_group == 0) clear_gradient(slope, threads);
                gathered = in_group == 0 ? normalizer : gathered + normalizer;
                pass.backward(m, slope);
                moment.batch_loss = value;
                if (!calls.tell(&training_callback::backward_ends)) return;
                if (in_group + 1 == options.accumulate || from + samples == visited) {
                    learns.clear_frozen(slope.data());
                    if (options.accumulate > 1) scale_gradient(slope, mean_of(1.0, gathered), threads);
                    if (options.clip_value > 0) clip_value(slope, options.clip_value, threads);
                    if (options.clip_norm > 0) clip_norm(slope, options.clip_norm, threads);
                    if (moment.batch > 0 && !schedule.empty() && options.schedule_in != schedule_unit::epoch) {
                        const double share = static_cast<double>(moment.batch) / static_cast<double>(moment.batches);
                        moment.rate = descent.rate = scheduled(share);
                    }
                    state.step(descent, m, slope, threads);
                    if (average) {
                        average->update(m, threads);
                        learns.keep_frozen(m, average->model());
                    }
                    run.steps = state.time();
                    run.between_steps = true;
                }
                run.loss.add(value, normalizer);
                ++moment.batch;
                moment.samples += samples;
                moment.loss = run.loss.value();
                if (!calls.tell(&training_callback::batch_ends)) return;
                if (moment.stop_at_once && run.between_steps) break;
            }
            if (moment.stop_at_once) break;
            epoch_record record{.epoch = epoch, .loss = run.loss.value(), .rate = descent.rate};
            if (!data.labels.empty()) record.accuracy = run.right.value();
            if (options.validation != nullptr) {
                if (!calls.tell(&training_callback::validation_begins)) return;
                detail::evaluate_into(pass, average ? average->model() : m, *options.validation, loss, validated);
                record.validation_loss = validated.loss;
                record.validation_accuracy = validated.accuracy;
                record.validation_auc = validated.auc;
                if (!calls.tell(&training_callback::validation_ends, record)) return;
            }
            take_in(record);
            if (moment.improved && keeps_best) best->copy_numbers(average ? average->model() : m);
            record.seconds = seconds_now() - start;
            history.epochs.push_back(record);
            if (!calls.tell(&training_callback::epoch_ends, history.epochs.back())) return;
            moment.batch = moment.samples = 0;
        }
    };
    train();
    if (error failed = calls.end()) return failed;
    if (average && !keeps_best) m.copy_numbers(average->model());
    if (keeps_best)
        m.copy_numbers(*best);
    else
        history.best_epoch = static_cast<extent>(history.epochs.size());
    return std::move(history);
}

}  // namespace ctnn
