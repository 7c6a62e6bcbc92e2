// SPDX-License-Identifier: MIT
/// \file
/// Norms, softmax and the cross-entropies on what breaks careless ones, a sample at a time: values of 10,000 of both
/// signs, constant ones, zeros. Outputs, losses, statistics and every gradient stay finite, and are right where what is
/// right can be said in a line.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "ctnn/engine/freeze.hpp"
#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/mean_squared_error.hpp"
#include "ctnn/train/loss/negative_log_likelihood.hpp"
#include "ctnn/train/pass.hpp"

namespace extremes_test {
namespace nn = ctnn;
using nn::extent;
template <class... Layers>
using on_image = nn::network<nn::shape<4, 5, 6>, Layers...>;

template <class Values>
bool all_finite(const Values& values) {
    for (const auto value : values)
        if (!std::isfinite(value)) return false;
    return true;
}

enum class filling { both_signs, constant, zeros };
template <class Net>
std::vector<float> filled(filling with) {
    std::vector<float> x(static_cast<std::size_t>(Net::input::size));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = with == filling::zeros ? 0.0F : with == filling::constant || i % 3 != 0 ? 1e4F : -1e4F;
    return x;
}

/// A step on one sample, then the engine: everything is finite. The outputs that the engine gives.
template <class Net, class Loss>
std::vector<float> check(filling with) {
    CAPTURE(static_cast<int>(with));
    nn::model<Net> m{nn::seed{1}};
    const std::vector<float> x = filled<Net>(with);
    const std::vector<std::int32_t> labels(static_cast<std::size_t>(Net::output::size), 1);
    nn::training_pass<Net, Loss, float, true> pass{{.max_batch = 1, .threads = 1}};
    CHECK(all_finite(pass.forward(m, x.data(), 1)));
    CHECK(std::isfinite(pass.loss(Loss{}, {.labels = labels.data()})));
    nn::gradient<Net> slope;
    pass.backward(m, slope);
    std::vector<float> dx(x.size());
    pass.input_gradient(0, dx.data());
    CHECK(all_finite(slope.values()));
    CHECK(all_finite(dx));
    CHECK(all_finite(m.state()));
    auto engine = nn::freeze(m);
    std::vector<float> y(static_cast<std::size_t>(Net::output::size));
    engine(x.data(), y.data(), 1);
    CHECK(all_finite(y));
    return y;
}
template <class Net, class Loss>
void check_all() {
    for (const filling with : {filling::both_signs, filling::constant, filling::zeros}) check<Net, Loss>(with);
}
template <class Norm>
void check_norm() {
    check_all<on_image<Norm, nn::conv<3, 1>, nn::softmax>, nn::cross_entropy>();
    check_all<on_image<nn::conv<4, 3, nn::same>, Norm, nn::relu, nn::global_avg_pool, nn::dense<1>, nn::sigmoid>,
              nn::binary_cross_entropy>();
}

TEST_CASE("every norm stays finite on one sample of large, constant or no values") {
    check_norm<nn::batch_norm<>>();
    check_norm<nn::layer_norm<>>();
    check_norm<nn::layer_norm<nn::over_all>>();
    check_norm<nn::group_norm<2>>();
    check_norm<nn::instance_norm<>>();
    check_norm<nn::rms_norm<>>();
    check_norm<nn::local_response_norm<5>>();
}

/// What a norm without other layers gives in training for one sample, whose bias is 1/4 where it has one.
template <class Net>
std::vector<float> normalized(filling with) {
    nn::model<Net> m{nn::seed{1}};
    for (const nn::named_tensor& t : nn::tensors_of<Net>())
        if (t.learned && t.name == "0.bias")
            for (extent i = 0; i < t.size; ++i) m.parameters()[static_cast<std::size_t>(t.offset + i)] = 0.25F;
    const std::vector<float> x = filled<Net>(with);
    nn::training_pass<Net, nn::mean_squared_error> pass{{.max_batch = 1, .threads = 1}};
    const auto y = pass.forward(m, x.data(), 1);
    CHECK(all_finite(m.state()));
    return {y.begin(), y.end()};
}
template <class Norm>
void gives_its_bias() {
    for (const float y : normalized<on_image<Norm>>(filling::constant)) CHECK(y == doctest::Approx(0.25).epsilon(1e-3));
}

TEST_CASE("of constant values a norm leaves its bias") {
    gives_its_bias<nn::batch_norm<>>();
    gives_its_bias<nn::layer_norm<>>();
    gives_its_bias<nn::layer_norm<nn::over_all>>();
    gives_its_bias<nn::group_norm<3>>();
    gives_its_bias<nn::instance_norm<nn::affine>>();
    // One number a channel has no spread: a batch of one vector.
    for (const float y : normalized<nn::network<nn::shape<7>, nn::batch_norm<>>>(filling::both_signs))
        CHECK(y == doctest::Approx(0.25).epsilon(1e-3));
    // The root mean square of a constant is its size.
    for (const float y : normalized<on_image<nn::rms_norm<>>>(filling::constant)) CHECK(y == doctest::Approx(1));
}

TEST_CASE("of values of 10,000 with both signs a norm over all leaves their pattern") {
    // A third is -1e4: mean 1e4 / 3, deviation 1e4 sqrt(8) / 3.
    const auto y = normalized<on_image<nn::layer_norm<nn::over_all>>>(filling::both_signs);
    for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(y[i] == doctest::Approx(0.25 + (i % 3 != 0 ? 2 : -4) / std::sqrt(8.0)).epsilon(1e-4));
}

TEST_CASE("probabilities of logits of 10,000 and of equal ones are right") {
    using soft = nn::network<nn::shape<2, 3>, nn::softmax>;
    using logarithm = nn::network<nn::shape<2, 3>, nn::log_softmax>;
    for (const filling with : {filling::both_signs, filling::constant, filling::zeros}) {
        const auto p = check<soft, nn::cross_entropy>(with),
                   log_p = check<logarithm, nn::negative_log_likelihood>(with);
        for (std::size_t i = 0; i < p.size(); ++i) {
            // -1e4 beside two of 1e4: 0 and twice 1/2. Otherwise three thirds.
            const bool apart = with == filling::both_signs, less = apart && i % 3 == 0;
            CHECK(p[i] == doctest::Approx(less ? 0 : apart ? 0.5 : 1.0 / 3));
            CHECK(log_p[i] == doctest::Approx(less    ? -2e4 - std::log(2.0)
                                              : apart ? -std::log(2.0)
                                                      : -std::log(3.0))
                                  .epsilon(1e-6));
        }
    }
    using logistic = nn::network<nn::shape<3>, nn::sigmoid>;
    const auto p = check<logistic, nn::binary_cross_entropy>(filling::both_signs);
    CHECK(p == std::vector<float>{0, 1, 1});
    for (const float half : check<logistic, nn::binary_cross_entropy>(filling::zeros)) CHECK(half == 0.5F);
}

}  // namespace extremes_test
