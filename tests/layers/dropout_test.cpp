// SPDX-License-Identifier: MIT
/// \file
/// Dropout in training, in evaluation and in an engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "golden.hpp"

namespace {

using single = nn::network<nn::shape<20, 50, 5>, nn::dropout<0.25>>;
using twice = nn::network<nn::shape<1000>, nn::concat<nn::dropout<0.5>, nn::dropout<0.5>>>;

using noisy = nn::network<nn::shape<4, 5, 3>, nn::gaussian_noise<0.1>,
                          nn::residual<nn::conv<3, 1>, nn::spatial_dropout<0.2>, nn::stochastic_depth<0.3>>>;

constexpr nn::extent size = single::input::size, batch = 2;

template <class Net, class T>
std::vector<T> masked(nn::training_pass<Net, nn::mean_squared_error, T, true>& pass, nn::model<Net, T>& model,
                      std::uint64_t step, nn::extent samples = batch) {
    const std::vector<T> ones(static_cast<std::size_t>(samples * Net::input::size), T{1});
    pass.set_step(step);
    const auto outputs = pass.forward(model, ones.data(), samples);
    return {outputs.begin(), outputs.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("dropout keeps three of four elements and scales them", T, float, double) {
    nn::model<single, T> model{nn::seed{}};
    nn::training_pass<single, nn::mean_squared_error, T, true> pass{{.max_batch = batch, .random = nn::seed{7}}};
    const std::vector<T> mask = masked(pass, model, 1);
    nn::extent kept = 0;
    for (const T m : mask) {
        CHECK((m == T{0} || std::abs(m - T{4} / T{3}) < static_cast<T>(1e-6)));
        kept += m != T{0};
    }
    const double share = static_cast<double>(kept) / static_cast<double>(batch * size);
    CHECK(std::abs(share - 0.75) < 5 * std::sqrt(0.75 * 0.25 / static_cast<double>(batch * size)));
}

TEST_CASE_TEMPLATE("dropout's gradient goes through the elements that it kept", T, float, double) {
    nn::model<single, T> model{nn::seed{}};
    nn::training_pass<single, nn::mean_squared_error, T, true> pass{{.max_batch = batch, .random = nn::seed{7}}};
    const std::vector<T> mask = masked(pass, model, 3);
    golden::fill<T>(pass.output_gradient(), golden::stream::output_gradient);
    const std::vector<T> dy(pass.output_gradient().begin(), pass.output_gradient().end());
    nn::gradient<single, T> none;
    pass.backward(model, none);
    std::vector<T> dx(size);
    nn::extent wrong = 0;
    for (nn::extent s = 0; s < batch; ++s) {
        pass.input_gradient(s, dx.data());
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t at = static_cast<std::size_t>(s) * size + i;
            wrong += std::abs(dx[i] - dy[at] * mask[at]) > static_cast<T>(1e-6);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("dropout's mask follows from seed, step, layer and element alone") {
    nn::model<single> model{nn::seed{}};
    nn::training_pass<single, nn::mean_squared_error, float, true> pass{{.max_batch = batch, .random = nn::seed{7}}};
    nn::training_pass<single, nn::mean_squared_error, float, true> threaded{
        {.max_batch = batch + 3, .threads = 3, .random = nn::seed{7}}};
    nn::training_pass<single, nn::mean_squared_error, float, true> other{{.max_batch = batch, .random = nn::seed{8}}};
    const std::vector<float> mask = masked(pass, model, 1);
    CHECK(mask == masked(threaded, model, 1));
    CHECK(mask != masked(pass, model, 2));
    CHECK(mask == masked(pass, model, 1));
    CHECK(mask != masked(other, model, 1));
    // The first samples of a larger batch have the masks of the smaller one; the samples differ from each other.
    const std::vector<float> more = masked(threaded, model, 1, batch + 3);
    CHECK(std::equal(mask.begin(), mask.end(), more.begin()));
    CHECK(!std::equal(mask.begin(), mask.begin() + size, mask.begin() + size));
    // Double draws the same mask.
    nn::model<single, double> precise{nn::seed{}};
    nn::training_pass<single, nn::mean_squared_error, double, true> double_pass{
        {.max_batch = batch, .random = nn::seed{7}}};
    const std::vector<double> double_mask = masked(double_pass, precise, 1);
    nn::extent different = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) different += (mask[i] != 0.0f) != (double_mask[i] != 0.0);
    CHECK(different == 0);
    // Two layers of one network draw different ones.
    nn::model<twice> pair{nn::seed{}};
    nn::training_pass<twice, nn::mean_squared_error, float, true> pair_pass{{.max_batch = 1, .random = nn::seed{7}}};
    const std::vector<float> both = masked(pair_pass, pair, 1, 1);
    CHECK(!std::equal(both.begin(), both.begin() + 1000, both.begin() + 1000));
}

TEST_CASE("evaluation and engines have no dropout") {
    nn::model<single> model{nn::seed{}};
    nn::training_pass<single, nn::mean_squared_error, float, true> pass{{.max_batch = batch}};
    std::vector<float> x(batch * size);
    golden::fill<float>(x, golden::stream::first_input);
    const auto evaluated = pass.evaluate(model, x.data(), batch);
    CHECK(std::equal(x.begin(), x.end(), evaluated.begin()));
    auto engine = nn::freeze(model);
    const auto frozen = engine(x.data());
    CHECK(std::equal(x.begin(), x.begin() + size, frozen.data()));
}

TEST_CASE("an engine has no row of any random layer") {
    int random = 0;
    for (const nn::operation& row : noisy::table.rows) random += row.what == nn::kind::dropout;
    CHECK(random == 3);
    for (const nn::operation& row : nn::detail::inference_plan<noisy>::table.rows)
        CHECK(row.what != nn::kind::dropout);
}
