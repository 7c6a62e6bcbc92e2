// SPDX-License-Identifier: MIT
/// \file
/// Training on inputs that the model itself makes hard.
#pragma once

#include <type_traits>

#include "ctnn/train/robustness/attack.hpp"

namespace ctnn {

/// A callback that attacks every batch with the weights of the moment before the model learns from it.
///
///     share    of each batch that is attacked: 1 all of it (Madry), 0.5 half of it (Kurakin, Goodfellow and Bengio,
///              "Adversarial machine learning at scale", ICLR 2017)
///     costs    a forward pass and the input's gradient for each step of the attack
///     fails    with what the attack refuses, before the first step
///
///     ctnn::adversarial_training harder(model, ctnn::cross_entropy{}, ctnn::pgd(4.0 / 255, 5));
///     ctnn::fit(model, train, ctnn::cross_entropy{}, ctnn::adam{}, {.epochs = 10, .callbacks = {&harder}});
template <class Net, class T, loss_function Loss>
class adversarial_training final : public training_callback {
public:
    /// \param m    the model that is trained
    /// \param most samples at once; larger batches are attacked in slices
    adversarial_training(const model<Net, T>& m, const Loss& loss, const attack& how, double share = 1,
                         extent most = 64, extent threads = 0)
        : model_(m), how_(how), share_(share), attacks_(loss, how, most, threads) {}

    void run_begins(training_moment& now) override {
        now.failed = how_.check();
        if (!now.failed && !(share_ >= 0 && share_ <= 1))
            now.failed = {error_kind::invalid_argument,
                          detail::text_of({"adversarial_training: a share of ", share_, ", expected 0 to 1"})};
        if (!now.failed && samples_together_of<Loss>() > 1)
            now.failed = {error_kind::invalid_argument,
                          "adversarial_training: needs a loss that reads samples one by one"};
    }
    void batch_gathered(training_moment& now) override {
        constexpr dims out = training_pass<Net, Loss, T, true>::output_dims;
        const run_batch<T> batch = now.run->template batch_of<T>();
        const extent count = static_cast<extent>(share_ * static_cast<double>(batch.samples) + 0.5);
        for (extent from = 0; from < count; from += attacks_.max_batch())
            attacks_(model_, batch.inputs + from * Net::input::size, from_sample<Loss>(batch.expected, from, out),
                     std::min(attacks_.max_batch(), count - from),
                     (now.run->batches_met << 24) + static_cast<std::uint64_t>(from));
    }

private:
    const model<Net, T>& model_;
    attack how_;
    double share_;
    adversary<Net, Loss, T> attacks_;
};

}  // namespace ctnn
