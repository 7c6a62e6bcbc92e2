// SPDX-License-Identifier: MIT
/// \file
/// Where a batch lies while it is trained on.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "ctnn/core/storage.hpp"
#include "ctnn/train/loss/target.hpp"

namespace ctnn::detail {

/// A batch gathered from all over a data set, in memory of its own.
template <class Data>
class batch_memory {
public:
    using T = typename Data::scalar;
    batch_memory(const Data& data, extent batch, std::span<const double> weights = {})
        : data_(data),
          all_weights_(weights),
          inputs_(batch * Data::input::size),
          labels_each_(static_cast<extent>(data.labels.size()) / data.size()),
          values_each_(static_cast<extent>(data.values.size()) / data.size()),
          labels_(batch * labels_each_),
          values_(batch * values_each_),
          weights_(weights.empty() ? 0 : batch) {}

    /// Copies the samples order[0 .. samples). A data set with a member write_input(sample, epoch, to) draws its inputs
    /// itself: that is where augmentation goes.
    void gather(const extent* order, extent samples, extent epoch) {
        for (extent i = 0; i < samples; ++i) {
            T* to = inputs_.data() + i * Data::input::size;
            if constexpr (requires { data_.write_input(order[i], epoch, to); })
                data_.write_input(order[i], epoch, to);
            else
                std::memcpy(static_cast<void*>(to), data_.input_of(order[i]),
                            sizeof(T) * static_cast<std::size_t>(Data::input::size));
            for (extent k = 0; k < labels_each_; ++k)
                labels_[i * labels_each_ + k] = data_.labels[static_cast<std::size_t>(order[i] * labels_each_ + k)];
            for (extent k = 0; k < values_each_; ++k)
                values_[i * values_each_ + k] = data_.values[static_cast<std::size_t>(order[i] * values_each_ + k)];
            if (weights_.size() > 0) weights_[i] = all_weights_[static_cast<std::size_t>(order[i])];
        }
    }
    [[nodiscard]] T* inputs() { return inputs_.data(); }
    [[nodiscard]] target<T> expected() const {
        return {labels_each_ > 0 ? labels_.data() : nullptr, values_each_ > 0 ? values_.data() : nullptr};
    }
    /// One a sample, or null.
    [[nodiscard]] const double* weights() const { return weights_.size() > 0 ? weights_.data() : nullptr; }

private:
    const Data& data_;
    std::span<const double> all_weights_;
    aligned_block<T> inputs_;
    extent labels_each_, values_each_;
    aligned_block<std::int32_t> labels_;
    aligned_block<T> values_;
    aligned_block<double> weights_;
};

}  // namespace ctnn::detail
