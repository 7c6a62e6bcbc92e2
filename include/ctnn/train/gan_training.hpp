// SPDX-License-Identifier: MIT
/// \file
/// Two networks that train each other: a generator, and a discriminator that learns to tell its samples from real ones.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "ctnn/graph/begin.hpp"
#include "ctnn/train/clear_gradient.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/mean_squared_error.hpp"
#include "ctnn/train/optimizer/adam.hpp"
#include "ctnn/train/pass.hpp"
#include "ctnn/train/update.hpp"

namespace ctnn {

/// The mean losses of a step, before it: ln 2 each where the discriminator knows nothing.
struct gan_losses {
    double discriminator_real = 0;  ///< -log of how real it holds what is real
    double discriminator_fake = 0;  ///< -log of how fake it holds what is generated
    double generator = 0;           ///< -log of how real it holds what is generated, after its own step
};

/// The latent numbers of generated samples: standard normal, number i of sample s of a stream always the same.
template <class T = float>
[[nodiscard, gnu::cold]] std::vector<T> latent_numbers(seed start, std::uint64_t stream, extent count) {
    const random_stream random(start, stream);
    std::vector<T> numbers;
    numbers.reserve(static_cast<std::size_t>(count));
    for (extent i = 0; i < count; ++i)
        numbers.push_back(
            static_cast<T>(detail::normal_quantile(random.uniform(static_cast<std::uint64_t>(i)) + 1.0 / 33554432)));
    return numbers;
}

inline namespace CTNN_BACKEND {

/// The loop with two optimizers, as https://pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html has it. A step
/// moves the discriminator by the gradient of its losses on a real and on a generated batch, each a batch of its own
/// for batch norms, then the generator by the gradient of the discriminator's new opinion of the same samples (the loss
/// that does not saturate: Goodfellow et al., "Generative adversarial nets", 2014).
///
///     generator      any input -> the discriminator's input
///     discriminator  its input -> shape<1> behind a sigmoid
///     refuses        a generator that gives another shape, at compile time; a discriminator of another end, as
///                    binary_cross_entropy does
///
///     ctnn::gan_training train(generator, discriminator, ctnn::adam{.rate = 2e-4, .beta1 = 0.5}, {.max_batch = 32});
///     for (...) train.step(images, 32);
///     auto drawn = train.generate(latent.data(), 32);
///
/// The models are borrowed. The result depends on the models, the data, and the seed, on no number of threads.
template <class Generator, class Discriminator, optimizer Optimizer, class T = float>
class gan_training {
    static_assert(std::is_same_v<typename Generator::output, typename Discriminator::input>,
                  "ctnn: the discriminator reads what the generator gives; make its input the generator's output");
    static_assert(Discriminator::output_dims.size() == 1,
                  "ctnn: the discriminator of gan_training answers with one number; end it with dense<1>, sigmoid");
    static constexpr extent latent_size = Generator::input::size, sample_size = Discriminator::input::size;

public:
    /// One optimizer each, which may differ in their rates.
    [[gnu::cold]] gan_training(model<Generator, T>& generator, model<Discriminator, T>& discriminator,
                               const Optimizer& of_generator, const Optimizer& of_discriminator,
                               const pass_options& options)
        : generator_(generator),
          discriminator_(discriminator),
          of_generator_(of_generator),
          of_discriminator_(of_discriminator),
          generating_(options),
          judging_(options),
          generator_state_(of_generator),
          discriminator_state_(of_discriminator),
          ones_(static_cast<std::size_t>(generating_.max_batch()), 1),
          zeros_(ones_.size(), 0),
          random_(options.random),
          threads_(options.threads > 0 ? options.threads : available_threads()) {}
    [[gnu::cold]] gan_training(model<Generator, T>& generator, model<Discriminator, T>& discriminator,
                               const Optimizer& both, const pass_options& options)
        : gan_training(generator, discriminator, both, both, options) {}

    /// One step on so many real samples and as many generated ones. \pre 1 <= samples <= options.max_batch
    gan_losses step(const T* real, extent samples) {
        const std::vector<T> latent = latent_numbers<T>(random_, steps_, samples * latent_size);
        generating_.set_step(steps_);
        const std::span<const T> fake = generating_.forward(generator_, latent.data(), samples);
        gan_losses losses;
        clear_gradient(slope_, threads_);
        losses.discriminator_real = judge(real, samples, 3 * steps_, ones_);
        losses.discriminator_fake = judge(fake.data(), samples, 3 * steps_ + 1, zeros_);
        discriminator_state_.step(of_discriminator_, discriminator_, slope_, threads_);

        losses.generator = judge(fake.data(), samples, 3 * steps_ + 2, ones_);
        for (extent s = 0; s < samples; ++s)
            judging_.input_gradient(s, generating_.output_gradient().data() + s * sample_size);
        clear_gradient(generator_slope_, threads_);
        generating_.backward(generator_, generator_slope_);
        generator_state_.step(of_generator_, generator_, generator_slope_, threads_);
        ++steps_;
        return losses;
    }
    /// What the generator makes of latent numbers now, as an engine would: [sample][...]. Valid until the next call.
    [[nodiscard]] std::span<const T> generate(const T* latent, extent samples) {
        return generating_.evaluate(generator_, latent, samples);
    }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    // Adds to slope_ and leaves the gradient of the samples in the pass.
    double judge(const T* samples, extent count, std::uint64_t step, const std::vector<std::int32_t>& labels) {
        judging_.set_step(step);
        judging_.forward(discriminator_, samples, count);
        const double loss = judging_.loss({}, {.labels = labels.data()});
        judging_.backward(discriminator_, slope_);
        return loss;
    }

    model<Generator, T>& generator_;
    model<Discriminator, T>& discriminator_;
    Optimizer of_generator_, of_discriminator_;
    training_pass<Generator, mean_squared_error, T> generating_;  // a loss that takes over no head, and is not asked
    training_pass<Discriminator, binary_cross_entropy, T, true> judging_;
    optimizer_state<Optimizer, Generator, T> generator_state_;
    optimizer_state<Optimizer, Discriminator, T> discriminator_state_;
    gradient<Generator, T> generator_slope_;
    gradient<Discriminator, T> slope_;
    std::vector<std::int32_t> ones_, zeros_;
    seed random_;
    extent threads_;
    std::uint64_t steps_ = 0;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
