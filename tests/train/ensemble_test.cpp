// SPDX-License-Identifier: MIT
/// \file
/// Ensembles: averages, votes, bags, snapshots; searches over settings and over networks.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "small_data.hpp"

namespace {

namespace nn = ctnn;
using small_data::lines;
using net = nn::network<nn::shape<6, 6, 1>, nn::conv<4>, nn::relu, nn::flatten, nn::dense<3>, nn::softmax>;
using linear = nn::network<nn::shape<6, 6, 1>, nn::flatten, nn::dense<3>, nn::softmax>;
using scores = std::vector<std::vector<float>>;

TEST_CASE("scores are averaged, and votes counted, the first class winning where they are equal") {
    const scores three{{0.5F, 0.5F, 0.9F, 0.1F}, {0.2F, 0.8F, 0.6F, 0.4F}, {0.1F, 0.9F, 0.3F, 0.7F}};
    const auto mean = nn::average_scores<float>(three), votes = nn::vote_shares<float>(three, 2);
    REQUIRE((mean && votes));
    CHECK((*mean)[1] == doctest::Approx(2.2 / 3));
    CHECK((*votes)[0] == doctest::Approx(1.0 / 3));
    CHECK((*votes)[1] == doctest::Approx(2.0 / 3));
    CHECK((*votes)[2] == doctest::Approx(2.0 / 3));
    const auto one_channel = nn::vote_shares<float>(three, 1, 0.55);
    CHECK((*one_channel)[1] == doctest::Approx(2.0 / 3));
    CHECK(*nn::average_scores<float>(scores{three[0]}) == three[0]);

    CHECK(nn::average_scores<float>(scores{}).error().message() == "ensemble: no member");
    CHECK(nn::average_scores<float>(scores{{1}, {1, 2}}).error().message() ==
          "ensemble: member 1 has 2 scores, member 0 has 1");
    CHECK(nn::vote_shares<float>(three, 3).error().kind() == nn::error_kind::shape_mismatch);
    CHECK(nn::vote_shares<float>(three, 0).error().kind() == nn::error_kind::shape_mismatch);
}

TEST_CASE("a bag has as many samples as there are, drawn with replacement; the rest is left out") {
    const auto bag = nn::bootstrap_sample(1000, nn::seed{3}, 2);
    CHECK(bag.drawn.size() == 1000);
    std::vector<int> seen(1000);
    for (const nn::extent i : bag.drawn) ++seen[static_cast<std::size_t>(i)];
    for (const nn::extent i : bag.left_out) CHECK(seen[static_cast<std::size_t>(i)] == 0);
    CHECK(bag.left_out.size() == static_cast<std::size_t>(std::count(seen.begin(), seen.end(), 0)));
    CHECK(std::abs(static_cast<double>(bag.left_out.size()) - 368) < 50);  // 1000 / e; five deviations of 10
    CHECK(bag.drawn == nn::bootstrap_sample(1000, nn::seed{3}, 2).drawn);
    CHECK(bag.drawn != nn::bootstrap_sample(1000, nn::seed{3}, 3).drawn);
    CHECK(bag.drawn != nn::bootstrap_sample(1000, nn::seed{4}, 2).drawn);
    CHECK(nn::bootstrap_sample(0, nn::seed{3}, 2).drawn.empty());
}

TEST_CASE("snapshots are the models at the ends of the rounds") {
    const auto data = lines(30, 1);
    const auto run = [&](nn::extent epochs, const nn::cosine_restarts_schedule& rounds, double average) {
        nn::model<net> m{nn::seed{2}};
        nn::snapshot_ensemble snapshots(m, rounds);
        REQUIRE(nn::fit(m, data, nn::cross_entropy{}, nn::sgd{.rate = 0.1},
                        {.epochs = epochs, .callbacks = {&snapshots}, .schedule = rounds, .average = average}));
        std::vector<std::uint64_t> hashes;
        for (const auto& member : snapshots.members()) hashes.push_back(small_data::hash(member));
        hashes.push_back(small_data::hash(m));
        return hashes;
    };
    const nn::cosine_restarts_schedule equal{.length = 2}, growing{.length = 1, .growth = 2};
    const auto five = run(5, equal, 0);
    CHECK(five.size() == 3);
    CHECK(five[0] == run(2, equal, 0).back());
    CHECK(five[1] == run(4, equal, 0).back());
    const auto grown = run(7, growing, 0);  // rounds end with epochs 1, 3 and 7
    CHECK(grown.size() == 4);
    CHECK(grown[1] == run(3, growing, 0).back());
    CHECK(grown[2] == grown[3]);
    const auto averaged = run(4, equal, 0.9);
    CHECK(averaged[1] == averaged[2]);
    CHECK(averaged[0] != five[0]);

    nn::model<net> m{nn::seed{2}};
    nn::snapshot_ensemble none(m, {.length = 0});
    CHECK_FALSE(nn::fit(m, data, nn::cross_entropy{}, nn::sgd{}, {.callbacks = {&none}}));
}

const nn::search_space space{nn::among("a", {1, 2, 3}), nn::among("b", {10, 20})};

TEST_CASE("a grid is every combination, and the best of it is found") {
    const auto found = nn::grid_search(space, 4, [](const nn::search_point& at) -> nn::result<double> {
        CHECK(at.epochs == 4);
        CHECK(std::isnan(at["c"]));
        return at["a"] == 1 ? std::nan("") : -std::abs(at["a"] - 2) * at["b"];
    });
    REQUIRE(found);
    CHECK(found->trials.size() == 6);
    CHECK(found->trials[1].values == std::vector<double>{1, 20});
    CHECK(found->best == 2);  // (2, 10), the first of two equals
    CHECK(found->text(",").find("epochs,a,b,score,seconds\n     4,1,10,nan,") == 0);
}

TEST_CASE("random points lie in their ranges, a longer search begins with a shorter one") {
    const nn::search_space ranges{nn::between_logarithmic("rate", 1e-4, 1e-1), nn::between("decay", -1, 3),
                                  nn::among("batch", {16, 32})};
    const auto run = [](const nn::search_point& at) -> nn::result<double> { return at["decay"]; };
    const auto few = nn::random_search(ranges, 5, nn::seed{1}, 1, run),
               many = nn::random_search(ranges, 400, nn::seed{1}, 1, run);
    REQUIRE((few && many));
    nn::extent below = 0;
    for (std::size_t i = 0; i < 400; ++i) {
        const auto& v = many->trials[i].values;
        if (i < 5) CHECK(v == few->trials[i].values);
        CHECK((v[0] >= 1e-4 && v[0] < 1e-1 && v[1] >= -1 && v[1] < 3 && (v[2] == 16 || v[2] == 32)));
        below += v[0] < 1e-3;
        CHECK(v[1] <= many->trials[many->best].values[1]);
    }
    CHECK(std::abs(static_cast<double>(below) - 400.0 / 3) < 5 * 9.5);  // a third of the factors
}

TEST_CASE("successive halving gives the better points more epochs until one is left") {
    const nn::search_space line{nn::between("x", 0, 1)};
    const auto found = nn::successive_halving(line, {.points = 10, .least_epochs = 2, .factor = 3},
                                              [](const nn::search_point& at) -> nn::result<double> { return at["x"]; });
    REQUIRE(found);
    std::vector<nn::extent> epochs(60);
    double largest = 0;
    for (const nn::search_trial& t : found->trials) {
        ++epochs[static_cast<std::size_t>(t.epochs)];
        largest = std::max(largest, t.values[0]);
    }
    CHECK((epochs[2] == 10 && epochs[6] == 4 && epochs[18] == 2 && epochs[54] == 1));
    CHECK(found->best == 16);
    CHECK(found->trials[16].values[0] == largest);
}

TEST_CASE("spaces that cannot be searched are refused, and the error of a training ends the search") {
    const auto run = [](const nn::search_point&) -> nn::result<double> {
        return nn::error(nn::error_kind::not_finite, "broke");
    };
    CHECK(nn::grid_search(space, 1, run).error().message() == "broke");
    CHECK(nn::grid_search({}, 1, run).error().message() == "search: the space has no axis");
    CHECK(nn::grid_search(space, 0, run).error().kind() == nn::error_kind::invalid_argument);
    CHECK(nn::grid_search({nn::between("x", 0, 1)}, 1, run).error().message() ==
          "search: a grid needs the values of 'x'");
    CHECK(nn::random_search({nn::between("x", 2, 1)}, 1, nn::seed{}, 1, run).error().message() ==
          "search: 'x' is between 2 and 1, expected finite numbers");
    CHECK(nn::random_search({nn::between_logarithmic("x", 0, 1)}, 1, nn::seed{}, 1, run).error().message() ==
          "search: 'x' is between 0 and 1, expected numbers above 0");
    CHECK_FALSE(nn::random_search(space, 0, nn::seed{}, 1, run));
    CHECK_FALSE(nn::successive_halving(space, {.factor = 1}, run));
}

TEST_CASE("networks of a list are trained alike and stand in one table") {
    const auto train = lines(60, 1), valid = lines(30, 2);
    const nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>> with{
        .epochs = 4, .random = nn::seed{6}, .validation = &valid};
    const auto records = nn::compare_networks<nn::candidate<"linear", linear>, nn::candidate<"conv", net>>(
        train, nn::cross_entropy{}, nn::adam{.rate = 0.01}, with);
    REQUIRE(records);
    REQUIRE(records->size() == 2);
    CHECK((*records)[0].name == "linear");
    CHECK((*records)[0].parameters == linear::parameter_count);
    CHECK((*records)[1].multiply_adds == net::multiply_adds);
    CHECK((*records)[1].milliseconds > 0);
    nn::model<net> m{nn::seed{6}};
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 0.01}, with);
    REQUIRE(history);
    CHECK((*records)[1].auc == history->epochs.back().validation_auc);
    const std::string table = nn::network_table(*records);
    CHECK(table.find("network          parameters") == 0);
    CHECK(table.find("\nlinear  ") != std::string::npos);
    CHECK(nn::compare_networks<nn::candidate<"conv", net>>(train, nn::cross_entropy{}, nn::adam{}, {})
              .error()
              .message() == "compare_networks: needs validation data");
    CHECK(nn::compare_networks<nn::candidate<"conv", net>>(train, nn::cross_entropy{}, nn::adam{},
                                                           {.epochs = 0, .validation = &valid})
              .error()
              .message()
              .find("conv: fit: epochs") == 0);
}

}  // namespace
