// SPDX-License-Identifier: MIT
/// \file
/// Frozen parameters keep their bits, rates a group are PyTorch's, and a backbone comes from another network.
#include <doctest/doctest.h>

#include <cstdio>
#include <limits>

#include "golden.hpp"
#include "small_data.hpp"

namespace {

namespace nn = ctnn;
using small_data::lines;

template <nn::extent Classes>
using with_head =
    nn::network<nn::shape<6, 6, 1>,
                nn::named<"backbone", nn::chain<nn::conv<4, 3, nn::same>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                                                nn::conv<3>, nn::batch_norm<>, nn::relu, nn::flatten>>,
                nn::dropout<0.25>, nn::named<"head", nn::dense<Classes>>, nn::softmax>;
using net = with_head<3>;
using options = nn::fit_options<nn::dataset<nn::shape<6, 6, 1>>>;

/// The numbers of a tensor of a model.
template <class Model>
std::vector<float> numbers(const Model& m, const std::string& name) {
    for (const nn::named_tensor& t : nn::tensors_of<typename Model::network>()) {
        if (t.name != name) continue;
        const float* from = (t.learned ? m.parameters().data() : m.state().data()) + t.offset;
        return {from, from + t.size};
    }
    FAIL(name);
    return {};
}

/// The names of the tensors that training changed.
std::string moved(const options& with, nn::extent samples = 20) {
    nn::model<net> m{nn::seed{3}};
    const nn::model<net> before = m.copy();
    const auto history = nn::fit(m, lines(samples, 1), nn::cross_entropy{}, nn::adamw{.rate = 0.01}, with);
    REQUIRE_MESSAGE(history, history.error().message());
    std::string names;
    for (const nn::named_tensor& t : nn::tensors_of<net>())
        if (numbers(m, t.name) != numbers(before, t.name)) names += t.name + " ";
    return names;
}

TEST_CASE("what is frozen keeps its bits, running statistics too; the rest learns") {
    CHECK(moved({.batch = 8, .groups = {nn::frozen("backbone.*")}}) == "head.weight head.bias ");
    CHECK(moved({.batch = 8, .groups = {nn::frozen("*"), {.names = "*.bias", .layer = "conv", .rate = 2}}}) ==
          "backbone.0.bias backbone.4.bias ");
    // An average, clipping and the best epoch's weights must not move them by a rounding either.
    CHECK(moved({.epochs = 3,
                 .batch = 8,
                 .restore_best = true,
                 .accumulate = 2,
                 .clip_norm = 0.5,
                 .average = 0.7,
                 .groups = {nn::frozen("backbone.?.*")}}) == "head.weight head.bias ");
    const std::string all_but_norms = moved({.batch = 8, .groups = {nn::frozen_layers("batch_norm")}});
    CHECK(all_but_norms ==
          "backbone.0.weight backbone.0.bias backbone.4.weight backbone.4.bias head.weight head.bias ");
}

TEST_CASE("optimizer state exists for what learns alone") {
    const nn::adam descent;
    auto plan = nn::detail::plan_learning_of<net>(descent, {nn::frozen("backbone.*")});
    REQUIRE(plan);
    CHECK(plan->slots == 3 * 3 + 3);
    nn::optimizer_state<nn::adam, net> state(descent, std::move(*plan));
    CHECK(std::ssize(state.slot(1)) == state.plan().slots);
    CHECK(std::ssize(nn::optimizer_state<nn::adam, net>(descent).slot(1)) == net::parameter_count);
}

TEST_CASE("a frozen backbone is a fixed function in front of the head") {
    // The head alone, trained on what an engine says of the backbone, has the same weights.
    using backbone = nn::network<nn::shape<6, 6, 1>, nn::conv<4, 3, nn::same>, nn::batch_norm<>, nn::relu,
                                 nn::max_pool<>, nn::conv<3>, nn::batch_norm<>, nn::relu, nn::flatten>;
    using whole = nn::network<nn::shape<6, 6, 1>, nn::named<"0", nn::conv<4, 3, nn::same>>, nn::batch_norm<>, nn::relu,
                              nn::max_pool<>, nn::conv<3>, nn::batch_norm<>, nn::relu, nn::flatten,
                              nn::named<"head", nn::dense<3>>, nn::softmax>;
    using head = nn::network<nn::shape<backbone::output::size>, nn::named<"head", nn::dense<3>>, nn::softmax>;
    nn::model<whole> m{nn::seed{3}};
    nn::model<backbone> b{nn::seed{4}};
    nn::model<head> h{nn::seed{5}};
    for (std::size_t i = 0; i < m.state().size(); ++i) m.state()[i] += 0.1F * static_cast<float>(i + 1);
    REQUIRE(nn::take_over(b, m));
    REQUIRE(nn::take_over(h, m));
    const auto data = lines(20, 2);
    nn::dataset<nn::shape<backbone::output::size>> features;
    features.labels = data.labels;
    auto engine = nn::freeze(b);
    for (nn::extent i = 0; i < data.size(); ++i)
        for (const float x : engine(data.input_of(i))) features.inputs.push_back(x);
    const nn::sgd descent{.rate = 0.2, .momentum = 0.9};
    REQUIRE(nn::fit(m, data, nn::cross_entropy{}, descent,
                    {.epochs = 3, .batch = 8, .groups = {nn::frozen("*"), {.names = "head.*"}}}));
    REQUIRE(nn::fit(h, features, nn::cross_entropy{}, descent, {.epochs = 3, .batch = 8}));
    const auto found = numbers(m, "head.weight"), expected = numbers(h, "head.weight");
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(found[i] == doctest::Approx(static_cast<double>(expected[i])).epsilon(1e-4));
}

TEST_CASE("through frozen norms the gradient is that of PyTorch in eval(), and rates a group are PyTorch's") {
    using dense_net = nn::network<nn::shape<5>, nn::dense<6>, nn::batch_norm<>, nn::relu, nn::dense<4>,
                                  nn::batch_norm<>, nn::relu, nn::dense<3>, nn::softmax>;
    const auto start = golden::array<double>("transfer/start"),
               statistics = golden::array<double>("transfer/statistics");
    nn::dataset<nn::shape<5>, double> data;
    data.inputs = golden::array<double>("transfer/inputs");
    data.labels = golden::array<std::int32_t>("transfer/labels");
    const auto check = [&](const char* name, const auto& descent, std::vector<nn::parameter_group> groups) {
        INFO(name);
        nn::model<dense_net, double> m{nn::seed{}};
        REQUIRE(start.size() == m.parameters().size());
        std::copy(start.begin(), start.end(), m.parameters().begin());
        std::copy(statistics.begin(), statistics.end(), m.state().begin());
        REQUIRE(nn::fit(m, data, nn::cross_entropy{}, descent,
                        {.epochs = 10, .batch = 12, .shuffled = false, .groups = std::move(groups)}));
        const auto end = golden::array<double>(std::string("transfer/") + name);
        for (std::size_t i = 0; i < start.size(); ++i)
            CHECK(m.parameters()[i] == doctest::Approx(end[i]).epsilon(1e-8).scale(1));
    };
    check("frozen_norms", nn::adam{.rate = 0.01}, {nn::frozen_layers("batch_norm")});
    check("rates", nn::adamw{.rate = 0.01, .weight_decay = 0.1},
          {{.names = "0.*", .rate = 0.1}, {.names = "1.*", .rate = 0.1}, {.names = "6.*", .rate = 3}});
    check("frozen_front", nn::sgd{.rate = 0.1, .momentum = 0.9},
          {nn::frozen("0.*"), nn::frozen("1.*"), {.names = "3.*", .rate = 0.5}});
}

TEST_CASE("decay of weights alone and groups go together, and a checkpoint continues them") {
    const std::string path = "transfer_test.checkpoint";
    std::remove(path.c_str());
    const auto run = [&](nn::extent epochs, bool kept) {
        nn::checkpoint keep(path);
        options with{
            .epochs = epochs, .batch = 8, .groups = {nn::frozen("backbone.0.*"), {.names = "head.*", .rate = 4}}};
        if (kept) with.callbacks = {&keep};
        nn::model<net> m{nn::seed{3}};
        REQUIRE(nn::fit(m, lines(20, 1), nn::cross_entropy{},
                        nn::adamw{.rate = 0.01, .weight_decay = 0.3, .decay_weights_only = true}, with));
        return small_data::hash(m);
    };
    const std::uint64_t whole = run(4, false);
    CHECK(run(2, true) != whole);
    CHECK(run(4, true) == whole);
    std::remove(path.c_str());
}

TEST_CASE("groups that fit nothing, leave nothing or have no rate are refused") {
    const auto message = [](std::vector<nn::parameter_group> groups) {
        nn::model<net> m{nn::seed{3}};
        return nn::fit(m, lines(20, 1), nn::cross_entropy{}, nn::adamw{}, {.groups = std::move(groups)})
            .error()
            .message();
    };
    CHECK(message({nn::frozen("heda.*")})
              .find("no parameter fits the group 'heda.*' of layers '*'; they are called "
                    "backbone.0.weight, backbone.0.bias, ") != std::string::npos);
    CHECK(message({nn::frozen_layers("lstm")}).find("of layers 'lstm'") != std::string::npos);
    CHECK(message({nn::frozen("*")}).find("nothing is left to learn") != std::string::npos);
    CHECK(message({{.rate = -1}}).find("is -1, expected") != std::string::npos);
    CHECK(message({{.rate = std::numeric_limits<double>::infinity()}}).find("is inf") != std::string::npos);
}

TEST_CASE("a star stands for any characters, a question mark for one") {
    using nn::detail::matches;
    static_assert(matches("*", "") && matches("a*c", "abbbc") && matches("a*b*c", "aXbYbZc") && matches("?b", "ab"));
    static_assert(!matches("", "a") && !matches("a*c", "abcd") && !matches("?", "") && !matches("a?", "a"));
    static_assert(matches("*.bias", "backbone.0.bias") && !matches("*.bias", "bias") && matches("**", "x"));
}

TEST_CASE("a backbone is loaded from the file of a network with another head, and what was left is listed") {
    const std::string path = "transfer_test.safetensors";
    nn::model<with_head<2>> trained{nn::seed{8}};
    for (float& x : trained.state()) x += 0.25F;
    REQUIRE_FALSE(nn::save(trained, path));
    nn::model<net> m{nn::seed{3}};
    const nn::model<net> before = m.copy();
    const auto taken = nn::load_partially(m, path);
    REQUIRE_MESSAGE(taken, taken.error().message());
    CHECK(taken->loaded.size() == 12);
    CHECK(taken->missing.empty());
    CHECK(taken->unused.empty());
    CHECK(taken->differs ==
          std::vector<std::string>{"head.weight: file (3, 2), network (3, 3)", "head.bias: file (2), network (3)"});
    CHECK(taken->text().find("12 tensors taken over\n  head.weight: file (3, 2)") == 0);
    for (const std::string& name : taken->loaded) CHECK(numbers(m, name) == numbers(trained, name));
    CHECK(numbers(m, "head.weight") == numbers(before, "head.weight"));

    nn::model<net> part{nn::seed{3}};
    const auto first = nn::load_partially(part, path, "backbone.0.*");
    REQUIRE(first);
    CHECK(first->loaded == std::vector<std::string>{"backbone.0.weight", "backbone.0.bias"});
    CHECK(first->missing.size() == 12);
    CHECK(first->unused.size() == 12);
    CHECK(numbers(part, "backbone.1.running_mean") == numbers(before, "backbone.1.running_mean"));

    // Nothing in common, another precision, numbers that are none: refused, and nothing changed.
    const std::uint64_t was = small_data::hash(m);
    CHECK(nn::load_partially(m, path, "tail.*").error().kind() == nn::error_kind::shape_mismatch);
    CHECK(nn::load_partially(m, "none.safetensors").error().kind() == nn::error_kind::cannot_open);
    trained.parameters().back() = std::numeric_limits<float>::quiet_NaN();
    trained.parameters().front() = std::numeric_limits<float>::quiet_NaN();
    CHECK(nn::take_over(m, trained, "head.*").error().kind() == nn::error_kind::shape_mismatch);
    REQUIRE_FALSE(nn::save(trained, path));
    CHECK(nn::load_partially(m, path).error().kind() == nn::error_kind::not_finite);
    CHECK(small_data::hash(m) == was);
    std::remove(path.c_str());
}

}  // namespace
