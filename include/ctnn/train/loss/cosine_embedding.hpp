// SPDX-License-Identifier: MIT
/// \file
/// Pairs of embeddings: alike ones in one direction, others apart.
#pragma once

#include <algorithm>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/embedding.hpp"
#include "ctnn/train/loss/sum.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Cosine embedding loss: the mean over all pairs of 1 - cosine where both have one label, else
/// max(0, cosine - margin).
///
///     head       embedding: the whole output of a sample is its embedding, of any length, without softmax or sigmoid
///     batch      samples 2i and 2i + 1 are pair i
///     target     labels, one a sample: what it shows. A pair with equal labels is alike; one with a negative label is
///                ignored. Values are not read
///     refuses    an odd number of samples, a target without labels, a margin outside -1 to 1
///     mean       over the pairs that are not ignored
///
/// As PyTorch's CosineEmbeddingLoss, whose 1 is an equal pair and whose -1 another:
/// https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
///
///     const auto history = ctnn::fit(model, pairs, ctnn::cosine_embedding{}, ctnn::adam{}, {.batch = 64});
struct cosine_embedding {
    static constexpr loss_head head = loss_head::embedding;
    static constexpr extent samples_together = 2;

    double margin = 0;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 1; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims) const {
        constexpr const char* name = "cosine_embedding";
        if (error failed = losses::check_groups(name, samples, samples_together)) return failed;
        if (!(margin >= -1 && margin <= 1))
            return {error_kind::invalid_argument,
                    "cosine_embedding: margin is " + to_text(margin) + ", expected a number from -1 to 1"};
        return detail::check_has_labels(name, expected, 0, 1, 0);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims) const {
        extent pairs = 0;
        for (extent i = 0; i + 1 < samples; i += 2) pairs += counts(expected.labels + i);
        return static_cast<double>(pairs);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent size = out.size();
        if (gradient != nullptr && samples % 2 != 0) std::fill_n(gradient + (samples - 1) * size, size, T{0});
        return losses::sum_of_samples(samples / 2, 1, [&](extent i) {
            const std::int32_t* labels = expected.labels + 2 * i;
            const T *a = output + 2 * i * size, *b = a + size;
            const losses::cosine angle(a, b, size);
            const bool alike = labels[0] == labels[1];
            const bool moves = counts(labels) && (alike || angle.value > margin);
            if (gradient != nullptr) {
                const double slope = !moves ? 0.0 : alike ? -scale : scale;
                T* da = gradient + 2 * i * size;
                for (extent k = 0; k < size; ++k) {
                    const double x = static_cast<double>(a[k]), y = static_cast<double>(b[k]);
                    da[k] = static_cast<T>(slope * angle.slope_a(x, y));
                    da[size + k] = static_cast<T>(slope * angle.slope_b(x, y));
                }
            }
            return !moves ? 0.0 : alike ? 1.0 - angle.value : angle.value - margin;
        });
    }

private:
    static constexpr bool counts(const std::int32_t* labels) { return labels[0] >= 0 && labels[1] >= 0; }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
