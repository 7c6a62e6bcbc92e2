// SPDX-License-Identifier: MIT
/// \file
/// Recurrent layers and embeddings as their definitions say them, in the widest type there is: what the kernels are
/// compared with.
#pragma once

#include <cmath>
#include <vector>

#include "ctnn/core/call.hpp"
#include "ctnn/kernels/recurrent_pack.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::reference {

using wide = long double;

/// How a sequence is read.
struct reading {
    bool backwards = false, masked = false, last_step = false;
    bool cells = false;  ///< an lstm's cells stand behind the last state
};

[[nodiscard]] inline wide logistic(wide x) { return 1 / (1 + std::exp(-x)); }

/// One sample of a recurrent layer, step by step in the order in which it reads them; parameters as a model has them.
/// start: the state that it begins with, an lstm's cells behind it; no data: zeros.
template <class T>
class recurrent_sample {
public:
    recurrent_sample(const recurrent_layout& l, const reading& r, const T* parameters, batch_view<const T> x, extent s,
                     batch_view<const T> start = {})
        : l_(l), r_(r), parameters_(parameters), x_(x), sample_(s), steps_(x.shape.positions()) {
        state_.assign(count(steps_ + 1, l.units), 0);
        cells_ = state_;
        gates_.assign(count(steps_, 4 * l.units), 0);
        for (extent u = 0; u < l.units && start.data != nullptr; ++u) {
            state_[count(1, u)] = static_cast<wide>(start.at(s, 0, 0, 0)[u]);
            if (l.kind == cell::lstm) cells_[count(1, u)] = static_cast<wide>(start.at(s, 0, 0, 0)[l.units + u]);
        }
        for (extent t = 0; t < steps_; ++t) {
            for (extent u = 0; u < l.units; ++u) step(t, u);
        }
    }
    void write(const batch_view<T>& y) const {
        for (extent u = 0; u < l_.units; ++u) {
            if (r_.last_step) y.at(sample_, 0, 0, 0)[u] = static_cast<T>(at(state_, steps_, u));
            if (r_.cells) y.at(sample_, 0, 0, 0)[l_.units + u] = static_cast<T>(at(cells_, steps_, u));
            for (extent t = 0; t < steps_ && !r_.last_step; ++t)
                y.at(sample_, 0, 0, place(t))[u] = absent(t) ? T(0) : static_cast<T>(at(state_, t + 1, u));
        }
    }
    /// Writes dx and d_start, unless they are null, and adds to the gradients of the parameters, in their order.
    void backward(const batch_view<const T>& dy, const batch_view<T>& dx, double* gradients,
                  const batch_view<T>& d_start = {}) const {
        const extent units = l_.units, gates = l_.gates(), inputs = l_.inputs;
        std::vector<wide> dh(count(1, units), 0), dc = dh;
        if (r_.last_step)
            for (extent u = 0; u < units; ++u) {
                dh[count(1, u)] = static_cast<wide>(dy.at(sample_, 0, 0, 0)[u]);
                if (r_.cells) dc[count(1, u)] = static_cast<wide>(dy.at(sample_, 0, 0, 0)[units + u]);
            }
        for (extent t = steps_; t-- > 0;) {
            T* to = dx.data == nullptr ? nullptr : dx.at(sample_, 0, 0, place(t));
            if (absent(t)) {
                for (extent k = 0; k < inputs && to != nullptr; ++k) to[k] = T(0);
                continue;
            }
            std::vector<wide> of_input(count(gates, units)), of_state = of_input, before(count(1, units), 0);
            for (extent u = 0; u < units; ++u) {
                if (!r_.last_step) dh[count(1, u)] += static_cast<wide>(dy.at(sample_, 0, 0, place(t))[u]);
                sums(t, u, dh[count(1, u)], dc[count(1, u)], before[count(1, u)], of_input, of_state);
            }
            std::vector<wide> from(count(1, inputs), 0);
            for (extent j = 0; j < gates * units; ++j) {
                for (extent k = 0; k < inputs; ++k) {
                    from[count(1, k)] += of_input[count(1, j)] * number(k * gates * units + j);
                    gradients[k * gates * units + j] += static_cast<double>(of_input[count(1, j)] * input(t, k));
                }
                for (extent k = 0; k < units; ++k) {
                    before[count(1, k)] += of_state[count(1, j)] * number(l_.recurrent_at() + k * gates * units + j);
                    gradients[l_.recurrent_at() + k * gates * units + j] +=
                        static_cast<double>(of_state[count(1, j)] * at(state_, t, k));
                }
                gradients[l_.bias_at() + j] += static_cast<double>(of_input[count(1, j)]);
                if (l_.two_biases)
                    gradients[l_.bias_at() + gates * units + j] += static_cast<double>(of_state[count(1, j)]);
            }
            for (extent k = 0; k < inputs && to != nullptr; ++k) to[k] = static_cast<T>(from[count(1, k)]);
            dh = before;
        }
        for (extent u = 0; u < units && d_start.data != nullptr; ++u) {
            d_start.at(sample_, 0, 0, 0)[u] = static_cast<T>(dh[count(1, u)]);
            if (l_.kind == cell::lstm) d_start.at(sample_, 0, 0, 0)[units + u] = static_cast<T>(dc[count(1, u)]);
        }
    }

private:
    static std::size_t count(extent a, extent b) { return static_cast<std::size_t>(a * b); }
    [[nodiscard]] wide number(extent i) const { return static_cast<wide>(parameters_[i]); }
    [[nodiscard]] wide at(const std::vector<wide>& all, extent t, extent u) const {
        return all[static_cast<std::size_t>(t * l_.units + u)];
    }
    [[nodiscard]] extent place(extent t) const { return r_.backwards ? steps_ - 1 - t : t; }
    [[nodiscard]] wide input(extent t, extent k) const { return static_cast<wide>(x_.at(sample_, 0, 0, place(t))[k]); }
    [[nodiscard]] bool absent(extent t) const {
        for (extent k = 0; k < l_.inputs; ++k)
            if (!(input(t, k) == 0)) return false;
        return r_.masked;
    }
    [[nodiscard]] wide& gate(extent t, extent i, extent u) {
        return gates_[static_cast<std::size_t>((t * 4 + i) * l_.units + u)];
    }
    [[nodiscard]] wide gate(extent t, extent i, extent u) const {
        return gates_[static_cast<std::size_t>((t * 4 + i) * l_.units + u)];
    }
    [[nodiscard]] extent column(extent g, extent u) const { return g * l_.units + u; }
    [[nodiscard]] wide input_sum(extent t, extent g, extent u) const {
        const extent j = column(g, u), width = l_.gates() * l_.units;
        wide sum = number(l_.bias_at() + j);
        for (extent k = 0; k < l_.inputs; ++k) sum += input(t, k) * number(k * width + j);
        return sum;
    }
    [[nodiscard]] wide state_sum(extent t, extent g, extent u) const {
        const extent j = column(g, u), width = l_.gates() * l_.units;
        wide sum = l_.two_biases ? number(l_.bias_at() + width + j) : 0;
        for (extent k = 0; k < l_.units; ++k) sum += at(state_, t, k) * number(l_.recurrent_at() + k * width + j);
        return sum;
    }
    void step(extent t, extent u) {
        const auto next = static_cast<std::size_t>((t + 1) * l_.units + u);
        const wide h = at(state_, t, u), c = at(cells_, t, u);
        const auto whole = [&](extent g) { return input_sum(t, g, u) + state_sum(t, g, u); };
        if (absent(t)) {
            state_[next] = h;
            cells_[next] = c;
        } else if (l_.kind == cell::rnn) {
            state_[next] = std::tanh(whole(0));
        } else if (l_.kind == cell::gru) {
            const extent first = l_.update_first ? 1 : 0;
            gate(t, 0, u) = logistic(whole(first));
            gate(t, 1, u) = logistic(whole(1 - first));
            gate(t, 2, u) = state_sum(t, 2, u);
            gate(t, 3, u) = std::tanh(input_sum(t, 2, u) + gate(t, 0, u) * gate(t, 2, u));
            state_[next] = (1 - gate(t, 1, u)) * gate(t, 3, u) + gate(t, 1, u) * h;
        } else {
            for (extent g = 0; g < 4; ++g) gate(t, g, u) = g == 2 ? std::tanh(whole(g)) : logistic(whole(g));
            cells_[next] = gate(t, 1, u) * c + gate(t, 0, u) * gate(t, 2, u);
            state_[next] = gate(t, 3, u) * std::tanh(cells_[next]);
        }
    }
    /// The gradients of the sums of one unit's gates; dc becomes that of the cell before, `before` that of the state
    /// before as far as it passes no product.
    void sums(extent t, extent u, wide dh, wide& dc, wide& before, std::vector<wide>& of_input,
              std::vector<wide>& of_state) const {
        const wide h = at(state_, t + 1, u), a = gate(t, 0, u), b = gate(t, 1, u), c = gate(t, 2, u), d = gate(t, 3, u);
        const auto set = [&](extent g, wide value) {
            of_input[count(1, column(g, u))] = of_state[count(1, column(g, u))] = value;
        };
        if (l_.kind == cell::rnn) {
            set(0, dh * (1 - h * h));
        } else if (l_.kind == cell::gru) {
            const extent first = l_.update_first ? 1 : 0;
            const wide dn = dh * (1 - b) * (1 - d * d);
            set(first, dn * c * a * (1 - a));
            set(1 - first, dh * (at(state_, t, u) - d) * b * (1 - b));
            set(2, dn);
            of_state[count(1, column(2, u))] = dn * a;
            before += dh * b;
        } else {
            const wide squashed = std::tanh(at(cells_, t + 1, u));
            dc += dh * d * (1 - squashed * squashed);
            set(0, dc * c * a * (1 - a));
            set(1, dc * at(cells_, t, u) * b * (1 - b));
            set(2, dc * a * (1 - c * c));
            set(3, dh * squashed * d * (1 - d));
            dc *= b;
        }
    }

    recurrent_layout l_;
    reading r_;
    const T* parameters_;
    batch_view<const T> x_;
    extent sample_, steps_;
    std::vector<wide> state_, cells_, gates_;
};

/// x (samples, steps, inputs) to y (samples, steps, units) or (samples, units).
template <class T>
void recurrent_forward(const recurrent_layout& l, const reading& r, const T* parameters, const batch_view<const T>& x,
                       const batch_view<T>& y, const batch_view<const T>& start = {}) {
    for (extent s = 0; s < x.count; ++s) recurrent_sample<T>(l, r, parameters, x, s, start).write(y);
}

template <class T>
void recurrent_backward(const recurrent_layout& l, const reading& r, const T* parameters, const batch_view<const T>& x,
                        const batch_view<const T>& dy, const batch_view<T>& dx, double* gradients,
                        const batch_view<const T>& start = {}, const batch_view<T>& d_start = {}) {
    for (extent s = 0; s < x.count; ++s)
        recurrent_sample<T>(l, r, parameters, x, s, start).backward(dy, dx, gradients, d_start);
}

/// x (samples, steps) to y (samples, steps, width): rows of the table, zeros where there is none.
template <class T>
void embedding_forward(const batch_view<const T>& x, const batch_view<T>& y, const T* table, extent rows,
                       extent padding) {
    for (extent s = 0; s < x.count; ++s)
        for (extent t = 0; t < x.shape.channels(); ++t) {
            const T index = x.at(s, 0, 0, 0)[t];
            const bool known = index >= 0 && index < static_cast<T>(rows);
            const extent row = known ? static_cast<extent>(index) : padding;
            for (extent c = 0; c < y.shape.channels(); ++c)
                y.at(s, 0, 0, t)[c] = row == padding ? T(0) : table[row * y.shape.channels() + c];
        }
}

template <class T>
void embedding_backward(const batch_view<const T>& x, const batch_view<const T>& dy, T* d_table, extent rows,
                        extent padding) {
    for (extent s = 0; s < x.count; ++s)
        for (extent t = 0; t < x.shape.channels(); ++t) {
            const T index = x.at(s, 0, 0, 0)[t];
            const bool known = index >= 0 && index < static_cast<T>(rows);
            const extent row = known ? static_cast<extent>(index) : padding;
            for (extent c = 0; c < dy.shape.channels() && row != padding; ++c)
                d_table[row * dy.shape.channels() + c] += dy.at(s, 0, 0, t)[c];
        }
}

}  // namespace kernels::reference
}  // namespace CTNN_BACKEND
}  // namespace ctnn
