// SPDX-License-Identifier: MIT
/// \file
/// What is to be placed in memory: tasks in the order of time, and the buffers that they read and write.
#pragma once

#include "ctnn/core/shape.hpp"
#include "ctnn/core/storage.hpp"

namespace ctnn::detail {

/// How a buffer shares memory with its parent.
enum class link : unsigned char {
    root,    ///< it does not
    slice,   ///< some of the parent's channels
    same,    ///< the whole of it, with the same shape
    reshape  ///< the whole of it, with another shape
};

/// Whose memory a storage lies in.
enum class owner : unsigned char { arena, caller_input, caller_output };

/// A value, a gradient or temporary memory.
struct buffer {
    dims shape{};
    int parent = -1;
    link how = link::root;
    extent channel = 0;  // where a slice begins in its parent, or an input in the caller's memory
    owner memory = owner::arena;
    extent before[3]{};  // zero border that convolutions read; of a root: the largest of all members
    extent after[3]{};
    int first = -1, last = -1;  // times of the first write and the last read or write; of a root: of all members
    extent place = -1;          // of a root: offset in the arena, in elements a sample
};

/// Where a buffer's elements lie: in which root, at which element of it, with which steps along depth, height, width.
struct location {
    int root = 0;
    extent offset = 0;
    extent step[3]{};
};

/// What happens at one time.
struct task {
    int row = -1;  // of the table; -1: the loss
    bool backward = false;
    int reads[7]{-1, -1, -1, -1, -1, -1, -1};
    int writes[3]{-1, -1, -1};
    int view_of = -1;  // the buffer whose memory writes[0] may share
    link view = link::root;
    extent channel = 0;    // of a slice: where it begins in the concatenation
    bool elided = false;   // sharing left nothing to do
    bool accumulate[2]{};  // backward: the gradient of input 0, 1 exists and is added to
    int border = -1;       // the root whose border is zeroed before this task
};

/// Tasks, buffers and the arena that holds them. Plain arrays: std::array costs clang three constexpr steps an access.
template <int Tasks, int Buffers>
struct schedule {
    task tasks[static_cast<std::size_t>(Tasks)]{};
    buffer buffers[static_cast<std::size_t>(Buffers)]{};
    extent elements = 0;  // of the arena, a sample

    // Said once more: g++ 12 forgets the defaults of an array's later elements (-1 becomes 0) when a constant of
    // this type is not the first one of its translation unit.
    constexpr schedule() {
        for (task& k : tasks) k = task{};
        for (buffer& b : buffers) b = buffer{};
    }

    [[nodiscard]] constexpr int root(int b) const {
        while (buffers[b].parent >= 0) b = buffers[b].parent;
        return b;
    }
    /// Elements of a root with its border, rounded up to a cache line.
    [[nodiscard]] constexpr extent size(int b) const {
        const buffer& u = buffers[b];
        extent n = u.shape.channels();
        for (int a = 0; a < 3; ++a) n *= u.shape.axis[a] + u.before[a] + u.after[a];
        return round_up(n);
    }
    [[nodiscard]] constexpr location where(int b) const {
        location at;
        bool known = false;
        const auto steps = [&](const buffer& u, bool bordered) {
            at.step[2] = u.shape.channels();
            at.step[1] = at.step[2] * (u.shape.width() + (bordered ? u.before[2] + u.after[2] : 0));
            at.step[0] = at.step[1] * (u.shape.height() + (bordered ? u.before[1] + u.after[1] : 0));
            known = true;
        };
        for (int v = b;;) {
            const buffer& u = buffers[v];
            if (u.parent < 0) {
                if (!known) {
                    steps(u, true);
                    for (int a = 0; a < 3; ++a) at.offset += u.before[a] * at.step[a];
                }
                at.offset += u.channel;
                at.root = v;
                return at;
            }
            if (u.how == link::reshape && !known) steps(u, false);
            at.offset += u.channel;
            v = u.parent;
        }
    }
    /// Channels of a storage, or of what was reshaped to become a part of it: slices of a concatenation can be compared
    /// though the whole is flattened afterwards. Members of different wholes are compared in the storage.
    struct channel_range {
        int of = 0;
        extent low = 0, high = 0;
        extent stored_low = 0, stored_high = 0;
        [[nodiscard]] constexpr bool overlaps(const channel_range& other) const {
            return of == other.of ? low < other.high && other.low < high
                                  : stored_low < other.stored_high && other.stored_low < stored_high;
        }
    };
    [[nodiscard]] constexpr channel_range channels_of(int b) const {
        channel_range r{b, 0, buffers[b].shape.channels()};
        for (; buffers[r.of].parent >= 0 && buffers[r.of].how != link::reshape; r.of = buffers[r.of].parent) {
            r.low += buffers[r.of].channel;
            r.high += buffers[r.of].channel;
        }
        r.stored_low = r.low;
        r.stored_high = r.high;
        for (int v = r.of; buffers[v].parent >= 0; v = buffers[v].parent) {
            const bool whole = buffers[v].how == link::reshape;
            r.stored_low = whole ? 0 : r.stored_low + buffers[v].channel;
            r.stored_high = whole ? buffers[buffers[v].parent].shape.channels() : r.stored_high + buffers[v].channel;
        }
        return r;
    }
    /// What a task writes: all channels, or those of a concatenation that it fills.
    [[nodiscard]] constexpr channel_range written_by(const task& k, int b) const {
        channel_range r = channels_of(b);
        if (k.view == link::slice && !k.backward) {
            r.low += k.channel;
            r.high = r.low + buffers[k.view_of].shape.channels();
            if (buffers[r.of].parent < 0) {  // in the storage itself, not in what was reshaped
                r.stored_low = r.low;
                r.stored_high = r.high;
            }
        }
        return r;
    }
    /// Do two members of one storage touch the same channels? Before and after a reshape they do.
    [[nodiscard]] constexpr bool overlap(int a, int b) const { return channels_of(a).overlaps(channels_of(b)); }
    [[nodiscard]] constexpr bool external(int b) const { return buffers[b].memory != owner::arena; }
    [[nodiscard]] constexpr bool bordered(int b) const {
        const buffer& u = buffers[b];
        return u.before[0] + u.before[1] + u.before[2] + u.after[0] + u.after[1] + u.after[2] > 0;
    }
};

}  // namespace ctnn::detail
