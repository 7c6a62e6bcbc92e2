// SPDX-License-Identifier: MIT
/// \file
/// Inputs that are changed a little so that a model errs: FGSM and PGD.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/graph/begin.hpp"
#include "ctnn/train/fit.hpp"
#include "ctnn/train/pass.hpp"

namespace ctnn {

/// How the size of a change is measured.
enum class attack_norm : unsigned char {
    infinity,  ///< the largest change of a number
    euclidean  ///< the root of the sum of the squared changes of a sample
};

/// How inputs are attacked. All sizes are in units of the network's input: where pixels 0 to 255 were read as -1 to 1,
/// 4 gray values are 8.0 / 255.
///
///     refuses   epsilon, step or range that are negative or not finite, low above high, steps below 1
struct attack {
    attack_norm norm = attack_norm::infinity;
    double epsilon = 4.0 / 255;  ///< the largest change
    extent steps = 1;
    double step = 0;            ///< of one step; 0: epsilon for a single one, 2.5 epsilon / steps for several
    bool random_start = false;  ///< begin at a random place in the ball instead of at the input
    double low = 0, high = 1;   ///< what an input can be; attacked inputs stay inside
    seed random{};              ///< of the random start

    [[nodiscard]] double step_size() const {
        return step > 0 ? step : steps == 1 ? epsilon : 2.5 * epsilon / static_cast<double>(steps);
    }
    [[nodiscard, gnu::cold]] error check() const {
        if (error failed = detail::check_setting("attack", "epsilon", epsilon)) return failed;
        if (error failed = detail::check_setting("attack", "step", step)) return failed;
        if (steps < 1)
            return {error_kind::invalid_argument, detail::text_of({"attack: ", steps, " steps, expected at least 1"})};
        if (std::isfinite(low) && std::isfinite(high) && low <= high) return {};
        return {error_kind::invalid_argument,
                detail::text_of({"attack: inputs from ", low, " to ", high, ", expected a finite range"})};
    }
};

/// The fast gradient sign method, one step of epsilon: Goodfellow, Shlens and Szegedy, "Explaining and harnessing
/// adversarial examples", ICLR 2015.
[[nodiscard]] inline attack fgsm(double epsilon, double low = 0, double high = 1) {
    return {.epsilon = epsilon, .low = low, .high = high};
}
/// Projected gradient descent from a random start: Madry et al., "Towards deep learning models resistant to adversarial
/// attacks", ICLR 2018.
[[nodiscard]] inline attack pgd(double epsilon, extent steps = 10, double low = 0, double high = 1) {
    return {.epsilon = epsilon, .steps = steps, .random_start = true, .low = low, .high = high};
}

inline namespace CTNN_BACKEND {

/// Attacks batches of inputs of a network: its loss is driven up along the gradient with respect to the inputs, in
/// steps of the gradient's sign (infinity) or direction (euclidean), each followed by the projection into the ball
/// around the clean input and into the range of inputs. The model is what an engine computes: no dropout, running
/// statistics. The gradients of its weights are not computed.
///
///     memory   a training pass with the input's gradient, a batch, and a gradient
template <class Net, loss_function Loss, class T = float>
class adversary {
public:
    /// \pre how.check() and the loss's check find nothing
    [[gnu::cold]] adversary(const Loss& loss, const attack& how, extent max_batch, extent threads = 0)
        : loss_(loss),
          how_(how),
          pass_({.max_batch = max_batch, .threads = threads}),
          clean_(pass_.max_batch() * Net::input::size),
          slope_(Net::input::size),
          frozen_(static_cast<std::size_t>(Net::table.row_count), 1) {
        pass_.freeze_rows(frozen_.data());
    }

    [[nodiscard]] extent max_batch() const noexcept { return pass_.max_batch(); }

    /// Changes a batch in place. `first` numbers its first sample: equal seeds and numbers, equal random starts.
    /// \pre samples is at most max_batch()
    void operator()(const model<Net, T>& m, T* inputs, const target<T>& expected, extent samples,
                    std::uint64_t first = 0) {
        for (extent s = 0; s < samples; ++s) {
            T *const x = inputs + s * size, *const clean = clean_.data() + s * size;
            for (extent i = 0; i < size; ++i) clean[i] = x[i] = in_range(static_cast<double>(x[i]));
            if (how_.random_start) start(first + static_cast<std::uint64_t>(s), x);
            if (how_.random_start) project(clean, x);
        }
        for (extent k = 0; k < how_.steps; ++k) {
            pass_.evaluate(m, inputs, samples);
            // The gradient of the sum, so that no sample's attack depends on the others of its batch.
            (void)loss_value(loss_, pass_.outputs().data(), expected, pass_.output_gradient().data(), samples,
                             training_pass<Net, Loss, T, true>::output_dims, 1.0);
            pass_.backward(m, unused_);
            for (extent s = 0; s < samples; ++s) {
                pass_.input_gradient(s, slope_.data());
                climb(inputs + s * size);
                project(clean_.data() + s * size, inputs + s * size);
            }
        }
    }

private:
    static constexpr extent size = Net::input::size;

    [[nodiscard]] T in_range(double x) const { return static_cast<T>(std::clamp(x, how_.low, how_.high)); }

    /// Uniform in the cube; or in a uniform direction, uniform along it.
    [[gnu::cold]] void start(std::uint64_t sample, T* x) const {
        constexpr std::uint64_t of_attacks = std::uint64_t{1} << 63;
        const random_stream random(how_.random, of_attacks + sample);
        const auto uniform = [&](extent i) { return random.uniform(static_cast<std::uint64_t>(i)); };
        if (how_.norm == attack_norm::infinity) {
            for (extent i = 0; i < size; ++i) x[i] += static_cast<T>(how_.epsilon * (2 * uniform(i) - 1));
            return;
        }
        const auto normal = [&](extent i) { return ctnn::detail::normal_quantile(uniform(i) + 1.0 / 33554432); };
        double squares = 0;
        for (extent i = 0; i < size; ++i) squares += normal(i) * normal(i);
        const double length = how_.epsilon * uniform(size) / std::sqrt(squares);
        for (extent i = 0; i < size; ++i) x[i] += static_cast<T>(length * normal(i));
    }
    void climb(T* x) const {
        double squares = 0;
        for (const T g : slope_) squares += static_cast<double>(g) * static_cast<double>(g);
        if (!(squares > 0)) return;  // nowhere to climb
        const double along = how_.step_size() / std::sqrt(squares);
        for (extent i = 0; i < size; ++i) {
            const double g = static_cast<double>(slope_[i]);
            const double sign = g > 0 ? 1 : g < 0 ? -1 : 0;
            x[i] += static_cast<T>(how_.norm == attack_norm::infinity ? how_.step_size() * sign : along * g);
        }
    }
    void project(const T* clean, T* x) const {
        const auto away = [&](extent i) { return static_cast<double>(x[i]) - static_cast<double>(clean[i]); };
        double factor = 1;
        if (how_.norm == attack_norm::euclidean) {
            double squares = 0;
            for (extent i = 0; i < size; ++i) squares += away(i) * away(i);
            if (squares > how_.epsilon * how_.epsilon) factor = how_.epsilon / std::sqrt(squares);
        }
        for (extent i = 0; i < size; ++i) {
            const double change = how_.norm == attack_norm::infinity ? std::clamp(away(i), -how_.epsilon, how_.epsilon)
                                                                     : factor * away(i);
            x[i] = in_range(static_cast<double>(clean[i]) + change);
        }
    }

    Loss loss_;
    attack how_;
    training_pass<Net, Loss, T, true> pass_;
    gradient<Net, T> unused_;
    aligned_block<T> clean_, slope_;
    std::vector<char> frozen_;
};

}  // namespace CTNN_BACKEND

/// A copy of a data set whose inputs were attacked: what evaluate() then says is the model's robust accuracy.
///
///     const auto attacked = ctnn::attacked(model, test, ctnn::cross_entropy{}, ctnn::pgd(4.0 / 255));
///     if (!attacked) return std::puts(attacked.error().what()), 1;
///     const double robust = ctnn::evaluate(model, *attacked, ctnn::cross_entropy{}).accuracy;
///
/// Refuses what the attack and the loss refuse.
template <class Net, class T, class Data, loss_function Loss>
[[nodiscard, gnu::cold]] result<Data> attacked(const model<Net, T>& m, const Data& data, const Loss& loss,
                                               const attack& how, extent batch = 32) {
    static_assert(
        std::is_same_v<typename Data::input, typename Net::input>,
        "ctnn: attacked needs a data set of the network's input shape; load or resize the data to net::input");
    constexpr dims out = training_pass<Net, Loss, T, true>::output_dims;
    if (error failed = how.check()) return failed;
    if (error failed = detail::check_data(loss, data, out)) return failed;
    if (error failed = detail::check_batch("attacked", batch, samples_together_of<Loss>())) return failed;
    Data changed = data;
    adversary<Net, Loss, T> attacks(loss, how, batch);
    const target<T> all{data.labels.empty() ? nullptr : data.labels.data(),
                        data.values.empty() ? nullptr : data.values.data()};
    for (extent from = 0; from < data.size(); from += attacks.max_batch())
        attacks(m, changed.inputs.data() + from * Net::input::size, from_sample<Loss>(all, from, out),
                std::min(attacks.max_batch(), data.size() - from), static_cast<std::uint64_t>(from));
    return changed;
}

}  // namespace ctnn
