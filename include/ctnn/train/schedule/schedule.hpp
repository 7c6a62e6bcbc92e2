// SPDX-License-Identifier: MIT
/// \file
/// The protocol of a schedule, and a value that holds any of them.
#pragma once

#include <cmath>
#include <concepts>
#include <string>
#include <utility>

#include "ctnn/core/error.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

namespace detail {
/// Refuses a number that is not finite or below `low`, or `low` itself where it is excluded.
[[nodiscard]] inline error check_schedule(const char* schedule, const char* name, double value, double low = 0,
                                          bool excluded = false) {
    if (std::isfinite(value) && (excluded ? value > low : value >= low)) return {};
    return {error_kind::invalid_argument, text_of({schedule, ": ", name, " is ", value, ", expected a finite number ",
                                                   excluded ? "above " : "of at least ", low})};
}
}  // namespace detail

/// What gives the learning rate of a time.
///
///     rate       the rate, from the optimizer's own (base) and the time, which begins at 0 and counts epochs or steps:
///                schedule_unit says which, and so are all lengths of the schedule to be read
///     check      optional: error{} when the settings make sense, else error_kind::invalid_argument
///     observe    optional: told what was measured after each epoch, and whether larger is better
///
/// Schedules are plain values. One of one's own:
///
///     struct halved_each_epoch {
///         double rate(double base, double time) const { return std::ldexp(base, -static_cast<int>(time)); }
///     };
template <class Schedule>
concept schedule_function = std::copyable<Schedule> && requires(const Schedule& s, double base, double time) {
    { s.rate(base, time) } -> std::same_as<double>;
};

/// What the time of a schedule counts.
enum class schedule_unit : unsigned char {
    epoch,             ///< whole epochs: the rate changes between them; PyTorch's scheduler.step() after an epoch
    step,              ///< the optimizer's steps: PyTorch's scheduler.step() after each optimizer.step()
    fraction_of_epoch  ///< epochs, but the rate changes with each step: 2.5 is the middle of the third epoch
};

/// Any schedule, as a value of one type; without one it keeps the optimizer's rate.
///
///     const ctnn::rate_schedule schedule = ctnn::cosine_schedule{.length = 30};
class rate_schedule {
public:
    rate_schedule() = default;
    template <class Schedule>
    requires(!std::same_as<Schedule, rate_schedule> && schedule_function<Schedule>) rate_schedule(const Schedule& s)
        : held_(new holder<Schedule>(s)) {}
    rate_schedule(const rate_schedule& other) : held_(other.held_ ? other.held_->copy() : nullptr) {}
    rate_schedule(rate_schedule&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    rate_schedule& operator=(rate_schedule other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~rate_schedule() { delete held_; }

    [[nodiscard]] bool empty() const { return held_ == nullptr; }
    [[nodiscard]] double rate(double base, double time) const { return held_ ? held_->rate(base, time) : base; }
    [[nodiscard]] error check() const { return held_ ? held_->check() : error{}; }
    void observe(double measured, bool larger_is_better) {
        if (held_) held_->observe(measured, larger_is_better);
    }

private:
    struct holder_base {
        virtual ~holder_base() = default;
        [[nodiscard]] virtual holder_base* copy() const = 0;
        [[nodiscard]] virtual double rate(double base, double time) const = 0;
        [[nodiscard]] virtual error check() const = 0;
        virtual void observe(double measured, bool larger_is_better) = 0;
    };
    template <class Schedule>
    struct holder final : holder_base {
        Schedule held;
        explicit holder(const Schedule& s) : held(s) {}
        [[nodiscard]] holder_base* copy() const override { return new holder(held); }
        [[nodiscard]] double rate(double base, double time) const override { return held.rate(base, time); }
        [[nodiscard]] error check() const override {
            if constexpr (requires { held.check(); })
                return held.check();
            else
                return {};
        }
        void observe([[maybe_unused]] double measured, [[maybe_unused]] bool larger_is_better) override {
            if constexpr (requires { held.observe(measured, larger_is_better); })
                held.observe(measured, larger_is_better);
        }
    };
    holder_base* held_ = nullptr;  // owned
};

}  // namespace ctnn
