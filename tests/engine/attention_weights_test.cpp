// SPDX-License-Identifier: MIT
/// \file
/// The weights that an engine shows are those that it used.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace attention_weights_test {
namespace nn = ctnn;
using nn::extent;

template <class Net>
nn::model<Net, double> model_of() {
    nn::model<Net, double> m{nn::seed{4}};
    const nn::random_stream random(nn::seed{5}, 1);
    for (std::size_t i = 0; i < m.parameters().size(); ++i) m.parameters()[i] += 0.8 * random.uniform(i) - 0.4;
    return m;
}
std::vector<double> numbers(extent count) {
    const nn::random_stream random(nn::seed{6}, 2);
    std::vector<double> x(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 4 * random.uniform(i) - 2;
    return x;
}
template <class T>
void check_rows(const nn::attention_map<T>& map) {
    for (extent h = 0; h < map.heads; ++h)
        for (extent q = 0; q < map.queries; ++q) {
            double sum = 0;
            for (extent k = 0; k < map.keys; ++k) {
                CHECK(map.row(h, q)[k] >= 0);
                sum += static_cast<double>(map.row(h, q)[k]);
            }
            CHECK(sum == doctest::Approx(1).epsilon(1e-5));
        }
}

// The values are the last third of the channels.
using core = nn::network<nn::shape<7, 12>, nn::scaled_dot_product_attention<nn::heads<2>, nn::causal>>;
using encoders =
    nn::network<nn::shape<9, 4>, nn::named<"first", nn::transformer_encoder<nn::heads<2>>>,
                nn::residual<nn::multi_head_attention<nn::heads<4>>>, nn::additive_attention_pool<3>, nn::dense<2>>;
using decoder = nn::network<
    nn::inputs<nn::shape<5, 4>, nn::shape<3, 4>, nn::shape<1>>,
    nn::with_memory<nn::chain<nn::input<0>, nn::length_mask<2>>, nn::input<1>, nn::transformer_decoder<nn::heads<2>>>>;
using volume =
    nn::network<nn::shape<3, 4, 4, 1>,
                nn::time_distributed<nn::conv<5, 2, nn::stride<2>>, nn::reshape<4, 5>, nn::additive_attention_pool<3>>,
                nn::additive_attention_pool<2>, nn::dense<2>>;

}  // namespace attention_weights_test

using namespace attention_weights_test;

TEST_CASE("an engine's weights times the values are what attention gave") {
    const auto m = model_of<core>();
    auto engine = nn::freeze(m);
    const std::vector<double> x = numbers(7 * 12);
    const auto map = nn::attention_weights(engine, x.data());
    REQUIRE(map.has_value());
    CHECK(map->heads == 2);
    CHECK(map->queries == 7);
    CHECK(map->keys == 7);
    check_rows(*map);
    const auto y = engine(x.data());
    for (extent h = 0; h < 2; ++h)
        for (extent q = 0; q < 7; ++q) {
            for (extent c = 0; c < 2; ++c) {
                double sum = 0;
                for (extent k = 0; k < 7; ++k)
                    sum += map->row(h, q)[k] * x[static_cast<std::size_t>(k * 12 + 8 + h * 2 + c)];
                CHECK(std::abs(sum - y.data()[q * 4 + h * 2 + c]) < 1e-13);
            }
            for (extent k = q + 1; k < 7; ++k) CHECK(map->row(h, q)[k] == 0);
        }
}

TEST_CASE("attention layers are found by their names") {
    CHECK(nn::attention_layers_of<encoders>() == std::vector<std::string>{"first.self_attn", "1.1.0", "2"});
    const auto m = model_of<encoders>();
    auto engine = nn::freeze(m);
    const std::vector<double> x = numbers(9 * 4);
    const auto y = engine(x.data());
    const std::vector<double> before(y.data(), y.data() + 2);
    for (const std::string& name : nn::attention_layers_of<encoders>()) {
        const auto map = nn::attention_weights(engine, x.data(), name);
        REQUIRE(map.has_value());
        check_rows(*map);
        CHECK(map->keys == 9);
    }
    CHECK(nn::attention_weights(engine, x.data(), "first")->heads == 2);
    CHECK(nn::attention_weights(engine, x.data(), "1")->heads == 4);
    CHECK(nn::attention_weights(engine, x.data(), "2")->queries == 1);
    for (const char* const wrong : {"", "3", "fir", "1.0"}) {
        const auto refused = nn::attention_weights(engine, x.data(), wrong);
        CHECK(refused.error().kind() == nn::error_kind::invalid_argument);
    }
    const auto after = engine(x.data());
    CHECK(std::equal(before.begin(), before.end(), after.data()));
}

TEST_CASE("absent tokens have the weight 0") {
    const auto m = model_of<decoder>();
    auto engine = nn::freeze(m);
    std::vector<double> x = numbers(5 * 4 + 3 * 4);
    x.push_back(2);
    const auto map = nn::attention_weights(engine, x.data(), "0.2.multihead_attn");
    REQUIRE(map.has_value());
    CHECK(map->queries == 3);
    CHECK(map->keys == 5);
    check_rows(*map);
    for (extent h = 0; h < 2; ++h)
        for (extent q = 0; q < 3; ++q)
            for (extent k = 0; k < 5; ++k) CHECK((map->row(h, q)[k] == 0) == (k >= 2));
}

TEST_CASE("attention of two levels shows the patches of each slice and the slices") {
    const auto m = model_of<volume>();
    auto engine = nn::freeze(m, {.max_batch = 3, .threads = 2});
    const std::vector<double> x = numbers(3 * 4 * 4);
    const auto names = nn::attention_layers_of<volume>();
    REQUIRE(names.size() == 2);
    const auto patches = nn::attention_weights(engine, x.data(), names[0]);
    const auto slices = nn::attention_weights(engine, x.data(), names[1]);
    REQUIRE((patches.has_value() && slices.has_value()));
    CHECK(patches->queries == 3);
    CHECK(patches->keys == 4);
    CHECK(slices->queries == 1);
    CHECK(slices->keys == 3);
    check_rows(*patches);
    check_rows(*slices);
}

TEST_CASE("each level of hierarchical attention is read by its name, and the order of the slices does not matter") {
    constexpr extent depth = 3, slice = 8 * 12;
    using net = nn::models::hierarchical_attention<depth, 8, 12, 1, 2, 4, 3>;
    CHECK(nn::attention_layers_of<net>() == std::vector<std::string>{"0.patches", "slices"});
    const auto m = model_of<net>();
    auto engine = nn::freeze(m);
    std::vector<double> x = numbers(net::input::size);
    const auto patches = nn::attention_weights(engine, x.data(), "0.patches");
    const auto slices = nn::attention_weights(engine, x.data(), "slices");
    REQUIRE((patches.has_value() && slices.has_value()));
    CHECK(patches->queries == depth);
    CHECK(patches->keys == 2 * 3);
    CHECK(slices->queries == 1);
    CHECK(slices->keys == depth);
    check_rows(*patches);
    check_rows(*slices);

    const auto y = engine(x.data());
    const std::vector<double> before(y.data(), y.data() + 2);
    std::rotate(x.begin(), x.begin() + slice, x.end());
    const auto after = nn::attention_weights(engine, x.data(), "slices");
    REQUIRE(after.has_value());
    for (extent s = 0; s < depth; ++s)
        CHECK(after->row(0, 0)[s] == doctest::Approx(slices->row(0, 0)[(s + 1) % depth]).epsilon(1e-12));
    const auto z = engine(x.data());
    for (extent c = 0; c < 2; ++c)
        CHECK(z.data()[c] == doctest::Approx(before[static_cast<std::size_t>(c)]).epsilon(1e-12));
}
