// SPDX-License-Identifier: MIT
/// \file
/// Trains a network on heartbeats, and judges it.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "../best_epoch.hpp"
#include "../comparison.hpp"
#include "networks.hpp"

namespace ecg {

using examples::comparison;

/// Rare classes weigh more, by the root of how rare they are: by all of it, a few odd beats would rule.
inline std::vector<double> weights_of(const beats& all) {
    const auto balanced = nn::balanced_class_weights(all.labels.data(), all.size(), classes);
    std::vector<double> weights;
    for (const std::int32_t label : all.labels) weights.push_back(std::sqrt(balanced[static_cast<std::size_t>(label)]));
    return weights;
}

/// Trains a network, and says how it does on the beats that chose its epoch. Beats of another set of patients would
/// judge it better.
template <class Net>
nn::result<examples::best_epoch<Net>> train(const char* name, const beats& data, const beats& validation,
                                            const comparison& s) {
    auto best = examples::train_to_best<Net>(data, validation,
                                             {.epochs = s.epochs, .random = s.random, .weights = weights_of(data)});
    if (!best) return best.error();
    std::printf("%-13s %6td parameters: accuracy %.4f, macro F1 %.4f\n", name, Net::parameter_count,
                nn::accuracy(best->matrix), nn::f1_score(best->matrix, nn::average::macro));
    std::fflush(stdout);
    return best;
}

/// Feeds a record, beat after beat, to a stream as a device would hand over its samples, and prints what it says of
/// each beat a third of the way through, behind two thirds and at its end.
inline void stream_record(const nn::model<monitor>& model, const beats& record, nn::extent count) {
    auto stream = nn::freeze_stream(model);
    std::printf("\n%-18s %18s %18s %18s\n", "a record as it comes", "0.24 s", "0.47 s", "0.71 s");
    for (nn::extent i = 0; i < count && i < record.size(); ++i) {
        std::printf("%-20s", class_names[static_cast<std::size_t>(record.labels[static_cast<std::size_t>(i)])].c_str());
        for (nn::extent t = 0; t < samples; ++t) {
            const auto scores = stream.step(record.input_of(i) + t);
            if (t != samples / 3 && t != 2 * samples / 3 && t != samples - 1) continue;
            const nn::extent said = nn::predicted_class(scores.data(), classes);
            std::printf(" %11.11s %5.1f%%", class_names[static_cast<std::size_t>(said)].c_str(),
                        100 * static_cast<double>(scores.data()[said]));
        }
        std::puts("");
        stream.reset();
    }
}

}  // namespace ecg
