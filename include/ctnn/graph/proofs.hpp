// SPDX-License-Identifier: MIT
/// \file
/// What is proved of every plan when it is compiled.
#pragma once

#include "ctnn/graph/schedule.hpp"

namespace ctnn::detail {

/// No two storages that live at the same time overlap.
template <int Tasks, int Buffers>
constexpr bool disjoint(const schedule<Tasks, Buffers>& s) {
    int roots[static_cast<std::size_t>(Buffers)]{};
    extent end[static_cast<std::size_t>(Buffers)]{};
    int count = 0;
    for (int b = 0; b < Buffers; ++b) {
        if (s.buffers[b].place < 0) continue;
        roots[count++] = b;
        end[b] = s.buffers[b].place + s.size(b);
    }
    for (int i = 0; i < count; ++i) {
        const buffer& a = s.buffers[roots[i]];
        for (int j = 0; j < i; ++j) {
            const buffer& b = s.buffers[roots[j]];
            if (a.first <= b.last && b.first <= a.last && a.place < end[roots[j]] && b.place < end[roots[i]])
                return false;
        }
    }
    return true;
}

/// Within one storage nothing is read after another member has overwritten it.
template <int Tasks, int Buffers>
constexpr bool never_stale(const schedule<Tasks, Buffers>& s) {
    constexpr std::size_t count = static_cast<std::size_t>(Buffers);
    int root[count]{}, next[count]{}, head[count]{};
    bool valid[count]{};
    for (int& h : head) h = -1;
    for (int b = 0; b < Buffers; ++b) {
        root[b] = s.root(b);
        next[b] = head[root[b]];
        head[root[b]] = b;
        valid[b] = s.buffers[b].memory == owner::caller_input;
    }
    for (const task& k : s.tasks) {
        for (int v : k.reads)
            if (v >= 0 && !valid[v]) return false;
        for (int v : k.writes) {
            if (v < 0) continue;
            if (!k.elided && (k.view != link::slice || k.backward))
                for (int m = head[root[v]]; m >= 0; m = next[m])
                    if (m != v && valid[m] && s.overlap(m, v)) valid[m] = false;
            valid[v] = true;
        }
    }
    return true;
}

/// A task writes over nothing that it reads, but for the one operand whose memory it takes element by element.
template <int Tasks, int Buffers>
constexpr bool reads_before_writes(const schedule<Tasks, Buffers>& s) {
    for (const task& k : s.tasks) {
        if (k.elided) continue;
        for (int w : k.writes) {
            if (w < 0) continue;
            const int root = s.root(w);
            const auto written = s.written_by(k, w);
            for (int v : k.reads) {
                if (v < 0 || v == w || s.root(v) != root || (k.view == link::same && v == k.view_of)) continue;
                if (s.channels_of(v).overlaps(written)) return false;
            }
        }
    }
    return true;
}

/// A value that is read with another shape lies without gaps.
template <int Tasks, int Buffers>
constexpr bool gapless(const schedule<Tasks, Buffers>& s) {
    for (const buffer& u : s.buffers) {
        if (u.how != link::reshape) continue;
        const location at = s.where(u.parent);
        const dims& d = s.buffers[u.parent].shape;
        if (s.bordered(at.root) || (d.rank > 1 && at.step[2] != d.channels())) return false;
    }
    return true;
}

}  // namespace ctnn::detail
