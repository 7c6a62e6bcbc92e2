// SPDX-License-Identifier: MIT
/// \file
/// A callback, a loss, an optimizer and a metric of one's own, each a small struct in the user's file.
#include <ctnn/ctnn.hpp>

#include <cstdio>
#include <vector>

namespace nn = ctnn;

// [callback]
/// Ends training when the validation data are told apart well enough.
struct enough final : nn::training_callback {
    void epoch_ends(nn::training_moment& now, const nn::epoch_record& done) override {
        if (done.validation_accuracy >= 0.97) now.stop = true;
    }
};
// [callback]

// [loss]
/// Brier's score: the squared distance of the probabilities from the truth. Its gradient passes through the softmax.
struct brier_score {
    static constexpr nn::loss_head head = nn::loss_head::any;
    static constexpr nn::extent labels_per_sample(nn::dims out) { return out.positions(); }

    template <class T>
    nn::error check(nn::target<T> expected, nn::extent, nn::dims) const {
        if (expected.labels != nullptr) return {};
        return {nn::error_kind::invalid_argument, "brier_score: the target has no labels"};
    }
    template <class T>
    double normalizer(nn::target<T>, nn::extent samples, nn::dims out) const {
        return static_cast<double>(samples * out.positions());
    }
    template <class T>
    double value(const T* output, nn::target<T> expected, T* gradient, nn::extent samples, nn::dims out,
                 double normalizer) const {
        double sum = 0;
        for (nn::extent i = 0; i < samples * out.size(); ++i) {
            const double truth = expected.labels[i / out.channels()] == i % out.channels() ? 1 : 0;
            const double away = static_cast<double>(output[i]) - truth;
            sum += away * away;
            if (gradient != nullptr) gradient[i] = static_cast<T>(2 * away / normalizer);
        }
        return sum;
    }
};
// [loss]

// [optimizer]
/// Steps of one size along the sign of the gradient.
struct sign_descent {
    double rate = 1e-3;
    nn::extent slots() const { return 0; }
    nn::error check() const { return {}; }
    template <class T>
    void step(T* parameters, const T* gradients, T*, nn::extent count, std::uint64_t, nn::extent) const {
        for (nn::extent i = 0; i < count; ++i)
            parameters[i] -= static_cast<T>(gradients[i] > 0 ? rate : gradients[i] < 0 ? -rate : 0.0);
    }
};
// [optimizer]

// [metric]
/// The share of each class that was found, averaged over the classes.
struct balanced_accuracy {
    double operator()(const nn::evaluation<float>& found, const std::vector<std::int32_t>& labels) const {
        const std::size_t classes = found.probabilities.size() / labels.size();
        std::vector<double> right(classes), all(classes);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const std::size_t label = static_cast<std::size_t>(labels[i]);
            const float* scores = found.probabilities.data() + i * classes;
            all[label] += 1;
            right[label] += nn::predicted_class(scores, static_cast<nn::extent>(classes)) == labels[i] ? 1 : 0;
        }
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) sum += right[c] / all[c];
        return sum / static_cast<double>(classes);
    }
};
// [metric]

using net = nn::network<nn::shape<8, 8, 1>, nn::flatten, nn::dense<8>, nn::relu, nn::dense<2>, nn::softmax>;

// Noise; in class 1, which is rare, the left half is brighter.
static nn::dataset<net::input> make_images(nn::extent count, std::uint64_t stream) {
    nn::dataset<net::input> images;
    nn::random_stream random(nn::seed{3}, stream);
    for (nn::extent i = 0; i < count; ++i) {
        const bool rare = i % 5 == 0;
        for (nn::extent k = 0; k < 64; ++k)
            images.inputs.push_back(static_cast<float>(random.next_uniform() + (rare && k % 8 < 4 ? 0.3 : 0)));
        images.labels.push_back(rare ? 1 : 0);
    }
    return images;
}

int main() {
    const auto train = make_images(400, 1), valid = make_images(200, 2);
    // [own]
    nn::model<net> model{nn::seed{1}};
    enough callback;
    const auto history = nn::fit(model, train, brier_score{}, sign_descent{.rate = 2e-3},
                                 {.epochs = 60, .validation = &valid, .callbacks = {&callback}});
    if (!history) return std::puts(history.error().what()), 1;
    const double found = balanced_accuracy{}(nn::evaluate(model, valid, brier_score{}), valid.labels);
    // [own]
    std::printf("the callback ended it: %s\n", history->epochs.size() < 60 ? "yes" : "no");
    std::printf("balanced accuracy above 0.85: %s\n", found > 0.85 ? "yes" : "no");
}
