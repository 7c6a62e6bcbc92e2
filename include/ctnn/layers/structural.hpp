// SPDX-License-Identifier: MIT
/// \file
/// The code of rows that only move numbers: input, concat, flatten, reshape, and the addition of sum.
#pragma once

#include <cstring>

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

// Calls body(first element of the run in `like`, position of it, length) for runs that are contiguous in every view.
template <class Body>
inline void for_each_run(const dims& shape, bool rows_contiguous, const Body& body) {
    const extent width = rows_contiguous ? 1 : shape.width();
    const extent length = rows_contiguous ? shape.width() * shape.channels() : shape.channels();
    for (extent d = 0; d < shape.depth(); ++d)
        for (extent h = 0; h < shape.height(); ++h)
            for (extent w = 0; w < width; ++w) body(d, h, w, length);
}

template <class T>
inline void add_run(T* to, const T* from, extent length) {
    CTNN_INDEPENDENT  // the two may be the same
        for (extent i = 0; i < length; ++i) to[i] += from[i];
}

/// y = x, or y += x, position by position; views of the same shape.
template <class T>
[[gnu::noinline]] void copy_view(const batch_view<const T>& x, const batch_view<T>& y, bool accumulate,
                                 extent threads) {
    if (x.data == y.data && !accumulate) return;
    const bool rows = x.rows_contiguous() && y.rows_contiguous();
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        for_each_run(x.shape, rows, [&](extent d, extent h, extent w, extent length) {
            const T* from = x.at(s, d, h, w);
            T* to = y.at(s, d, h, w);
            if (accumulate)
                add_run(to, from, length);
            else
                std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(length));
        });
    });
}

/// The same elements in the order of memory, though the shapes differ: y = x, or y += x.
template <class T>
[[gnu::noinline]] void reshape_view(const batch_view<const T>& x, const batch_view<T>& y, bool accumulate,
                                    extent threads) {
    if (x.data == y.data && !accumulate && x.contiguous() && y.contiguous()) return;
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        extent d = 0, h = 0, w = 0, c = 0;  // the next element of y
        for_each_run(x.shape, x.rows_contiguous(), [&](extent xd, extent xh, extent xw, extent length) {
            const T* from = x.at(s, xd, xh, xw);
            while (length > 0) {
                const extent rest = y.shape.channels() - c, n = rest < length ? rest : length;
                T* to = y.at(s, d, h, w) + c;
                if (accumulate)
                    add_run(to, from, n);
                else
                    std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(n));
                from += n;
                length -= n;
                c += n;
                if (c == y.shape.channels()) {
                    c = 0;
                    if (++w == y.shape.width()) {
                        w = 0;
                        if (++h == y.shape.height()) {
                            h = 0;
                            ++d;
                        }
                    }
                }
            }
        });
    });
}

/// y = x + other; y may be either of them.
template <class T>
[[gnu::noinline]] void add_views(const batch_view<const T>& x, const batch_view<const T>& other, const batch_view<T>& y,
                                 extent threads) {
    const bool rows = x.rows_contiguous() && y.rows_contiguous() && other.rows_contiguous();
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        for_each_run(x.shape, rows, [&](extent d, extent h, extent w, extent length) {
            const T *a = x.at(s, d, h, w), *b = other.at(s, d, h, w);
            T* to = y.at(s, d, h, w);
            CTNN_INDEPENDENT  // y may be x or other, element for element
                for (extent i = 0; i < length; ++i) to[i] = a[i] + b[i];
        });
    });
}

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
