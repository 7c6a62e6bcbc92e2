// SPDX-License-Identifier: MIT
/// \file
/// The deployable form of a model: folded, fused, packed; it computes and does nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ctnn/core/error.hpp"
#include "ctnn/core/tensor.hpp"
#include "ctnn/engine/fold.hpp"
#include "ctnn/engine/program.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/graph/routines.hpp"

namespace ctnn {

/// How an engine is set up.
struct engine_options {
    extent max_batch =
        1;               ///< samples that run together, if their activations are no more than 16 MB; more run in slices
    extent threads = 1;  ///< for one call; results do not depend on it
};

inline namespace CTNN_BACKEND {

namespace execution {
struct attention_reader;  // engine/attention_weights.hpp
}

/// A frozen network: a handle on one aligned block of memory with packed weights and activations. It moves, and is made
/// by freeze() or freeze_into(). A call allocates nothing and, on one thread, takes no lock and makes no system call.
///
///     auto engine = ctnn::freeze(model);
///     auto scores = engine(image);
template <class Net, class T = float>
class engine {
    using plan = detail::inference_plan<Net>;
    static constexpr auto rows = detail::inference_rows_of<plan>();
    static constexpr auto& routines = execution::routines<plan, Net, T, false>;
    static constexpr extent arena_elements = plan::elements,
                            output_elements = round_up(dims_of<typename Net::output>.size());

public:
    using network = Net;
    using scalar = T;
    using input = typename Net::input;
    using output = typename Net::output;

    /// The memory of one call, for calls from several threads on one engine.
    class workspace {
    public:
        /// A call uses as many threads as the engine has, but no more than this.
        explicit workspace(extent max_batch = 1, extent threads = 1)
            : max_batch_(plan::together(max_batch)),
              threads_(threads < 1 ? 1 : threads),
              block_(max_batch_ * arena_elements + plan::scratch + threads_ * plan::each_thread) {}

    private:
        friend engine;
        extent max_batch_, threads_;
        aligned_block<T> block_;
    };

    /// Bytes of the block that an engine lives in.
    [[nodiscard]] static constexpr extent bytes(extent max_batch = 1, extent threads = 1) {
        return (plan::weights + plan::together(max_batch) * (arena_elements + output_elements) + plan::scratch +
                threads * plan::each_thread) *
               static_cast<extent>(sizeof(T));
    }

    /// Scores of one sample: a view into the engine, valid until the next call.
    tensor_view<output, const T> operator()(tensor_view<input, const T> sample) noexcept {
        return (*this)(sample.data());
    }
    /// \pre `sample` points at input::size numbers
    tensor_view<output, const T> operator()(const T* sample) noexcept {
        run(sample, 1, outputs(), arena(), arena() + max_batch_ * arena_elements, program_.threads);
        return tensor_view<output, const T>(outputs());
    }
    /// Many samples, one after the other in memory; scores likewise. More than max_batch run in slices.
    /// \pre `scores` does not overlap `samples`, which may be read after scores were written
    void operator()(const T* samples, T* scores, extent count) noexcept {
        slices(samples, scores, count, max_batch_, arena(), program_.threads);
    }
    /// Many threads may call this at once, each with a workspace of its own.
    void operator()(const T* samples, T* scores, workspace& memory, extent count = 1) const noexcept {
        slices(samples, scores, count, memory.max_batch_, memory.block_.data(),
               memory.threads_ < program_.threads ? memory.threads_ : program_.threads);
    }
    /// How many samples run together: what was asked for, or as many as keep their activations within 16 MB.
    [[nodiscard]] extent max_batch() const noexcept { return max_batch_; }

private:
    friend struct execution::attention_reader;
    template <class N, class S>
    friend engine<N, S> freeze(const model<N, S>&, const engine_options&);
    template <class N, class S>
    friend result<engine<N, S>> freeze_into(std::span<std::byte>, const model<N, S>&, const engine_options&);

    engine(T* block, const model<Net, T>& m, const engine_options& options) noexcept
        : block_(block), max_batch_(plan::together(options.max_batch)) {
        execution::pack_model<plan, Net>(rows.of, routines.of, m, block);
        program_ = {rows.of, routines.of, plan::rows, block, options.threads < 1 ? 1 : options.threads};
    }

    void run(const T* samples, extent count, T* scores, T* arena, T* scratch, extent threads) const noexcept {
        const detail::memories<T> at{arena, samples, scores};
        program_.run(at, count, scratch, scratch + plan::scratch, threads);
        if constexpr (rows.output.memory != detail::owner::caller_output)
            execution::reshape_view<T>(rows.output.view(at, count),
                                       batch_view<T>::dense(scores, dims_of<output>, count), false, 1);
    }
    void slices(const T* samples, T* scores, extent count, extent batch, T* arena, extent threads) const noexcept {
        for (extent from = 0; from < count; from += batch) {
            const extent n = count - from < batch ? count - from : batch;
            run(samples + from * input::size, n, scores + from * dims_of<output>.size(), arena,
                arena + batch * arena_elements, threads);
        }
    }
    [[nodiscard]] T* arena() const noexcept { return block_ + plan::weights; }
    [[nodiscard]] T* outputs() const noexcept {
        return arena() + max_batch_ * arena_elements + plan::scratch + program_.threads * plan::each_thread;
    }

    aligned_block<T> owned_;
    T* block_;
    extent max_batch_;
    execution::program<T> program_;
};

/// Makes an engine of a model: batch norm folded, dropout gone, weights packed. The model is not needed afterwards.
template <class Net, class T>
[[nodiscard]] engine<Net, T> freeze(const model<Net, T>& m, const engine_options& options = {}) {
    const extent threads = options.threads < 1 ? 1 : options.threads;
    aligned_block<T> block(engine<Net, T>::bytes(options.max_batch, threads) / static_cast<extent>(sizeof(T)));
    engine<Net, T> result(block.data(), m, options);
    result.owned_ = std::move(block);
    return result;
}

/// Makes an engine in memory that the caller owns and keeps alive: static storage, or a block of his own.
/// \returns error_kind::invalid_argument unless the buffer has engine<Net, T>::bytes(max_batch, threads) bytes and
///          begins on a 64-byte boundary
template <class Net, class T>
[[nodiscard]] result<engine<Net, T>> freeze_into(std::span<std::byte> buffer, const model<Net, T>& m,
                                                 const engine_options& options = {}) {
    const extent needed = engine<Net, T>::bytes(options.max_batch, options.threads < 1 ? 1 : options.threads);
    if (static_cast<extent>(buffer.size()) < needed)
        return error{error_kind::invalid_argument, detail::text_of({"freeze_into: the buffer has ", buffer.size(),
                                                                    " bytes, the engine needs ", needed})};
    if (reinterpret_cast<std::uintptr_t>(buffer.data()) % alignment != 0)
        return error{error_kind::invalid_argument,
                     "freeze_into: the buffer must begin on a 64-byte boundary; declare it alignas(64)"};
    return engine<Net, T>(static_cast<T*>(static_cast<void*>(buffer.data())), m, options);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
