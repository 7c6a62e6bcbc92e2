// SPDX-License-Identifier: MIT
/// \file
/// Training once for each fold, with the fold left out to judge by.
#pragma once

#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/data/folds.hpp"
#include "ctnn/data/resample.hpp"
#include "ctnn/train/fit.hpp"

namespace ctnn {

/// Mean and spread of a figure over several runs. All NaN where no run has the figure.
struct mean_and_spread {
    double mean = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN();  ///< of a run, divided by count - 1; NaN for one run
    extent count = 0;                                             ///< of runs that have the figure
};

/// NaN stands for a run without the figure, such as the AUC of a fold with a single class.
[[nodiscard, gnu::cold]] inline mean_and_spread spread_of(std::span<const double> figures) {
    double sum = 0, squares = 0;
    mean_and_spread found;
    for (const double x : figures)
        if (!std::isnan(x)) {
            sum += x;
            ++found.count;
        }
    if (found.count == 0) return found;
    found.mean = sum / static_cast<double>(found.count);
    for (const double x : figures)
        if (!std::isnan(x)) squares += (x - found.mean) * (x - found.mean);
    if (found.count > 1) found.deviation = std::sqrt(squares / static_cast<double>(found.count - 1));
    return found;
}

/// One round of a cross-validation. Figures are those of the fold that was left out, NaN where it has none.
struct fold_record {
    extent trained_on = 0, chosen_on = 0, tested_on = 0;  ///< samples
    extent best_epoch = 0;
    double loss = 0, accuracy = 0, auc = 0;
};

/// All rounds, with the mean and spread of their figures.
struct fold_records {
    std::vector<fold_record> folds;
    mean_and_spread loss, accuracy, auc;

    /// A table to read: a line for each fold, then mean and deviation.
    [[nodiscard, gnu::cold]] std::string text() const {
        char line[120];
        std::string all = "fold   train  choose    test  epoch     loss  accuracy      auc\n";
        for (std::size_t f = 0; f < folds.size(); ++f) {
            const fold_record& r = folds[f];
            std::snprintf(line, sizeof line, "%4zu %7td %7td %7td %6td %8.4f  %8.4f %8.4f\n", f + 1, r.trained_on,
                          r.chosen_on, r.tested_on, r.best_epoch, r.loss, r.accuracy, r.auc);
            all += line;
        }
        std::snprintf(line, sizeof line, "%-35s %8.4f  %8.4f %8.4f\n", "mean", loss.mean, accuracy.mean, auc.mean);
        all += line;
        std::snprintf(line, sizeof line, "%-35s %8.4f  %8.4f %8.4f\n", "deviation", loss.deviation, accuracy.deviation,
                      auc.deviation);
        return all + line;
    }
};

/// What cross_validate() found.
template <class T>
struct cross_validation : fold_records {
    std::vector<T> probabilities;  ///< [sample][position][channel], each from the round that left the sample out
};

namespace detail {

/// Refuses folds that do not hold each sample once.
[[nodiscard, gnu::cold]] inline error check_each_once(const sample_folds& folds, extent samples) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (folds.size() < 2) return {invalid, "cross_validate: at least two folds"};
    std::vector<extent> times(static_cast<std::size_t>(samples));
    for (std::size_t f = 0; f < folds.size(); ++f) {
        if (folds[f].empty()) return {invalid, text_of({"cross_validate: fold ", f, " is empty"})};
        for (const extent i : folds[f]) {
            if (i < 0 || i >= samples)
                return {error_kind::shape_mismatch,
                        text_of({"cross_validate: sample ", i, " in fold ", f, ", the data set has ", samples})};
            ++times[static_cast<std::size_t>(i)];
        }
    }
    for (std::size_t i = 0; i < times.size(); ++i)
        if (times[i] != 1)
            return {invalid, text_of({"cross_validate: sample ", i, " is in ", times[i], " folds, expected 1"})};
    return {};
}

}  // namespace detail

/// Trains a new model for each fold on the others, and judges it by the fold.
///
///     takes    folds that hold each sample once: stratified_folds(), or grouped_folds() where samples of one patient
///              belong together; with `choose` the fold behind the one left out is the validation part, which patience
///              and restore_best go by, and no part of training
///     gives    the figures of each fold, their mean and spread, and the scores of every sample by the model that did
///              not see it, from which any other figure can be computed
///     refuses  folds that do not hold each sample once; a validation set of options, samplers, which know a data set
///              of another size, and losses over samples that belong together; what fit() refuses
///
/// Round f begins with, and shuffles by, the seed options.random.value + f. Callbacks are told of every round in turn.
/// Threads work inside a round, so that the results are the same for any number of them.
///
///     const auto folds = ctnn::grouped_folds(data.labels, patients, 5, ctnn::seed{1});
///     if (!folds) return std::puts(folds.error().what()), 1;
///     const auto found = ctnn::cross_validate<net>(data, *folds, ctnn::cross_entropy{}, ctnn::adam{}, {.epochs = 20});
///     if (found) std::fputs(found->text().c_str(), stdout);
template <class Net, class Data, loss_function Loss, optimizer Optimizer>
[[nodiscard, gnu::cold]] result<cross_validation<typename Data::scalar>> cross_validate(
    const Data& data, const sample_folds& folds, const Loss& loss, const Optimizer& descent,
    const std::type_identity_t<fit_options<Data>>& options = {}, bool choose = false) {
    using T = typename Data::scalar;
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (error failed = detail::check_each_once(folds, data.size())) return failed;
    if (choose && folds.size() < 3) return error(invalid, "cross_validate: at least three folds to choose by one");
    if (options.validation != nullptr || options.sampler != nullptr)
        return error(invalid, "cross_validate: validation comes from the folds, and a sampler knows other samples");
    if (samples_together_of<Loss>() > 1)
        return error(invalid, "cross_validate: folds would tear apart the samples that the loss reads together");
    if (error failed = detail::check_sample_weights(options.sample_weights, data.size(), 1)) return failed;

    cross_validation<T> found;
    std::vector<double> losses, accuracies, areas;
    for (std::size_t f = 0; f < folds.size(); ++f) {
        const split_indices parts = leave_out(folds, f, choose);
        const Data train = samples_at(data, parts.train), left_out = samples_at(data, parts.test);
        const Data chosen = samples_at(data, parts.validation);
        std::vector<double> weights;
        if (!options.sample_weights.empty())
            for (const extent i : parts.train) weights.push_back(options.sample_weights[static_cast<std::size_t>(i)]);
        fit_options<Data> of_round = options;
        of_round.random.value += f;
        of_round.sample_weights = weights;
        if (choose) of_round.validation = &chosen;
        model<Net, T> m{of_round.random};
        const auto history = fit(m, train, loss, descent, of_round);
        if (!history) return history.error();
        if (error failed = detail::check_data(loss, left_out, training_pass<Net, Loss, T>::output_dims)) return failed;
        const evaluation<T> judged = evaluate(m, left_out, loss, options.batch);

        const std::size_t each = judged.probabilities.size() / parts.test.size();
        found.probabilities.resize(each * static_cast<std::size_t>(data.size()));
        for (std::size_t i = 0; i < parts.test.size(); ++i)
            for (std::size_t k = 0; k < each; ++k)
                found.probabilities[static_cast<std::size_t>(parts.test[i]) * each + k] =
                    judged.probabilities[i * each + k];
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        losses.push_back(judged.loss);
        accuracies.push_back(judged.accuracy < 0 ? none : judged.accuracy);
        areas.push_back(judged.auc < 0 ? none : judged.auc);
        found.folds.push_back({train.size(), chosen.size(), left_out.size(), history->best_epoch, losses.back(),
                               accuracies.back(), areas.back()});
    }
    found.loss = spread_of(losses);
    found.accuracy = spread_of(accuracies);
    found.auc = spread_of(areas);
    return found;
}

}  // namespace ctnn
