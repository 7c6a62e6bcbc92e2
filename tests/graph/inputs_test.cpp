// SPDX-License-Identifier: MIT
/// \file
/// Networks with several inputs: engines and passes against the naive executor, gradients, names, equal bits.
#include <string>

#include "agrees.hpp"
#include "differences.hpp"

using namespace ctnn;

namespace {

using ctnn::tanh;  // not the C library's
using naive::agrees;

using image_and_values = inputs<shape<6, 5, 2>, shape<3>>;
using two_images = inputs<shape<5, 6, 2>, shape<5, 6, 2>>;

// The branches prepare, describe or judge: early, middle and late fusion.
using early = network<image_and_values, each_input<identity, chain<dense<60>, reshape<6, 5, 2>>>, conv<3, 3, same>,
                      relu, flatten, dense<2>, softmax>;
using middle =
    network<image_and_values, each_input<chain<conv<4, 3, same>, relu, max_pool<>, flatten>, identity>, dense<3>>;
using late = network<image_and_values, each_input<chain<flatten, dense<2>>, chain<dense<4>, tanh, dense<2>>>, dense<2>>;
// Values that gate channels and join again at the end, and an image that two branches read.
using joined =
    network<image_and_values, sum<chain<input<0>, conv<4>>, chain<input<0>, conv<4, 1>, max_pool<3, stride<1>>>>,
            scale_by<input<1>, dense<4>, sigmoid>, relu, flatten, concat<identity, input<1>>, dense<2>>;
using twins = network<two_images, siamese<conv<4, 3, same>, batch_norm<>, relu, max_pool<>, flatten, dense<3>>, tanh,
                      dense<2>, sigmoid>;
// The same with parameters for each input: twice as many, in the order of the inputs.
using apart = network<
    two_images,
    each_input<chain<conv<3>, tanh, flatten, dense<5>, prelu<>>, chain<conv<3>, tanh, flatten, dense<5>, prelu<>>>,
    absolute_difference, dense<1>>;
using together = network<two_images, siamese<conv<3>, tanh, flatten, dense<5>, prelu<>>, absolute_difference, dense<1>>;

static_assert(image_and_values::size == 63 && image_and_values::offset(1) == 60 && image_and_values::offset(2) == 63);
static_assert(static_shape<image_and_values> && std::is_same_v<middle::input, image_and_values>);
static_assert(apart::parameter_count - together::parameter_count == together::parameter_count - 6);
static_assert(twins::state_count == 8);

TEST_CASE("engines and passes compute what the naive executor does: early, middle and late fusion") {
    agrees<early>();
    agrees<middle>();
    agrees<late>();
    agrees<joined>();
}
TEST_CASE("and branches that share their parameters") { agrees<twins>(); }

TEST_CASE("an engine reads inputs where they lie, but for a border or a flatten") {
    using plan = detail::inference_plan<network<image_and_values, each_input<chain<conv<4>, flatten>, dense<3>>>>;
    static_assert(plan::plan.tasks[0].elided && plan::plan.tasks[1].elided);
    static_assert(!detail::inference_plan<middle>::plan.tasks[0].elided);
}

TEST_CASE("nobody works out gradients in front of all parameters") {
    using plan = detail::training_plan<middle, false, false>;
    static_assert(!plan::wants_input_gradient(2) && plan::table.rows[2].what == kind::convolution);
    using reshaped = detail::training_plan<network<shape<30>, reshape<5, 6>, conv<2>>, false, false>;
    static_assert(!reshaped::wants_input_gradient(2) && reshaped::table.rows[2].what == kind::convolution);
}

TEST_CASE("gradients of all inputs and parameters are those of the output") {
    differences::check<early>();
    differences::check<joined>();
    differences::check<twins>();
    differences::check<together>();
}

/// The gradient of a batch for a given gradient of the output.
template <class Net, class T>
std::vector<T> slope_of(model<Net, T>& m, const std::vector<T>& x, extent samples, extent threads = 1) {
    training_pass<Net, mean_squared_error, T> pass{{.max_batch = samples, .threads = threads}};
    pass.forward(m, x.data(), samples);
    for (std::size_t i = 0; i < pass.output_gradient().size(); ++i)
        pass.output_gradient()[i] = static_cast<T>(i % 5) - T(1.75);
    gradient<Net, T> slope;
    pass.backward(m, slope);
    return {slope.values().begin(), slope.values().end()};
}

template <class T>
void sum_of_branches() {
    constexpr extent samples = 9, shared = together::parameter_count - 6;
    model<together, T> one = naive::unlike_any_other<together, T>(3);
    model<apart, T> two{seed{1}};
    for (extent i = 0; i < apart::parameter_count; ++i)
        two.parameters()[static_cast<std::size_t>(i)] =
            one.parameters()[static_cast<std::size_t>(i < shared ? i : i - shared)];
    const std::vector<T> x = naive::noise<T>(samples * two_images::size, 4);
    const std::vector<T> sum = slope_of(one, x, samples), terms = slope_of(two, x, samples);
    std::vector<T> expected(terms.begin() + shared, terms.end());  // the second branch, then what both lead to
    for (std::size_t i = 0; i < static_cast<std::size_t>(shared); ++i) expected[i] += terms[i];
    CHECK(sum == expected);
}

TEST_CASE("the shared gradient is the sum of both branches' gradients, bit by bit") {
    sum_of_branches<float>();
    sum_of_branches<double>();
}

TEST_CASE("any number of threads gives the same bits") {
    constexpr extent samples = 33;
    const std::vector<float> x = naive::noise<float>(samples * two_images::size, 5);
    model<twins> m = naive::unlike_any_other<twins>(6);
    const model<twins> before = m.copy();
    const std::vector<float> expected = slope_of(m, x, samples);
    const model<twins> after = m.copy();
    for (const extent threads : {2, 3, 7}) {
        m.copy_numbers(before);
        CHECK(slope_of(m, x, samples, threads) == expected);
        CHECK(std::equal(m.state().begin(), m.state().end(), after.state().begin()));
    }
}

TEST_CASE("shared batch norms meet one input after the other") {
    using net = network<inputs<shape<1>, shape<1>>, siamese<batch_norm<>>>;
    model<net, double> m{seed{1}};
    const std::vector<double> x{1, 10, 3, 14};  // means 2 and 12, variances 2 and 8
    training_pass<net, mean_squared_error, double> pass{{.max_batch = 2}};
    pass.forward(m, x.data(), 2);
    CHECK(m.state()[0] == doctest::Approx(0.9 * (0.1 * 2) + 0.1 * 12));
    CHECK(m.state()[1] == doctest::Approx(0.9 * (0.9 * 1 + 0.1 * 2) + 0.1 * 8));
}

template <class Net>
std::string names() {
    std::string all;
    for (const named_tensor& t : tensors_of<Net>()) all += t.name + ' ';
    return all;
}

TEST_CASE("shared parameters have one name, one place and one line") {
    CHECK(names<together>() == "0.0.weight 0.0.bias 0.3.weight 0.3.bias 0.4.weight 2.weight 2.bias ");
    CHECK(names<late>() == "0.0.1.weight 0.0.1.bias 0.1.0.weight 0.1.0.bias 0.1.2.weight 0.1.2.bias 1.weight 1.bias ");
    extent covered = 0;
    for (const named_tensor& t : tensors_of<together>()) {
        CHECK(t.offset == covered);
        covered += t.size;
    }
    CHECK(covered == together::parameter_count);
    const std::string text = summary<together>();
    CHECK(text.find("input            5 x 6 x 2                         0") != std::string::npos);
    CHECK(text.find("dense            5                            shared") != std::string::npos);
    using halves = inputs<shape<2>, shape<2>>;
    CHECK(architecture_of<network<halves, siamese<dense<3>>>>() !=
          architecture_of<network<halves, each_input<dense<3>, dense<3>>>>());
}

}  // namespace
