// SPDX-License-Identifier: MIT
/// \file
/// Trains a network on heartbeats, and judges it.
#pragma once

#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "networks.hpp"

namespace ecg {

/// What is trained on, judged by and shown.
struct settings {
    std::string out;
    nn::extent epochs = 6;
    nn::seed random{1};
};

/// A trained network and how it does on the beats that it was not trained on.
template <class Net>
struct judged {
    nn::model<Net> model;
    nn::confusion_matrix matrix;
};

/// Rare classes weigh more, by the root of how rare they are: by all of it, a few odd beats would rule.
inline std::vector<double> weights_of(const beats& all) {
    const auto balanced = nn::balanced_class_weights(all.labels.data(), all.size(), classes);
    std::vector<double> weights;
    for (const std::int32_t label : all.labels) weights.push_back(std::sqrt(balanced[static_cast<std::size_t>(label)]));
    return weights;
}

template <class Net>
nn::confusion_matrix judge(const nn::model<Net>& model, const beats& by) {
    nn::confusion_matrix matrix(classes);
    const auto scores = nn::evaluate(model, by, nn::cross_entropy{});
    matrix.add(scores.probabilities.data(), classes, by.labels.data(), by.size());
    return matrix;
}

/// Ends with the weights of the epoch whose macro F1 is the best on the beats that are judged by: the mean of all
/// classes, of which the rare ones count as much as the others. Beats of another set of patients would judge it better.
template <class Net>
nn::result<judged<Net>> train(const char* name, const beats& data, const beats& validation, const settings& s) {
    judged<Net> best{nn::model<Net>{s.random}, nn::confusion_matrix(classes)};
    nn::model<Net> model{s.random};
    const std::vector<double> weights = weights_of(data);
    double highest = -1;
    nn::after_epoch keep_best([&](nn::training_moment&, const nn::epoch_record&) {
        nn::confusion_matrix matrix = judge(model, validation);
        if (nn::f1_score(matrix, nn::average::macro) <= highest) return;
        highest = nn::f1_score(matrix, nn::average::macro);
        best.matrix = matrix;
        best.model.assign(model);
    });
    const auto history = nn::fit(
        model, data, nn::cross_entropy{}, nn::adamw{.rate = 2e-3, .weight_decay = 1e-2},
        {.epochs = s.epochs, .batch = 64, .random = s.random, .callbacks = {&keep_best}, .sample_weights = weights});
    if (!history) return history.error();
    std::printf("%-13s %6td parameters: accuracy %.4f, macro F1 %.4f\n", name, Net::parameter_count,
                nn::accuracy(best.matrix), highest);
    std::fflush(stdout);
    return best;
}

/// Texts of several lines, one beside the other.
inline std::string side_by_side(const std::vector<std::string>& texts) {
    std::string page;
    std::vector<std::istringstream> streams(texts.begin(), texts.end());
    std::size_t width = 0;
    for (const std::string& text : texts) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) width = std::max(width, line.size());
    }
    for (bool more = true; more;) {
        more = false;
        std::string row;
        for (std::istringstream& stream : streams) {
            std::string line;
            if (std::getline(stream, line)) more = true;
            row += line + std::string(width + 3 - line.size(), ' ');
        }
        row.erase(row.find_last_not_of(' ') + 1);
        if (more) page += row + '\n';
    }
    return page;
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
