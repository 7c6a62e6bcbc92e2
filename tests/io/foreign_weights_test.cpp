// SPDX-License-Identifier: MIT
/// \file
/// Weights that PyTorch and Keras trained: networks answer as they do, what does not fit is refused with all its names,
/// and the model stays as it was.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "foreign_weights.hpp"

namespace foreign_weights {
namespace nn = ctnn;

// Those of tests/golden/foreign.py.
using image = nn::network<nn::shape<6, 5, 4>, nn::conv<6, nn::same, nn::groups<2>, nn::no_bias>, nn::batch_norm<>,
                          nn::prelu<nn::per_channel>, nn::depthwise_conv<nn::depth_multiplier<2>>,
                          nn::conv_transpose<4, 2, nn::stride<2>, nn::groups<2>>, nn::max_pool<>, nn::flatten,
                          nn::batch_norm<>, nn::dense<10>, nn::relu, nn::layer_norm<>, nn::dense<24>,
                          nn::prelu<nn::per_channel>, nn::reshape<2, 3, 4>, nn::conv<3, 2>, nn::flatten, nn::dense<3>>;
using sequence =
    nn::network<nn::shape<7>, nn::embedding<9, 5, nn::padding_index<0>>, nn::bidirectional<nn::lstm<3>>,
                nn::bidirectional<nn::lstm<3, nn::pytorch>>, nn::gru<4>, nn::gru<3, nn::keras>, nn::rnn<4, nn::pytorch>,
                nn::rnn<5>, nn::layer_norm<>, nn::conv<4>, nn::flatten, nn::dense<2>>;
using volume = nn::network<nn::shape<3, 4, 4, 2>, nn::conv<4, nn::kernel<1, 2, 3>, nn::groups<2>>, nn::relu,
                           nn::layer_norm<nn::over_all>, nn::conv_transpose<2, nn::kernel<2, 1, 2>>, nn::group_norm<2>,
                           nn::flatten, nn::dense<3>>;
using keras = nn::network<nn::shape<3, 5, 2>, nn::conv<3, 2>, nn::batch_norm<nn::epsilon<1e-3>>,
                          nn::depthwise_conv<nn::kernel<1, 2>, nn::depth_multiplier<2>>, nn::prelu<nn::per_channel>,
                          nn::flatten, nn::dense<10>, nn::tanh, nn::reshape<5, 2>, nn::gru<4>, nn::lstm<3, nn::pytorch>,
                          nn::bidirectional<nn::gru<2, nn::keras, nn::last_step>>, nn::dense<3>>;

// Those of the shared data.
using pneumonia =
    nn::network<nn::shape<28, 28, 1>, nn::conv<16, nn::same>, nn::batch_norm<>, nn::relu, nn::max_pool<>,
                nn::conv<32, nn::same>, nn::batch_norm<>, nn::relu, nn::max_pool<>, nn::conv<64, nn::same>,
                nn::batch_norm<>, nn::relu, nn::global_avg_pool, nn::flatten, nn::dense<2>>;
using sample =
    nn::network<nn::shape<8, 8, 3>, nn::conv<4, nn::same>, nn::batch_norm<>, nn::relu, nn::flatten, nn::dense<16>>;

using two_layers = nn::network<nn::shape<4>, nn::dense<4>, nn::relu, nn::named<"head", nn::dense<4>>>;

/// The README's.
inline int load_image(const std::string& folder) {
    // [pytorch]
    nn::model<image> model{nn::seed{0}};
    if (auto failed = nn::load(model, folder + "image.npz", nn::layout::pytorch)) return std::puts(failed.what()), 1;
    // [pytorch]
    check_answers(model, "image");
    return 0;
}

inline tensors square_layers(const std::string& first, const std::string& second) {
    return {{first + ".weight", counting({4, 4}, 0)},
            {first + ".bias", counting({4}, 100)},
            {second + ".weight", counting({4, 4}, 200)},
            {second + ".bias", counting({4}, 300)}};
}

TEST_CASE("networks answer as PyTorch does, with its weights") {
    SUBCASE("found by order: grouped, depthwise and transposed convolutions, flatten and back") {
        CHECK(load_image(golden) == 0);
    }
    SUBCASE("found by names: recurrent layers of one module, a signal's flatten") {
        const nn::name_pair names[] = {{"0", "words"},
                                       {"1.0", "lstm_l0"},
                                       {"1.1", "lstm_l0_reverse"},
                                       {"2.0", "lstm_l1"},
                                       {"2.1", "lstm_l1_reverse"},
                                       {"3", "gru"},
                                       {"4", "gru_keras"},
                                       {"5", "rnn_one"},
                                       {"6", "rnn_two"},
                                       {"7", "norm"},
                                       {"8", "signal"},
                                       {"10", "tail"}};
        check_file<sequence>("sequence", "sequence.safetensors", nn::layout::pytorch, names);
    }
    SUBCASE("found by shapes, though the file is sorted") {
        check_file<sequence>("sequence", "sequence.safetensors", nn::layout::pytorch);
    }
    SUBCASE("found by equal names: volumes, in half precision") {
        check_file<volume>("volume", "volume.safetensors", nn::layout::pytorch);
    }
}

TEST_CASE("a network answers as Keras does, with its weights") {
    check_file<keras>("keras", "keras.npz", nn::layout::keras);

    // The same under the names of Keras.
    const char* const names[] = {"conv2d/kernel:0",
                                 "conv2d/bias:0",
                                 "bn/gamma",
                                 "bn/beta",
                                 "bn/moving_mean",
                                 "bn/moving_variance",
                                 "depth/depthwise_kernel",
                                 "depth/bias",
                                 "p_re_lu/alpha",
                                 "dense/kernel",
                                 "dense/bias",
                                 "gru/gru_cell/kernel",
                                 "gru/gru_cell/recurrent_kernel",
                                 "gru/gru_cell/bias",
                                 "lstm/lstm_cell/kernel",
                                 "lstm/lstm_cell/recurrent_kernel",
                                 "lstm/lstm_cell/bias",
                                 "both/forward/kernel",
                                 "both/forward/recurrent_kernel",
                                 "both/forward/bias",
                                 "both/backward/kernel",
                                 "both/backward/recurrent_kernel",
                                 "both/backward/bias",
                                 "head/kernel",
                                 "head/bias"};
    const auto numbered = nn::read_npz(golden + "keras.npz");
    REQUIRE(numbered);
    tensors named;
    for (std::size_t i = 0; i < std::size(names); ++i) {
        auto one = numbered->read("arr_" + std::to_string(i));
        REQUIRE(one);
        named.emplace_back(names[i], *std::move(one));
    }
    nn::model<keras> model{nn::seed{1}};
    REQUIRE_FALSE(load_tensors(model, named, nn::layout::keras));
    check_answers(model, "keras");
    const nn::name_pair map[] = {
        {"0", "conv2d"}, {"1", "bn"},   {"2", "depth"},           {"3", "p_re_lu"}, {"5", "dense"},
        {"8", "gru"},    {"9", "lstm"}, {"10.0", "both/forward"}, {"11", "head"},   {"10.1", "both/backward"}};
    nn::model<keras> again{nn::seed{1}};
    REQUIRE_FALSE(load_tensors(again, named, nn::layout::keras, map));
    check_answers(again, "keras");
}

TEST_CASE("models that others trained give the stored answers") {
    const std::string folder = shared + "pretrained_onnx/", images = shared + "classification_pneumoniamnist/";
    if (!std::filesystem::exists(folder) || !std::filesystem::exists(images)) {
        MESSAGE("skipped: no shared data");
        return;
    }
    const auto output = nn::read_file(folder + "safetensors_sample/expected_output.json");
    REQUIRE(output);
    std::vector<float> expected;
    const std::string text(output->begin(), output->end());
    for (const char* at = text.c_str() + text.find('['); *at == '[' || *at == ',';) {
        char* end = nullptr;
        expected.push_back(std::strtof(at + 1, &end));
        at = end;
    }
    REQUIRE(expected.size() == 16);
    nn::model<sample> small{nn::seed{1}};
    REQUIRE_FALSE(nn::load(small, folder + "safetensors_sample/multi_layer.safetensors", nn::layout::pytorch));
    CHECK(largest_difference(small, std::vector<float>(192, 1.0f), expected) < 1e-6);

    const auto archive = nn::read_npz(images + "pneumoniamnist.npz");
    if (!archive) return;  // deflate without zlib
    const auto pixels = archive->read("test_images");
    const auto logits = nn::read_npy(folder + "pneumonia_cnn_pytorch/all_test_logits.npy");
    if (!pixels && pixels.error().kind() == nn::error_kind::unsupported) return;
    REQUIRE((pixels && logits));
    REQUIRE(logits->size() == 1248);
    std::vector<float> x = pixels->as<float>();
    for (float& value : x) value = (value / 255 - 0.5f) / 0.5f;
    nn::model<pneumonia> model{nn::seed{1}}, same{nn::seed{2}};
    nn::error failed = nn::load(model, folder + "pneumonia_cnn_pytorch/weights.npz", nn::layout::pytorch);
    INFO(failed.message());
    REQUIRE_FALSE(failed);
    CHECK(largest_difference(model, x, logits->as<float>()) < 5e-5);  // of logits up to 12
    failed = nn::load(same, folder + "pneumonia_cnn_pytorch/weights.safetensors", nn::layout::pytorch);
    INFO(failed.message());
    REQUIRE_FALSE(failed);
    CHECK(std::memcmp(same.parameters().data(), model.parameters().data(), model.parameters().size_bytes()) == 0);
    CHECK(std::memcmp(same.state().data(), model.state().data(), model.state().size_bytes()) == 0);
}

TEST_CASE("all floating-point types are converted exactly") {
    const auto read = [](nn::tensor_type type, nn::byte_vector bytes) {
        nn::detail::foreign_tensor one;
        one.type = type;
        one.bytes = bytes;
        return nn::detail::number_at(one, one.size() - 1);
    };
    using nn::tensor_type;
    CHECK(read(tensor_type::bf16, {0, 0, 0x20, 0xc0}) == -2.5);
    CHECK(read(tensor_type::f16, {0, 0, 0x00, 0xc1}) == -2.5);
    CHECK(read(tensor_type::f16, {0xff, 0x7b}) == 65504);
    CHECK(read(tensor_type::f16, {0x01, 0x80}) == -std::ldexp(1, -24));  // the smallest
    CHECK(read(tensor_type::f16, {0x00, 0x04}) == std::ldexp(1, -14));   // the smallest that is normal
    CHECK(read(tensor_type::f16, {0x00, 0xfc}) == -HUGE_VAL);
    CHECK(std::isnan(read(tensor_type::f16, {0x01, 0x7c})));
    CHECK(read(tensor_type::f32, {0, 0, 0x20, 0xc0}) == -2.5);
    CHECK(read(tensor_type::f64, {0, 0, 0, 0, 0, 0, 0x04, 0xc0}) == -2.5);
}

TEST_CASE("equal shapes are told apart by order, by numbers or by the names given, or refused") {
    nn::model<two_layers> model{nn::seed{1}};
    const auto first_bias = [&] { return model.parameters()[16]; };
    REQUIRE_FALSE(load_tensors(model, square_layers("late", "early")));  // in the order of the file
    CHECK(first_bias() == 100);
    CHECK(model.parameters()[1] == 4);  // (out, in) to (in, out)
    tensors sorted = square_layers("fc10", "fc2");
    std::swap(sorted[0], sorted[1]);
    std::swap(sorted[2], sorted[3]);
    REQUIRE_FALSE(load_tensors(model, sorted));
    CHECK(first_bias() == 300);
    for (auto& one : sorted) one.first.replace(0, one.first.find('.'), one.first[2] == '1' ? "down" : "up");
    const nn::error failed = load_tensors(model, sorted);
    CHECK(failed.kind() == nn::error_kind::shape_mismatch);
    CHECK(says(failed, "head: file down or up, whose shapes are equal"));
    CHECK(first_bias() == 300);
    const nn::name_pair names[] = {{"0", "up"}, {"head", "down"}};
    REQUIRE_FALSE(load_tensors(model, sorted, nn::layout::pytorch, names));
    CHECK(first_bias() == 300);
    const nn::name_pair crossed[] = {{"0", "up"}, {"head", "down"}, {"0.bias", "down.bias"}, {"head.bias", "up.bias"}};
    REQUIRE_FALSE(load_tensors(model, sorted, nn::layout::pytorch, crossed));
    CHECK(first_bias() == 100);
    tensors pointwise = square_layers("0", "head");  // a convolution with one tap, in the file
    pointwise[0].second = counting({4, 4, 1, 1}, 0);
    REQUIRE_FALSE(load_tensors(model, pointwise));
    CHECK(model.parameters()[1] == 4);
    const nn::name_pair inside[] = {{"0", "late"}, {"head", "box"}};  // the only one inside, if there is one alone
    tensors boxed = square_layers("late", "box/cell");
    REQUIRE_FALSE(load_tensors(model, boxed, nn::layout::pytorch, inside));
    for (const auto& more : square_layers("box/b", "box/a")) boxed.push_back(more);
    CHECK(says(load_tensors(model, boxed, nn::layout::pytorch, inside), "\n  head.weight: file none"));
    const nn::name_pair outer[] = {{"", "block.1"}};
    REQUIRE_FALSE(load_tensors(model, square_layers("block.1.0", "block.1.head"), nn::layout::pytorch, outer));
}

TEST_CASE("files that sort their names alphabetically are read in the order of the numbers in them") {
    nn::model<nn::network<nn::shape<1>, nn::dense<1>, nn::dense<1>, nn::dense<1>>> model{nn::seed{1}};
    tensors sorted;
    for (const char* name : {"a1.x10", "a1.x2", "a2.x1"}) {
        const float first = static_cast<float>(sorted.size());
        sorted.emplace_back(std::string(name) + ".bias", counting({1}, first));
        sorted.emplace_back(std::string(name) + ".weight", counting({1, 1}, first + 1));
    }
    REQUIRE_FALSE(load_tensors(model, sorted));
    const float expected[] = {3, 2, 1, 0, 5, 4};  // a1.x2, a1.x10, a2.x1
    for (std::size_t i = 0; i < 6; ++i) CHECK(model.parameters()[i] == expected[i]);
}

TEST_CASE("every mismatch is listed at once under both names, and nothing changes") {
    nn::model<two_layers> model{nn::seed{1}};
    tensors wrong = square_layers("a", "b");
    wrong[0].second = counting({5, 4}, 0);
    wrong[3] = {"b.bias", nn::make_array<std::int32_t>({4}, {1, 2, 3, 4})};
    wrong.emplace_back("c.weight", counting({2}, 0));
    wrong.emplace_back("b.num_batches_tracked", nn::make_array<std::int64_t>({}, {7}));
    nn::error failed = load_tensors(model, wrong);
    CHECK(failed.kind() == nn::error_kind::shape_mismatch);
    CHECK(says(failed, "\n  0.weight: file a.weight (5, 4), network weight (4, 4)"));
    CHECK(says(failed, "\n  head.bias: file b.bias (4) of I32, network bias (4)"));
    CHECK(says(failed, "\n  none: file c.weight (2), network none"));
    CHECK(!says(failed, "num_batches"));
    wrong.resize(3);
    failed = load_tensors(model, wrong, nn::layout::keras);
    CHECK(says(failed, "\n  0.weight: file none, network kernel (4, 4)"));

    const nn::name_pair names[] = {{"0", "a"}, {"head", "c"}, {"tail", "b"}};
    failed = load_tensors(model, square_layers("a", "b"), nn::layout::pytorch, names);
    CHECK(says(failed, "\n  head.weight: file none, network weight (4, 4)"));
    CHECK(says(failed, "\n  none: file b.bias (4), network none"));
    CHECK(says(failed, "\n  the names say tail: the network has none"));

    // Keras' GRU with reset_after=False has one bias.
    nn::model<nn::network<nn::shape<3, 2>, nn::gru<2>>> unit{nn::seed{1}};
    failed = load_tensors(unit,
                          {{"arr_0", counting({2, 6}, 0)}, {"arr_1", counting({2, 6}, 0)}, {"arr_2", counting({6}, 0)}},
                          nn::layout::keras);
    CHECK(says(failed, "\n  0.bias: file arr_2 (6), network bias (2, 6)"));
}

TEST_CASE("what cannot be converted is refused") {
    nn::model<two_layers> model{nn::seed{1}};
    tensors infinite = square_layers("a", "b");
    infinite[2].second = nn::make_array<double>({4, 4}, std::vector<double>(16, 1e300));  // beyond float
    CHECK(load_tensors(model, infinite).kind() == nn::error_kind::not_finite);
    REQUIRE_FALSE(load_tensors(model, infinite, nn::layout::pytorch, {}, {.allow_not_finite = true}));

    const temporary_folder folder;
    const std::string path = folder / "own.safetensors";
    REQUIRE_FALSE(nn::save(model, path));
    CHECK(nn::load(model, path, nn::layout::pytorch).kind() == nn::error_kind::wrong_format);
    CHECK(nn::load(model, path, {}).kind() == nn::error_kind::not_finite);  // {} are options, not a layout

    // PyTorch halves the channels, here every pixel has a part in both halves of the vector.
    nn::model<nn::network<nn::shape<2, 2, 2>, nn::flatten, nn::glu, nn::dense<1>>> halves{nn::seed{1}};
    const tensors dense{{"2.weight", counting({1, 4}, 0)}, {"2.bias", counting({1}, 0)}};
    const nn::error failed = load_tensors(halves, dense);
    CHECK(failed.kind() == nn::error_kind::unsupported);
    CHECK(says(failed, "1 glu joins features"));
}

TEST_CASE("a damaged file of another library is refused, and the model stays") {
    nn::model<volume> model{nn::seed{1}};
    const nn::model<volume> before = model.copy();
    const temporary_folder folder;
    const std::string path = folder / "damaged";
    for (const char* name : {"volume.safetensors", "keras.npz"}) {
        const auto whole = nn::read_file(golden + name);
        REQUIRE(whole);
        int accepted = 0;
        for (std::size_t size = 0; size < whole->size(); size += 37) {
            const nn::byte_vector cut(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(size));
            accepted += !nn::detail::load_foreign(model, cut, path, nn::layout::pytorch, {}, {});
        }
        CHECK(accepted == 0);
    }
    nn::byte_vector flipped = *nn::read_file(golden + "keras.npz");
    flipped[200] ^= 1;  // among the numbers of the first array
    const nn::error failed = nn::detail::load_foreign(model, flipped, path, nn::layout::keras, {}, {});
    CHECK(failed.kind() == nn::error_kind::corrupt);
    CHECK(nn::load(model, folder / "missing", nn::layout::pytorch).kind() == nn::error_kind::cannot_open);
    CHECK(std::memcmp(before.parameters().data(), model.parameters().data(), model.parameters().size_bytes()) == 0);
}

}  // namespace foreign_weights
