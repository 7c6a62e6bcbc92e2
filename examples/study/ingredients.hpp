// SPDX-License-Identifier: MIT
/// \file
/// study ingredients: what each part of a training is worth.
#pragma once

#include "training.hpp"

namespace study {

/// The accuracy on the test part where the threshold of Youden's index on the validation part decides.
inline double accuracy_at_youden(const nn::model<net>& m, const parts<xray>& data) {
    const auto chosen = judged(m, data.validation).probabilities, scores = judged(m, data.test).probabilities;
    const auto& of_validation = data.validation.labels;
    const nn::ranking ranked = nn::rank_scores(chosen.data(), 2, 1, of_validation.data(), std::ssize(of_validation), 1);
    const double threshold = nn::youden_point(ranked).threshold;
    nn::extent right = 0;
    const auto& labels = data.test.labels;
    for (std::size_t i = 0; i < labels.size(); ++i)
        right += (static_cast<double>(scores[2 * i + 1]) >= threshold) == (labels[i] == 1);
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

inline nn::error ingredients_table(const options& o, const parts<xray>& data) {
    struct line {
        const char* name;
        ingredients with;
    };
    constexpr line lines[]{
        {"none", {false, false, false, false}},        {"class weights", {true, false, false, false}},
        {"augmentation", {false, true, false, false}}, {"schedule", {false, false, true, false}},
        {"averaging", {false, false, false, true}},    {"all four", {true, true, true, true}}};
    std::printf("ingredients, test part, mean of %td seeds\n%-14s %8s %10s %22s  %s\n", o.seeds, "", "auc", "deviation",
                "accuracy at Youden's", "effect on auc");
    double without = 0;
    for (const line& one : lines) {
        std::vector<double> areas, accuracies;
        for (nn::extent k = 0; k < o.seeds; ++k) {
            const auto m = trained(o, data.train, nn::seed{static_cast<std::uint64_t>(o.seed + k)}, one.with);
            if (!m) return m.error();
            areas.push_back(judged(*m, data.test).auc);
            accuracies.push_back(accuracy_at_youden(*m, data));
        }
        const nn::mean_and_spread area = nn::spread_of(areas);
        if (&one == lines) without = area.mean;
        const double effect = area.mean - without;
        std::printf("%-14s %8.4f %10.4f %22.4f  ", one.name, area.mean, area.deviation, nn::spread_of(accuracies).mean);
        if (&one == lines)
            std::printf("-\n");
        else
            std::printf("%+.4f%s\n", effect, effect > 0 ? "" : ", does not help");
    }
    std::printf("\n");
    return {};
}

}  // namespace study
