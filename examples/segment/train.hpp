// SPDX-License-Identifier: MIT
/// \file
/// segment train: fit a network, save it, load it again, freeze it, and let the frozen engine be judged.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include <ctnn/ctnn.hpp>
#include <ctnn/train/progress_bar.hpp>

#include "report.hpp"
#include "use.hpp"

namespace segment {

/// How a network is trained; the command line may say otherwise.
struct recipe {
    nn::extent epochs = 0, batch = 0;
    double rate = 3e-3, weight_decay = 0.01;
};

/// About 2800 batches of 2 volumes, or 1500 of 4 images.
inline recipe recipe_for(const case_source& from, const options& o) {
    recipe r;
    const nn::extent batches = from.of_volumes() ? 2800 : 1500;
    r.batch = o.batch > 0 ? o.batch : from.of_volumes() ? 2 : 4;
    r.epochs = o.epochs > 0 ? o.epochs : std::max<nn::extent>(12, batches * r.batch / from.train.size());
    if (o.rate > 0) r.rate = o.rate;
    return r;
}

/// How samples differ from epoch to epoch; use.hpp mirrors windows in the same directions. Values are from -1 to 1.
inline nn::augmentation augmentation_for(const case_source& from) {
    nn::augmentation by{.rotation_range = 10, .zoom_range = {0.9, 1.1}, .brightness_range = {0.8, 1.2}};
    by.horizontal_flip = may_mirror(from.class_names);
    by.vertical_flip = !from.of_volumes();
    by.offset_range = 0.2;
    by.noise_range = 0.05;
    if (from.of_volumes()) {
        by.rotation_range = 15;
        by.tilt_range = 10;
        by.zoom_range = {0.85, 1.15};
        by.gamma_range = {0.8, 1.25};
    }
    return by;
}

/// What a training run came to, on the test part.
struct outcome {
    case_scores scores;
    double seconds = 0, processor_seconds = 0;  ///< of the training
};

/// Trains one network on one source, and writes all that belongs to it into the folder --out.
template <class Net>
nn::result<outcome> train(const case_source& source, const options& o) {
    using input = typename Net::input;
    const nn::seed start{o.seed};
    constexpr nn::input_scaling scaling{.factor = 2, .shift = -1};  // values from 0 to 1 become -1 to 1

    auto to_train = read_cases<input>(source, source.train, scaling, start);
    if (!to_train) return to_train.error();
    auto to_choose = read_cases<input>(source, source.validation, scaling, start);
    if (!to_choose) return to_choose.error();

    // The summary is a file too: where it cannot be written, nothing is trained.
    const std::string summary = nn::summary<Net>();
    std::error_code ignored;
    std::filesystem::create_directories(o.out, ignored);
    const nn::byte_view text{reinterpret_cast<const unsigned char*>(summary.data()),
                             static_cast<nn::extent>(summary.size())};
    if (auto failed = nn::write_file(o.out + "/summary.txt", text)) return failed;
    std::printf("%s: %td %s to train on, %td to choose by, %td to test; %zu classes\n\n%s\n",
                source.description.c_str(), source.train.size(), source.of_volumes() ? "volumes" : "images",
                source.validation.size(), source.test.size(), source.class_names.size(), summary.c_str());

    // Everything random follows from the seed, whatever the number of threads. The weights of the last epoch are kept:
    // the rate has come down to nearly nothing, and validation is there to be looked at.
    const recipe r = recipe_for(source, o);
    const nn::augmented<input> train_set(std::move(*to_train), augmentation_for(source), start);
    const nn::augmented<input> validation(std::move(*to_choose));  // seen as it is
    nn::model<Net> model{start};
    model.class_names = source.class_names;
    model.scaling = scaling;
    model.preparation = source.preparation;
    nn::progress_bar bar;
    const auto began = std::chrono::steady_clock::now();
    const std::clock_t worked = std::clock();
    const auto history =
        nn::fit(model, train_set, nn::dice_cross_entropy{}, nn::adamw{.rate = r.rate, .weight_decay = r.weight_decay},
                {.epochs = r.epochs,
                 .batch = r.batch,
                 .random = start,
                 .validation = &validation,
                 .loaders = 1,  // augments beside training; one delivers ten times what is trained on
                 .callbacks = {&bar},
                 .schedule = nn::one_cycle_schedule{.length = static_cast<double>(std::max<nn::extent>(r.epochs, 2))},
                 .schedule_in = nn::schedule_unit::fraction_of_epoch});
    if (!history) return history.error();
    outcome done;
    done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    done.processor_seconds = static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC;
    if (auto failed = write_history(o.out, *history)) return failed;

    // What is shipped is the file: it is read back and frozen, and the engine is what gets judged.
    const std::string file = o.out + "/model.safetensors";
    if (auto failed = nn::save(model, file)) return failed;
    nn::model<Net> loaded{nn::seed{}};
    if (auto failed = nn::load(loaded, file)) return failed;
    auto engine = engine_of(loaded);
    auto scores = judge(engine, loaded, source.test, o, o.out);
    if (!scores) return scores.error();
    done.scores = std::move(*scores);

    std::printf(
        "\nTrained %td parameters for %td epochs in %.1f s (%.1f s of processor time). Test part, judged by the "
        "engine made of %s:\n\n",
        Net::parameter_count, r.epochs, done.seconds, done.processor_seconds, file.c_str());
    print_scores(done.scores);
    const auto whole = [](double seconds) { return std::to_string(static_cast<long>(seconds + 0.5)); };
    if (auto failed = write_report(
            o.out, done.scores, *history, summary,
            {{"data", source.description},
             {"cases to train, to choose, to test", std::to_string(source.train.size()) + ", " +
                                                        std::to_string(source.validation.size()) + ", " +
                                                        std::to_string(source.test.size())},
             {"parameters", std::to_string(Net::parameter_count)},
             {"epochs, batch", std::to_string(r.epochs) + ", " + std::to_string(r.batch)},
             {"seed", std::to_string(o.seed)},
             {"seconds of training, of processors", whole(done.seconds) + ", " + whole(done.processor_seconds)},
             {"use", "research; this is no medical device"}}))
        return failed;
    std::printf("%s: report.html model.safetensors summary.txt history.csv curves.png scores.csv masks/ overlays/\n",
                o.out.c_str());
    return done;
}

}  // namespace segment
