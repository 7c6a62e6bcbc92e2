// SPDX-License-Identifier: MIT
/// \file
/// Triplets of embeddings: an anchor nearer to what it resembles than to what it does not.
#pragma once

#include <algorithm>
#include <cmath>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/embedding.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Triplet margin loss: the mean over all triplets of max(0, margin + d(anchor, like) - d(anchor, unlike)),
/// d(a, b) = |a - b + epsilon|, the Euclidean length.
///
///     head       embedding: the whole output of a sample is its embedding, without softmax or sigmoid
///     batch      samples 3i, 3i + 1 and 3i + 2 are the anchor of triplet i, a sample like it, and one unlike it
///     target     neither labels nor values are read
///     refuses    samples that are no whole triplets, a margin or an epsilon that is not above 0
///
/// epsilon, added to every difference, gives equal embeddings a finite gradient. As PyTorch's TripletMarginLoss:
/// https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html
///
///     const auto history = ctnn::fit(model, triplets, ctnn::triplet_margin{}, ctnn::adam{}, {.batch = 96});
struct triplet_margin {
    static constexpr loss_head head = loss_head::embedding;
    static constexpr extent samples_together = 3;

    double margin = 1;
    double epsilon = 1e-6;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T>, extent samples, dims) const {
        constexpr const char* name = "triplet_margin";
        if (error failed = losses::check_groups(name, samples, samples_together)) return failed;
        if (error failed = detail::check_positive(name, "margin", margin)) return failed;
        return detail::check_positive(name, "epsilon", epsilon);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims) const {
        return static_cast<double>(samples / 3);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T>, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent size = out.size(), whole = samples - samples % 3;
        if (gradient != nullptr) std::fill_n(gradient + whole * size, (samples - whole) * size, T{0});
        return losses::sum_of_samples(samples / 3, 1, [&](extent i) {
            const T *anchor = output + 3 * i * size, *like = anchor + size, *unlike = like + size;
            const auto difference = [&](const T* other, extent k) {
                return static_cast<double>(anchor[k]) - static_cast<double>(other[k]) + epsilon;
            };
            double near = 0, far = 0;
            for (extent k = 0; k < size; ++k) {
                near += difference(like, k) * difference(like, k);
                far += difference(unlike, k) * difference(unlike, k);
            }
            near = std::sqrt(near);
            far = std::sqrt(far);
            const double lacking = margin + near - far;
            if (gradient != nullptr) {
                const double slope = lacking > 0 ? scale : 0.0;
                const double by_near = near > 0 ? slope / near : 0.0, by_far = far > 0 ? slope / far : 0.0;
                T* to = gradient + 3 * i * size;
                for (extent k = 0; k < size; ++k) {
                    const double pull = by_near * difference(like, k), push = by_far * difference(unlike, k);
                    to[k] = static_cast<T>(pull - push);
                    to[size + k] = static_cast<T>(-pull);
                    to[2 * size + k] = static_cast<T>(push);
                }
            }
            return std::max(lacking, 0.0);
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
