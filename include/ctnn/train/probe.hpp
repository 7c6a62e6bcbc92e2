// SPDX-License-Identifier: MIT
/// \file
/// Looks into a forward pass row by row.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "ctnn/train/run.hpp"
#include "ctnn/train/tape.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

template <class T>
[[nodiscard]] inline bool all_finite(const T* numbers, extent count) {
    for (extent i = 0; i < count; ++i)
        if (!std::isfinite(numbers[i])) return false;
    return true;
}

/// Runs the last batch of a tape again and stops at the first row whose parameters or output are not all finite. It
/// knows no network: one instance a precision.
template <class T>
class row_probe final : public forward_probe {
public:
    /// `inputs` is a variable: batches lie in different places.
    row_probe(const tape<T>& last, const T* const& inputs, std::span<const T> parameters, std::span<T> state)
        : tape_(last), inputs_(inputs), parameters_(parameters), state_(state) {}

    [[gnu::cold]] not_finite_place first_not_finite() override {
        const std::vector<T> kept(state_.begin(), state_.end());  // a forward pass of training moves the statistics
        not_finite_place found;
        for (int i = 0; i < tape_.count && found.row < 0; ++i) {
            const ctnn::detail::training_row& row = tape_.rows[i];
            const extent parameters = row.op.parameter_count();
            if (!all_finite(parameters_.data() + row.op.parameter_offset, parameters)) found = {i, true};
            tape_.forward_row(i, inputs_, parameters_.data(), state_.data());
            if (found.row >= 0 || row.skip_forward) continue;
            const batch_view<T> y = row.y.view(tape_.arena, tape_.samples);
            for (extent s = 0; s < y.count && found.row < 0; ++s)
                for_each_run(y.shape, y.rows_contiguous(), [&](extent d, extent h, extent w, extent length) {
                    if (!all_finite(y.at(s, d, h, w), length)) found = {i, false};
                });
        }
        for (std::size_t i = 0; i < kept.size(); ++i) state_[i] = kept[i];
        return found;
    }

private:
    const tape<T>& tape_;
    const T* const& inputs_;
    std::span<const T> parameters_;
    std::span<T> state_;
};

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
