// SPDX-License-Identifier: MIT
/// \file
/// Attacks agree with PyTorch, stay in their ball and their range, and training against them makes a model robust.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "golden.hpp"
#include "small_data.hpp"

namespace {

namespace nn = ctnn;
using small_data::lines;
using dense_net = nn::network<nn::shape<5>, nn::dense<6>, nn::batch_norm<>, nn::relu, nn::dropout<0.5>, nn::dense<4>,
                              nn::batch_norm<>, nn::relu, nn::dense<3>, nn::softmax>;

struct problem {
    nn::model<dense_net, double> m{nn::seed{}};
    nn::dataset<nn::shape<5>, double> data;
    problem() {
        const auto start = golden::array<double>("transfer/start"),
                   state = golden::array<double>("transfer/statistics");
        std::copy(start.begin(), start.end(), m.parameters().begin());
        std::copy(state.begin(), state.end(), m.state().begin());
        data.inputs = golden::array<double>("transfer/inputs");
        data.labels = golden::array<std::int32_t>("transfer/labels");
    }
};

TEST_CASE("FGSM and PGD agree with PyTorch, in both norms, whatever the batch") {
    const problem p;
    const auto check = [&](const char* name, const nn::attack& how) {
        INFO(name);
        const auto expected = golden::array<double>(std::string("attack/") + name);
        for (const nn::extent batch : {32, 12, 5, 1}) {
            const auto found = nn::attacked(p.m, p.data, nn::cross_entropy{}, how, batch);
            REQUIRE(found);
            CHECK(found->labels == p.data.labels);
            for (std::size_t i = 0; i < expected.size(); ++i)
                CHECK(found->inputs[i] == doctest::Approx(expected[i]).epsilon(1e-9).scale(1));
        }
    };
    check("fgsm", nn::fgsm(0.3, -1.5, 1.5));
    check("pgd", {.epsilon = 0.3, .steps = 10, .step = 0.07, .low = -1.5, .high = 1.5});
    check("pgd_l2",
          {.norm = nn::attack_norm::euclidean, .epsilon = 0.8, .steps = 10, .step = 0.2, .low = -1.5, .high = 1.5});
}

TEST_CASE("a random start lies in the ball and the range, is reproducible, and is not that of another seed") {
    const problem p;
    for (const nn::attack_norm norm : {nn::attack_norm::infinity, nn::attack_norm::euclidean}) {
        nn::attack how = nn::pgd(0.2, 3, -0.9, 1.1);
        how.norm = norm;
        const auto found = nn::attacked(p.m, p.data, nn::cross_entropy{}, how, 5);
        REQUIRE(found);
        for (nn::extent s = 0; s < 12; ++s) {
            double squares = 0;
            for (nn::extent i = 0; i < 5; ++i) {
                const double clean = std::clamp(p.data.input_of(s)[i], -0.9, 1.1), x = found->input_of(s)[i];
                CHECK(std::abs(x - clean) <= 0.2 + 1e-12);
                CHECK((x >= -0.9 && x <= 1.1));
                squares += (x - clean) * (x - clean);
            }
            if (norm == nn::attack_norm::euclidean) CHECK(squares <= 0.04 + 1e-12);
        }
        CHECK(nn::attacked(p.m, p.data, nn::cross_entropy{}, how, 5)->inputs == found->inputs);
        const auto at_once = nn::attacked(p.m, p.data, nn::cross_entropy{}, how, 12);
        REQUIRE(at_once);
        for (std::size_t i = 0; i < found->inputs.size(); ++i)
            CHECK(at_once->inputs[i] == doctest::Approx(found->inputs[i]).epsilon(1e-12).scale(1));
        how.random = nn::seed{1};
        CHECK(nn::attacked(p.m, p.data, nn::cross_entropy{}, how, 12)->inputs != found->inputs);
    }
}

TEST_CASE("attacks that make no sense are refused, and so is data that does not fit the loss") {
    problem p;
    const auto message = [&](const nn::attack& how) {
        return nn::attacked(p.m, p.data, nn::cross_entropy{}, how).error().message();
    };
    CHECK(message({.epsilon = -1}) == "attack: epsilon is -1, expected a finite number of at least 0");
    CHECK(message({.step = std::numeric_limits<double>::infinity()}).find("attack: step is inf") == 0);
    CHECK(message({.steps = 0}) == "attack: 0 steps, expected at least 1");
    CHECK(message({.low = 1, .high = 0}) == "attack: inputs from 1 to 0, expected a finite range");
    CHECK(message({.low = std::numeric_limits<double>::quiet_NaN()}).find("attack: inputs from nan") == 0);
    p.data.labels[3] = 9;
    CHECK(message({}).find("sample 3") != std::string::npos);
    // A label that is ignored has no gradient: its sample stays.
    p.data.labels[3] = -1;
    const auto found = nn::attacked(p.m, p.data, nn::cross_entropy{}, nn::fgsm(0.5, -9, 9));
    REQUIRE(found);
    for (nn::extent i = 0; i < 5; ++i) CHECK(found->input_of(3)[i] == p.data.input_of(3)[i]);
}

using net = nn::network<nn::shape<6, 6, 1>, nn::conv<8, 3, nn::same>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                        nn::flatten, nn::dense<3>, nn::softmax>;

TEST_CASE("adversarial training makes a model more robust, and is the same for any number of threads") {
    const auto train = lines(150, 1), test = lines(100, 2);
    const nn::cross_entropy loss;
    const nn::attack strong = nn::pgd(0.25, 3, 0, 1.4);
    const auto trained = [&](nn::extent epochs, bool hardened, nn::extent threads, double share = 1) {
        nn::model<net> m{nn::seed{4}};
        nn::adversarial_training harder(m, loss, strong, share, 20, threads);
        nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>> with{.epochs = epochs, .batch = 30, .threads = threads};
        if (hardened) with.callbacks = {&harder};
        REQUIRE(nn::fit(m, train, loss, nn::adam{.rate = 0.01}, with));
        return m;
    };
    const auto robust = [&](const nn::model<net>& m) {
        const auto hard = nn::attacked(m, test, loss, strong);
        REQUIRE(hard);
        return nn::evaluate(m, *hard, loss).accuracy;
    };
    const auto plain = trained(12, false, 1), hardened = trained(12, true, 1);
    MESSAGE("accuracy under PGD: " << robust(plain) << ", after adversarial training " << robust(hardened));
    CHECK(robust(hardened) > robust(plain) + 0.05);
    CHECK(nn::evaluate(plain, test, loss).accuracy > robust(plain));
    CHECK(small_data::hash(trained(1, true, 1)) == small_data::hash(trained(1, true, 3)));
    CHECK(small_data::hash(trained(1, true, 1, 0)) == small_data::hash(trained(1, false, 1)));
    CHECK(small_data::hash(trained(1, true, 1, 0.5)) != small_data::hash(trained(1, true, 1)));
}

TEST_CASE("adversarial training refuses what the attack refuses, before the first step") {
    const auto train = lines(20, 1);
    nn::model<net> m{nn::seed{4}};
    const std::uint64_t before = small_data::hash(m);
    nn::adversarial_training backwards(m, nn::cross_entropy{}, nn::fgsm(-1)),
        twice(m, nn::cross_entropy{}, nn::fgsm(1), 2);
    CHECK(nn::fit(m, train, nn::cross_entropy{}, nn::adam{}, {.callbacks = {&backwards}})
              .error()
              .message()
              .find("attack: epsilon is -1") == 0);
    CHECK(nn::fit(m, train, nn::cross_entropy{}, nn::adam{}, {.callbacks = {&twice}})
              .error()
              .message()
              .find("a share of 2") != std::string::npos);
    CHECK(small_data::hash(m) == before);
}

}  // namespace
