// SPDX-License-Identifier: MIT
/// \file
/// Several heads with a loss each: against PyTorch, against the losses alone, within networks, and what is refused.
#include <cmath>
#include <string>

#include "../graph/differences.hpp"
#include "loss_checks.hpp"
#include "small_data.hpp"

namespace {

namespace nn = ctnn;
using nn::dims;
using nn::extent;
using nn::target;

// Two heads a position, two of a sample, and a mask beside a diagnosis.
using sequence = nn::network<nn::shape<3, 5>,
                             nn::concat<nn::chain<nn::dense<4>, nn::softmax>, nn::chain<nn::dense<3>, nn::sigmoid>>>;
using vector =
    nn::network<nn::shape<6>, nn::dense<5>, nn::tanh,
                nn::concat<nn::chain<nn::dense<3>, nn::softmax>, nn::dense<2>, nn::chain<nn::dense<1>, nn::sigmoid>>>;
using mask = nn::network<nn::shape<4, 4, 1>, nn::conv<4, 3, nn::same>, nn::relu,
                         nn::concat<nn::chain<nn::conv<3, 1>, nn::softmax, nn::flatten>,
                                    nn::chain<nn::global_avg_pool, nn::dense<2>, nn::softmax>>>;

static_assert(std::is_same_v<nn::detail::heads_of<sequence>, nn::types<nn::shape<3, 4>, nn::shape<3, 3>>>);
static_assert(std::is_same_v<nn::detail::heads_of<vector>, nn::types<nn::shape<3>, nn::shape<2>, nn::shape<1>>>);
static_assert(std::is_same_v<nn::detail::heads_of<mask>, nn::types<nn::shape<4, 4, 3>, nn::shape<2>>>);
static_assert(std::is_same_v<nn::detail::heads_of<small_data::net>, nn::types<nn::shape<3>>>);
// Who else reads a softmax needs it: it is no head.
using read_twice = nn::network<nn::shape<4>, nn::softmax, nn::concat<nn::identity, nn::dense<2>>>;
static_assert(nn::detail::head_at(read_twice::table, 0).ends == nn::network_head::none);

const auto sequence_loss = nn::joint<sequence>(nn::cross_entropy{}, nn::binary_cross_entropy{});
const auto vector_loss = nn::joint<vector>(nn::cross_entropy{}, nn::mean_squared_error{}, nn::binary_cross_entropy{});
const auto mask_loss = nn::joint<mask>(nn::cross_entropy{}, nn::cross_entropy{});
static_assert(decltype(sequence_loss)::labels_per_sample({}) == 3 + 9);
static_assert(decltype(vector_loss)::labels_per_sample({}) == 2 && decltype(vector_loss)::skipped == 5);
static_assert(decltype(mask_loss)::labels_per_sample({}) == 16 + 1);

/// What golden/losses.py gives to its heads of four and of three channels.
std::vector<std::int32_t> labels_of_both() {
    const auto classes = golden::array<std::int32_t>("losses/labels"), yes = golden::array<std::int32_t>("losses/yes");
    std::vector<std::int32_t> labels;
    for (std::size_t s = 0; s < 5; ++s) {
        for (std::size_t p = 0; p < 3; ++p) {
            const std::int32_t label = classes[s * 3 + p];
            labels.push_back(label < 0 ? label : label % 4);
        }
        for (std::size_t p = 0; p < 3; ++p)
            for (std::size_t c = 4; c < 7; ++c) labels.push_back(yes[(s * 3 + p) * 7 + c]);
    }
    return labels;
}

TEST_CASE("a joint loss is PyTorch's weighted sum, with ignored labels") {
    auto loss = sequence_loss;
    loss.weights[0] = 2;
    loss.weights[1] = 0.5;
    const auto labels = labels_of_both();
    const dims out = sequence::output_dims;
    loss_checks::compare_with_golden<double>(loss, "joint", {.labels = labels.data()}, 5, out, 1e-12);
    loss_checks::compare_with_golden<float>(loss, "joint", {.labels = labels.data()}, 5, out, 1e-6);
}

TEST_CASE("each loss sees its head alone: gradients have the bits of a network of that head") {
    constexpr extent samples = 4;
    const auto output = loss_checks::uniform(samples * 6, 1, -3, 3),
               values = loss_checks::uniform(samples * 6, 2, -1, 1);
    const std::vector<std::int32_t> labels{2, 1, 0, 0, 1, 1, 2, -1};
    const target<double> truth{labels.data(), values.data()};
    std::vector<double> gradient(output.size());
    const double found =
        nn::mean_loss(vector_loss, output.data(), truth, gradient.data(), samples, vector::output_dims);
    double expected = 0;
    const auto compare = [&](int head, const auto& loss, target<double> own, dims shape) {
        const auto z = vector_loss.outputs_of(head, output);
        std::vector<double> dz(z.size());
        expected += nn::mean_loss(loss, z.data(), own, dz.data(), samples, shape);
        CHECK(vector_loss.outputs_of(head, gradient) == dz);
    };
    const auto classes = vector_loss.labels_of(0, labels), yes = vector_loss.labels_of(2, labels);
    CHECK(classes == std::vector<std::int32_t>{2, 0, 1, 2});
    CHECK(yes == std::vector<std::int32_t>{1, 0, 1, -1});
    const auto numbers = vector_loss.outputs_of(1, values);
    compare(0, nn::cross_entropy{}, {.labels = classes.data()}, nn::make_dims(3));
    compare(1, nn::mean_squared_error{}, {.values = numbers.data()}, nn::make_dims(2));
    compare(2, nn::binary_cross_entropy{}, {.labels = yes.data()}, nn::make_dims(1));
    CHECK(found == doctest::Approx(expected).epsilon(1e-14));
    auto without = vector_loss;
    without.weights[1] = 0;
    (void)nn::mean_loss(without, output.data(), truth, gradient.data(), samples, vector::output_dims);
    CHECK(without.outputs_of(1, gradient) == std::vector<double>(samples * 2));
}

TEST_CASE("gradients of networks with several heads are those of their joint loss") {
    const std::vector<std::int32_t> two{2, 1, 0, 1};
    const auto values = loss_checks::uniform(2 * 6, 3, 0, 1);
    differences::check<vector>(vector_loss, {two.data(), values.data()});
    auto labels = loss_checks::labels_between(2 * 17, 4, -1, 2);
    labels[16] = 1;
    auto weighted = mask_loss;
    weighted.weights[0] = 3;
    differences::check<mask>(weighted, {.labels = labels.data()});
    const auto each = loss_checks::labels_between(2 * 12, 5, 0, 2);
    differences::check<sequence>(sequence_loss, {.labels = each.data()});
}

TEST_CASE("a joint loss stays finite at logits of 1e4") {
    nn::model<vector> m{nn::seed{1}};
    for (float& x : m.parameters()) x *= 1e6F;
    const std::vector<float> x(12, 1.0F), values(12);
    nn::training_pass<vector, std::remove_const_t<decltype(vector_loss)>> pass{{.max_batch = 2}};
    const auto outputs = pass.forward(m, x.data(), 2);
    CHECK(std::fabs(outputs[0]) > 1e4F);  // logits
    CHECK(std::fabs(outputs[5]) > 1e4F);
    for (const std::int32_t label : {0, 1}) {
        const std::vector<std::int32_t> labels(4, label);
        CHECK(std::isfinite(pass.loss(vector_loss, {labels.data(), values.data()})));
        for (const float slope : pass.output_gradient()) CHECK(std::isfinite(slope));
    }
}

TEST_CASE("fit, evaluate and an engine know two heads") {
    using net = nn::network<nn::shape<6, 6, 1>, nn::conv<6>, nn::relu, nn::flatten, nn::dense<16>, nn::relu,
                            nn::concat<nn::chain<nn::dense<3>, nn::softmax>, nn::chain<nn::dense<1>, nn::sigmoid>>>;
    const auto with_second_label = [](auto data) {  // is anything bright?
        const auto classes = data.labels;
        data.labels.clear();
        for (const std::int32_t label : classes) data.labels.insert(data.labels.end(), {label, label < 2 ? 1 : 0});
        return data;
    };
    const auto train = with_second_label(small_data::lines(240, 1)),
               test = with_second_label(small_data::lines(100, 2));
    const auto loss = nn::joint<net>(nn::cross_entropy{}, nn::binary_cross_entropy{});
    nn::model<net> m{nn::seed{2}};
    const auto history = nn::fit(m, train, loss, nn::adam{.rate = 5e-3}, {.epochs = 12, .validation = &test});
    REQUIRE(history);
    const auto found = nn::evaluate(m, test, loss);
    CHECK(found.accuracy == -1);
    for (const int head : {0, 1}) {
        const auto scores = loss.outputs_of(head, found.probabilities);
        const auto labels = loss.labels_of(head, test.labels);
        const extent channels = static_cast<extent>(scores.size()) / 100;
        extent right = 0;
        for (extent s = 0; s < 100; ++s)
            right +=
                nn::predicted_class(scores.data() + s * channels, channels, 0.5) == labels[static_cast<std::size_t>(s)];
        CHECK(right > 90);
    }
    auto engine = nn::freeze(m);
    for (extent s = 0; s < 3; ++s) {
        const auto scores = engine(test.input_of(s));
        for (extent i = 0; i < 4; ++i)
            CHECK(scores[i] ==
                  doctest::Approx(static_cast<double>(found.probabilities[static_cast<std::size_t>(s * 4 + i)]))
                      .epsilon(1e-4));
    }
}

TEST_CASE("a joint loss refuses what its parts refuse, and says which") {
    const auto says = [](const auto& loss, target<double> truth, dims out) {
        return loss.check(truth, 2, out).message();
    };
    const std::vector<double> values(12);
    const std::vector<std::int32_t> labels{2, 1, 0, 5};
    CHECK(says(vector_loss, {labels.data(), values.data()}, vector::output_dims)
              .find("joint: head 2: binary_cross_entropy: sample 1: label 5") == 0);
    CHECK(
        says(vector_loss, {labels.data(), nullptr}, vector::output_dims).find("joint: head 1: mean_squared_error: ") ==
        0);
    auto wrong = vector_loss;
    wrong.weights[1] = -1;
    CHECK(says(wrong, {}, vector::output_dims).find("joint: head 0: cross_entropy: the target has neither") == 0);
    wrong.weights[0] = -1;
    CHECK(says(wrong, {}, vector::output_dims) == "joint: weight 0 is -1, expected a finite number of at least 0");
    CHECK_FALSE(vector_loss.check(target<double>{nullptr, values.data()}, 2, vector::output_dims));
}

}  // namespace
