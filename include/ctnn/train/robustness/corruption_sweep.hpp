// SPDX-License-Identifier: MIT
/// \file
/// What a model is worth on inputs that get worse and worse.
#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/train/fit.hpp"
#include "ctnn/train/robustness/corruption.hpp"

namespace ctnn {

/// A model on a data set with one corruption; severity 0 is the data set as it is.
struct corruption_record {
    corruption kind{};
    extent severity = 0;
    double loss = 0, accuracy = -1, auc = -1;
};

/// Evaluates a model on clean data and on every corruption in severities 1 to 5.
/// \returns a record for the clean data, then five for each corruption; or what corrupted() and the loss refuse
///
///     const auto records = ctnn::corruption_sweep(model, test, ctnn::cross_entropy{}, {.low = -1, .high = 1});
///     if (records) std::fputs(ctnn::corruption_table(*records).c_str(), stdout);
template <class Net, class T, class Data, loss_function Loss>
[[nodiscard, gnu::cold]] result<std::vector<corruption_record>> corruption_sweep(const model<Net, T>& m,
                                                                                 const Data& data, const Loss& loss,
                                                                                 const corruption_options& options = {},
                                                                                 extent batch = 32) {
    constexpr dims out = training_pass<Net, Loss, T>::output_dims;
    if (error failed = detail::check_data(loss, data, out)) return failed;
    std::vector<corruption_record> records;
    for (const corruption kind : all_corruptions)
        for (extent severity = records.empty() ? 0 : 1; severity <= 5; ++severity) {
            const auto spoiled = corrupted(data, kind, strength_of(kind, severity), options);
            if (!spoiled) return spoiled.error();
            const evaluation<T> found = evaluate(m, *spoiled, loss, batch);
            records.push_back({kind, severity, found.loss, found.accuracy, found.auc});
        }
    return records;
}

/// A table to read: a line for each corruption, a column for each severity; accuracy, or the loss where there is none.
[[nodiscard, gnu::cold]] inline std::string corruption_table(const std::vector<corruption_record>& records) {
    if (records.empty()) return {};
    char cell[40];
    const bool accuracy = records[0].accuracy >= 0;
    const auto figure = [&](const corruption_record& r) { return accuracy ? r.accuracy : r.loss; };
    std::string text = accuracy ? "accuracy    " : "loss        ";
    text += "clean      1      2      3      4      5\n";
    for (const corruption_record& r : records) {
        if (r.severity == 0) continue;
        if (r.severity == 1) {
            std::snprintf(cell, sizeof cell, "%-10s %6.4f", name_of(r.kind), figure(records[0]));
            text += cell;
        }
        std::snprintf(cell, sizeof cell, " %6.4f", figure(r));
        text += cell;
        if (r.severity == 5) text += '\n';
    }
    return text;
}

}  // namespace ctnn
