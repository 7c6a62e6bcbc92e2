// SPDX-License-Identifier: MIT
/// \file
/// Where each storage lies in the arena: best fit, largest first.
#pragma once

#include "ctnn/graph/schedule.hpp"

namespace ctnn::detail {

// This is the quadratic stage, so it is resumable: clang counts its limit of 2^20 steps per constant, and a call places
// at most so many storages.
inline constexpr int storages_a_stage = 96;

template <class Before>
constexpr void shell_sort(int* ids, int count, const Before& before) {
    for (int gap = count / 2; gap > 0; gap /= 2)
        for (int i = gap; i < count; ++i)
            for (int j = i; j >= gap && before(ids[j], ids[j - gap]); j -= gap) {
                const int swapped = ids[j - gap];
                ids[j - gap] = ids[j];
                ids[j] = swapped;
            }
}

/// Places the largest storages that have no place yet, each into the tightest gap between those alive at the same time.
template <int Tasks, int Buffers>
constexpr void arrange(schedule<Tasks, Buffers>& s) {
    int order[static_cast<std::size_t>(Buffers)]{}, placed[static_cast<std::size_t>(Buffers)]{};
    extent sizes[static_cast<std::size_t>(Buffers)]{};
    int waiting = 0, done = 0;
    for (int b = 0; b < Buffers; ++b) {
        const buffer& u = s.buffers[b];
        if (u.parent >= 0 || s.external(b) || u.last < 0) continue;
        sizes[b] = s.size(b);
        (u.place < 0 ? order[waiting++] : placed[done++]) = b;
    }
    shell_sort(order, waiting, [&](int a, int b) { return sizes[a] > sizes[b]; });
    shell_sort(placed, done, [&](int a, int b) { return s.buffers[a].place < s.buffers[b].place; });
    for (int i = 0; i < waiting && i < storages_a_stage; ++i) {
        buffer& u = s.buffers[order[i]];
        const extent need = sizes[order[i]];
        extent end = 0, best = -1, slack = 0;
        for (int j = 0; j < done; ++j) {  // in the order of their offsets
            const buffer& p = s.buffers[placed[j]];
            if (p.first > u.last || p.last < u.first) continue;
            const extent gap = p.place - end;
            if (gap >= need && (best < 0 || gap - need < slack)) {
                best = end;
                slack = gap - need;
            }
            if (p.place + sizes[placed[j]] > end) end = p.place + sizes[placed[j]];
        }
        u.place = best < 0 ? end : best;
        if (u.place + need > s.elements) s.elements = u.place + need;
        int j = done++;
        for (; j > 0 && s.buffers[placed[j - 1]].place > u.place; --j) placed[j] = placed[j - 1];
        placed[j] = order[i];
    }
}

template <int Tasks, int Buffers>
constexpr int arrange_stages(const schedule<Tasks, Buffers>& s) {
    int count = 0;
    for (const buffer& u : s.buffers) count += u.parent < 0 && u.memory == owner::arena && u.last >= 0;
    return (count + storages_a_stage - 1) / storages_a_stage;
}

/// Owner::shared carried through its stages, each a constant of its own.
template <class Owner, int Stage>
inline constexpr auto arranged = [] {
    if constexpr (Stage == 0) {
        return Owner::shared;
    } else {
        auto s = arranged<Owner, Stage - 1>;
        arrange(s);
        return s;
    }
}();

}  // namespace ctnn::detail
