// SPDX-License-Identifier: MIT
/// \file
/// report.html: the page that goes with a trained model.
#pragma once

#include <string>

#include <ctnn/ctnn.hpp>
#include <ctnn/report/classification_page.hpp>

#include "verdict.hpp"

namespace classify {

/// What the page says of a training run besides its numbers.
struct run_facts {
    std::string data;
    nn::extent trained_on = 0, chosen_on = 0, parameters = 0;
    std::uint64_t seed = 0;
    double seconds = 0;
};

/// Writes report.html into a folder.
template <class Input>
nn::error write_report(const std::string& folder, const verdict& v, const named_samples<Input>& images,
                       const nn::input_scaling& scaling, const nn::training_history& history,
                       const std::string& network, const run_facts& facts) {
    const nn::dataset<Input>& data = images.samples;
    nn::classification_page page{.title = "Classifier of " + data.class_names.front(),
                                 .network = network,
                                 .history = history,
                                 .classes = data.class_names,
                                 .probabilities = v.scores,
                                 .labels = data.labels};
    for (std::size_t c = 1; c < data.class_names.size(); ++c)
        page.title += (c + 1 < data.class_names.size() ? ", " : " and ") + data.class_names[c];
    page.facts = {{"data", facts.data},
                  {"samples to train, to choose, to test", std::to_string(facts.trained_on) + ", " +
                                                               std::to_string(facts.chosen_on) + ", " +
                                                               std::to_string(data.size())},
                  {"parameters", std::to_string(facts.parameters)},
                  {"epochs", std::to_string(history.epochs.size())},
                  {"seed", std::to_string(facts.seed)},
                  {"seconds of training", std::to_string(static_cast<long>(facts.seconds + 0.5))},
                  {"made by", "ctnn " + std::to_string(CTNN_VERSION_MAJOR) + "." + std::to_string(CTNN_VERSION_MINOR) +
                                  "." + std::to_string(CTNN_VERSION_PATCH) + ", compiler " + __VERSION__},
                  {"use", "research; this is no medical device"}};
    for (const nn::extent i : nn::worst_mistakes(v.scores, data.labels, 16))
        page.mistakes.push_back(tile_of(v, data, scaling, i));
    return nn::make_page(page).write(folder + "/report.html");
}

}  // namespace classify
