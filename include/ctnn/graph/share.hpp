// SPDX-License-Identifier: MIT
/// \file
/// Which buffers share memory: slices of a concatenation, in-place results, reshapes. The result is a forest.
#pragma once

#include "ctnn/graph/schedule.hpp"

namespace ctnn::detail {

// The state of sharing while it is worked out. Members of a storage form a linked list, which is cheap to walk.
template <int Tasks, int Buffers>
struct sharing {
    schedule<Tasks, Buffers>& s;
    int next[static_cast<std::size_t>(Buffers)]{};
    int last_of[static_cast<std::size_t>(Buffers)]{};
    int root[static_cast<std::size_t>(Buffers)]{};
    // Of a root: has a reshaped member and so must stay without gaps or border.
    bool flat[static_cast<std::size_t>(Buffers)]{};

    constexpr explicit sharing(schedule<Tasks, Buffers>& all) : s(all) {
        for (int b = 0; b < Buffers; ++b) {
            next[b] = -1;
            last_of[b] = root[b] = b;
        }
    }
    constexpr void join(int child, int parent, link how, extent channel) {
        s.buffers[child].parent = parent;
        s.buffers[child].how = how;
        s.buffers[child].channel = channel;
        const int to = root[parent];
        for (int m = child; m >= 0; m = next[m]) root[m] = to;
        next[last_of[to]] = child;
        last_of[to] = last_of[child];
        buffer &c = s.buffers[child], &r = s.buffers[to];
        for (int a = 0; a < 3; ++a) {
            if (c.before[a] > r.before[a]) r.before[a] = c.before[a];
            if (c.after[a] > r.after[a]) r.after[a] = c.after[a];
        }
        flat[to] = flat[to] || flat[child] || how == link::reshape;
    }
    // A whole becomes a slice of the container: forwards a branch of the concatenation, backwards its gradient.
    constexpr void share_slice(task& k) {
        const int child = k.backward ? k.writes[0] : k.view_of, parent = k.backward ? k.view_of : k.writes[0];
        if (root[child] != child || root[parent] == child || s.external(child) || flat[root[child]]) return;
        join(child, parent, link::slice, k.channel);
        k.elided = true;
    }
    constexpr void share_whole(task& k, int time) {
        const int from = k.view_of, to = k.writes[0];
        const int from_root = root[from], to_root = root[to];
        if (s.external(from_root) || from_root == to_root) return;
        // A convolution may write over its addend, but not if it reads the same memory as its input.
        for (int v : k.reads)
            if (v >= 0 && v != from && root[v] == from_root && s.overlap(v, from)) return;
        if (k.view == link::reshape || flat[from_root] || flat[to_root]) {  // must stay without gaps
            if (s.bordered(from_root) || s.bordered(to_root)) return;
            if (from_root != from || (to_root != to && s.buffers[to].shape.rank != 1)) return;
        }
        bool dead = from_root == from;  // the result's memory takes in everything that begins at `from`
        for (int m = from; dead && m >= 0; m = next[m]) dead = s.buffers[m].last <= time;
        if (dead) {
            join(from, to, k.view, 0);
        } else if (k.view == link::same && to_root == to) {  // or the result moves into the memory of `from`
            dead = true;
            for (int m = from_root; dead && m >= 0; m = next[m])
                dead = s.buffers[m].last <= time || !s.overlap(m, from);
            for (int m = to; dead && m >= 0; m = next[m]) dead = s.buffers[m].first >= time;
            if (!dead) return;
            join(to, from, link::same, 0);
        } else {
            return;
        }
        k.elided = k.view == link::reshape;
    }
};

/// Lifetimes of single buffers, then sharing, then lifetimes and borders of storages.
template <int Tasks, int Buffers>
constexpr void share(schedule<Tasks, Buffers>& s) {
    for (buffer& b : s.buffers) b.first = Tasks;
    for (int t = 0; t < Tasks; ++t) {
        for (int v : s.tasks[t].reads)
            if (v >= 0) s.buffers[v].last = t;
        for (int v : s.tasks[t].writes) {
            if (v < 0) continue;
            if (t < s.buffers[v].first) s.buffers[v].first = t;
            if (s.buffers[v].last < t) s.buffers[v].last = t;
        }
    }
    sharing<Tasks, Buffers> state(s);
    // Slices first: they cannot be moved, while in-place results adapt to them.
    for (int t = 0; t < Tasks; ++t)
        if (s.tasks[t].view == link::slice) state.share_slice(s.tasks[t]);
    for (int t = 0; t < Tasks; ++t)
        if (s.tasks[t].view == link::same || s.tasks[t].view == link::reshape) state.share_whole(s.tasks[t], t);
    for (int b = 0; b < Buffers; ++b) {
        if (state.root[b] == b) continue;
        buffer &u = s.buffers[b], &r = s.buffers[state.root[b]];
        if (u.first < r.first) r.first = u.first;
        if (u.last > r.last) r.last = u.last;
    }
    for (int t = 0; t < Tasks; ++t)  // the first writer of a storage zeroes its border
        for (int v : s.tasks[t].writes)
            if (v >= 0 && s.bordered(state.root[v]) && s.buffers[state.root[v]].first == t)
                s.tasks[t].border = state.root[v];
}

}  // namespace ctnn::detail
