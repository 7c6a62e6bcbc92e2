// SPDX-License-Identifier: MIT
/// \file
/// The network of X-rays, and how all studies train it.
#pragma once

#include <cstdio>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "../networks.hpp"
#include "data.hpp"

namespace study {

using net = classify::classifier<xray, 2>;
using samples = nn::augmented<xray>;

/// What can be left out of a training.
struct ingredients {
    bool class_weights = true, augmentation = true, schedule = true, averaging = true;
};

/// How all of it is trained.
inline constexpr nn::augmentation slight{.rotation_range = 4.6,
                                         .width_shift_range = 0.06,
                                         .height_shift_range = 0.06,
                                         .zoom_range = {0.92, 1.08},
                                         .brightness_range = {0.85, 1.15},
                                         .offset_range = 0.15};
inline const nn::adamw descent{.rate = 3e-3, .weight_decay = 0.05};

inline nn::fit_options<samples> settings(const options& o, nn::seed start, const ingredients& with = {}) {
    nn::fit_options<samples> to{.epochs = o.epochs, .batch = 64, .random = start};
    if (with.schedule) to.schedule = nn::cosine_schedule{.length = static_cast<double>(o.epochs)};
    if (with.schedule) to.schedule_in = nn::schedule_unit::fraction_of_epoch;
    if (with.averaging) to.average = 0.98;
    return to;
}

inline nn::result<nn::model<net>> trained(const options& o, const nn::dataset<xray>& data, nn::seed start,
                                          const ingredients& with = {},
                                          std::vector<nn::training_callback*> callbacks = {},
                                          nn::model<net>* begun = nullptr) {
    nn::model<net> fresh{start};
    nn::model<net>& m = begun != nullptr ? *begun : fresh;
    const samples train(data, with.augmentation ? slight : nn::augmentation{}, start);
    std::vector<double> weights;
    if (with.class_weights)
        weights = nn::balanced_class_weights(data.labels.data(), std::ssize(data.labels), net::output::size);
    nn::fit_options<samples> to = settings(o, start, with);
    to.callbacks = std::move(callbacks);
    const auto history = nn::fit(m, train, nn::cross_entropy{.class_weights = weights}, descent, to);
    if (!history) return history.error();
    return m.copy();
}

inline nn::evaluation<float> judged(const nn::model<net>& m, const nn::dataset<xray>& data) {
    return nn::evaluate(m, data, nn::cross_entropy{}, 64);
}

}  // namespace study
