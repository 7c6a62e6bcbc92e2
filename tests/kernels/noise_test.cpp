// SPDX-License-Identifier: MIT
/// \file
/// Dropout of channels and samples, and Gaussian noise: masks, moments, and what they depend on.
#include <algorithm>

#include "ctnn/layers/dropout.hpp"
#include "ctnn/layers/gaussian_noise.hpp"
#include "ctnn/layers/spatial_dropout.hpp"
#include "ctnn/layers/stochastic_depth.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::padded_batch;
using test::placement;

namespace {

struct times {
    std::uint64_t seed = 7, step = 1;
    extent threads = 1;
    bool training = true;
    int row = 4;
};

/// What a layer makes of a batch of `value`, in place.
template <class Layer, class T>
std::vector<T> run(dims in, extent samples, placement kind, const times& when, T value) {
    padded_batch<T> x(in, samples, kind);
    x.each([=](T& number, extent) { number = value; });
    operation op = Layer::lower(in).what;
    op.row = when.row;
    Layer::template forward<T>({.op = op,
                                .x = x.read(),
                                .other = {},
                                .y = x.view(),
                                .threads = when.threads,
                                .training = when.training,
                                .seed = when.seed,
                                .step = when.step});
    CHECK(x.guards_intact());
    return x.values();
}

/// The same numbers in every layout, for any threads and in both precisions; others for another seed, step and layer.
template <class Layer>
void check_determined(dims in, extent samples) {
    const std::vector<float> usual = run<Layer, float>(in, samples, placement::dense, {}, 1.0F);
    for (const placement kind : test::layouts) {
        CHECK(run<Layer, float>(in, samples, kind, {.threads = 3}, 1.0F) == usual);
        const std::vector<double> precise = run<Layer, double>(in, samples, kind, {}, 1.0);
        extent wrong = 0;
        for (std::size_t i = 0; i < usual.size(); ++i)
            wrong += !(std::abs(precise[i] - static_cast<double>(usual[i])) < 1e-6);
        CHECK(wrong == 0);
    }
    CHECK(run<Layer, float>(in, samples, placement::dense, {.seed = 8}, 1.0F) != usual);
    CHECK(run<Layer, float>(in, samples, placement::dense, {.step = 2}, 1.0F) != usual);
    CHECK(run<Layer, float>(in, samples, placement::dense, {.row = 5}, 1.0F) != usual);
    // The first samples of a larger batch are those of the smaller one.
    const std::vector<float> more = run<Layer, float>(in, samples + 2, placement::slice, {}, 1.0F);
    CHECK(std::equal(usual.begin(), usual.end(), more.begin()));
    // Nothing happens outside training.
    const std::vector<float> evaluated =
        run<Layer, float>(in, samples, placement::bordered, {.training = false}, 0.75F);
    CHECK(evaluated == std::vector<float>(evaluated.size(), 0.75F));
}

/// All numbers are 0 or 4 / 3, equal within sets, and about three of four sets are kept.
template <class Set>
void check_mask(const std::vector<float>& mask, extent sets, const Set& set_of) {
    std::vector<float> of_set(static_cast<std::size_t>(sets), -1.0F);
    extent wrong = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        float& value = of_set[static_cast<std::size_t>(set_of(static_cast<extent>(i)))];
        if (value < 0) value = mask[i];
        wrong += value != mask[i] || (value != 0.0F && std::abs(value - 4.0F / 3) > 1e-6F);
    }
    CHECK(wrong == 0);
    double kept = 0;
    for (const float value : of_set) kept += value != 0.0F;
    const double n = static_cast<double>(sets);
    CHECK(std::abs(kept / n - 0.75) < 5 * std::sqrt(0.75 * 0.25 / n));
}

}  // namespace

TEST_CASE("spatial dropout drops whole channels of a sample, one of four") {
    for (const placement kind : test::layouts)
        for (const extent c : {3, 17, 300}) {
            const std::vector<float> mask =
                run<spatial_dropout<0.25>, float>(make_dims(3, 2, c), 40, kind, {.threads = 2}, 1.0F);
            check_mask(mask, 40 * c, [=](extent i) { return i / (6 * c) * c + i % c; });
        }
}

TEST_CASE("stochastic depth drops whole samples, one of four") {
    for (const placement kind : test::layouts)
        check_mask(run<stochastic_depth<0.25>, float>(make_dims(2, 3, 2, 5), 600, kind, {}, 1.0F), 600,
                   [](extent i) { return i / 60; });
}

TEST_CASE("what is drawn follows from seed, step, layer, sample and element alone") {
    check_determined<spatial_dropout<0.25>>(make_dims(31, 37, 33), 3);
    check_determined<stochastic_depth<0.5>>(make_dims(3, 5), 40);
    check_determined<gaussian_noise<0.5>>(make_dims(31, 37, 33), 3);
}

TEST_CASE("a dropped NaN is still seen") {
    for (const float value : run<spatial_dropout<0.5>, float>(make_dims(3, 18), 4, placement::dense, {}, NAN))
        CHECK(value != value);
    for (const float value : run<stochastic_depth<0.5>, float>(make_dims(3, 18), 4, placement::dense, {}, NAN))
        CHECK(value != value);
    for (const float value : run<gaussian_noise<0.5>, float>(make_dims(3, 18), 4, placement::dense, {}, NAN))
        CHECK(value != value);
}

TEST_CASE("Gaussian noise has the moments and the quantiles of a normal distribution") {
    const extent n = 400'000;
    const std::vector<float> noise = run<gaussian_noise<2.0>, float>(make_dims(n), 1, placement::dense, {}, 0.0F);
    double power[5]{}, beside = 0, below[3]{};
    for (std::size_t i = 0; i < noise.size(); ++i) {
        const double z = static_cast<double>(noise[i]) / 2;
        double p = 1;
        for (double& sum : power) {
            sum += p / static_cast<double>(n);
            p *= z;
        }
        beside += z * static_cast<double>(noise[(i + 64) % noise.size()]) / 2 / static_cast<double>(n);
        for (int k = 0; k < 3; ++k) below[k] += (z < k - 2) / static_cast<double>(n);
    }
    // Five standard errors: sqrt(1, 2, 15, 96 / n) for the moments, 1 / sqrt(n) for the correlation of a pair.
    const double error = 5 / std::sqrt(static_cast<double>(n));
    CHECK(std::abs(power[1]) < error);
    CHECK(std::abs(power[2] - 1) < error * std::sqrt(2.0));
    CHECK(std::abs(power[3]) < error * std::sqrt(15.0));
    CHECK(std::abs(power[4] - 3) < error * std::sqrt(96.0));
    CHECK(std::abs(beside) < error);
    CHECK(std::abs(below[0] - 0.022750) < error * 0.15);
    CHECK(std::abs(below[1] - 0.158655) < error * 0.37);
    CHECK(std::abs(below[2] - 0.5) < error * 0.5);
}

TEST_CASE("a normal number is Box and Muller's of its two words") {
    const kernels::dropout_key key(7, 4, 1);
    std::uint32_t word[4][kernels::detail::dropout_blocks];
    float number[kernels::detail::dropout_chunk];
    kernels::detail::philox_blocks(key.seed, key.stream, 0, word);
    kernels::detail::normal_numbers(key, 0, number);
    for (extent pair = 0; pair < 4; pair += 2)
        for (extent i = 0; i < kernels::detail::dropout_blocks; ++i) {
            const double radius = std::sqrt(-2 * std::log((static_cast<double>(word[pair][i]) + 0.5) * 0x1p-32));
            const double angle = 2 * 3.14159265358979324 * static_cast<double>(word[pair + 1][i] >> 8) * 0x1p-24;
            const float* x = number + pair * kernels::detail::dropout_blocks + i;
            const float* y = x + kernels::detail::dropout_blocks;
            CHECK(std::abs(static_cast<double>(*x) - radius * std::cos(angle)) < 2e-6);
            CHECK(std::abs(static_cast<double>(*y) - radius * std::sin(angle)) < 2e-6);
        }
    // The ends of the radius, where the logarithm is 0 or largest, and both sides of sqrt(1/2).
    for (const double u : {1.0, 0.99999994, 0.7071068, 0.7071067, 0.5, 1.1641532182693481e-10})
        CHECK(static_cast<double>(kernels::detail::normal_radius(static_cast<float>(u))) ==
              doctest::Approx(std::sqrt(-2 * std::log(static_cast<double>(static_cast<float>(u))))).epsilon(1e-6));
}

TEST_CASE("gradients go through what was kept, and through noise as they are") {
    test::check_gradients<spatial_dropout<0.4>>(make_dims(2, 3, 5), 3, placement::bordered, 1, true);
    test::check_gradients<stochastic_depth<0.4>>(make_dims(3, 5), 5, placement::slice);
    test::check_gradients<gaussian_noise<0.4>>(make_dims(3, 5), 2, placement::dense, 1, true);
    test::check_gradients<gaussian_noise<0.4>>(make_dims(7), 2, placement::slice);
}

TEST_CASE("random layers refuse rates and deviations that have no meaning") {
    static_assert(spatial_dropout<1.0>::lower(make_dims(3, 4)).why == refusal::number_out_of_range);
    static_assert(spatial_dropout<0.5>::lower(make_dims(4)).why == refusal::needs_positions);
    static_assert(stochastic_depth<-0.1>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(gaussian_noise<-0.1>::lower(make_dims(4)).why == refusal::number_out_of_range);
}
