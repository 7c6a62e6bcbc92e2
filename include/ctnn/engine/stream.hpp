// SPDX-License-Identifier: MIT
/// \file
/// The deployable form of a model that reads a sequence: it takes the steps one by one, as they come.
#pragma once

#include "ctnn/engine/freeze.hpp"

namespace ctnn {

namespace detail {

/// The input of a single step; a vector is one of class indices. Named in a step of its own: g++ 12 crashes on
/// shape_of<expression>.
template <class Net>
struct step_input {
    static constexpr dims value = Net::input_dims.rank == 2 ? make_dims(1, Net::input_dims.channels()) : make_dims(1);
    using type = shape_of<value>;
};
/// The same layers over it.
template <class Net>
using step_network = network<typename step_input<Net>::type, typename Net::layers>;

/// Does an operation look at one step at a time, and at no later one?
constexpr bool streams(const operation& row) {
    if (row.in.rank == 1 && row.out.rank == 1) return true;  // behind the last step
    const window& w = row.window;
    switch (row.what) {
        case kind::convolution:
            for (int a = 0; a < 3; ++a)
                if (w.kernel[a] != 1 || w.stride[a] != 1 || w.before[a] != 0 || w.after[a] != 0) return false;
            return true;
        case kind::custom:
            return row.positionwise || row.carried != 0;
        case kind::reshape:
        case kind::max_pool:
            return false;
        default:
            return true;
    }
}
/// Can a network take its steps one by one? Its first row sees either steps or, before an embedding, class indices.
template <class Net>
constexpr bool streams_all() {
    if (Net::input_dims.rank > 2) return false;
    bool indices = Net::input_dims.rank == 1;
    for (int i = 1; i < Net::table.row_count; ++i) {
        const operation& row = Net::table.rows[i];
        if (indices && row.what == kind::mask) continue;
        if (indices && row.what != kind::embedding) return false;
        indices = false;
        if (!streams(row)) return false;
    }
    return !indices;
}

}  // namespace detail

/// A network that can take the steps of a sequence one by one: recurrent layers that are not backwards, embedding, and
/// layers that treat every step by itself.
template <class Net>
concept streamable = detail::streams_all<Net>();

inline namespace CTNN_BACKEND {

/// A frozen network that reads a sequence step by step. It moves, and is made by freeze_stream(). Behind each step it
/// gives what an engine gives for the sequence up to there, bit by bit: the outputs of the step, or with last_step
/// those of the whole. The sequence may be longer than the network's; a call allocates nothing and takes no lock.
///
///     auto stream = ctnn::freeze_stream(model);
///     for (const auto& sample : record) show(stream.step(sample.data()));
///     stream.reset();
template <class Net, class T = float>
class stream {
    static_assert(streamable<Net>,
                  "ctnn: a stream needs layers that look at one step at a time, from the first to the last; take out "
                  "backwards, bidirectional, flatten, pooling and convolutions of several steps, or use an engine");
    using single = detail::step_network<Net>;
    using plan = detail::inference_plan<single>;
    static_assert(single::parameter_count == Net::parameter_count,
                  "ctnn: internal error, a step has other parameters than the sequence");
    static constexpr auto rows = detail::inference_rows_of<plan>();
    static constexpr auto& routines = execution::routines<plan, single, T, false>;
    static constexpr extent outputs = round_up(single::output_dims.size()), carried = [] {
        extent total = 0;
        for (const operation& row : plan::table.rows) total += round_up(row.carried);
        return total;
    }();

public:
    using network = Net;
    using scalar = T;
    using input = shape<single::input_dims.channels()>;    ///< of a step; of class indices it is one
    using output = shape<single::output_dims.channels()>;  ///< behind a step

    /// Bytes of the block that a stream lives in.
    [[nodiscard]] static constexpr extent bytes() {
        return (plan::weights + plan::elements + plan::scratch + plan::each_thread + outputs + carried) *
               static_cast<extent>(sizeof(T));
    }

    /// Reads the next step and gives what is known then: a view into the stream, valid until the next call.
    tensor_view<output, const T> step(tensor_view<input, const T> sample) noexcept { return step(sample.data()); }
    /// \pre `sample` points at input::size numbers
    tensor_view<output, const T> step(const T* sample) noexcept {
        T *arena = block_.data() + plan::weights, *scratch = arena + plan::elements;
        T *each = scratch + plan::scratch, *scores = each + plan::each_thread;
        const detail::memories<T> at{arena, sample, scores};
        program_.run(at, 1, scratch, each, 1, scores + outputs);
        if constexpr (rows.output.memory != detail::owner::caller_output)
            execution::reshape_view<T>(rows.output.view(at, 1), batch_view<T>::dense(scores, single::output_dims, 1),
                                       false, 1);
        return tensor_view<output, const T>(scores);
    }
    /// The next step is the first one of a sequence.
    void reset() noexcept {
        T* from = block_.data() + block_.size() - carried;
        for (extent i = 0; i < carried; ++i) from[i] = T(0);
    }

private:
    template <class N, class S>
    friend stream<N, S> freeze_stream(const model<N, S>&);

    explicit stream(const model<Net, T>& m) : block_(bytes() / static_cast<extent>(sizeof(T))) {
        execution::pack_model<plan, Net>(rows.of, routines.of, m, block_.data());
        program_ = {rows.of, routines.of, plan::rows, block_.data(), 1};
    }

    aligned_block<T> block_;
    execution::program<T> program_;
};

/// Makes a stream of a model, before its first step. The model is not needed afterwards.
template <class Net, class T>
[[nodiscard]] stream<Net, T> freeze_stream(const model<Net, T>& m) {
    return stream<Net, T>(m);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
