// SPDX-License-Identifier: MIT
/// \file
/// A run of fit as plain numbers: what a checkpoint keeps and callbacks look at. It knows no network.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/graph/names.hpp"
#include "ctnn/io/checksum.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/loss/target.hpp"
#include "ctnn/train/metric/running_mean.hpp"

namespace ctnn {

/// Numbers of a run that lie in one block, float or double.
struct run_block {
    std::string name;  ///< "model.parameters", "model.state", "optimizer.slot.0", "average.parameters", "best.state"
    float* single = nullptr;
    double* twice = nullptr;  ///< one of the two is null
    extent count = 0;

    run_block() = default;
    run_block(std::string called, std::span<float> numbers)
        : name(std::move(called)), single(numbers.data()), count(std::ssize(numbers)) {}
    run_block(std::string called, std::span<double> numbers)
        : name(std::move(called)), twice(numbers.data()), count(std::ssize(numbers)) {}
    [[nodiscard]] double operator[](extent i) const {
        return twice != nullptr ? twice[i] : static_cast<double>(single[i]);
    }
};

/// Where in a network a number that is not finite comes first.
struct not_finite_place {
    int row = -1;             ///< of training_run::layers; -1: nowhere
    bool parameters = false;  ///< in those of the layer, or in its output
};

/// Runs the last batch forward again to look into it; fit has one for its precision.
class forward_probe {
public:
    [[nodiscard]] virtual not_finite_place first_not_finite() = 0;

protected:
    ~forward_probe() = default;
};

/// What decides the order of samples and the meaning of the kept numbers.
struct run_settings {
    const char* optimizer = nullptr;  ///< "... [with Optimizer = ctnn::adam; ...]", as the compiler spells it
    extent samples = 0, batch = 0, accumulate = 1;
    const std::vector<std::int32_t>* labels = nullptr;
    std::span<const double> weights{};           ///< of the samples
    const std::vector<extent>* drawn = nullptr;  ///< by a sampler for an epoch 0; null: there is none
    bool shuffled = true;
    std::uint64_t seed = 0;
    int watched = 0;

    /// As errors show it: "adam, 100 samples with labels 123, batch 32, ...". Where there are weights or a sampler,
    /// numbers follow that differ when those do.
    [[nodiscard]] std::string text() const {
        std::string name = optimizer;
        if (const std::size_t at = name.find("Optimizer = "); at != std::string::npos) name = name.substr(at + 12);
        name = name.substr(0, name.find_first_of(";]"));
        if (const std::size_t at = name.rfind("::"); at != std::string::npos) name = name.substr(at + 2);
        const auto hash_of = [](const auto& numbers) {
            std::uint64_t hash = 0;
            for (const auto number : numbers) {  // bytes in one order on every processor
                constexpr std::size_t size = sizeof number;
                std::conditional_t<size == 4, std::uint32_t, std::uint64_t> bits = 0;
                std::memcpy(&bits, &number, size);
                unsigned char bytes[size];
                for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(bits >> (8 * i));
                hash = hash64({bytes, size}, hash);
            }
            return std::to_string(hash);
        };
        std::string text =
            detail::text_of({name, ", ", samples, " samples with labels ", hash_of(*labels), ", batch ", batch,
                             ", accumulate ", accumulate, shuffled ? ", shuffled with seed " : ", in order with seed ",
                             std::to_string(seed), ", watched ", watched});
        if (!weights.empty()) text += ", weights " + hash_of(weights);
        if (drawn != nullptr) text += ", drawn " + hash_of(*drawn);
        return text;
    }
};

/// A batch that fit is about to learn from.
template <class T>
struct run_batch {
    T* inputs = nullptr;  ///< [sample][...input]
    target<T> expected{};
    extent samples = 0;
};

/// A run of fit. With the samples, the seed and the settings, these numbers are all that the rest of it depends on:
/// the order of an epoch's samples follows from seed and epoch, dropout's masks from seed and batches_met, the memory
/// of schedules and of early stopping from the history.
struct training_run {
    std::vector<run_block> blocks;  ///< everything that changes: model, optimizer, average, best
    run_block gradient;             ///< of the last batch, or of all since the last step
    run_batch<float> single_batch;  ///< the batch at hand, in the precision of the run
    run_batch<double> twice_batch;
    forward_probe* probe = nullptr;
    detail::named_rows rows{};  ///< of the network, where it is a run of fit
    run_settings given{};

    // Written by describe(), which only those call that read them: a run without them compiles none of it.
    std::vector<named_tensor> tensors;  ///< the parts of model.parameters, model.state and the gradient
    std::vector<std::string> layers;    ///< "0 conv": what stands in each row of the network
    std::string architecture;           ///< a line a row
    std::string settings;               ///< what a run that goes on must have in common with the one that began

    training_history history;
    std::uint64_t batches_met = 0;  ///< over all epochs
    std::uint64_t steps = 0;        ///< of the optimizer
    running_mean loss, right;       ///< of this epoch
    bool between_steps = true;      ///< no gradient is waiting for its step
    bool restored = false;          ///< set by who puts an earlier run in place

    /// Once, and nothing where there is no network.
    [[gnu::cold]] void describe() {
        if (rows.count == 0 || !layers.empty()) return;
        tensors = detail::collect_tensors(rows);
        layers = detail::layer_texts(rows);
        architecture = detail::architecture_text(rows);
        settings = given.text();
    }
    template <class T>
    [[gnu::cold]] void add_model(const char* name, std::span<T> parameters, std::span<T> state) {
        add(detail::text_of({name, ".parameters"}), parameters);
        add(detail::text_of({name, ".state"}), state);
    }
    template <class T>
    [[gnu::cold, gnu::noinline]] void add(std::string name, std::span<T> numbers) {
        blocks.push_back({std::move(name), numbers});
    }
    /// The batch at hand. Between batch_gathered and backward_ends; empty in another precision than the run's.
    template <class T>
    [[nodiscard]] run_batch<T>& batch_of() {
        if constexpr (std::is_same_v<T, float>)
            return single_batch;
        else
            return twice_batch;
    }
    /// \returns null where there is no block of this name
    [[nodiscard]] const run_block* find(const std::string& name) const {
        for (const run_block& one : blocks)
            if (one.name == name) return &one;
        return nullptr;
    }
    /// The numbers that are evaluated: those of the average where there is one. \param part "parameters" or "state"
    [[nodiscard]] const run_block* evaluated(const std::string& part) const {
        const run_block* const average = find("average." + part);
        return average != nullptr ? average : find("model." + part);
    }
};

namespace detail {

/// Tells callbacks, and the end of a run to every one that was told of its beginning, whatever ends it.
class run_calls {
public:
    run_calls(const std::vector<training_callback*>& all, training_moment& now) : all_(all), now_(now) {}
    run_calls(const run_calls&) = delete;
    run_calls& operator=(const run_calls&) = delete;
    [[gnu::cold]] ~run_calls() {
#if defined(__cpp_exceptions)
        try {
            (void)end();
        } catch (...) {  // what brought us here goes on its way
        }
#else
        (void)end();
#endif
    }

    /// \returns false when one failed
    bool tell(void (training_callback::*what)(training_moment&)) {
        for (std::size_t i = 0; i < all_.size() && !now_.failed; ++i) (all_[i]->*what)(now_);
        return !now_.failed;
    }
    bool tell(void (training_callback::*what)(training_moment&, const epoch_record&), const epoch_record& record) {
        for (std::size_t i = 0; i < all_.size() && !now_.failed; ++i) (all_[i]->*what)(now_, record);
        return !now_.failed;
    }
    [[gnu::cold]] void begin() {
        for (; begun_ < all_.size() && !now_.failed; ++begun_) all_[begun_]->run_begins(now_);
    }
    /// Tells the end once. \returns what failed, before or now
    [[gnu::cold]] error end() {
        while (begun_ > 0) {  // the count goes first, so that one that throws is not told again
            --begun_;
            all_[ended_++]->run_ends(now_);
        }
        return now_.failed;
    }

private:
    const std::vector<training_callback*>& all_;
    training_moment& now_;
    std::size_t begun_ = 0, ended_ = 0;
};

/// "... [with Optimizer = ctnn::adam]", as the compiler spells it.
template <class Optimizer>
[[nodiscard]] constexpr const char* text_with_type() {
    return __PRETTY_FUNCTION__;
}

}  // namespace detail
}  // namespace ctnn
