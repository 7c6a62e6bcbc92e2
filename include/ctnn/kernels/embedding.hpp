// SPDX-License-Identifier: MIT
/// \file
/// Rows of a table by their numbers.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/kernels/channel_vectors.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The row of a table that a number stands for, its fraction cut off; -1 where there is none, or where it is `padding`.
/// Written so that NaN has none.
template <class T>
[[nodiscard]] inline extent embedded_row(T index, extent rows, extent padding) {
    if (!(index >= T(0) && index < static_cast<T>(rows))) return -1;
    const extent row = static_cast<extent>(index);
    return row == padding ? -1 : row;
}

/// x: (samples, steps) numbers of rows, y: (samples, steps, width), table: (rows, width). What has no row gives zeros.
template <class T>
CTNN_KERNEL void embedding_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* table, extent rows,
                                   extent padding, extent threads) {
    const extent width = y.shape.channels(), steps = x.shape.channels();
    parallel_for(x.count, threads_for(x.count * y.shape.size(), threads), [&](extent s) {
        for (extent t = 0; t < steps; ++t) {
            const extent row = embedded_row(x.at(s, 0, 0, 0)[t], rows, padding);
            T* to = y.at(s, 0, 0, t);
            for_each_channel_vector<T>(width, [&](extent c, auto read, auto write) {
                write(to + c, row < 0 ? vec<T>(T(0)) : read(table + row * width + c));
            });
        }
    });
}

/// d_table (rows, width) += dy (samples, steps, width), in the order of the steps: each thread has columns of its own.
template <class T>
CTNN_KERNEL void embedding_backward(const batch_view<const T>& x, const batch_view<const T>& dy, T* d_table,
                                    extent rows, extent padding, extent threads) {
    const extent width = dy.shape.channels(), steps = x.shape.channels(), block = 64;
    parallel_for((width + block - 1) / block, threads_for(x.count * dy.shape.size(), threads), [&](extent i) {
        const extent first = i * block, columns = first + block < width ? block : width - first;
        for (extent s = 0; s < x.count; ++s)
            for (extent t = 0; t < steps; ++t) {
                const extent row = embedded_row(x.at(s, 0, 0, 0)[t], rows, padding);
                if (row < 0) continue;
                const T* from = dy.at(s, 0, 0, t) + first;
                T* to = d_table + row * width + first;
                for_each_channel_vector<T>(
                    columns, [&](extent c, auto read, auto write) { write(to + c, read(to + c) + read(from + c)); });
            }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
