// SPDX-License-Identifier: MIT
/// \file
/// Names of parameters, the text of an architecture, and the numbers that a model begins with.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <ctnn/ctnn.hpp>

using namespace ctnn;

namespace {

using ctnn::tanh;  // not the C library's

template <class Net>
std::string names() {
    std::string text;
    for (const named_tensor& t : tensors_of<Net>()) text += t.name + ' ';
    return text;
}

TEST_CASE("parameters are named by their positions in the composition") {
    CHECK(names<network<shape<8, 8, 1>, conv<2>, relu, conv<3, no_bias>, batch_norm<>, flatten, dense<2>>>() ==
          "0.weight 0.bias 2.weight 3.weight 3.bias 3.running_mean 3.running_var 5.weight 5.bias ");
    CHECK(names<network<shape<8, 8, 2>, chain<relu, conv<2, 1>>, residual<relu, conv<2, 1, no_bias>>,
                        concat<identity, conv<2, 1, no_bias>>>>() == "0.1.weight 0.1.bias 1.1.1.weight 2.1.weight ");
    CHECK(names<network<shape<4>, repeat<2, dense<4>, relu>>>() == "0.0.0.weight 0.0.0.bias 0.1.0.weight 0.1.0.bias ");
    CHECK(names<network<shape<8, 8, 2>, relu, separable_conv<4>>>() == "1.0.weight 1.1.weight 1.1.bias ");
}

TEST_CASE("a given name stands in place of a position") {
    CHECK(names<network<shape<4>, named<"first", dense<3>>, relu, dense<2>>>() ==
          "first.weight first.bias 2.weight 2.bias ");
    CHECK(names<network<shape<4>, named<"encoder", chain<dense<3>, named<"last", dense<2>>>>>>() ==
          "encoder.0.weight encoder.0.bias encoder.last.weight encoder.last.bias ");
    CHECK(names<network<shape<4>, sum<named<"left", dense<3, no_bias>>, named<"right", chain<dense<3, no_bias>>>>>>() ==
          "0.left.weight 0.right.0.weight ");
}

TEST_CASE("tensors follow one another in the flat block, and cover it") {
    using net = network<shape<8, 8, 1>, conv<2>, batch_norm<>, conv<3, no_bias>, flatten, dense<2>>;
    extent learned = 0, kept = 0;
    for (const named_tensor& t : tensors_of<net>()) {
        extent& at = t.learned ? learned : kept;
        CHECK(t.offset == at);
        extent size = 1;
        for (const extent a : t.shape) size *= a;
        CHECK(size == t.size);
        at += t.size;
    }
    CHECK(learned == net::parameter_count);
    CHECK(kept == net::state_count);
    CHECK(tensors_of<net>()[0].shape == std::vector<extent>{3, 3, 1, 2});
    const auto depthwise = tensors_of<network<shape<8, 8, 5>, depthwise_conv<3, depth_multiplier<2>>>>();
    CHECK(depthwise[0].shape == std::vector<extent>{3, 3, 5, 2});
}

TEST_CASE("a model begins with glorot_uniform weights and zero biases, by its seed alone") {
    using net = network<shape<8, 8, 3>, conv<16>, batch_norm<>, flatten, dense<20>>;
    const model<net> a{seed{1}}, again{seed{1}}, other{seed{2}};
    bool equal = true, differs = false;
    for (std::size_t i = 0; i < a.parameters().size(); ++i) {
        equal = equal && a.parameters()[i] == again.parameters()[i];
        differs = differs || a.parameters()[i] != other.parameters()[i];
    }
    CHECK(equal);
    CHECK(differs);
    for (const named_tensor& t : tensors_of<net>()) {
        const float* numbers = (t.learned ? a.parameters().data() : a.state().data()) + t.offset;
        if (t.start != initializer::glorot_uniform) {
            for (extent i = 0; i < t.size; ++i) CHECK(numbers[i] == (t.start == initializer::ones ? 1.0f : 0.0f));
            continue;
        }
        // A uniform number in [-limit, limit] has the standard deviation limit / sqrt(3).
        const double limit = std::sqrt(6.0 / (t.name == "0.weight" ? 9 * 3 + 9 * 16 : 576 + 20));
        double sum = 0, squares = 0;
        for (extent i = 0; i < t.size; ++i) {
            REQUIRE(std::fabs(static_cast<double>(numbers[i])) <= limit);
            sum += static_cast<double>(numbers[i]);
            squares += static_cast<double>(numbers[i]) * static_cast<double>(numbers[i]);
        }
        const double n = static_cast<double>(t.size), deviation = limit / std::sqrt(3.0);
        CHECK(std::fabs(sum / n) < 5 * deviation / std::sqrt(n));
        CHECK(squares / n == doctest::Approx(deviation * deviation).epsilon(0.15));
    }
}

/// Mean, deviation and the largest magnitude of the first weight of a layer on 8 x 8 x 16 or, dense, on 144.
struct spread {
    double mean = 0, deviation = 0, largest = 0;
};
template <class Input, class Layer>
spread beginning() {
    const model<network<Input, Layer>> m{seed{11}};
    const extent size = tensors_of<network<Input, Layer>>()[0].size;
    spread s;
    for (extent i = 0; i < size; ++i) {
        const double x = static_cast<double>(m.parameters()[static_cast<std::size_t>(i)]);
        s.mean += x / static_cast<double>(size);
        s.deviation += x * x / static_cast<double>(size);
        s.largest = std::max(s.largest, std::fabs(x));
    }
    s.deviation = std::sqrt(s.deviation);
    return s;
}

TEST_CASE("weights begin with the variance that the option says") {
    using image = shape<8, 8, 16>;
    const auto holds = [](const spread& s, double deviation, double limit_of_deviations) {
        CHECK(std::fabs(s.mean) < 0.05 * deviation);
        CHECK(s.deviation == doctest::Approx(deviation).epsilon(0.03));
        CHECK(s.largest < 1.0001 * limit_of_deviations * deviation);
        CHECK(s.largest > 0.98 * std::min(limit_of_deviations, 3.0) * deviation);
    };
    const double cube = std::sqrt(3.0),
                 all = 6;  // the limit of a uniform number, and one that no normal one passes here
    holds(beginning<image, conv<64>>(), std::sqrt(2.0 / (9 * (16 + 64))), cube);
    holds(beginning<image, conv<64, glorot_uniform, same>>(), std::sqrt(2.0 / (9 * (16 + 64))), cube);
    holds(beginning<image, conv<64, 3, glorot_normal>>(), std::sqrt(2.0 / (9 * (16 + 64))), all);
    holds(beginning<image, conv<64, he_uniform, 3>>(), std::sqrt(2.0 / (9 * 16)), cube);
    holds(beginning<image, conv<64, 3, no_bias, he_normal>>(), std::sqrt(2.0 / (9 * 16)), all);
    holds(beginning<image, depthwise_conv<5, depth_multiplier<32>, he_normal>>(), std::sqrt(2.0 / 25), all);
    holds(beginning<image, conv_transpose<64, 3, random_normal<0.02>>>(), 0.02, all);
    holds(beginning<shape<144>, dense<64, lecun_uniform>>(), std::sqrt(1.0 / 144), cube);
    holds(beginning<shape<144>, dense<64, lecun_normal, no_bias>>(), std::sqrt(1.0 / 144), all);
    // Cut off at two deviations 0.8796 of one is left; Keras' page of TruncatedNormal.
    holds(beginning<shape<144>, dense<64, truncated_normal<0.1>>>(), 0.1 * 0.87962566, 2 / 0.87962566);
    CHECK(beginning<shape<144>, dense<64, zeros>>().largest == 0);
    using separable = network<image, separable_conv<8, 3, he_uniform>>;
    CHECK(tensors_of<separable>()[0].start == initializer::he_uniform);
    CHECK(tensors_of<separable>()[2].start == initializer::zeros);
}

TEST_CASE("an orthogonal weight has columns, or rows, of one length at right angles") {
    const auto deviates = [](auto layer, extent rows, extent columns, double gain) {
        const model<network<shape<6, 6, 5>, decltype(layer)>, double> m{seed{12}};
        const auto w = m.parameters();
        const bool upright = rows >= columns;
        const extent count = upright ? columns : rows, length = upright ? rows : columns;
        double furthest = 0;
        for (extent a = 0; a < count; ++a)
            for (extent b = 0; b < count; ++b) {
                double product = 0;
                for (extent i = 0; i < length; ++i)
                    product += w[static_cast<std::size_t>(upright ? i * columns + a : a * columns + i)] *
                               w[static_cast<std::size_t>(upright ? i * columns + b : b * columns + i)];
                furthest = std::max(furthest, std::fabs(product - (a == b ? gain * gain : 0)));
            }
        return furthest;
    };
    CHECK(deviates(conv<7, 3, orthogonal<>>{}, 45, 7, 1) < 1e-12);
    CHECK(deviates(conv<45, 3, orthogonal<1.5>>{}, 45, 45, 1.5) < 1e-12);
    CHECK(deviates(conv<50, 3, orthogonal<>, same>{}, 45, 50, 1) < 1e-12);
}

TEST_CASE("normal_quantile inverts the normal distribution") {
    for (double x = -5.25; x <= 5.25; x += 0.0625)
        CHECK(detail::normal_quantile(0.5 * std::erfc(-x / std::sqrt(2.0))) == doctest::Approx(x).epsilon(1e-6));
}

TEST_CASE("a model in double begins with the same numbers, rounded later") {
    using net = network<shape<6>, dense<5>>;
    const model<net> single{seed{9}};
    const model<net, double> twice{seed{9}};
    for (std::size_t i = 0; i < single.parameters().size(); ++i)
        CHECK(single.parameters()[i] == static_cast<float>(twice.parameters()[i]));
}

template <class... Layers>
std::string architecture() {
    return architecture_of<network<shape<8, 8, 4>, Layers...>>();
}

TEST_CASE("the text of an architecture differs when any option does") {
    const std::string texts[]{architecture<conv<4>>(),
                              architecture<conv<5>>(),
                              architecture<conv<4, 5>>(),
                              architecture<conv<4, kernel<3, 1>>>(),
                              architecture<conv<4, kernel<1, 3>>>(),
                              architecture<conv<4, 3, stride<2>>>(),
                              architecture<conv<4, 3, stride<2, 1>>>(),
                              architecture<conv<4, 3, dilation<2>>>(),
                              architecture<conv<4, 3, same>>(),
                              architecture<conv<4, 3, padding<2>>>(),
                              architecture<conv<4, 3, groups<2>>>(),
                              architecture<conv<4, 3, no_bias>>(),
                              architecture<conv<4, 2, same>>(),
                              architecture<max_pool<>>(),
                              architecture<avg_pool<>>(),
                              architecture<max_pool<2, stride<1>>>(),
                              architecture<max_pool<2, same>>(),
                              architecture<avg_pool<3, padding<1>>>(),
                              architecture<avg_pool<3, padding<1>, exclude_padding>>(),
                              architecture<max_pool<3, padding<1>>>(),
                              architecture<global_avg_pool>(),
                              architecture<global_max_pool>(),
                              architecture<flatten>(),
                              architecture<flatten, dense<4>>(),
                              architecture<flatten, dense<4, no_bias>>(),
                              architecture<reshape<64, 4>>(),
                              architecture<upsample<2>>(),
                              architecture<upsample<2, 1>>(),
                              architecture<batch_norm<>>(),
                              architecture<batch_norm<epsilon<1e-3>>>(),
                              architecture<batch_norm<momentum<0.2>>>(),
                              architecture<dropout<0.5>>(),
                              architecture<dropout<0.25>>(),
                              architecture<relu>(),
                              architecture<leaky_relu<>>(),
                              architecture<leaky_relu<0.02>>(),
                              architecture<sigmoid>(),
                              architecture<tanh>(),
                              architecture<softmax>(),
                              architecture<>(),
                              architecture<relu, tanh>(),
                              architecture<tanh, relu>(),
                              architecture<concat<relu, tanh>>(),
                              architecture<concat<tanh, relu>>(),
                              architecture<sum<relu, tanh>>(),
                              architecture<residual<relu, tanh>>(),
                              architecture<concat<relu, identity>>(),
                              architecture<concat<identity, relu>>(),
                              architecture<batch_norm<epsilon<1e-12>>>(),
                              architecture<batch_norm<epsilon<1e-13>>>(),
                              architecture<dropout<0.1>>(),
                              architecture<dropout<0.10000001>>()};
    const std::set<std::string> different(std::begin(texts), std::end(texts));
    CHECK(different.size() == std::size(texts));
}

TEST_CASE("spelling and names do not change an architecture") {
    CHECK(architecture<chain<relu, chain<tanh>>>() == architecture<relu, tanh>());
    CHECK(architecture<repeat<2, relu>>() == architecture<relu, relu>());
    CHECK(architecture<named<"a", conv<4>>>() == architecture<conv<4>>());
    CHECK(architecture<conv<4, same, stride<2>>>() == architecture<conv<4, 3, stride<2>, same>>());
    CHECK(architecture<max_pool<2, stride<2>>>() == architecture<max_pool<>>());
}

}  // namespace
