// SPDX-License-Identifier: MIT
/// \file
/// What the benchmark of a network and its comparison with other libraries run: inference in an engine, or one step
/// of training.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "networks.hpp"
#include "peak.hpp"

namespace bench {
namespace nn = ctnn;

/// Numbers of about the size of normalized pixels, the same in every run.
inline std::vector<float> some_numbers(nn::extent count) {
    std::vector<float> numbers(static_cast<std::size_t>(count));
    const nn::random_stream random(nn::seed{1}, 0);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(random.uniform(i) - 0.5);
    return numbers;
}

/// Inputs of a network: words of a vocabulary for lstm100.
template <class Net>
std::vector<float> inputs_of(nn::extent batch) {
    std::vector<float> numbers = some_numbers(batch * Net::input::size);
    if constexpr (std::is_same_v<Net, networks::lstm100>)
        for (float& number : numbers) number = std::floor((number + 0.5F) * 1000);
    return numbers;
}

/// Images in memory to scores in memory.
template <class Net>
class inference {
public:
    inference(nn::extent batch, nn::extent threads)
        : batch_(batch),
          engine_(nn::freeze(nn::model<Net>{nn::seed{1}}, {.max_batch = batch, .threads = threads})),
          images_(inputs_of<Net>(batch)),
          scores_(static_cast<std::size_t>(batch * Net::output::size)) {}

    void operator()() { engine_(images_.data(), scores_.data(), batch_); }
    [[nodiscard]] nn::extent samples() const { return batch_; }
    [[nodiscard]] nn::extent bytes() const { return nn::engine<Net>::bytes(engine_.max_batch()); }
    [[nodiscard]] double operations() const { return 2.0 * static_cast<double>(Net::multiply_adds * batch_); }

private:
    nn::extent batch_;
    nn::engine<Net> engine_;
    std::vector<float> images_, scores_;
};

/// Forward, loss, backward, Adam. It is counted as three times the multiply-adds of inference: forward, and the
/// gradients of weights and of inputs.
template <class Net, class Loss>
class training {
public:
    training(nn::extent batch, nn::extent threads)
        : batch_(batch),
          threads_(threads),
          pass_({.max_batch = batch, .threads = threads}),
          images_(inputs_of<Net>(batch)),
          values_(static_cast<std::size_t>(batch * Net::output::size), 0.5F) {
        if constexpr (std::is_same_v<Loss, nn::dice_cross_entropy>)
            for (nn::extent i = 0; i < batch * Loss::labels_per_sample(Net::output_dims); ++i)
                labels_.push_back(static_cast<std::int32_t>(i / 7 % Net::output_dims.channels()));
    }

    void operator()() {
        pass_.forward(model_, images_.data(), batch_);
        (void)pass_.loss(Loss{}, labels_.empty() ? nn::target<float>{.values = values_.data()}
                                                 : nn::target<float>{.labels = labels_.data()});
        nn::clear_gradient(gradient_, threads_);
        pass_.backward(model_, gradient_);
        memory_.step(descent_, model_, gradient_, threads_);
    }
    [[nodiscard]] nn::extent samples() const { return batch_; }
    [[nodiscard]] nn::extent bytes() const { return nn::training_pass<Net, Loss>::bytes(batch_); }
    [[nodiscard]] double operations() const { return 6.0 * static_cast<double>(Net::multiply_adds * batch_); }

private:
    nn::extent batch_, threads_;
    nn::model<Net> model_{nn::seed{1}};
    nn::gradient<Net> gradient_;
    nn::adam descent_{};
    nn::optimizer_state<nn::adam, Net> memory_{descent_};
    nn::training_pass<Net, Loss> pass_;
    std::vector<float> images_, values_;
    std::vector<std::int32_t> labels_;  // of the losses that want them
};

/// The loss that a network is trained with, by what its last layer is made for.
template <class Net>
struct loss_of {
    using type = nn::binary_cross_entropy;
};
template <>
struct loss_of<networks::cnn150> {
    using type = nn::cross_entropy;
};
template <>
struct loss_of<networks::lstm100> {
    using type = nn::cross_entropy;
};
template <>
struct loss_of<networks::resnet18> {
    using type = nn::cross_entropy;
};
template <>
struct loss_of<networks::encoder196> {
    using type = nn::mean_squared_error;
};
template <>
struct loss_of<networks::autoencoder784> {
    using type = nn::mean_squared_error;
};
template <>
struct loss_of<networks::nuclei256> {
    using type = nn::dice_cross_entropy;
};
template <>
struct loss_of<networks::hippocampus48> {
    using type = nn::dice_cross_entropy;
};

/// Exponential functions of one sample, each counted as a sigmoid: outputs of sigmoids, hyperbolic tangents and
/// Gaussian error units, and the scores of attention. Arithmetic that no count of multiply-adds has, on the same
/// pipelines.
template <class Net>
constexpr nn::extent exponentials = [] {
    nn::extent count = 0;
    for (const nn::operation& row : Net::table.rows) {
        if (row.what == nn::kind::activation &&
            (row.activation == nn::activation::sigmoid || row.activation == nn::activation::tanh ||
             row.activation == nn::activation::gelu))
            count += row.out.size();
        if (std::string_view(row.layer) == "attention") count += row.groups * row.in.positions() * row.in.positions();
    }
    return count;
}();

/// Seconds that the work of `samples` cannot fall below at this moment: all multiply-adds at `peak` operations a second
/// and all exponentials one after the other in the first-level cache, or all parameters read once by `threads` cores
/// together, whatever takes longer. Winograd's convolutions and an embedding that became a table of products
/// multiply less and may be faster.
template <class Net>
double least_seconds(double operations, nn::extent samples, double peak, nn::extent threads) {
    constexpr nn::extent bytes = Net::parameter_count * static_cast<nn::extent>(sizeof(float));
    const double reading = static_cast<double>(bytes) / stream_rate(bytes, threads);
    double computing = operations / peak;
    if constexpr (exponentials<Net> != 0)
        computing +=
            static_cast<double>(exponentials<Net> * samples) * exponential_seconds() / static_cast<double>(threads);
    return computing > reading ? computing : reading;
}

}  // namespace bench
