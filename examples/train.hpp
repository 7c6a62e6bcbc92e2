// SPDX-License-Identifier: MIT
/// \file
/// classify train: fit a network, save it, load it again, freeze it, and let the frozen engine be judged.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

#include <ctnn/ctnn.hpp>
#include <ctnn/train/progress_bar.hpp>

#include "report.hpp"
#include "verdict.hpp"

namespace classify {

/// How a network is trained; the command line may say otherwise.
struct recipe {
    nn::extent epochs = 0, batch = 64;
    double rate = 3e-3, weight_decay = 0.05;
    nn::augmentation by{};
};

/// What has proven itself on validation data: about 1500 batches of images, or 400 of volumes, whatever
/// the size of the set. Images of a chest or of a cell stay what they are when they are moved, zoomed, turned or
/// lightened a little. A chest is never mirrored: its heart would be on the other side.
inline recipe recipe_for(const sample_source& from, const options& o, nn::extent samples) {
    recipe r;
    if (o.batch > 0) r.batch = o.batch;
    if (o.rate > 0) r.rate = o.rate;
    r.epochs = std::max<nn::extent>(12, 1500 * r.batch / samples);
    r.by = {.width_shift_range = 0.06,
            .height_shift_range = 0.06,
            .brightness_range = {0.85, 1.15},
            .depth_shift_range = 0.06,
            .offset_range = 0.15};
    if (!from.archive && !from.listing) r.epochs = 15;
    if (from.of_volumes()) {
        if (o.batch == 0) r.batch = 16;
        r.epochs = std::max<nn::extent>(12, 400 * r.batch / samples);
    } else {
        r.by.rotation_range = 4.6;
        r.by.zoom_range = {0.92, 1.08};
    }
    if (o.epochs > 0) r.epochs = o.epochs;
    return r;
}

/// Scores of an engine for a whole data set.
template <class Net>
verdict judge(nn::engine<Net>& engine, const nn::dataset<typename Net::input>& data) {
    verdict v{.scores = std::vector<float>(static_cast<std::size_t>(data.size() * Net::output::size)),
              .classes = Net::output::size};
    engine(data.inputs.data(), v.scores.data(), data.size());
    return v;
}

/// The accuracy that logistic regression on the same pixels reaches on the test images; negative when it fails.
template <class Net>
double accuracy_of_pixels(const nn::dataset<typename Net::input>& train,
                          const nn::dataset<typename Net::input>& validation,
                          const nn::dataset<typename Net::input>& test, nn::seed start) {
    using linear = logistic_regression<Net>;
    nn::model<linear> model{start};
    const auto history =
        nn::fit(model, train, nn::cross_entropy{}, nn::adamw{.rate = 3e-4, .weight_decay = 0.1},
                {.epochs = 20, .batch = 64, .random = start, .validation = &validation, .restore_best = true});
    return history ? nn::evaluate(model, test, nn::cross_entropy{}, 64).accuracy : -1;
}

inline void print_counts(const char* name, const std::vector<std::int32_t>& labels,
                         const std::vector<std::string>& classes) {
    std::vector<nn::extent> counts(classes.size());
    for (const std::int32_t label : labels) ++counts[static_cast<std::size_t>(label)];
    std::printf("  %-12s %6zu", name, labels.size());
    for (std::size_t c = 0; c < classes.size(); ++c)
        std::printf("%s%s %td", c == 0 ? "  (" : ", ", classes[c].c_str(), counts[c]);
    std::printf(")\n");
}

/// Folding batch norm and another order of sums change the last bits of a score; more than this is a mistake.
inline constexpr float largest_disagreement = 1e-4f;

/// What a training run came to, on the test images.
struct outcome {
    double accuracy = 0, auc = 0;
    double accuracy_of_pixels = 0;  ///< of logistic regression
    float disagreement = 0;         ///< the largest difference between the engine's scores and the trainer's
    double seconds = 0;             ///< of the training
};

/// Trains one network on one source, and writes all that belongs to it into the folder --out.
template <class Net>
nn::result<outcome> train(sample_source& source, const options& o) {
    using input = typename Net::input;
    const nn::seed start{o.seed};
    constexpr nn::input_scaling scaling{.factor = 2, .shift = -1};  // gray values 0 to 1 become -1 to 1

    auto to_train = read_part<input>(source, nn::split_part::train, scaling);
    if (!to_train) return to_train.error();
    auto to_choose = read_part<input>(source, nn::split_part::validation, scaling);
    if (!to_choose) return to_choose.error();
    auto to_test = read_part<input>(source, nn::split_part::test, scaling);
    if (!to_test) return to_test.error();

    // What will be trained. The summary is a file too: where it cannot be written, nothing is trained.
    const std::string summary = nn::summary<Net>();
    std::error_code ignored;
    std::filesystem::create_directories(o.out, ignored);
    const nn::byte_view text{reinterpret_cast<const unsigned char*>(summary.data()),
                             static_cast<nn::extent>(summary.size())};
    if (auto failed = nn::write_file(o.out + "/summary.txt", text)) return failed;
    std::printf("%s: %s\n", source.of_volumes() ? "Volumes" : "Images", source.description.c_str());
    print_counts("train", to_train->samples.labels, source.class_names);
    print_counts("validation", to_choose->samples.labels, source.class_names);
    print_counts("test", to_test->samples.labels, source.class_names);
    std::printf("\n%s\n", summary.c_str());

    const double of_pixels = accuracy_of_pixels<Net>(to_train->samples, to_choose->samples, to_test->samples, start);

    // Training: everything random follows from the seed, whatever the number of threads. The weights of the last epoch
    // are kept: the rate has come down to nearly nothing, and validation is there to be looked at.
    const recipe r = recipe_for(source, o, to_train->samples.size());
    const nn::extent trained_on = to_train->samples.size(), chosen_on = to_choose->samples.size();
    const nn::augmented<input> train_set(std::move(to_train->samples), r.by, start),
        validation(std::move(to_choose->samples));
    nn::model<Net> model{start};
    model.class_names = source.class_names;
    model.scaling = scaling;
    model.preparation = source.preparation;
    model.preprocessing = source.preprocessing;
    nn::progress_bar bar;
    const auto began = std::chrono::steady_clock::now();
    auto history =
        nn::fit(model, train_set, nn::cross_entropy{}, nn::adamw{.rate = r.rate, .weight_decay = r.weight_decay},
                {.epochs = r.epochs,
                 .batch = r.batch,
                 .random = start,
                 .validation = &validation,
                 .callbacks = {&bar},
                 .schedule = nn::cosine_schedule{.length = static_cast<double>(r.epochs)}});
    if (!history) return history.error();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (auto failed = write_history(o.out, *history)) return failed;

    // What is shipped is the file: it is read back and frozen, and the engine is what gets judged.
    const std::string file = o.out + "/model.safetensors";
    if (auto failed = nn::save(model, file)) return failed;
    nn::model<Net> loaded{nn::seed{}};
    if (auto failed = nn::load(loaded, file)) return failed;
    auto engine = nn::freeze(loaded, {.max_batch = 16, .threads = nn::available_threads()});
    const verdict v = judge<Net>(engine, to_test->samples);
    const auto trained = nn::evaluate(model, to_test->samples, nn::cross_entropy{}, r.batch);
    float apart = 0;
    for (std::size_t i = 0; i < v.scores.size(); ++i)
        apart = std::max(apart, std::abs(v.scores[i] - trained.probabilities[i]));

    std::printf("\nTrained %td parameters for %td epochs in %.1f s. Test part, judged by the engine made of %s:\n\n",
                Net::parameter_count, r.epochs, seconds, file.c_str());
    const nn::confusion_matrix matrix = print_verdict(v, to_test->samples.labels, source.class_names);
    const double auc = nn::roc_auc(v.scores.data(), v.classes, to_test->samples.labels.data(), to_test->samples.size());
    std::printf("logistic regression on the same numbers: accuracy %.4f\n", of_pixels);
    std::printf("saved, loaded and frozen: scores %s the trainer's, largest difference %.1e\n",
                apart <= largest_disagreement ? "agree with" : "DIFFER from", static_cast<double>(apart));
    if (auto failed = write_verdict(o.out, v, *to_test, matrix, scaling)) return failed;
    if (auto failed = write_report(o.out, v, *to_test, scaling, *history, summary,
                                   {.data = source.description,
                                    .trained_on = trained_on,
                                    .chosen_on = chosen_on,
                                    .parameters = Net::parameter_count,
                                    .seed = o.seed,
                                    .seconds = seconds}))
        return failed;
    std::printf(
        "%s: report.html model.safetensors summary.txt history.csv curves.png confusion.png predictions.png "
        "predictions.csv\n",
        o.out.c_str());
    return outcome{nn::accuracy(matrix), auc, of_pixels, apart, seconds};
}

}  // namespace classify
