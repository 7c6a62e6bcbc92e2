// SPDX-License-Identifier: MIT
/// \file
/// The protocol of an optimizer: one pass over a flat range of parameters.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>

#include "ctnn/core/error.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

namespace detail {
template <class Optimizer, class T>
concept optimizer_for = requires(const Optimizer& optimizer, T* parameters, const T* gradients, T* state, extent count,
                                 std::uint64_t time, extent stride) {
    optimizer.step(parameters, gradients, state, count, time, stride);
};

/// Refuses a setting that is not finite, or outside [low, high) where high is not 0.
[[nodiscard, gnu::cold, gnu::noinline]] inline error check_setting(const char* optimizer, const char* name,
                                                                   double value, double high = 0) {
    if (std::isfinite(value) && value >= 0 && (high == 0 || value < high)) return {};
    const std::string expected =
        high == 0 ? "a finite number of at least 0" : text_of({"a number from 0 to below ", high});
    return {error_kind::invalid_argument, text_of({optimizer, ": ", name, " is ", value, ", expected ", expected})};
}

/// Refuses what no optimizer of the library takes: a negative rate or penalty.
template <class Optimizer>
[[nodiscard]] inline error check_rate_and_decay(const char* name, const Optimizer& o) {
    if (error failed = check_setting(name, "rate", o.rate)) return failed;
    if (error failed = check_setting(name, "weight_decay", o.weight_decay)) return failed;
    return check_setting(name, "l1", o.l1);
}

/// The same optimizer without penalties: for biases and norms, where decay_weights_only asks for it.
template <class Optimizer>
[[nodiscard]] Optimizer without_decay(Optimizer o) {
    if constexpr (requires { o.weight_decay = 0; }) o.weight_decay = 0;
    if constexpr (requires { o.l1 = 0; }) o.l1 = 0;
    return o;
}
}  // namespace detail

/// What can make a step.
///
///     rate       the learning rate; a schedule writes it between steps
///     check      error{} when the settings make sense, else error_kind::invalid_argument
///     slots      how many numbers of state a parameter has; they begin as zeros
///     step       updates `count` parameters and their state from the gradients; time is 1 at the first step.
///                Slot k of parameter i is state[k * stride + i]; a stride of 0 stands for count.
///
/// Parameter i depends on gradient i and the state of i alone, so a range that is cut in any way gives the same bits as
/// the whole. That is what kernels::descend() makes of a function of one vector, and an optimizer of one's own:
///
///     struct heavy_ball {
///         double rate = 1e-2, momentum = 0.9;
///         ctnn::extent slots() const { return 1; }
///         ctnn::error check() const { return {}; }
///         template <class T>
///         void step(T* parameters, const T* gradients, T* state, ctnn::extent count, std::uint64_t,
///                   ctnn::extent stride) const {
///             const T downhill = static_cast<T>(-rate), keep = static_cast<T>(momentum);
///             ctnn::kernels::descend<1>(parameters, gradients, state, count, stride,
///                                       [=](auto p, auto gradient, auto* slot) {
///                                           slot[0] = keep * slot[0] + downhill * gradient;
///                                           return p + slot[0];
///                                       });
///         }
///     };
///
/// Members that are read where they exist: weight_decay and l1, the penalties; decay_weights_only, which takes both off
/// biases and norms (every tensor of one axis).
template <class Optimizer>
concept optimizer = std::copyable<Optimizer> && requires(const Optimizer& o, Optimizer& changeable) {
    { o.slots() } -> std::same_as<extent>;
    { o.check() } -> std::same_as<error>;
    changeable.rate = 1e-3;
} && detail::optimizer_for<Optimizer, float> && detail::optimizer_for<Optimizer, double>;

}  // namespace ctnn
