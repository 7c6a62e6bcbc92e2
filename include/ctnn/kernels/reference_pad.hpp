// SPDX-License-Identifier: MIT
/// \file
/// Padding as its pictures show it, one number at a time: what the kernels are compared with.
#pragma once

#include "ctnn/kernels/pad.hpp"
#include "ctnn/kernels/reference_pool.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

/// The position reached by single steps from 0: at an end of the input reflect turns round, edge stands still and wrap
/// goes on at the other end; with a constant, -1 outside.
[[nodiscard]] inline extent walk_to(surrounding outside, extent i, extent n) {
    if (outside == surrounding::constant) return i < 0 || i >= n ? -1 : i;
    extent at = 0, direction = i < 0 ? -1 : 1;
    for (extent steps = i < 0 ? -i : i; steps > 0; --steps) {
        const extent next = at + direction;
        if (next >= 0 && next < n) {
            at = next;
        } else if (outside == surrounding::reflect) {
            direction = -direction;
            at += direction;
        } else if (outside == surrounding::wrap) {
            at = next < 0 ? n - 1 : 0;
        }
    }
    return at;
}

/// Calls body(s, d, h, w, c, source) for every number of the padded batch: source is the input's position in `at`, or
/// it has an axis of -1.
template <class Body>
void for_each_source(const border_rule& rule, const dims& in, const dims& out, extent count, const Body& body) {
    for_each_number(count, out, [&](extent s, extent d, extent h, extent w, extent c) {
        const extent at[]{walk_to(rule.outside, d - rule.before[0], in.depth()),
                          walk_to(rule.outside, h - rule.before[1], in.height()),
                          walk_to(rule.outside, w - rule.before[2], in.width())};
        body(s, d, h, w, c, at);
    });
}

template <class T>
void pad_forward(const border_rule& rule, const batch_view<const T>& x, const batch_view<T>& y) {
    for_each_source(rule, x.shape, y.shape, x.count,
                    [&](extent s, extent d, extent h, extent w, extent c, const extent(&at)[3]) {
                        const bool none = at[0] < 0 || at[1] < 0 || at[2] < 0;
                        y.at(s, d, h, w)[c] = none ? static_cast<T>(rule.value) : x.at(s, at[0], at[1], at[2])[c];
                    });
}

template <class T>
void pad_backward(const border_rule& rule, const batch_view<const T>& dy, const batch_view<T>& dx) {
    for_each_number(dx.count, dx.shape,
                    [&](extent s, extent d, extent h, extent w, extent c) { dx.at(s, d, h, w)[c] = 0; });
    for_each_source(rule, dx.shape, dy.shape, dx.count,
                    [&](extent s, extent d, extent h, extent w, extent c, const extent(&at)[3]) {
                        if (at[0] >= 0 && at[1] >= 0 && at[2] >= 0)
                            dx.at(s, at[0], at[1], at[2])[c] += dy.at(s, d, h, w)[c];
                    });
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
