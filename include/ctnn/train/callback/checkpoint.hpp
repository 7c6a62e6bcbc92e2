// SPDX-License-Identifier: MIT
/// \file
/// A run of fit that can be killed: everything that it depends on, kept in one file.
#pragma once

#include <charconv>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/clock.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/model_file.hpp"
#include "ctnn/io/safetensors.hpp"
#include "ctnn/io/system_file.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/run.hpp"

namespace ctnn {

/// When a checkpoint is written. Whatever is not 0 counts, each for itself.
struct checkpoint_options {
    extent every_epochs = 1;
    extent every_batches = 0;                     ///< of the whole run
    double every_seconds = 0;                     ///< since the last one
    bool resume = true;                           ///< go on where the file says; false: begin anew and replace it
    std::int64_t budget = std::int64_t{8} << 30;  ///< bytes; a larger file is refused before it is read
};

namespace detail {

inline constexpr extent numbers_of_an_epoch = 8;

inline tensor_source numbers_to_keep(const char* name, const std::vector<double>& numbers, std::vector<extent> shape) {
    return {
        name,
        tensor_type::f64,
        std::move(shape),
        {reinterpret_cast<const unsigned char*>(numbers.data()), static_cast<extent>(numbers.size() * sizeof(double))}};
}

inline byte_view bytes_of(const run_block& block) {
    const void* const numbers = block.twice != nullptr ? static_cast<const void*>(block.twice) : block.single;
    const std::size_t each = block.twice != nullptr ? sizeof(double) : sizeof(float);
    return {static_cast<const unsigned char*>(numbers), block.count * static_cast<extent>(each)};
}

inline tensor_type type_of(const run_block& block) {
    return block.twice != nullptr ? tensor_type::f64 : tensor_type::f32;
}

inline bool whole_number(const std::string* text, std::uint64_t& value) {
    if (text == nullptr) return false;
    const char* const last = text->data() + text->size();
    const auto end = std::from_chars(text->data(), last, value);
    return end.ec == std::errc{} && end.ptr == last;
}

}  // namespace detail

/// The content of a checkpoint: a safetensors file with a tensor for each block of the run, its history, and in the
/// metadata where it stands, with ctnn's checksum. \pre now.run is not null, and between_steps
[[nodiscard]] inline result<byte_vector> format_checkpoint(const training_moment& now) {
    now.run->describe();
    const training_run& run = *now.run;
    std::vector<tensor_source> tensors;
    for (const run_block& one : run.blocks)
        tensors.push_back({one.name, detail::type_of(one), {one.count}, detail::bytes_of(one)});
    const std::vector<double> numbers{run.loss.sum(),     run.loss.weight(), run.right.sum(),
                                      run.right.weight(), now.rate,          now.loss};
    std::vector<double> epochs;
    for (const epoch_record& e : run.history.epochs)
        for (const double number : {static_cast<double>(e.epoch), e.loss, e.accuracy, e.validation_loss,
                                    e.validation_accuracy, e.validation_auc, e.rate, e.seconds})
            epochs.push_back(number);
    const extent done = std::ssize(run.history.epochs);
    tensors.push_back(detail::numbers_to_keep("run.numbers", numbers, {std::ssize(numbers)}));
    tensors.push_back(detail::numbers_to_keep("run.history", epochs, {done, detail::numbers_of_an_epoch}));
    const bool whole = done == now.epoch;  // the next epoch is to come
    return format_safetensors(tensors, {{"ctnn.checkpoint", "1"},
                                        {"ctnn.epoch", std::to_string(now.epoch + (whole ? 1 : 0))},
                                        {"ctnn.batch", std::to_string(whole ? 0 : now.batch)},
                                        {"ctnn.samples", std::to_string(whole ? 0 : now.samples)},
                                        {"ctnn.batches_met", std::to_string(run.batches_met)},
                                        {"ctnn.steps", std::to_string(run.steps)},
                                        {"ctnn.settings", run.settings},
                                        {"ctnn.architecture", run.architecture}});
}

/// Puts a run where a checkpoint says. Everything is compared before anything changes. \pre now.run is not null
/// \returns what parse_safetensors refuses; wrong_format for another file; architecture_mismatch; invalid_argument when
///          data, order, seed, optimizer or what is kept (average, best weights, slots) are not those of the run that
///          wrote it; corrupt for a place that no run can be at
[[nodiscard]] inline error restore_checkpoint(training_moment& now, byte_view bytes, const std::string& path = {}) {
    training_run& run = *now.run;
    run.describe();
    const result<safetensors_file> file = parse_safetensors(bytes, path);
    if (!file) return file.error();
    const std::string *version = file->find_metadata("ctnn.checkpoint"),
                      *settings = file->find_metadata("ctnn.settings"),
                      *architecture = file->find_metadata("ctnn.architecture");
    if (!file->has_checksum || version == nullptr || settings == nullptr || architecture == nullptr)
        return {error_kind::wrong_format, path, "is no checkpoint of a run"};
    if (*version != "1")
        return {error_kind::unsupported, path, -1, "ctnn.checkpoint " + *version,
                "1; the file is of a newer version of ctnn"};
    if (*architecture != run.architecture)
        return {error_kind::architecture_mismatch, path,
                "a run of another network; " + detail::first_difference(*architecture, run.architecture)};
    if (*settings != run.settings)
        return {error_kind::invalid_argument, path, -1, "a run with " + *settings, run.settings};

    const auto differs = [&](const std::string& name, bool here) {
        return error(
            error_kind::invalid_argument, path,
            name + (here ? " is kept by this run, not by the file's" : " is kept by the file's run, not by this"));
    };
    for (const run_block& one : run.blocks) {
        const tensor_entry* const entry = file->find(one.name);
        if (entry == nullptr) return differs(one.name, true);
        if (entry->type != detail::type_of(one) || entry->shape != std::vector<extent>{one.count})
            return {error_kind::shape_mismatch, path, one.name + " is not the network's"};
    }
    const tensor_entry *numbers = file->find("run.numbers"), *epochs = file->find("run.history");
    if (file->entries.size() > run.blocks.size() + 2)
        for (const tensor_entry& one : file->entries)
            if (&one != numbers && &one != epochs && run.find(one.name) == nullptr) return differs(one.name, false);
    std::uint64_t epoch = 0, batch = 0, samples = 0, batches_met = 0, steps = 0;
    const bool placed = detail::whole_number(file->find_metadata("ctnn.epoch"), epoch) &&
                        detail::whole_number(file->find_metadata("ctnn.batch"), batch) &&
                        detail::whole_number(file->find_metadata("ctnn.samples"), samples) &&
                        detail::whole_number(file->find_metadata("ctnn.batches_met"), batches_met) &&
                        detail::whole_number(file->find_metadata("ctnn.steps"), steps);
    const bool shaped = numbers != nullptr && epochs != nullptr && numbers->type == tensor_type::f64 &&
                        epochs->type == tensor_type::f64 && numbers->shape == std::vector<extent>{6} &&
                        epochs->shape.size() == 2 && epochs->shape[1] == detail::numbers_of_an_epoch;
    if (!placed || !shaped || epoch != static_cast<std::uint64_t>(epochs->shape[0]) + 1 ||
        batch > static_cast<std::uint64_t>(now.batches))
        return {error_kind::corrupt, path, "says that a run is where none can be"};

    std::vector<epoch_record> records(static_cast<std::size_t>(epochs->shape[0]));
    const auto number = [&](const tensor_entry& from, std::size_t i) {
        double value = 0;
        std::memcpy(&value, file->bytes(bytes, from).data + i * sizeof value, sizeof value);
        return value;
    };
    for (std::size_t i = 0; i < records.size(); ++i) {
        epoch_record& e = records[i];
        double* const members[] = {&e.loss,           &e.accuracy, &e.validation_loss, &e.validation_accuracy,
                                   &e.validation_auc, &e.rate,     &e.seconds};
        e.epoch = static_cast<extent>(i) + 1;
        for (std::size_t k = 0; k < std::size(members); ++k)
            *members[k] = number(*epochs, i * static_cast<std::size_t>(detail::numbers_of_an_epoch) + k + 1);
    }
    for (const run_block& one : run.blocks) {
        const byte_view from = file->bytes(bytes, *file->find(one.name));
        if (from.size > 0)
            std::memcpy(one.twice != nullptr ? static_cast<void*>(one.twice) : one.single, from.data,
                        static_cast<std::size_t>(from.size));
    }
    run.history.epochs = std::move(records);
    run.batches_met = batches_met;
    run.steps = steps;
    run.loss = run.right = {};
    run.loss.add_sum(number(*numbers, 0), number(*numbers, 1));
    run.right.add_sum(number(*numbers, 2), number(*numbers, 3));
    run.restored = true;
    now.epoch = static_cast<extent>(epoch);
    now.batch = static_cast<extent>(batch);
    now.samples = static_cast<extent>(samples);
    now.rate = number(*numbers, 4);
    now.loss = number(*numbers, 5);
    return {};
}

/// A callback that keeps a run in a file and continues it from there: a program that is killed and started again ends
/// with the weights, bit by bit, that it would have ended with. The same program continues; more epochs may be asked
/// for.
///
///     keeps      weights, running statistics, the optimizer's slots, the average and the best weights, the history
///                (schedules and early stopping remember from it), epoch and batch. The order of samples and dropout's
///                masks follow from the seed, of which equality is checked as of everything else that the run rests on
///     fails      stops the run with cannot_write when a file cannot be written: the one before is as it was, and the
///                model has the weights of the last step. The first is written before the first step, so a folder that
///                may not be written is found at once
///     costs      the memory of the file twice, and its writing, flushing and reading back
///
/// A file takes the place of the one before only after it was read back, see write_verified_file(). What other
/// callbacks remember is theirs to restore; they see in run_begins where the run goes on. The weights alone, for other
/// programs, are saved by model_saver.
///
///     ctnn::checkpoint keep("run.checkpoint", {.every_epochs = 1});
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 50, .callbacks = {&keep}});
class checkpoint final : public training_callback {
public:
    explicit checkpoint(std::string path, const checkpoint_options& options = {})
        : path_(std::move(path)), options_(options) {}

    /// Did the last run go on from the file?
    [[nodiscard]] bool resumed() const noexcept { return resumed_; }

    void run_restores(training_moment& now) override {
        resumed_ = false;
        if (!options_.resume || detail::is_missing(path_)) return;
        now.failed = detail::catch_out_of_memory(path_, [&]() -> error {
            const result<byte_vector> bytes = read_file(path_, options_.budget);
            return bytes ? restore_checkpoint(now, *bytes, path_) : bytes.error();
        });
        resumed_ = !now.failed;
    }
    void run_begins(training_moment& now) override {
        written_at_ = now.run->steps;
        epochs_written_ = std::ssize(now.run->history.epochs);
        last_ = seconds_now();
        due_ = false;
        if (!resumed_) write(now);
    }
    void batch_ends(training_moment& now) override {
        if (options_.every_batches > 0 &&
            now.run->batches_met % static_cast<std::uint64_t>(options_.every_batches) == 0)
            due_ = true;
        if (options_.every_seconds > 0 && seconds_now() - last_ >= options_.every_seconds) due_ = true;
        if (due_ && now.run->between_steps) write(now);
    }
    void epoch_ends(training_moment& now, const epoch_record&) override {
        if (options_.every_epochs > 0 && now.epoch % options_.every_epochs == 0) write(now);
    }
    void run_ends(training_moment& now) override {
        const bool moved = now.run->steps != written_at_ || std::ssize(now.run->history.epochs) != epochs_written_;
        if (!now.failed && now.run->between_steps && moved) write(now);
    }

private:
    void write(training_moment& now) {
        now.failed = detail::catch_out_of_memory(path_, [&]() -> error {
            const result<byte_vector> bytes = format_checkpoint(now);
            if (!bytes) return {bytes.error().kind(), path_, bytes.error().message()};
            return write_verified_file(path_, *bytes);
        });
        written_at_ = now.run->steps;
        epochs_written_ = std::ssize(now.run->history.epochs);
        last_ = seconds_now();
        due_ = false;
    }

    std::string path_;
    checkpoint_options options_;
    bool resumed_ = false, due_ = false;
    std::uint64_t written_at_ = 0;
    extent epochs_written_ = 0;
    double last_ = 0;
};

}  // namespace ctnn
