// SPDX-License-Identifier: MIT
/// \file
/// Packs a model's parameters for an engine; a batch norm behind a convolution becomes part of its weights.
#pragma once

#include <cmath>

#include "ctnn/engine/program.hpp"
#include "ctnn/graph/model.hpp"
#include "ctnn/layers/convolution_code.hpp"
#include "ctnn/layers/transposed_code.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

/// y = (x w + b - mean) weight / sqrt(variance + epsilon) + bias is a convolution with scaled weights and another bias:
/// scale = weight / sqrt(variance + epsilon), shift = bias - mean scale.
template <class T>
void fold_norm(const operation& norm, const T* parameters, const T* state, T* scale, T* shift) {
    const extent channels = norm.in.channels();
    const T *weight = parameters + norm.parameter_offset, *bias = weight + channels;
    const T *mean = state + norm.state_offset, *variance = mean + channels;
    for (extent c = 0; c < channels; ++c) {
        const double factor =
            static_cast<double>(weight[c]) / std::sqrt(static_cast<double>(variance[c]) + norm.epsilon);
        scale[c] = static_cast<T>(factor);
        shift[c] = static_cast<T>(static_cast<double>(bias[c]) - static_cast<double>(mean[c]) * factor);
    }
}

template <class T, class Table>
void pack_row(const detail::inference_row& row, const routine<T>& code, const Table& unfused, const T* parameters,
              const T* state, T* block) {
    const operation& op = row.op;
    T* to = block + row.weights;
    const T* from = parameters + op.parameter_offset;
    if (op.what == kind::convolution) {
        const T* bias = op.parameters[1].name != nullptr ? from + op.parameters[0].size() : nullptr;
        aligned_block<T> factors(op.norm >= 0 ? 2 * op.out.channels() : 0);
        T *scale = nullptr, *shift = nullptr;
        if (op.norm >= 0) {
            scale = factors.data();
            shift = scale + op.out.channels();
            fold_norm(unfused.rows[op.norm], parameters, state, scale, shift);
        }
        if (op.transposed)
            pack_transposed_convolution<T>(op, from, bias, scale, shift, to);
        else
            pack_convolution<T>(op, from, bias, scale, shift, to);
        return;
    }
    if (code.pack != nullptr)
        code.pack({op, from, op.front < 0 ? nullptr : parameters + unfused.rows[op.front].parameter_offset, to});
    else
        for (extent i = 0; i < op.parameter_count(); ++i) to[i] = from[i];
    for (extent i = 0; i < op.state_count(); ++i) block[row.state + i] = state[op.state_offset + i];
}

template <class Plan, class Net, class T>
void pack_model(const detail::inference_row* rows, const routine<T>* routines, const model<Net, T>& m, T* block) {
    for (int i = 0; i < Plan::rows; ++i)
        pack_row<T>(rows[i], routines[i], Net::table, m.parameters().data(), m.state().data(), block);
}

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
