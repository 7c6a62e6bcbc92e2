// SPDX-License-Identifier: MIT
/// \file
/// The angle between outputs and values: regression to a direction.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/embedding.hpp"
#include "ctnn/train/loss/regression.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Cosine distance: the mean over all positions of 1 - the cosine between the channels of output and value, 0 to 2.
///
///     head       any
///     target     values in the shape of the output, of any length; labels are not read
///     refuses    a target without values, values that are not finite
///
/// As PyTorch's CosineEmbeddingLoss with a constant second input and all pairs alike, and 1 more than Keras'
/// CosineSimilarity: https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::cosine_distance{}, ctnn::adam{}, {.epochs = 10});
struct cosine_distance {
    static constexpr loss_head head = loss_head::any;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return losses::check_has_values("cosine_distance", expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.positions());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent channels = out.channels();
        return losses::sum_of_samples(samples, out.positions(), [&](extent i) {
            const T *a = output + i * channels, *b = expected.values + i * channels;
            const losses::cosine angle(a, b, channels);
            for (extent c = 0; gradient != nullptr && c < channels; ++c)
                gradient[i * channels + c] =
                    static_cast<T>(-scale * angle.slope_a(static_cast<double>(a[c]), static_cast<double>(b[c])));
            return 1.0 - angle.value;
        });
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
