// SPDX-License-Identifier: MIT
/// \file
/// Where the operands of a row lie, as plain numbers that the executors read.
#pragma once

#include <cstring>

#include "ctnn/core/call.hpp"
#include "ctnn/graph/schedule.hpp"

namespace ctnn::detail {

/// Where the storages of a batch begin: the arena, and the caller's own memory.
template <class T>
struct memories {
    T* arena = nullptr;
    const T* input = nullptr;
    T* output = nullptr;
};

/// A buffer in the arena, or in the caller's memory. Offsets are per sample and scale with the batch: sample s of a
/// storage that begins at `place` and takes `size` lies at count * place + s * size, so what is disjoint for one sample
/// is disjoint for any number.
struct operand {
    dims shape{};
    extent place = -1;  // of the storage in the arena; -1: there is no such operand, or it is the caller's memory
    extent size = 0;    // of the storage, a sample
    extent offset = 0;  // within it
    extent step[3]{};
    owner memory = owner::arena;

    [[nodiscard]] constexpr bool exists() const { return place >= 0 || memory != owner::arena; }
    template <class T>
    [[nodiscard]] batch_view<T> view(T* arena, extent count) const {
        return {place < 0 ? nullptr : arena + count * place + offset, shape, count, size, {step[0], step[1], step[2]}};
    }
    /// The same where the caller's memory is known. What is the caller's input is only read.
    template <class T>
    [[nodiscard]] batch_view<T> view(const memories<T>& at, extent count) const {
        batch_view<T> v = view(at.arena, count);
        if (memory == owner::caller_input) v.data = const_cast<T*>(at.input) + offset;
        if (memory == owner::caller_output) v.data = at.output + offset;
        return v;
    }
};

template <int Tasks, int Buffers>
constexpr operand operand_of(const schedule<Tasks, Buffers>& s, int b) {
    operand o;
    if (b < 0) return o;
    const location at = s.where(b);
    const buffer& root = s.buffers[at.root];
    o.shape = s.buffers[b].shape;
    o.memory = root.memory;
    o.place = root.memory == owner::arena ? root.place : -1;
    o.size = root.memory == owner::arena          ? s.size(at.root)
             : root.memory == owner::caller_input ? s.buffers[0].shape.size()
                                                  : o.shape.size();
    o.offset = at.offset;
    for (int a = 0; a < 3; ++a) o.step[a] = at.step[a];
    return o;
}

/// What a row of kind input reads: its part of a sample of the caller's.
template <int Tasks, int Buffers>
constexpr operand caller_operand(const schedule<Tasks, Buffers>& s, const operation& row) {
    operand o = operand_of(s, row.input[0]);
    o.shape = row.in;
    o.offset += row.channel;
    o.step[2] = row.in.channels();
    o.step[1] = row.in.width() * o.step[2];
    o.step[0] = row.in.height() * o.step[1];
    return o;
}

/// A storage whose border is to be zeroed.
struct bordered_storage {
    extent place = -1, size = 0;
    extent axis[3]{}, before[3]{}, after[3]{};
    extent channels = 0;
};

template <int Tasks, int Buffers>
constexpr bordered_storage border_of(const schedule<Tasks, Buffers>& s, int root) {
    bordered_storage b;
    if (root < 0) return b;
    const buffer& u = s.buffers[root];
    b.place = u.place;
    b.size = s.size(root);
    b.channels = u.shape.channels();
    for (int a = 0; a < 3; ++a) {
        b.axis[a] = u.shape.axis[a];
        b.before[a] = u.before[a];
        b.after[a] = u.after[a];
    }
    return b;
}

/// Zeroes the border of sample s; what lies inside stays.
template <class T>
inline void zero_border(const bordered_storage& b, T* arena, extent count, extent s) noexcept {
    const extent height = b.axis[1] + b.before[1] + b.after[1], width = b.axis[2] + b.before[2] + b.after[2];
    const extent row = width * b.channels, plane = height * row;
    const auto zero = [](T* from, extent n) {
        std::memset(static_cast<void*>(from), 0, sizeof(T) * static_cast<std::size_t>(n));
    };
    T* at = arena + count * b.place + s * b.size;
    zero(at, b.before[0] * plane);
    for (extent d = 0; d < b.axis[0]; ++d) {
        T* inside = at + (b.before[0] + d) * plane;
        zero(inside, b.before[1] * row);
        for (extent h = b.before[1]; h < b.before[1] + b.axis[1]; ++h) {
            zero(inside + h * row, b.before[2] * b.channels);
            zero(inside + h * row + (b.before[2] + b.axis[2]) * b.channels, b.after[2] * b.channels);
        }
        zero(inside + (b.before[1] + b.axis[1]) * row, b.after[1] * row);
    }
    zero(at + (b.before[0] + b.axis[0]) * plane, b.after[0] * plane);
}

}  // namespace ctnn::detail
