// SPDX-License-Identifier: MIT
/// \file
/// What rnn, gru and lstm share: the shape rule, and the calls of their kernels.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/sequence_options.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/recurrent.hpp"

namespace ctnn {

inline namespace CTNN_BACKEND {
namespace execution {

/// Samples whose steps are computed together: two tiles of four read the weights of a gate once a step.
inline constexpr extent recurrent_samples = 8;

/// Steps of recurrent_samples whose input products are computed together: 128 KB of them, which stay in the
/// second-level cache, but 24 steps at least, so that a weight from there or beyond serves so many rows. Of fewer
/// samples there are more steps, in the same memory.
[[nodiscard]] constexpr extent recurrent_chunk(extent steps, extent step_size) {
    const extent fitting = 32768 / (recurrent_samples * step_size), most = fitting < 24 ? 24 : fitting;
    return most < steps ? most : steps;
}

}  // namespace execution
}  // namespace CTNN_BACKEND

namespace detail {

template <kernels::cell C>
struct recurrent {
    [[nodiscard]] static constexpr kernels::recurrent_layout layout_of(const operation& op) {
        return {C, op.parameters[0].axis[0], op.parameters[1].axis[0], op.parameters[2].rank == 2,
                recurrent_flags::of(op).keras};
    }
    /// An operation that took over an embedding reads a vector of indices.
    [[nodiscard]] static constexpr extent steps_of(const operation& op) {
        return op.front >= 0 ? op.in.channels() : op.in.positions();
    }

    [[nodiscard]] static constexpr outcome lower_as(const char* layer, const dims& in, extent units,
                                                    const layer_options& o) {
        constexpr unsigned taken =
            option::last_step | option::backwards | option::masked | option::convention | option::initial_state;
        if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
        if (units < 1) return refusal::number_out_of_range;
        if (in.rank != 2) return refusal::needs_sequence;
        const extent whole = C == kernels::cell::lstm ? 2 * units : units;  // numbers of a state, cells and all
        operation row = make_operation(kind::custom, layer, in,
                                       o.last_step ? make_dims(o.last_state ? whole : units) : in.with_channels(units));
        const extent gates = kernels::gates_of(C), slots = kernels::slots_of(C), steps = in.positions();
        row.alpha = recurrent_flags{o.backwards, o.masked, o.keras, o.last_state && whole > units}.number();
        if ((o.given & option::initial_state) != 0) row.memory_size = whole;
        row.backward_reads_input = row.reads_mask = true;
        row.multiply_adds = steps * (in.channels() + units) * gates * units;
        const auto matrix = [&](const char* name, extent inputs) {
            return parameter{.name = name,
                             .axis = {inputs, gates * units, 1, 1, 1},
                             .rank = 2,
                             .start = initializer::glorot_uniform,
                             .fan_in = inputs,
                             .fan_out = gates * units};
        };
        row.parameters[0] = matrix("weight", in.channels());
        row.parameters[1] = matrix("recurrent_weight", units);
        parameter& bias = row.parameters[2];
        bias = {.name = "bias", .axis = {gates * units, 1, 1, 1, 1}, .rank = 1};
        if (C == kernels::cell::gru || o.pytorch)
            bias = {.name = "bias", .axis = {2, gates * units, 1, 1, 1}, .rank = 2};
        if (C == kernels::cell::lstm && o.keras) bias.start = initializer::second_gate;

        const kernels::recurrent_layout l = layout_of(row);
        const extent padded = round_up(units), samples = execution::recurrent_samples;
        row.packed = l.packed_size();
        row.class_size = slots * padded + 1;
        if (!o.backwards && row.memory_size == 0)
            row.carried = 2 * padded + 1;  // state, cells, whether the next step is an odd one
        row.kept = steps * slots * padded + 2 * (steps + 1) * padded;
        row.thread_scratch = samples * padded * (execution::recurrent_chunk(steps, slots * padded) * slots + 2);
        row.scratch = 2 * row.packed + padded * gates * padded;
        return row;
    }

    template <class T>
    static void pack(const pack_call<T>& call) {
        const kernels::recurrent_layout l = layout_of(call.op);
        kernels::pack_recurrent(l, call.parameters, call.to);
        if (call.front == nullptr) return;
        kernels::pack_classes<T>(kernels::recurrent_weights<T>(l, call.to), call.front, call.op.classes,
                                 static_cast<extent>(call.op.beta) - 1, call.to + l.packed_size());
    }
    template <class T>
    static void infer(const forward_call<T>& call) {
        run(call, call.parameters);
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pack_recurrent(layout_of(call.op), call.parameters, call.scratch);
        run<T>(call, call.scratch);
    }

    template <class T>
    static void backward(const backward_call<T>& call) {
        const operation& op = call.op;
        const kernels::recurrent_layout l = layout_of(op);
        const extent padded = kernels::padded_units<T>(l.units), steps = steps_of(op), samples = call.x.count;
        const extent outputs = l.slots() * padded;
        kernels::pack_recurrent_transposed(l, call.parameters, call.scratch);
        T *input = call.scratch + l.packed_state(padded), *d_input = input + l.packed_inputs(padded);
        T *d_state = d_input + l.inputs * outputs, *sums = d_state + l.units * l.gates() * padded;
        kernels::detail::clear(d_input, sums + outputs - d_input);

        const kernels::recurrent_block<T> all = block_of(op, call.x, call.mask, call.kept, padded);
        const kernels::recurrent_matrix<T> transposed{call.scratch, l.gates() * padded, padded};
        for_each_block(samples, call.threads, [&](extent first, extent count, extent worker) {
            kernels::recurrent_block<T> b = part_of(all, first, count);
            // dy is read only: the block's y is written by the forward pass alone.
            place_output(b, op, call.dy, const_cast<T*>(call.dy.at(first, 0, 0, 0)));
            if (call.d_other.data != nullptr) {
                b.start_gradient = call.d_other.at(first, 0, 0, 0);
                b.start_sample = call.d_other.sample;
                b.add_start = call.accumulate_other;
            }
            kernels::recurrent_backward<C>(transposed, l.inputs, l.units, b,
                                           call.thread_scratch + worker * round_up(op.thread_scratch));
        });
        const extent parts = call.threads > 1 ? call.threads : 1;
        parallel_for(2 * parts, call.threads, [&](extent i) {
            if (i < parts)
                kernels::recurrent_weight_gradient<kernels::slots_of(C)>(all.x, all.x_sample, all.x_step, l.inputs,
                                                                         all.z, all.z_sample, all.z_step, outputs,
                                                                         samples, steps, d_input, sums, {i, parts});
            else
                kernels::recurrent_weight_gradient<kernels::gates_of(C)>(
                    all.h, all.state_sample, all.state_step, l.units, all.z, all.z_sample, all.z_step,
                    l.gates() * padded, samples, steps, d_state, static_cast<T*>(nullptr), {i - parts, parts});
        });
        kernels::add_recurrent_gradients(l, d_input, d_state, sums, call.gradients);
        if (call.dx.data == nullptr) return;
        const extent last = recurrent_flags::of(op).backwards ? steps - 1 : 0, turn = last > 0 ? -1 : 1;
        parallel_for(samples, call.threads, [&](extent s) {
            kernels::dense_input_gradient<T>(all.z + s * all.z_sample, all.z_step, input, outputs,
                                             call.dx.at(s, 0, 0, last), turn * call.dx.step[2], steps, 0, l.inputs,
                                             false);
        });
    }

private:
    /// Calls body(first sample, samples, worker) for blocks that do not depend on the number of threads.
    template <class Body>
    static void for_each_block(extent samples, extent threads, const Body& body) {
        const extent blocks = (samples + execution::recurrent_samples - 1) / execution::recurrent_samples;
        parallel_for_with_worker(blocks, threads, [&](extent i, extent worker) {
            const extent first = samples * i / blocks;
            body(first, samples * (i + 1) / blocks - first, worker);
        });
    }
    template <class T>
    static kernels::recurrent_block<T> part_of(kernels::recurrent_block<T> b, extent first, extent count) {
        b.samples = count;
        b.x += first * b.x_sample;
        if (b.mask != nullptr) b.mask += first * b.mask_sample;
        if (b.z == nullptr) return b;  // nothing is kept
        b.z += first * b.z_sample;
        b.h += first * b.state_sample;
        b.c += first * b.state_sample;
        return b;
    }
    /// Lets a block write, or read, the output that lies at `data` for its first sample.
    template <class T, class View>
    static void place_output(kernels::recurrent_block<T>& b, const operation& op, const View& y, T* data) {
        b.y = data;
        b.y_sample = y.sample;
        b.y_step = op.out.rank == 1 ? 0 : y.step[2];
        b.cells = recurrent_flags::of(op).cells;
        if (b.y_step == 0 || !recurrent_flags::of(op).backwards) return;
        b.y += (b.steps - 1) * b.y_step;
        b.y_step = -b.y_step;
    }
    /// All samples, with what is kept of them, if anything: of each its gates, its states, its cells.
    template <class T>
    static kernels::recurrent_block<T> block_of(const operation& op, const batch_view<const T>& x,
                                                const batch_view<const T>& mask, T* kept, extent padded) {
        const recurrent_flags flags = recurrent_flags::of(op);
        kernels::recurrent_block<T> b{.samples = x.count, .steps = steps_of(op)};
        const extent step = op.front >= 0 ? 1 : x.step[2];
        b.x = x.data + (flags.backwards ? (b.steps - 1) * step : 0);
        b.x_sample = x.sample;
        b.x_step = flags.backwards ? -step : step;
        b.masked = flags.masked;
        if (mask.data != nullptr) {
            b.mask = mask.data + (flags.backwards ? b.steps - 1 : 0);
            b.mask_sample = mask.sample;
            b.mask_step = flags.backwards ? -1 : 1;
        }
        if (kept == nullptr) return b;
        b.z = kept;
        b.z_step = kernels::slots_of(C) * padded;
        b.chunk = b.steps;
        b.h = kept + b.steps * b.z_step;
        b.c = b.h + (b.steps + 1) * padded;
        b.state_step = padded;
        b.z_sample = b.state_sample = round_up(op.kept);
        return b;
    }
    template <class T>
    static void run(const forward_call<T>& call, const T* packed) {
        const operation& op = call.op;
        const kernels::recurrent_layout l = layout_of(op);
        const kernels::recurrent_weights<T> weights(l, packed);
        const extent padded = weights.state.units, slots = l.slots() * padded;
        kernels::recurrent_block<T> all = block_of(op, call.x, call.mask, call.kept, padded);
        if (op.front >= 0) {
            all.table = packed + l.packed_size();
            all.classes = op.classes;
            all.padding = static_cast<extent>(op.beta) - 1;
        }
        for_each_block(call.x.count, call.threads, [&](extent first, extent count, extent worker) {
            kernels::recurrent_block<T> b = part_of(all, first, count);
            if (call.kept == nullptr) {  // a chunk of gates, and a state that is overwritten
                b.h = call.thread_scratch + worker * round_up(op.thread_scratch);
                b.c = b.h + count * padded;
                b.z = b.c + count * padded;
                b.state_sample = padded;
                b.z_sample = slots;
                b.z_step = count * slots;
                b.chunk = execution::recurrent_chunk(b.steps, l.slots() * round_up(l.units)) *
                          execution::recurrent_samples / count;
            }
            if (call.carried != nullptr)
                take_up(b, call.carried, round_up(l.units));
            else
                for (extent s = 0; s < count; ++s) {
                    T *h = b.h + s * b.state_sample, *c = b.c + s * b.state_sample;
                    kernels::detail::clear(h, padded);
                    kernels::detail::clear(c, padded);
                    if (call.other.data == nullptr) continue;
                    const T* start = call.other.at(first + s, 0, 0, 0);
                    kernels::detail::copy(start, h, l.units);
                    if (C == kernels::cell::lstm) kernels::detail::copy(start + l.units, c, l.units);
                }
            place_output(b, op, call.y, call.y.at(first, 0, 0, 0));
            kernels::recurrent_forward<C>(weights, l.units, b);
        });
    }
    /// Goes on where a stream stopped, its state, its cells and whether the next step is an odd one being carried.
    template <class T>
    static void take_up(kernels::recurrent_block<T>& b, T* carried, extent padded) {
        T& odd = carried[2 * padded];
        b.h = carried;
        b.c = carried + padded;
        b.odd = odd != T(0);
        odd = b.odd == (b.steps % 2 != 0) ? T(0) : T(1);
    }
};

}  // namespace detail
}  // namespace ctnn
