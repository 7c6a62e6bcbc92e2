// SPDX-License-Identifier: MIT
/// \file
/// A model: the parameters of a network, in one flat, aligned block.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "ctnn/core/input_scaling.hpp"
#include "ctnn/core/pipeline.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/core/storage.hpp"
#include "ctnn/core/volume_preparation.hpp"
#include "ctnn/graph/begin.hpp"
#include "ctnn/graph/names.hpp"

namespace ctnn {

/// The numbers that training changes, one block for a whole network. A gradient, and each slot of an optimizer's
/// state, has the same layout.
template <class Net, class T = float>
class parameter_block {
public:
    using network = Net;
    using scalar = T;
    static constexpr extent count = Net::parameter_count;

    parameter_block() : block_(count) {}

    [[nodiscard]] T* data() noexcept { return block_.data(); }
    [[nodiscard]] const T* data() const noexcept { return block_.data(); }
    [[nodiscard]] std::span<T> values() noexcept { return {block_.data(), static_cast<std::size_t>(count)}; }
    [[nodiscard]] std::span<const T> values() const noexcept {
        return {block_.data(), static_cast<std::size_t>(count)};
    }
    void fill_zero() noexcept { block_.fill_zero(); }

private:
    aligned_block<T> block_;
};

/// The gradient of a loss with respect to every parameter of a network.
template <class Net, class T = float>
using gradient = parameter_block<Net, T>;

/// A network with parameters: what is trained, saved, loaded and frozen into an engine.
///
/// It lives on the heap but for a small handle, moves, and is copied by copy() alone.
///
///     ctnn::model<net> model{ctnn::seed{42}};
template <class Net, class T = float>
class model {
public:
    using network = Net;
    using scalar = T;

    /// Initialized as each layer says (glorot_uniform weights, zero biases), the same numbers on every platform (normal
    /// and orthogonal ones but for rounding).
    [[gnu::cold]] explicit model(seed start) : state_(Net::state_count) { initialize(start); }

    /// The learned parameters, in the order of tensors_of<Net>().
    [[nodiscard]] std::span<T> parameters() noexcept { return parameters_.values(); }
    [[nodiscard]] std::span<const T> parameters() const noexcept { return parameters_.values(); }
    /// Running statistics: kept, not learned.
    [[nodiscard]] std::span<T> state() noexcept { return {state_.data(), static_cast<std::size_t>(state_.size())}; }
    [[nodiscard]] std::span<const T> state() const noexcept {
        return {state_.data(), static_cast<std::size_t>(state_.size())};
    }

    /// Begins again.
    void initialize(seed start) {
        std::uint64_t stream = 0;
        for (const named_tensor& t : tensors_of<Net>()) {
            T* to = (t.learned ? parameters_.data() : state_.data()) + t.offset;
            detail::begin(t, random_stream(start, stream++), to);
        }
    }

    [[nodiscard]] model copy() const {
        model result{nothing{}};
        result.assign(*this);
        return result;
    }
    /// Takes over another model's numbers and what it knows of its data; allocates nothing but text.
    void assign(const model& other) {
        copy_numbers(other);
        class_names = other.class_names;
        scaling = other.scaling;
        preparation = other.preparation;
        preprocessing = other.preprocessing;
    }
    /// Takes over another model's parameters and statistics; allocates nothing.
    void copy_numbers(const model& other) noexcept {
        for (extent i = 0; i < Net::parameter_count; ++i) parameters_.data()[i] = other.parameters_.data()[i];
        for (extent i = 0; i < Net::state_count; ++i) state_[i] = other.state_[i];
    }

    std::vector<std::string> class_names;  ///< of the outputs; saved with the model
    input_scaling scaling{};               ///< what was done to the pixels; saved with the model
    volume_preparation preparation{};      ///< what was done to volumes before that; saved with the model
    pipeline preprocessing{};              ///< what was done to pixels or voxels before scaling; saved with the model

private:
    struct nothing {};
    explicit model(nothing) : state_(Net::state_count) {}

    parameter_block<Net, T> parameters_;
    aligned_block<T> state_;
};

}  // namespace ctnn
