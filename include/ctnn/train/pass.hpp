// SPDX-License-Identifier: MIT
/// \file
/// Forward, loss and backward for a batch: what a hand-written training loop is made of.
#pragma once

#include <span>

#include "ctnn/graph/model.hpp"
#include "ctnn/graph/routines.hpp"
#include "ctnn/train/head.hpp"
#include "ctnn/train/loss/loss.hpp"
#include "ctnn/train/tape.hpp"

namespace ctnn {

/// How a training pass is set up.
struct pass_options {
    extent max_batch = 32;  ///< more samples than that at once are refused by assertion
    extent threads = 0;     ///< 0: as many as OpenMP offers; results do not depend on it
    seed random{};          ///< of dropout
};

inline namespace CTNN_BACKEND {

/// The memory and the code of training steps for one network and one loss. Everything is allocated when it is made.
///
/// The outputs that it shows are what the loss reads: logits when the loss takes over the network's head, or heads.
///
///     ctnn::training_pass<net, ctnn::cross_entropy> pass{{.max_batch = 32}};
///     pass.forward(model, images, 32);
///     double loss = pass.loss(ctnn::cross_entropy{}, {.labels = labels});
///     pass.backward(model, gradient);
template <class Net, loss_function Loss, class T = float, bool InputGradient = false>
class training_pass : detail::check_head<Net, Loss> {
    using plan = detail::training_plan<Net, skipped_heads<Loss>(), InputGradient>;
    static constexpr auto rows = detail::training_rows_of<plan>();
    static constexpr auto& routines = execution::routines<plan, Net, T, true>;

public:
    using network = Net;
    using scalar = T;
    static constexpr dims output_dims = plan::table.values[plan::table.output];
    /// Bytes of memory for a batch on so many threads, besides the model and its gradient.
    [[nodiscard]] static constexpr extent bytes(extent batch, extent threads = 1) {
        return (batch * (plan::elements + 2 * output_dims.size() + plan::side.kept) + plan::side.saved +
                plan::side.scratch + plan::side.shared + threads * plan::each_thread) *
               static_cast<extent>(sizeof(T));
    }

    [[gnu::cold]] explicit training_pass(const pass_options& options)
        : max_batch_(options.max_batch < 1 ? 1 : options.max_batch),
          arena_(max_batch_ * plan::elements),
          outputs_(max_batch_ * output_dims.size()),
          output_gradient_(max_batch_ * output_dims.size()),
          saved_(plan::side.saved),
          kept_(max_batch_ * plan::side.kept),
          scratch_(plan::side.scratch),
          shared_(plan::side.shared) {
        const extent threads = options.threads > 0 ? options.threads : available_threads();
        thread_scratch_ = aligned_block<T>(threads * plan::each_thread);
        tape_ = {rows.of,      routines.of,         plan::rows,     arena_.data(),          saved_.data(),
                 kept_.data(), scratch_.data(),     shared_.data(), thread_scratch_.data(), 0,
                 threads,      options.random.value};
    }

    [[nodiscard]] extent max_batch() const noexcept { return max_batch_; }
    [[nodiscard]] extent samples() const noexcept { return tape_.samples; }
    /// What runs: for who looks at the rows one by one.
    [[nodiscard]] const execution::tape<T>& tape() const noexcept { return tape_; }
    /// The number of the step decides dropout's masks: equal seed and step, equal masks.
    void set_step(std::uint64_t step) noexcept { tape_.step = step; }

    /// Runs the network on `samples` inputs that lie one after the other; running statistics of the model are updated.
    /// \returns the outputs [sample][position][channel], valid until the next call
    /// \pre 1 <= samples <= max_batch()
    std::span<const T> forward(model<Net, T>& m, const T* inputs, extent samples) noexcept {
        return run(m, inputs, samples, true);
    }
    /// As forward, but as in inference: no dropout, running statistics read and not changed.
    std::span<const T> evaluate(const model<Net, T>& m, const T* inputs, extent samples) noexcept {
        return run(const_cast<model<Net, T>&>(m), inputs, samples, false);
    }

    /// The outputs of the last forward.
    [[nodiscard]] std::span<const T> outputs() const noexcept { return {outputs_.data(), size()}; }
    /// What backward begins with; loss() writes it, and so may the caller.
    [[nodiscard]] std::span<T> output_gradient() noexcept { return {output_gradient_.data(), size()}; }

    /// The mean loss of the last forward, with its gradient ready for backward.
    [[nodiscard]] double loss(const Loss& function, const target<T>& expected) noexcept {
        return mean_loss(function, outputs_.data(), expected, output_gradient_.data(), tape_.samples, output_dims,
                         tape_.threads);
    }

    /// Freezes rows of the network's table, one character each (not 0: frozen); null: none. A frozen batch norm uses
    /// its running statistics and keeps them. The gradients of frozen convolutions and dense layers are not computed,
    /// nor is anything in front of the first row that learns, unless InputGradient asks for it. The memory is borrowed.
    [[gnu::cold]] void freeze_rows(const char* rows_of_table) noexcept {
        tape_.frozen = rows_of_table;
        tape_.first_backward = 1;
        if (InputGradient || rows_of_table == nullptr) return;
        const auto learns = [&](const detail::training_row& row) {
            return row.op.parameter_count() > 0 && !tape_.is_frozen(row);
        };
        while (tape_.first_backward < tape_.count && !learns(rows.of[tape_.first_backward])) ++tape_.first_backward;
    }

    /// Adds the gradient of the loss with respect to every parameter into `to`. After evaluate() it is that of the
    /// function that an engine computes: no dropout, and running statistics that are constants.
    void backward(const model<Net, T>& m, gradient<Net, T>& to) noexcept {
        tape_.zero(rows.border_loss);
        execution::reshape_view<T>(staged(output_gradient_.data()),
                                   rows.output_gradient.view(arena_.data(), tape_.samples), false, tape_.threads);
        tape_.backward(m.parameters().data(), to.data());
    }

    /// The gradient with respect to input `sample` after backward, in the order of the input. Needs InputGradient.
    void input_gradient(extent sample, T* to) const noexcept {
        static_assert(InputGradient, "ctnn: ask for the input's gradient: training_pass<Net, Loss, T, true>");
        for (const detail::training_row& row : rows.of) {
            if (row.op.what != kind::input) break;
            batch_view<T> from = row.dy.view(const_cast<T*>(arena_.data()), tape_.samples);
            from.data += sample * from.sample;
            from.count = 1;
            execution::copy_view<T>(from, batch_view<T>::dense(to + row.op.channel, row.op.in, 1), false, 1);
        }
    }

private:
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(tape_.samples * output_dims.size());
    }
    [[nodiscard]] batch_view<T> staged(T* data) const noexcept {
        return batch_view<T>::dense(data, output_dims, tape_.samples);
    }
    [[gnu::noinline]] std::span<const T> run(model<Net, T>& m, const T* inputs, extent samples,
                                             bool training) noexcept {
        tape_.samples = samples < max_batch_ ? samples : max_batch_;
        tape_.training = training;
        tape_.forward(inputs, m.parameters().data(), m.state().data());
        execution::reshape_view<T>(rows.output.view(arena_.data(), tape_.samples), staged(outputs_.data()), false,
                                   tape_.threads);
        return outputs();
    }

    extent max_batch_;
    aligned_block<T> arena_, outputs_, output_gradient_, saved_, kept_, scratch_, shared_, thread_scratch_;
    execution::tape<T> tape_;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
