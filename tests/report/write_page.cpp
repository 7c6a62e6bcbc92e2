// SPDX-License-Identifier: MIT
/// \file
/// write_page FILE: a page about eight samples, for a browser to open.
#include <cstdint>
#include <cstdio>
#include <ctnn/report/classification_page.hpp>
#include <vector>

int main(int count, char** words) {
    if (count != 2) return 2;
    const std::vector<float> of_one{0.1F, 0.2F, 0.3F, 0.7F, 0.4F, 0.75F, 0.8F, 0.9F};
    const std::vector<std::int32_t> labels{0, 0, 0, 0, 1, 1, 1, 1};
    ctnn::classification_page content{.title = "Chest X-rays: normal or pneumonia",
                                      .facts = {{"seed", "7"}},
                                      .network = "conv 8\n",
                                      .classes = {"normal", "pneumonia"},
                                      .probabilities = of_one,
                                      .labels = labels};
    for (ctnn::extent e = 1; e <= 12; ++e)
        content.history.epochs.push_back({.epoch = e,
                                          .loss = 1.0 / static_cast<double>(e),
                                          .accuracy = 0.05 * static_cast<double>(e) + 0.3,
                                          .validation_loss = 1.2 / static_cast<double>(e),
                                          .validation_accuracy = 0.04 * static_cast<double>(e) + 0.3});
    for (const ctnn::extent i : ctnn::worst_mistakes(of_one, labels, 8))
        content.mistakes.push_back(
            {.picture = {2, 2, 1, {0.0F, 0.3F, 0.6F, 1.0F}},
             .truth = content.classes[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])],
             .predicted = "the other",
             .probability = 0.7,
             .mistake = true});
    const ctnn::error failed = ctnn::make_page(content).write(words[1]);
    if (failed) std::fprintf(stderr, "%s\n", failed.what());
    return failed ? 1 : 0;
}
