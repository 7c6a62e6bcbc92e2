// SPDX-License-Identifier: MIT
/// \file
/// xtensor's expressions as an independent oracle of three kernels: a dense layer, max pooling, batch norm.
#include <doctest/doctest.h>
#include <ctnn/ctnn.hpp>
#include <ctnn/xtensor.hpp>

#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace nn = ctnn;

namespace {

template <std::size_t Rank>
xt::xtensor<float, Rank> noise(const std::array<std::size_t, Rank>& shape, std::uint64_t stream) {
    xt::xtensor<float, Rank> x(shape);
    nn::random_stream random(nn::seed{23}, stream);
    for (float& value : x) value = static_cast<float>(2 * random.next_uniform() - 1);
    return x;
}

template <class Net, class X>
auto scores_of(const nn::model<Net>& m, X& x) {
    const auto samples = nn::as_batch<typename Net::input>(x);
    REQUIRE(samples);
    const nn::extent count = static_cast<nn::extent>(x.shape(0));
    auto engine = nn::freeze(m, {.max_batch = 4});
    std::vector<float> scores(static_cast<std::size_t>(count * Net::output::size));
    engine(samples->data(), scores.data(), count);
    return scores;
}

template <class Expression>
void equals(const std::vector<float>& found, const Expression& expression) {
    const auto expected = xt::eval(expression);
    REQUIRE(expected.size() == found.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(found[i] == doctest::Approx(static_cast<double>(expected.flat(i))).epsilon(1e-5));
}

TEST_CASE("dense is a sum of products") {
    using net = nn::network<nn::shape<37>, nn::dense<21>>;
    nn::model<net> m{nn::seed{1}};
    auto x = noise<2>({5, 37}, 0);
    auto weight = nn::parameter_as_xtensor<2>(m, "0.weight");
    auto bias = nn::parameter_as_xtensor<1>(m, "0.bias");
    REQUIRE(weight);
    REQUIRE(bias);
    *bias = noise<1>({21}, 1);
    equals(scores_of(m, x), xt::sum(xt::view(x, xt::all(), xt::all(), xt::newaxis()) *
                                        xt::view(*weight, xt::newaxis(), xt::all(), xt::all()),
                                    {1}) +
                                *bias);
}

TEST_CASE("max pooling is a maximum over four strided views") {
    using net = nn::network<nn::shape<7, 10, 5>, nn::max_pool<>>;
    const nn::model<net> m{nn::seed{1}};
    auto x = noise<4>({6, 7, 10, 5}, 2);
    const auto taps = [&](std::size_t h, std::size_t w) {
        return xt::view(x, xt::all(), xt::range(h, h + 5, 2), xt::range(w, w + 9, 2), xt::all());
    };
    equals(scores_of(m, x), xt::maximum(xt::maximum(taps(0, 0), taps(0, 1)), xt::maximum(taps(1, 0), taps(1, 1))));
}

TEST_CASE("batch norm normalizes by running statistics in an engine, and by the batch in training") {
    using net = nn::network<nn::shape<4, 3, 6>, nn::batch_norm<>>;
    nn::model<net> m{nn::seed{1}};
    auto x = noise<4>({8, 4, 3, 6}, 3);
    auto weight = nn::parameter_as_xtensor<1>(m, "0.weight"), bias = nn::parameter_as_xtensor<1>(m, "0.bias");
    auto mean = nn::parameter_as_xtensor<1>(m, "0.running_mean"),
         variance = nn::parameter_as_xtensor<1>(m, "0.running_var");
    REQUIRE(weight);
    REQUIRE(bias);
    REQUIRE(mean);
    REQUIRE(variance);
    *weight = noise<1>({6}, 4);
    *bias = noise<1>({6}, 5);
    *mean = noise<1>({6}, 6);
    *variance = 1.5f + noise<1>({6}, 7);
    equals(scores_of(m, x), (x - *mean) / xt::sqrt(*variance + 1e-5f) * *weight + *bias);

    const auto of_batch = xt::eval(xt::mean(x, {0, 1, 2}));
    const auto spread = xt::eval(xt::mean(xt::square(x - of_batch), {0, 1, 2}));
    nn::training_pass<net, nn::mean_squared_error> pass{{.max_batch = 8}};
    const auto outputs = pass.forward(m, x.data(), 8);
    equals(std::vector<float>(outputs.begin(), outputs.end()),
           (x - of_batch) / xt::sqrt(spread + 1e-5f) * *weight + *bias);
}

}  // namespace
