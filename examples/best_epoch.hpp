// SPDX-License-Identifier: MIT
/// \file
/// Trains a network and keeps the weights of the epoch that does best on other data.
#pragma once

#include <vector>

#include <ctnn/ctnn.hpp>

namespace examples {
namespace nn = ctnn;

/// How a network is trained.
struct training {
    nn::extent epochs = 6, batch = 64;
    nn::seed random{1};
    std::vector<double> weights{};  ///< of the samples; none: all are equal
};

/// A trained network, and how it does on the data that chose its epoch.
template <class Net>
struct best_epoch {
    nn::model<Net> model;
    nn::confusion_matrix matrix;
};

template <class Net, class Data>
nn::confusion_matrix judge(const nn::model<Net>& model, const Data& by) {
    constexpr nn::extent classes = Net::output::size;
    nn::confusion_matrix matrix(classes);
    const auto scores = nn::evaluate(model, by, nn::cross_entropy{});
    matrix.add(scores.probabilities.data(), classes, by.labels.data(), by.size());
    return matrix;
}

/// Ends with the weights of the epoch whose macro F1 is the best on `validation`: the mean of all classes, of which the
/// rare ones count as much as the others.
template <class Net, class Data>
nn::result<best_epoch<Net>> train_to_best(const Data& data, const Data& validation, const training& how) {
    best_epoch<Net> best{nn::model<Net>{how.random}, nn::confusion_matrix(Net::output::size)};
    nn::model<Net> model{how.random};
    double highest = -1;
    nn::after_epoch keep_best([&](nn::training_moment&, const nn::epoch_record&) {
        nn::confusion_matrix matrix = judge(model, validation);
        if (nn::f1_score(matrix, nn::average::macro) <= highest) return;
        highest = nn::f1_score(matrix, nn::average::macro);
        best.matrix = matrix;
        best.model.assign(model);
    });
    const auto history = nn::fit(model, data, nn::cross_entropy{}, nn::adamw{.rate = 2e-3, .weight_decay = 1e-2},
                                 {.epochs = how.epochs,
                                  .batch = how.batch,
                                  .random = how.random,
                                  .callbacks = {&keep_best},
                                  .sample_weights = how.weights});
    if (!history) return history.error();
    return best;
}

}  // namespace examples
