// SPDX-License-Identifier: MIT
/// \file
/// A training run with what a run of days has, and the numbers and the page that come out of it.
#include <ctnn/ctnn.hpp>
#include <ctnn/report/classification_page.hpp>

#include <cstdio>

namespace nn = ctnn;
using net = nn::network<nn::shape<12, 12, 1>, nn::conv<8>, nn::batch_norm<>, nn::relu, nn::max_pool<>, nn::flatten,
                        nn::dense<16>, nn::relu, nn::dropout<0.2>, nn::dense<2>, nn::softmax>;

// Noise; in class 1, a quarter of all, a square is brighter.
static nn::dataset<net::input> make_images(nn::extent count, std::uint64_t stream) {
    nn::dataset<net::input> images{.class_names = {"clear", "finding"}};
    nn::random_stream random(nn::seed{7}, stream);
    for (nn::extent i = 0; i < count; ++i) {
        const nn::extent label = i % 4 == 0, top = random.next_below(8), left = random.next_below(8);
        for (nn::extent k = 0; k < 144; ++k) {
            const nn::extent row = k / 12 - top, column = k % 12 - left;
            const bool inside = row >= 0 && row < 4 && column >= 0 && column < 4;
            images.inputs.push_back(static_cast<float>(random.next_uniform() + (label == 1 && inside ? 0.5 : 0)));
        }
        images.labels.push_back(static_cast<std::int32_t>(label));
    }
    return images;
}

int main() {
    const auto train = make_images(400, 1), valid = make_images(200, 2), test = make_images(400, 3);
    std::remove("run.checkpoint");
    // [run]
    nn::model<net> model{nn::seed{1}};
    nn::checkpoint keep("run.checkpoint");  // a killed run goes on from it, bit by bit
    nn::history_log log("run.csv");
    nn::finite_guard guard;  // names the layer of the first NaN
    const nn::cosine_schedule falling{.length = 28};
    const nn::cross_entropy loss{.class_weights = nn::balanced_class_weights(train.labels.data(), train.size(), 2)};
    const nn::adamw optimizer{.rate = 3e-3, .weight_decay = 0.05, .decay_weights_only = true};
    const auto history = nn::fit(model, train, loss, optimizer,
                                 {.epochs = 30,
                                  .validation = &valid,
                                  .callbacks = {&keep, &log, &guard},
                                  .schedule = nn::warm_up_schedule{.length = 2, .then = falling},
                                  .clip_norm = 5,
                                  .average = 0.99});
    if (!history) return std::puts(history.error().what()), 1;
    // [run]

    // [measure]
    // The threshold is chosen on validation data, the test data are read once.
    const auto chosen = nn::evaluate(model, valid, loss), found = nn::evaluate(model, test, loss);
    const auto ranked = nn::rank_scores(chosen.probabilities.data(), 2, 1, valid.labels.data(), valid.size(), 1);
    const double threshold = nn::youden_point(ranked).threshold;
    std::vector<float> of_finding;
    for (std::size_t i = 1; i < found.probabilities.size(); i += 2) of_finding.push_back(found.probabilities[i]);
    const nn::interval auc = nn::roc_auc_interval(of_finding.data(), test.labels.data(), test.size());
    // [measure]

    // [page]
    nn::classification_page page{.title = "Findings", .network = nn::summary<net>(), .history = *history};
    page.classes = test.class_names;
    page.probabilities = found.probabilities;
    page.labels = test.labels;
    if (auto failed = nn::make_page(page).write("run.html")) return std::puts(failed.what()), 1;
    // [page]
    std::printf("area under the curve above 0.9: %s\n", auc.estimate > 0.9 && auc.low > 0.85 ? "yes" : "no");
    std::printf("a threshold between 0 and 1: %s\n", threshold > 0 && threshold < 1 ? "yes" : "no");
}
