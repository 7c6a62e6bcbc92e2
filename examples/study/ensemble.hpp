// SPDX-License-Identifier: MIT
/// \file
/// study ensemble: five members that differ by their seeds.
#pragma once

#include "training.hpp"

namespace study {

inline nn::error ensemble(const options& o, const parts<xray>& data) {
    const auto print = [&](const char* name, const std::vector<float>& scores) {
        const auto& labels = data.test.labels;
        nn::extent right = 0;
        for (std::size_t i = 0; i < labels.size(); ++i)
            right += nn::predicted_class(scores.data() + 2 * i, 2) == labels[i];
        std::printf("%-9s %8.4f  %8.4f\n", name, nn::roc_auc(scores.data(), 2, labels.data(), std::ssize(labels)),
                    static_cast<double>(right) / static_cast<double>(labels.size()));
    };
    std::printf("an ensemble of 5 on the test part\n%-9s %8s  %8s\n", "", "auc", "accuracy");
    std::vector<std::vector<float>> scores;
    for (int member = 0; member < 5; ++member) {
        const auto m = trained(o, data.train, nn::seed{static_cast<std::uint64_t>(o.seed + member)});
        if (!m) return m.error();
        scores.push_back(judged(*m, data.test).probabilities);
        print(("member " + std::to_string(member + 1)).c_str(), scores.back());
    }
    print("average", *nn::average_scores<float>(scores));
    print("votes", *nn::vote_shares<float>(scores, 2));
    std::printf("\n");
    return {};
}

}  // namespace study
