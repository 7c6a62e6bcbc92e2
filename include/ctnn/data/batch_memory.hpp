// SPDX-License-Identifier: MIT
/// \file
/// A batch gathered from all over a data set, in memory of its own.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "ctnn/core/storage.hpp"

namespace ctnn {

/// A data set that writes its samples itself, a function of sample and epoch alone: that is where augmentation goes.
///
///     void write_sample(extent sample, extent epoch, T* input, std::int32_t* labels, T* values) const;
template <class Data>
concept writes_samples = requires(const Data& data, typename Data::scalar* numbers, std::int32_t* labels) {
    data.write_sample(extent{}, extent{}, numbers, labels, numbers);
};

namespace detail {

/// Inputs, labels, values and weights of up to `batch` samples.
template <class Data>
class batch_memory {
public:
    using T = typename Data::scalar;
    batch_memory(const Data& data, extent batch, std::span<const double> weights)
        : data_(data),
          all_weights_(weights),
          inputs_(batch * Data::input::size),
          labels_each_(static_cast<extent>(data.labels.size()) / data.size()),
          values_each_(static_cast<extent>(data.values.size()) / data.size()),
          labels_(batch * labels_each_),
          values_(batch * values_each_),
          weights_(weights.empty() ? 0 : batch) {}

    /// Copies a sample, or lets the data set write it, to place i. A data set with a member write_input(sample, epoch,
    /// to) writes its inputs alone. Different places may be filled by different threads.
    void fill(extent i, extent sample, extent epoch) {
        T* const to = inputs_.data() + i * Data::input::size;
        std::int32_t* const labels = labels_.data() + i * labels_each_;
        T* const values = values_.data() + i * values_each_;
        if (weights_.size() > 0) weights_[i] = all_weights_[static_cast<std::size_t>(sample)];
        if constexpr (writes_samples<Data>) {
            data_.write_sample(sample, epoch, to, labels, values);
        } else {
            if constexpr (requires { data_.write_input(sample, epoch, to); })
                data_.write_input(sample, epoch, to);
            else
                std::memcpy(static_cast<void*>(to), data_.input_of(sample),
                            sizeof(T) * static_cast<std::size_t>(Data::input::size));
            for (extent k = 0; k < labels_each_; ++k)
                labels[k] = data_.labels[static_cast<std::size_t>(sample * labels_each_ + k)];
            for (extent k = 0; k < values_each_; ++k)
                values[k] = data_.values[static_cast<std::size_t>(sample * values_each_ + k)];
        }
    }
    [[nodiscard]] T* inputs() { return inputs_.data(); }
    [[nodiscard]] const T* inputs() const { return inputs_.data(); }
    /// Null where the data set has none.
    [[nodiscard]] const std::int32_t* labels() const { return labels_each_ > 0 ? labels_.data() : nullptr; }
    [[nodiscard]] const T* values() const { return values_each_ > 0 ? values_.data() : nullptr; }
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

}  // namespace detail
}  // namespace ctnn
