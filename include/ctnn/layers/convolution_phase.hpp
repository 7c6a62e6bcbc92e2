// SPDX-License-Identifier: MIT
/// \file
/// The phases of a stride: how the gradient of a convolution's input, a transposed convolution, becomes correlations.
#pragma once

#include <numeric>

#include "ctnn/kernels/pack.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The positions of the larger side of a convolution whose distance from each other is the stride: they see the same
/// taps, so that they are one dense correlation of the smaller side. No zero is inserted and none multiplied.
struct convolution_phase {
    kernels::correlation sizes;  ///< of that correlation, with the steps of its operands; channels are the caller's
    kernels::tap_run run[3];     ///< the taps, walked backwards
    extent from = 0;             ///< of the smaller side: its element that the first tap of the first position reads
    extent to = 0, add = 0;      ///< of the larger side and of the addend: the first position of the phase
    bool empty = false;          ///< the larger side ends before the phase begins
    bool reached = true;         ///< does any tap reach it? Each tap belongs to one phase.

    [[nodiscard]] extent taps() const { return run[0].count * run[1].count * run[2].count; }
};

[[nodiscard]] constexpr extent phase_count(const window& w) { return w.stride[0] * w.stride[1] * w.stride[2]; }

/// \param large, small what the convolution with this window reads and writes
/// \param index of the phase, below phase_count()
/// \param from_step, to_step, add_step elements from one depth, row, pixel to the next of the smaller side, of the
///        larger side and of what is added to it
[[nodiscard]] inline convolution_phase phase_of(const window& window, const dims& large, const dims& small,
                                                extent index, const extent (&from_step)[3], const extent (&to_step)[3],
                                                const extent (&add_step)[3]) {
    convolution_phase phase;
    kernels::correlation& g = phase.sizes;
    const extent start[3]{index / (window.stride[1] * window.stride[2]), index / window.stride[2] % window.stride[1],
                          index % window.stride[2]};
    for (int a = 0; a < 3; ++a) {
        const extent stride = window.stride[a], dilation = window.dilation[a], kernel = window.kernel[a];
        phase.empty = phase.empty || start[a] >= large.axis[a];
        const extent place = start[a] + window.before[a], apart = stride / std::gcd(stride, dilation);
        extent tap = 0;
        while (tap < kernel && (place - tap * dilation) % stride != 0) ++tap;
        phase.reached = phase.reached && tap < kernel;
        g.positions[a] = (large.axis[a] - start[a] + stride - 1) / stride;
        g.out_step[a] = to_step[a] * stride;
        g.add_step[a] = add_step[a] * stride;
        phase.to += start[a] * to_step[a];
        phase.add += start[a] * add_step[a];
        if (tap >= kernel) continue;
        kernels::tap_run& run = phase.run[a];
        run.step = apart;
        run.count = g.taps[a] = (kernel - 1 - tap) / apart + 1;
        run.first = tap + (run.count - 1) * apart;
        g.in_step[a] = from_step[a];
        g.tap_step[a] = apart * dilation / stride * from_step[a];
        const extent output = (place - run.first * dilation) / stride;
        phase.from += output * from_step[a];
        if (a == 2) continue;
        g.row_first[a] = output;
        g.row_step[a] = 1;
        g.row_tap[a] = apart * dilation / stride;
        g.row_count[a] = small.axis[a];
    }
    return phase;
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
