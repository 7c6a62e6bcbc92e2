// SPDX-License-Identifier: MIT
/// \file
/// Checkpoints: a run that was stopped anywhere ends with the bits of one that was not; what is damaged or of another
/// run is refused; a full disk loses nothing. And in which order callbacks are told.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>

#include "../io/temporary_folder.hpp"
#include "small_data.hpp"

using namespace small_data;

namespace {

using options = nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>>;

/// What a run ends with. Seconds are another clock's.
struct outcome {
    std::uint64_t weights = 0;
    std::vector<double> numbers;
    bool operator==(const outcome&) const = default;
};
outcome outcome_of(const nn::model<net>& m, const nn::training_history& history) {
    outcome all{hash(m), {static_cast<double>(history.best_epoch), history.stopped_early ? 1.0 : 0.0}};
    for (const nn::epoch_record& e : history.epochs)
        for (const double number : {static_cast<double>(e.epoch), e.loss, e.accuracy, e.validation_loss,
                                    e.validation_accuracy, e.validation_auc, e.rate})
            all.numbers.push_back(number);
    return all;
}

/// Stops a run after so many batches: at once, or with an exception where `throws` says.
class interruption final : public nn::training_callback {
public:
    enum class place : unsigned char { none, stop, batch_ends, backward_ends, validation_ends, epoch_ends };
    place at = place::none;
    int after = 0;
    void strike(place here) const {
        if (at == here && after <= 0) throw std::runtime_error("interrupted");
    }
    void backward_ends(nn::training_moment&) override { strike(place::backward_ends); }
    void batch_ends(nn::training_moment& now) override {
        if (--after <= 0 && at == place::stop) now.stop_at_once = true;
        strike(place::batch_ends);
    }
    void validation_ends(nn::training_moment&, const nn::epoch_record&) override { strike(place::validation_ends); }
    void epoch_ends(nn::training_moment&, const nn::epoch_record&) override { strike(place::epoch_ends); }
};

const auto& training_data() {
    static const auto data = lines(26, 21);
    return data;
}
const auto& validation_data() {
    static const auto data = lines(20, 22);
    return data;
}

nn::result<nn::training_history> run(nn::model<net>& m, options with, std::vector<nn::training_callback*> callbacks,
                                     const nn::adam& descent = {.rate = 0.03}) {
    with.threads = 1;  // processors that others use make waiting threads slow
    with.callbacks = std::move(callbacks);
    return nn::fit(m, training_data(), nn::cross_entropy{}, descent, with);
}

const options variants[] = {
    {.epochs = 3, .batch = 8},
    {.epochs = 6, .batch = 8, .validation = &validation_data(), .patience = 2, .average = 0.8},
    {.epochs = 4,
     .batch = 5,
     .shuffled = false,
     .validation = &validation_data(),
     .restore_best = true,
     .watched = nn::monitor::accuracy,
     .schedule = nn::plateau_schedule{.factor = 0.5, .patience = 0, .threshold = 0.1},
     .accumulate = 4},
    {.epochs = 3,
     .batch = 8,
     .schedule = nn::cosine_schedule{.length = 9},
     .schedule_in = nn::schedule_unit::step,
     .accumulate = 2,
     .clip_norm = 0.5,
     .average = 0.9},
};

TEST_CASE("training that is stopped and continued ends as training that never stopped, bit by bit") {
    using place = interruption::place;
    for (const options& with : variants) {
        nn::model<net> whole{nn::seed{5}};
        const auto history = run(whole, with, {});
        REQUIRE(history);
        const outcome expected = outcome_of(whole, *history);
        const nn::extent batches = (26 + with.batch - 1) / with.batch;
        for (const place at :
             {place::stop, place::batch_ends, place::backward_ends, place::validation_ends, place::epoch_ends}) {
            if (at == place::validation_ends && with.validation == nullptr) continue;
            for (const nn::extent after : {nn::extent{1}, nn::extent{2}, batches, batches + 1, 2 * batches}) {
                CAPTURE(static_cast<int>(at));
                CAPTURE(after);
                const temporary_folder folder;
                nn::checkpoint keep(folder / "run", {.every_batches = 1});
                interruption stopper;
                stopper.at = at;
                stopper.after = static_cast<int>(after);
                nn::model<net> m{nn::seed{5}};
                bool thrown = false;
                try {
                    const auto part = run(m, with, {&stopper, &keep});
                    CHECK(part);
                } catch (const std::runtime_error&) {
                    thrown = true;
                }
                CHECK(thrown == (at != place::stop));
                CHECK_FALSE(keep.resumed());
                stopper.at = place::none;
                nn::model<net> other{nn::seed{99}};  // its weights are the file's
                const auto rest = run(other, with, {&keep, &stopper});
                REQUIRE(rest);
                CHECK(keep.resumed());
                CHECK(outcome_of(other, *rest) == expected);
                // Once more from the end, and with more epochs asked for.
                nn::model<net> again{nn::seed{98}};
                const auto done = run(again, with, {&keep});
                REQUIRE(done);
                CHECK(outcome_of(again, *done) == expected);
            }
        }
    }
}

TEST_CASE("a run that is over continues when more epochs are asked for") {
    const temporary_folder folder;
    options with{.epochs = 5, .batch = 8, .restore_best = true};
    nn::model<net> whole{nn::seed{5}}, m{nn::seed{5}};
    const auto expected = run(whole, with, {});
    nn::checkpoint keep(folder / "run", {.every_epochs = 2});
    with.epochs = 3;
    REQUIRE(run(m, with, {&keep}));
    with.epochs = 5;
    const auto found = run(m, with, {&keep});
    REQUIRE(found);
    CHECK(outcome_of(m, *found) == outcome_of(whole, *expected));
    // Unless it is to begin anew.
    nn::checkpoint anew(folder / "run", {.resume = false});
    nn::model<net> other{nn::seed{5}};
    const auto second = run(other, with, {&anew});
    REQUIRE(second);
    CHECK_FALSE(anew.resumed());
    CHECK(outcome_of(other, *second) == outcome_of(whole, *expected));
}

/// A run made of plain numbers.
struct small_run {
    std::vector<float> weights{1, 2, 3}, slot{4, 5, 6};
    std::vector<double> average{7, 8};
    nn::training_run run;
    nn::training_moment now{.epoch = 3, .epochs = 9, .batch = 2, .batches = 4, .samples = 16, .rate = 0.1, .run = &run};
    small_run() {
        run.architecture = "input 2\ndense 2 -> 1\n";
        run.settings = "adam, 3 samples";
        run.blocks = {{"model.parameters", weights}, {"optimizer.slot.0", slot}, {"average.parameters", average}};
        run.history.epochs = {{.epoch = 1, .loss = 0.5}, {.epoch = 2, .loss = 0.25}};
        run.batches_met = 10;
        run.steps = 10;
        run.loss.add(2, 3);
    }
    small_run(const small_run&) = delete;
    small_run& operator=(const small_run&) = delete;
};

nn::byte_view view_of(const std::string& text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), static_cast<nn::extent>(text.size())};
}

TEST_CASE("every flipped bit and every cut of a checkpoint is refused, and the run stays as it is") {
    const small_run source;
    const auto bytes = nn::format_checkpoint(source.now);
    REQUIRE(bytes);
    small_run into;
    into.weights = {0, 0, 0};
    into.now.epoch = 1;
    const auto refuses = [&](const nn::byte_vector& content) {
        return static_cast<bool>(nn::restore_checkpoint(into.now, content)) && into.weights[0] == 0 &&
               into.now.epoch == 1 && !into.run.restored;
    };
    int accepted = 0;
    nn::byte_vector damaged = *bytes;
    for (std::size_t i = 0; i < damaged.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            damaged[i] = static_cast<unsigned char>(damaged[i] ^ (1U << bit));
            accepted += !refuses(damaged);
            damaged[i] = (*bytes)[i];
        }
    for (std::size_t length = 0; length < bytes->size(); ++length)
        accepted += !refuses({bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(length)});
    damaged.push_back(0);
    accepted += !refuses(damaged);
    CHECK(accepted == 0);
    REQUIRE_FALSE(nn::restore_checkpoint(into.now, *bytes));
    CHECK(into.weights == source.weights);
    CHECK(into.average == source.average);
    CHECK(into.now.epoch == 3);
    CHECK(into.now.batch == 2);
    CHECK(into.now.samples == 16);
    CHECK(into.run.loss.sum() == 6);
    CHECK(into.run.history.epochs[1].loss == 0.25);
    CHECK(*nn::format_checkpoint(into.now) == *bytes);
}

TEST_CASE("a checkpoint of another run is refused with what differs") {
    const small_run source;
    const auto bytes = nn::format_checkpoint(source.now);
    const auto refused = [&](const auto& change) {
        small_run into;
        change(into);
        const nn::error failed = nn::restore_checkpoint(into.now, *bytes, "run");
        CHECK_FALSE(into.run.restored);
        CHECK(into.weights[0] == 1);
        return failed.message();
    };
    CHECK(refused([](small_run& r) { r.run.architecture = "input 2\ndense 2 -> 3\n"; }) ==
          "run: a run of another network; layer 1: file 'dense 2 -> 1', network 'dense 2 -> 3'");
    CHECK(refused([](small_run& r) { r.run.settings = "sgd, 3 samples"; }) ==
          "run: found a run with adam, 3 samples, expected sgd, 3 samples");
    CHECK(refused([](small_run& r) { r.run.blocks.pop_back(); }) ==
          "run: average.parameters is kept by the file's run, not by this");
    CHECK(refused([](small_run& r) {
              r.run.blocks.push_back({"best.state", r.average});
          }) == "run: best.state is kept by this run, not by the file's");
    CHECK(refused([](small_run& r) {
              r.run.blocks[2] = {"average.parameters", r.slot};
          }) == "run: average.parameters is not the network's");
    CHECK(refused([](small_run& r) { r.now.batches = 1; }) == "run: says that a run is where none can be");
    small_run into;
    CHECK(nn::restore_checkpoint(into.now, view_of("no file")).kind() == nn::error_kind::truncated);
    const auto weights = nn::format_safetensors({});
    CHECK(nn::restore_checkpoint(into.now, *weights).kind() == nn::error_kind::wrong_format);

    // Through fit, which leaves the model alone.
    const temporary_folder folder;
    nn::checkpoint keep(folder / "run");
    nn::model<net> m{nn::seed{5}};
    REQUIRE(run(m, {.epochs = 1, .batch = 8, .random = nn::seed{7}}, {&keep}));
    const std::uint64_t before = hash(m);
    const auto other = run(m, {.epochs = 1, .batch = 8, .random = nn::seed{8}}, {&keep});
    REQUIRE_FALSE(other);
    CHECK(other.error().kind() == nn::error_kind::invalid_argument);
    CHECK(other.error().message().find("found a run with adam, 26 samples") != std::string::npos);
    CHECK(other.error().message().find("shuffled with seed 7") != std::string::npos);
    CHECK(hash(m) == before);
}

/// From the second epoch on no file may have more than some bytes, as on a full disk.
class full_disk final : public nn::training_callback {
public:
    full_disk() {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, SIG_IGN);
    }
    void epoch_ends(nn::training_moment& now, const nn::epoch_record&) override {
        struct rlimit small = before_;
        small.rlim_cur = 1000;
        if (now.epoch == 2) ::setrlimit(RLIMIT_FSIZE, &small);
    }
    void run_ends(nn::training_moment&) override { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    struct rlimit before_ {};
};

TEST_CASE("a full disk and a folder that may not be written stop a run with an error and lose nothing") {
    const temporary_folder folder;
    const options with{.epochs = 4, .batch = 8};
    nn::model<net> whole{nn::seed{5}}, m{nn::seed{5}};
    const auto expected = run(whole, with, {});
    nn::checkpoint nowhere(folder / "none/run");
    const std::uint64_t before = hash(m);
    const auto refused = run(m, with, {&nowhere});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == nn::error_kind::cannot_write);
    CHECK(hash(m) == before);

    nn::checkpoint keep(folder / "run");
    full_disk full;
    const auto stopped = run(m, with, {&full, &keep});
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().kind() == nn::error_kind::cannot_write);
    CHECK(stopped.error().file() == folder / "run");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    const auto rest = run(m, with, {&keep});
    REQUIRE(rest);
    CHECK(keep.resumed());
    CHECK(outcome_of(m, *rest) == outcome_of(whole, *expected));
}

class recorder final : public nn::training_callback {
public:
    std::string told;
    std::string fails_at, throws_at;
    void tell(const char* what, nn::training_moment& now) {
        told += told.empty() ? "" : " ";
        told += what;
        if (fails_at == what) now.failed = {nn::error_kind::invalid_argument, "as asked"};
        if (throws_at == what) throw std::runtime_error("as asked");
    }
    void run_restores(nn::training_moment& now) override { tell("restore", now); }
    void run_begins(nn::training_moment& now) override { tell("begin", now); }
    void epoch_begins(nn::training_moment& now) override { tell("epoch", now); }
    void batch_begins(nn::training_moment& now) override { tell("batch", now); }
    void backward_ends(nn::training_moment& now) override { tell("gradient", now); }
    void batch_ends(nn::training_moment& now) override { tell("step", now); }
    void validation_begins(nn::training_moment& now) override { tell("validate", now); }
    void validation_ends(nn::training_moment& now, const nn::epoch_record&) override { tell("validated", now); }
    void epoch_ends(nn::training_moment& now, const nn::epoch_record&) override { tell("done", now); }
    void run_ends(nn::training_moment& now) override { tell("end", now); }
};

TEST_CASE("callbacks are told in order; a failure or an exception in one ends the run cleanly") {
    const options with{.epochs = 1, .batch = 13, .validation = &validation_data()};
    const auto told = [&](const char* fails_at, const char* throws_at) {
        recorder first, second;
        first.fails_at = fails_at;
        first.throws_at = throws_at;
        nn::model<net> m{nn::seed{5}};
        try {
            const auto history = run(m, with, {&first, &second});
            CHECK(static_cast<bool>(history) == (*fails_at == '\0'));
            if (!history) CHECK(history.error().message() == "as asked");
        } catch (const std::runtime_error&) {
            CHECK(*throws_at != '\0');
        }
        for (const float w : m.parameters()) CHECK(std::isfinite(w));
        return first.told + " | " + second.told;
    };
    const std::string whole = "restore begin epoch batch gradient step batch gradient step validate validated done end";
    CHECK(told("", "") == whole + " | " + whole);
    for (const bool thrown : {false, true}) {
        const auto at = [&](const char* what) { return thrown ? told("", what) : told(what, ""); };
        CHECK(at("restore") == "restore | ");
        CHECK(at("epoch") == "restore begin epoch end | restore begin end");
        CHECK(at("gradient") == "restore begin epoch batch gradient end | restore begin epoch batch end");
        CHECK(at("done") == whole + " | " + whole.substr(0, whole.size() - 9) + " end");
        CHECK(at("end") == whole + " | " + whole);
    }
}

}  // namespace
