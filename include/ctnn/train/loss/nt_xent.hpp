// SPDX-License-Identifier: MIT
/// \file
/// Contrastive learning without labels: each view finds its twin among all others of the batch.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/core/config.hpp"
#include "ctnn/train/loss/embedding.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// NT-Xent, normalized temperature-scaled cross entropy: the mean over all samples i of
/// -log(exp(s(i, twin)) / the sum over j other than i of exp(s(i, j))), s(i, j) the cosine of the embeddings i and j
/// over the temperature.
///
///     head       embedding: the whole output of a sample is its embedding, of any length, without softmax or sigmoid
///     batch      samples 2i and 2i + 1 are twins: two views of one thing. All others of the batch are what they are
///                told from, so the batch is a part of the loss: slices of it give another one
///     target     neither labels nor values are read
///     refuses    an odd number of samples, a temperature that is not above 0
///     costs      2 * samples^2 * N multiply-adds with the gradient, and samples * (samples + 2 N) doubles of memory
///
/// Twins are neighbors, not halves of the batch, so that whatever is cut between pairs consists of pairs; a data set
/// whose write_input() augments has each thing twice. Chen et al., "A simple framework for contrastive learning of
/// visual representations", ICML 2020, https://arxiv.org/abs/2002.05709, finds 0.1 the best temperature (table 5).
///
///     const auto history = ctnn::fit(model, views, ctnn::nt_xent{}, ctnn::adam{}, {.batch = 256});
struct nt_xent {
    static constexpr loss_head head = loss_head::embedding;
    static constexpr extent samples_together = 2;

    double temperature = 0.1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T>, extent samples, dims) const {
        if (error failed = losses::check_groups("nt_xent", samples, samples_together)) return failed;
        return detail::check_positive("nt_xent", "temperature", temperature);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims) const {
        return static_cast<double>(samples - samples % 2);
    }

    // Out of line: inlined twice, g++ contracts products and sums differently, and equal calls would have other bits.
    template <class T>
    [[nodiscard, gnu::noinline]] double value(const T* output, target<T>, T* gradient, extent samples, dims out,
                                              double normalizer) const {
        const extent n = samples - samples % 2, size = out.size();
        if (gradient != nullptr && samples > n) std::fill_n(gradient + n * size, size, T{0});
        std::vector<double> memory(static_cast<std::size_t>(n * (n + 2 * size + 2) + size));
        double* const unit = memory.data();            // [sample][element], of length 1
        double* const turned = unit + n * size;        // [element][sample]
        double* const similarity = turned + n * size;  // [sample][sample]
        double* const length = similarity + n * n;     // [sample]
        double* const logarithm = length + n;          // [sample], of the sum of the exponentials
        double* const slope = logarithm + n;           // [element], of one unit vector
        normalize(output, unit, turned, length, n, size);

        double sum = 0;
        for (extent i = 0; i < n; ++i) {
            double* s = similarity + i * n;
            for (extent k = 0; k < size; ++k) {
                const double factor = unit[i * size + k] / temperature;
                for (extent j = 0; j < n; ++j) s[j] += factor * turned[k * n + j];
            }
            double largest = s[twin(i)], total = 0;
            for (extent j = 0; j < n; ++j) largest = j == i ? largest : std::max(largest, s[j]);
            for (extent j = 0; j < n; ++j) total += j == i ? 0.0 : std::exp(s[j] - largest);
            logarithm[i] = largest + std::log(total);
            sum += (largest - s[twin(i)]) + std::log(total);
        }
        if (gradient == nullptr) return sum;

        // s(i, j) occurs in the losses of i and of j, and that of twins once more in each, with the other sign.
        const double scale = mean_of(1.0, normalizer) / temperature;
        for (extent i = 0; i < n; ++i) {
            std::fill_n(slope, size, 0.0);
            for (extent j = 0; j < n; ++j) {
                const double s = similarity[i * n + j];
                const double share = j == i         ? 0.0
                                     : j == twin(i) ? std::expm1(s - logarithm[i]) + std::expm1(s - logarithm[j])
                                                    : std::exp(s - logarithm[i]) + std::exp(s - logarithm[j]);
                for (extent k = 0; k < size; ++k) slope[k] += share * unit[j * size + k];
            }
            double along = 0;  // what only would lengthen the embedding does not count
            for (extent k = 0; k < size; ++k) along += slope[k] * unit[i * size + k];
            for (extent k = 0; k < size; ++k)
                gradient[i * size + k] = static_cast<T>((slope[k] - along * unit[i * size + k]) * (scale / length[i]));
        }
        return sum;
    }

private:
    static constexpr extent twin(extent i) { return i ^ 1; }

    /// Rows of length 1, and their lengths; a row of zeros stays one, as in PyTorch's normalize.
    template <class T>
    static void normalize(const T* output, double* unit, double* turned, double* length, extent n, extent size) {
        for (extent i = 0; i < n; ++i) {
            double squared = 0;
            for (extent k = 0; k < size; ++k) {
                unit[i * size + k] = static_cast<double>(output[i * size + k]);
                squared += unit[i * size + k] * unit[i * size + k];
            }
            length[i] = std::max(std::sqrt(squared), 1e-12);
            for (extent k = 0; k < size; ++k) turned[k * n + i] = unit[i * size + k] /= length[i];
        }
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
