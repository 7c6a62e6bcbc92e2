// SPDX-License-Identifier: MIT
/// \file
/// The callbacks of the library: guard, limit, logs, saved models, functions.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include "../io/temporary_folder.hpp"
#include "small_data.hpp"

namespace callback_test {
namespace nn = small_data::nn;

using small = nn::network<nn::shape<6, 6, 1>, nn::conv<2>, nn::batch_norm<>, nn::relu, nn::flatten,
                          nn::named<"head", nn::dense<3>>, nn::softmax>;
using options = nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>>;

nn::result<nn::training_history> run(nn::model<small>& m, options with, double rate = 0.05,
                                     const nn::dataset<nn::shape<6, 6, 1>>& data = small_data::lines(24, 3)) {
    with.threads = 1;
    return nn::fit(m, data, nn::cross_entropy{}, nn::sgd{.rate = rate}, with);
}

std::string text_of(const std::string& path) {
    const auto bytes = nn::read_file(path);
    REQUIRE(bytes);
    return {bytes->begin(), bytes->end()};
}

TEST_CASE("the guard names the layer in which the first number that is not finite stands") {
    const auto message = [](const auto& damage, double rate = 0.05) {
        auto data = small_data::lines(24, 3);
        nn::model<small> m{nn::seed{5}};
        damage(m, data);
        nn::finite_guard guard;
        nn::after_batch wrong([](nn::training_moment& now) { CHECK(std::isfinite(now.batch_loss)); });
        const auto history =
            run(m, {.epochs = 4, .batch = 8, .shuffled = false, .callbacks = {&wrong, &guard}}, rate, data);
        REQUIRE_FALSE(history);
        CHECK(history.error().kind() == nn::error_kind::not_finite);
        // What a bad sample would have done was not done.
        if (!std::isfinite(data.inputs[9 * 36 + 5]))
            for (const float w : m.parameters()) CHECK(std::isfinite(w));
        return history.error().message();
    };
    const float infinity = std::numeric_limits<float>::infinity();
    using model = nn::model<small>;
    using data = nn::dataset<nn::shape<6, 6, 1>>;
    static_assert(small::parameter_count == 20 + 4 + 99);
    CHECK(message([](model&, data& d) { d.inputs[9 * 36 + 5] = std::nanf(""); }) ==
          "epoch 1, batch 2: the output of layer 'input' is not finite");
    CHECK(message([&](model& m, data&) { m.parameters()[3] = infinity; }) ==
          "epoch 1, batch 1: a parameter of layer '0 conv' is not finite");
    CHECK(message([](model& m, data&) { m.parameters()[3] = 3e38f, m.parameters()[4] = 3e38f; }) ==
          "epoch 1, batch 1: the output of layer '0 conv' is not finite");
    CHECK(message([&](model& m, data&) { m.parameters()[123 - 2] = infinity; }) ==
          "epoch 1, batch 1: a parameter of layer 'head dense' is not finite");
    // A rate that is far too large.
    CHECK(message([](model&, data&) {}, 1e38).find("is not finite") != std::string::npos);
    nn::model<small> m{nn::seed{5}};
    nn::finite_guard guard;
    CHECK(run(m, {.epochs = 2, .batch = 7, .callbacks = {&guard}}));
}

TEST_CASE("a limit of time ends a run in the middle of an epoch, and the checkpoint continues it") {
    const temporary_folder folder;
    nn::checkpoint keep(folder / "run");
    nn::time_limit now_(0), never(1e9), behind_epoch(0, false);
    nn::model<small> m{nn::seed{5}}, whole{nn::seed{5}};
    const options with{.epochs = 2, .batch = 8};
    const auto limited = [&](nn::time_limit& limit) {
        options also = with;
        also.callbacks = {&limit, &keep};
        const auto history = run(m, also);
        REQUIRE(history);
        CHECK(limit.reached() == (&limit != &never));
        return history->epochs.size();
    };
    CHECK(limited(now_) == 0);
    CHECK(limited(now_) == 0);
    CHECK(limited(behind_epoch) == 1);
    CHECK(limited(never) == 2);
    REQUIRE(run(whole, with));
    CHECK(small_data::hash(m) == small_data::hash(whole));
}

TEST_CASE("logs have a line for each epoch, also when a run goes on") {
    const temporary_folder folder;
    const auto valid = small_data::lines(9, 4);
    nn::history_log csv(folder / "history.csv"), lines(folder / "history.jsonl");
    nn::checkpoint keep(folder / "run");
    nn::model<small> m{nn::seed{5}};
    for (const nn::extent epochs : {2, 3}) {
        const auto history =
            run(m, {.epochs = epochs, .batch = 8, .validation = &valid, .callbacks = {&keep, &csv, &lines}});
        REQUIRE(history);
        CHECK(text_of(folder / "history.csv") == nn::history_csv(history->epochs));
        CHECK(text_of(folder / "history.jsonl") == nn::history_jsonl(history->epochs));
        CHECK(history->epochs.size() == static_cast<std::size_t>(epochs));
    }
    const std::vector<nn::epoch_record> two{{.epoch = 1, .loss = 0.5, .accuracy = 0.25, .rate = 1e-7, .seconds = 2},
                                            {.epoch = 2, .loss = std::nan(""), .validation_loss = 3, .rate = 0.1}};
    CHECK(nn::history_csv(two) ==
          "epoch,loss,accuracy,validation_loss,validation_accuracy,validation_auc,rate,seconds\r\n"
          "1,0.5,0.25,,,,1e-07,2\r\n2,nan,,3,,,0.1,0\r\n");
    CHECK(nn::history_jsonl(two) ==
          "{\"epoch\": 1, \"loss\": 0.5, \"accuracy\": 0.25, \"rate\": 1e-07, \"seconds\": 2}\n"
          "{\"epoch\": 2, \"loss\": null, \"validation_loss\": 3, \"rate\": 0.1, \"seconds\": 0}\n");
    nn::history_log nowhere(folder / "none/history.csv");
    CHECK(run(m, {.callbacks = {&nowhere}}).error().kind() == nn::error_kind::cannot_write);
}

TEST_CASE("the best model and every second one are saved as they were evaluated") {
    const temporary_folder folder;
    const auto valid = small_data::lines(20, 4);
    nn::model<small> m{nn::seed{5}}, loaded{nn::seed{1}};
    m.class_names = {"row", "column", "neither"};
    nn::model_saver best(m, folder / "best"), each(m, folder / "after {epoch}", {.best = false, .every_epochs = 2});
    const auto history = run(m, {.epochs = 5,
                                 .batch = 8,
                                 .validation = &valid,
                                 .restore_best = true,
                                 .callbacks = {&best, &each},
                                 .average = 0.8});
    REQUIRE(history);
    REQUIRE_FALSE(nn::load(loaded, folder / "best"));
    CHECK(small_data::hash(loaded) == small_data::hash(m));
    CHECK(loaded.class_names == m.class_names);
    for (const nn::extent epoch : {2, 4}) {
        REQUIRE_FALSE(nn::load(loaded, folder / ("after " + std::to_string(epoch))));
        CHECK(nn::evaluate(loaded, valid, nn::cross_entropy{}).loss ==
              doctest::Approx(history->epochs[static_cast<std::size_t>(epoch - 1)].validation_loss).epsilon(1e-6));
    }
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 3);
}

TEST_CASE("plain functions are callbacks, and events are written") {
    const temporary_folder folder;
    const auto valid = small_data::lines(9, 4);
    std::string told;
    nn::before_epoch begin([&](nn::training_moment& now) { now.rate = 0.5 / static_cast<double>(now.epoch); });
    nn::after_batch batch([&](const nn::training_moment& now) { told += std::to_string(now.batch); });
    nn::after_validation check([&](const nn::training_moment&, const nn::epoch_record& e) {
        CHECK(e.validation_loss > 0);
        told += 'v';
    });
    nn::after_epoch enough([&](nn::training_moment& now, const nn::epoch_record& e) {
        CHECK(e.rate == 0.5 / static_cast<double>(now.epoch));
        now.stop = now.epoch == 2;
    });
    nn::tensorboard_log board(folder.path().string());
    nn::model<small> m{nn::seed{5}};
    const std::vector<nn::training_callback*> all{&begin, &batch, &check, &enough, &board};
    REQUIRE(run(m, {.epochs = 9, .batch = 8, .validation = &valid, .callbacks = all}));
    CHECK(told == "123v123v");
    CHECK(std::filesystem::file_size(board.file().path()) > 1000);
    nn::tensorboard_log nowhere(folder / "none");
    CHECK(run(m, {.callbacks = {&nowhere}}).error().kind() == nn::error_kind::cannot_open);
}

}  // namespace callback_test
