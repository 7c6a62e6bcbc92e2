// SPDX-License-Identifier: MIT
/// \file
/// Networks whose convolutions Winograd computes: engines agree with those of the direct algorithm within the promised
/// error, `exact` gives the direct algorithm's bits, threads and batches change no bit.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "../kernels/nearness.hpp"

namespace {

namespace nn = ctnn;

/// Everything that fuses with a convolution: batch norm, activation, addition; slices, borders, odd sizes.
template <auto Algorithm>
using net =
    nn::network<nn::shape<19, 22, 3>, nn::conv<17, 3, nn::same, Algorithm>, nn::batch_norm<>, nn::relu,
                nn::residual<nn::conv<17, 3, nn::padding<1>, nn::no_bias, Algorithm>, nn::batch_norm<>, nn::relu>,
                nn::concat<nn::conv<9, 3, nn::same, Algorithm>, nn::max_pool<3, nn::stride<1>, nn::padding<1>>>,
                nn::conv<23, 3, Algorithm>, nn::leaky_relu<>, nn::max_pool<>, nn::conv<33, 3, Algorithm>, nn::tanh,
                nn::conv<5, 3, nn::padding<2>, Algorithm>, nn::global_avg_pool, nn::dense<3>>;
using direct = net<nn::exact>;

std::vector<float> images(nn::extent count) {
    nn::random_stream random(nn::seed{17}, 1);
    std::vector<float> pixels(static_cast<std::size_t>(count * direct::input::size));
    for (float& p : pixels) p = static_cast<float>(2 * random.next_uniform() - 1);
    return pixels;
}

template <class Net>
nn::model<Net> trained() {
    nn::model<Net> m{nn::seed{3}};
    nn::random_stream random(nn::seed{18}, 0);
    for (float& s : m.state()) s = static_cast<float>(0.5 + random.next_uniform());
    return m;
}

template <class Net>
std::vector<float> scores(const nn::engine_options& options, nn::extent count) {
    auto engine = nn::freeze(trained<Net>(), options);
    const std::vector<float> pixels = images(count);
    std::vector<float> found(static_cast<std::size_t>(count * Net::output::size));
    engine(pixels.data(), found.data(), count);
    return found;
}

template <class Net>
constexpr int with(nn::algorithm a) {
    int count = 0;
    for (const nn::operation& row : Net::table.rows) count += row.what == nn::kind::convolution && row.algorithm == a;
    return count;
}
static_assert(with<direct>(nn::algorithm::direct) == 7);
static_assert(with<net<nn::winograd<2>>>(nn::algorithm::winograd_2) == 6);
static_assert(with<net<nn::winograd<4>>>(nn::algorithm::winograd_4) == 6);

TEST_CASE("an engine with Winograd agrees with one without") {
    const std::vector<float> expected = scores<direct>({}, 3);
    CHECK(relative_error(scores<net<nn::winograd<2>>>({}, 3), expected) <= 2e-5);
    CHECK(relative_error(scores<net<nn::winograd<4>>>({}, 3), expected) <= 2e-5);
}

TEST_CASE("threads and batches change no bit of an engine with Winograd") {
    const auto compare = []<class Net>() {
        const std::vector<float> expected = scores<Net>({}, 7);
        for (const nn::extent threads : {1, 2, 3, 7})
            for (const nn::extent batch : {1, 2, 7}) {
                CAPTURE(threads);
                CAPTURE(batch);
                CHECK(same_bits(scores<Net>({.max_batch = batch, .threads = threads}, 7), expected));
            }
    };
    compare.operator()<net<nn::winograd<2>>>();
    compare.operator()<net<nn::winograd<4>>>();
}

TEST_CASE("an engine with Winograd stays within its bytes, whatever the batch and the threads") {
    using tested = net<nn::winograd<4>>;
    const nn::model<tested> m = trained<tested>();
    const std::vector<float> pixels = images(7), expected = scores<tested>({}, 7);
    for (const nn::extent threads : {1, 2, 3})
        for (const nn::extent batch : {1, 2, 7}) {
            const nn::extent bytes = nn::engine<tested>::bytes(batch, threads), guard = 64;
            nn::aligned_block<std::byte> memory(bytes + 2 * guard);
            std::memset(static_cast<void*>(memory.data()), 0xFF, static_cast<std::size_t>(memory.size()));  // NaN
            const nn::engine_options options{.max_batch = batch, .threads = threads};
            auto placed = nn::freeze_into({memory.data() + guard, static_cast<std::size_t>(bytes)}, m, options);
            REQUIRE(placed);
            CHECK_FALSE(nn::freeze_into({memory.data() + guard, static_cast<std::size_t>(bytes - 1)}, m, options));
            std::vector<float> found(expected.size());
            (*placed)(pixels.data(), found.data(), 7);
            CHECK(same_bits(found, expected));
            for (nn::extent i = 0; i < guard; ++i) {
                CHECK(memory[i] == std::byte{0xFF});
                CHECK(memory[guard + bytes + i] == std::byte{0xFF});
            }
        }
    static_assert(nn::engine<tested>::bytes(3, 2) - nn::engine<tested>::bytes(3, 1) ==
                  tested::workspace_bytes(3, 2) - tested::workspace_bytes(3, 1));
}

TEST_CASE("a workspace of fewer threads than the engine has gives the same bits") {
    using tested = net<nn::winograd<4>>;
    const auto engine = nn::freeze(trained<tested>(), {.max_batch = 4, .threads = 3});
    const std::vector<float> pixels = images(7), expected = scores<tested>({}, 7);
    for (const nn::extent threads : {1, 2, 3, 5}) {
        nn::engine<tested>::workspace memory(4, threads);
        std::vector<float> found(expected.size());
        engine(pixels.data(), found.data(), memory, 7);
        CHECK(same_bits(found, expected));
    }
}

TEST_CASE("exact refuses Winograd where the rule would take it, and gives the bits of the direct algorithm") {
    using chosen = nn::network<nn::shape<24, 24, 16>, nn::conv<32, 3, nn::same>>;
    using refused = nn::network<nn::shape<24, 24, 16>, nn::conv<32, 3, nn::same, nn::exact>>;
    static_assert(chosen::table.rows[1].algorithm == nn::algorithm::winograd_4 || CTNN_FORCE_WINOGRAD == 2);
    static_assert(refused::table.rows[1].algorithm == nn::algorithm::direct);
    using all_refused = nn::network<nn::shape<24, 24, 16>, nn::all_exact<nn::conv<32, 3, nn::same, nn::winograd<4>>>>;
    static_assert(all_refused::table.rows[1].algorithm == nn::algorithm::direct);
    static_assert(all_refused::table.rows[1].gradient_algorithm == nn::algorithm::direct);
    static_assert(all_refused::table.rows[1].weight_algorithm == nn::algorithm::direct);
    static_assert(all_refused::table.rows[1].scratch == refused::table.rows[1].scratch);
    // Sums of 144 products of integers are exact: no other algorithm gives these bits but by luck.
    nn::model<refused> m{nn::seed{1}};
    for (std::size_t i = 0; i < m.parameters().size(); ++i)
        m.parameters()[i] = static_cast<float>(static_cast<int>(i * 7 % 13) - 6);
    std::vector<float> image(static_cast<std::size_t>(refused::input::size));
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(static_cast<int>(i * 5 % 11) - 5);
    auto engine = nn::freeze(m);
    const auto y = engine(image.data());
    const float* weights = m.parameters().data();
    bool equal = true;
    for (nn::extent h = 0; h < 24; ++h)
        for (nn::extent w = 0; w < 24; ++w)
            for (nn::extent f = 0; f < 32; ++f) {
                int sum = static_cast<int>(weights[9 * 16 * 32 + f]);
                for (nn::extent k = 0; k < 9; ++k)
                    for (nn::extent c = 0; c < 16; ++c) {
                        const nn::extent row = h + k / 3 - 1, column = w + k % 3 - 1;
                        if (row < 0 || row >= 24 || column < 0 || column >= 24) continue;
                        sum += static_cast<int>(image[static_cast<std::size_t>((row * 24 + column) * 16 + c)]) *
                               static_cast<int>(weights[(k * 16 + c) * 32 + f]);
                    }
                equal = equal && y.data()[(h * 24 + w) * 32 + f] == static_cast<float>(sum);
            }
    CHECK(equal);
}

}  // namespace
