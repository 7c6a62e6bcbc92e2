// SPDX-License-Identifier: MIT
/// \file
/// Model files: what is saved is loaded, bit by bit; what is damaged, of another network or not a number is refused,
/// and the model stays as it was.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>

#include "model_file_network.hpp"
#include "temporary_folder.hpp"

using namespace model_file_network;

namespace {

template <class Model>
bool same_numbers(const Model& a, const Model& b) {
    // memcmp refuses a null pointer, which an empty span has, even for no bytes.
    return (a.parameters().empty() ||
            std::memcmp(a.parameters().data(), b.parameters().data(), a.parameters().size_bytes()) == 0) &&
           (a.state().empty() || std::memcmp(a.state().data(), b.state().data(), a.state().size_bytes()) == 0);
}
template <class Model>
bool same(const Model& a, const Model& b) {
    return same_numbers(a, b) && a.class_names == b.class_names && a.scaling == b.scaling &&
           a.preparation == b.preparation && a.preprocessing == b.preprocessing;
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
void write_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

TEST_CASE("a saved model is loaded bit by bit, with class names and scaling") {
    const temporary_folder folder;
    const std::string path = folder / "a.safetensors";
    const nn::model<net> m = trained();
    REQUIRE_FALSE(nn::save(m, path));
    nn::model<net> loaded{nn::seed{1}};
    REQUIRE_FALSE(nn::load(loaded, path));
    CHECK(same(loaded, m));
    const auto info = nn::read_model_info(path);
    REQUIRE(info);
    CHECK(info->fingerprint == nn::fingerprint_of<net>());
    CHECK(info->architecture == nn::architecture_of<net>());
    CHECK(info->class_names == m.class_names);
    CHECK(info->scaling == m.scaling);
    REQUIRE_FALSE(nn::save(loaded, folder / "b.safetensors"));
    CHECK(bytes_of(folder / "b.safetensors") == bytes_of(path));
}

TEST_CASE("what is no model file says nothing of a model") {
    const temporary_folder folder;
    CHECK(nn::read_model_info(folder / "none").error().kind() == nn::error_kind::cannot_open);
    nn::model<net> m{nn::seed{1}};
    CHECK(nn::load(m, folder / "none").kind() == nn::error_kind::cannot_open);
    write_bytes(folder / "text", "no model at all");
    CHECK(nn::read_model_info(folder / "text").error().file() == folder / "text");
    CHECK(nn::load(m, folder / "text").file() == folder / "text");
}

TEST_CASE("how volumes were prepared is saved exactly, and not written where nothing was") {
    const temporary_folder folder;
    nn::model<net> m = trained(), loaded{nn::seed{1}};
    REQUIRE_FALSE(nn::save(m, folder / "a.safetensors"));
    CHECK(bytes_of(folder / "a.safetensors").find("ctnn.volume") == std::string::npos);
    m.preparation = {.spacing = {0.1, 1, 1.0 / 3}, .low = -1000, .high = 1e-7};
    REQUIRE_FALSE(nn::save(m, folder / "b.safetensors"));
    REQUIRE_FALSE(nn::load(loaded, folder / "b.safetensors"));
    CHECK(same(loaded, m));
    CHECK(nn::read_model_info(folder / "b.safetensors")->preparation == m.preparation);
    CHECK(same(m.copy(), m));
    REQUIRE_FALSE(nn::load(loaded, folder / "a.safetensors"));
    CHECK(loaded.preparation == nn::volume_preparation{});
}

TEST_CASE("a pipeline is saved with the model, not written where there is none, and refused where it is not known") {
    const temporary_folder folder;
    nn::model<net> m = trained(), loaded{nn::seed{1}};
    REQUIRE_FALSE(nn::save(m, folder / "a.safetensors"));
    CHECK(bytes_of(folder / "a.safetensors").find("ctnn.preprocessing") == std::string::npos);
    m.preprocessing = {nn::stages::window{.level = -600, .width = 1500}, nn::stages::gaussian_filter{.sigma = 0.1}};
    REQUIRE_FALSE(nn::save(m, folder / "b.safetensors"));
    REQUIRE_FALSE(nn::load(loaded, folder / "b.safetensors"));
    CHECK(same(loaded, m));
    CHECK(same(m.copy(), m));
    CHECK(nn::read_model_info(folder / "b.safetensors")->preprocessing == m.preprocessing);
    REQUIRE_FALSE(nn::load(loaded, folder / "a.safetensors"));
    CHECK(loaded.preprocessing.empty());

    REQUIRE_FALSE(nn::write_safetensors(folder / "c.safetensors", {}, {{"ctnn.preprocessing", "min_max; sharpen"}}));
    const nn::error unknown = nn::load(loaded, folder / "c.safetensors");
    CHECK(unknown.kind() == nn::error_kind::unsupported);
    CHECK(unknown.message().find("c.safetensors: pipeline: stage 2: 'sharpen' is no stage") != std::string::npos);
    CHECK(nn::read_model_info(folder / "c.safetensors").error().kind() == nn::error_kind::unsupported);
    m.preprocessing = {nn::stages::gaussian_filter{.sigma = -1}};
    CHECK(nn::save(m, folder / "d.safetensors").kind() == nn::error_kind::invalid_argument);
    CHECK(bytes_of(folder / "d.safetensors").empty());
}

TEST_CASE("running statistics and double are saved too") {
    using normalized = nn::network<nn::shape<4, 4, 1>, nn::conv<2, 3, nn::same>, nn::batch_norm<>, nn::global_avg_pool>;
    const temporary_folder folder;
    nn::model<normalized, double> m{nn::seed{1}}, loaded{nn::seed{2}};
    for (std::size_t i = 0; i < m.state().size(); ++i) m.state()[i] = 0.1 + static_cast<double>(i);
    REQUIRE_FALSE(nn::save(m, folder / "a"));
    REQUIRE_FALSE(nn::load(loaded, folder / "a"));
    CHECK(same(loaded, m));
    nn::model<normalized> single{nn::seed{2}};
    const nn::error refused = nn::load(single, folder / "a");
    CHECK(refused.kind() == nn::error_kind::shape_mismatch);
    CHECK(refused.message().find("0.weight: file F64, network F32") != std::string::npos);
}

TEST_CASE("each flipped bit of a model file is refused, and the model is unchanged") {
    const temporary_folder folder;
    const std::string path = folder / "a.safetensors";
    REQUIRE_FALSE(nn::save(trained(), path));
    const std::string bytes = bytes_of(path);
    CHECK(bytes.size() < 5000);
    nn::model<net> m{nn::seed{1}};
    const nn::model<net> before = m.copy();
    std::FILE* file = std::fopen(path.c_str(), "r+b");
    REQUIRE(file != nullptr);
    int refused = 0, accepted = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto put = [&](int c) {
            std::fseek(file, static_cast<long>(i), SEEK_SET);
            std::fputc(c, file);
            std::fflush(file);
        };
        for (int bit = 0; bit < 8; ++bit) {
            put(static_cast<unsigned char>(bytes[i]) ^ (1 << bit));
            ++(nn::load(m, path) ? refused : accepted);
        }
        put(static_cast<unsigned char>(bytes[i]));
    }
    std::fclose(file);
    CHECK(accepted == 0);
    CHECK(refused == 8 * static_cast<int>(bytes.size()));
    CHECK(same(m, before));
    CHECK_FALSE(nn::load(m, path));
    MESSAGE(refused << " flipped bits refused");
}

TEST_CASE("a model file cut at any byte, or with a byte more, is refused, and the model is unchanged") {
    const temporary_folder folder;
    const std::string path = folder / "a.safetensors", cut = folder / "cut.safetensors";
    REQUIRE_FALSE(nn::save(trained(), path));
    const std::string bytes = bytes_of(path);
    nn::model<net> m{nn::seed{1}};
    const nn::model<net> before = m.copy();
    int accepted = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        write_bytes(cut, bytes.substr(0, length));
        accepted += !nn::load(m, cut);
    }
    CHECK(accepted == 0);
    write_bytes(cut, bytes + '\0');
    CHECK(nn::load(m, cut));
    CHECK(nn::load(m, folder / "none").kind() == nn::error_kind::cannot_open);
    CHECK(same(m, before));
}

// A file of each of the two networks is refused by the other, naming the first layer that differs.
template <class A, class B>
void refuse_each_other(const std::string& first_difference) {
    const temporary_folder folder;
    const nn::model<A> a{nn::seed{1}};
    const nn::model<B> b{nn::seed{2}};
    REQUIRE_FALSE(nn::save(a, folder / "a"));
    REQUIRE_FALSE(nn::save(b, folder / "b"));
    nn::model<A> into_a = a.copy();
    nn::model<B> into_b = b.copy();
    const nn::error of_a = nn::load(into_b, folder / "a"), of_b = nn::load(into_a, folder / "b");
    CHECK(of_a.kind() == nn::error_kind::architecture_mismatch);
    CHECK(of_b.kind() == nn::error_kind::architecture_mismatch);
    CHECK_MESSAGE(of_a.message().find("a model of another network; layer " + first_difference) != std::string::npos,
                  of_a.message());
    CHECK(of_b.message().find("; layer " + first_difference.substr(0, 1)) != std::string::npos);
    CHECK(same(into_a, a));
    CHECK(same(into_b, b));
    CHECK_FALSE(nn::load(into_a, folder / "a"));
}

template <class... Layers>
using on = nn::network<nn::shape<6, 6, 4>, Layers...>;

TEST_CASE("a model of another architecture is refused, and the first difference is named") {
    using nn::conv, nn::relu, nn::same;
    using base = on<conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>>;
    refuse_each_other<base, on<conv<5>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>>>(
        "1: file 'conv 6x6x4 -> 4x4x4");
    refuse_each_other<base, on<conv<4, 3, nn::no_bias>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>>>(
        "1: file 'conv 6x6x4 -> 4x4x4");
    refuse_each_other<base, on<conv<4, 3, same>, relu, nn::max_pool<3>, nn::flatten, nn::dense<3>>>("1: ");
    refuse_each_other<base, on<conv<4, 3, nn::groups<2>>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>>>("1: ");
    refuse_each_other<base, on<conv<4>, nn::tanh, nn::max_pool<>, nn::flatten, nn::dense<3>>>(
        "2: file 'relu 4x4x4 -> 4x4x4 from 2', network 'tanh");
    refuse_each_other<base, on<conv<4>, nn::leaky_relu<>, nn::max_pool<>, nn::flatten, nn::dense<3>>>("2: file 'relu ");
    refuse_each_other<base, on<conv<4>, nn::max_pool<>, relu, nn::flatten, nn::dense<3>>>("2: file 'relu ");
    refuse_each_other<base, on<conv<4>, relu, nn::avg_pool<>, nn::flatten, nn::dense<3>>>("3: file 'max_pool ");
    refuse_each_other<base, on<conv<4>, relu, nn::max_pool<2, nn::stride<1>>, nn::max_pool<2, nn::stride<1>>,
                               nn::flatten, nn::dense<3>>>("3: ");
    refuse_each_other<base, on<conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dense<2>>>("5: file 'dense 16 -> 3");
    refuse_each_other<base, on<conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dense<3, nn::no_bias>>>(
        "5: file 'dense 16 -> 3");
    refuse_each_other<base, on<conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dropout<0.5>, nn::dense<3>>>(
        "5: file 'dense ");
    refuse_each_other<base, on<conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>, nn::softmax>>(
        "6: file 'nothing', network 'softmax");
    refuse_each_other<base, on<conv<4>, relu, nn::global_avg_pool, nn::dense<3>>>("3: file 'max_pool ");
    refuse_each_other<base, nn::network<nn::shape<6, 6, 3>, conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>>>(
        "0: file 'input 6x6x4");
    refuse_each_other<base, nn::network<nn::shape<7, 6, 4>, conv<4>, relu, nn::max_pool<>, nn::flatten, nn::dense<3>>>(
        "0: file 'input 6x6x4");
}

TEST_CASE("networks with the same parameters are told apart all the same") {
    using nn::concat, nn::identity, nn::relu, nn::sum;
    refuse_each_other<on<nn::dropout<0.5>>, on<nn::dropout<0.25>>>("1: file 'dropout 6x6x4 -> 6x6x4 number 0.5");
    refuse_each_other<on<concat<identity, relu>>, on<concat<relu, identity>>>("2: ");
    refuse_each_other<on<sum<identity, relu>>, on<relu, sum<identity, identity>>>("2: ");
    refuse_each_other<on<nn::avg_pool<3, nn::padding<1>>>, on<nn::avg_pool<3, nn::padding<1>, nn::exclude_padding>>>(
        "1: ");
    refuse_each_other<on<nn::batch_norm<nn::epsilon<1e-3>>>, on<nn::batch_norm<>>>(
        "1: file 'batch_norm 6x6x4 -> 6x6x4 number 0.1 epsilon 0.001");
    refuse_each_other<on<nn::flatten, nn::reshape<6, 24>>, on<nn::flatten, nn::reshape<24, 6>>>("2: ");
}

TEST_CASE("a weight that is no number is refused with its place, or taken on request") {
    const temporary_folder folder;
    const nn::model<net> good = trained();
    const std::size_t last = good.parameters().size() - 1;
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
        for (const std::size_t at : {std::size_t{0}, last - 10, last}) {
            nn::model<net> m = good.copy(), loaded = good.copy();
            m.parameters()[at] = bad;
            REQUIRE_FALSE(nn::save(m, folder / "a"));
            const nn::error refused = nn::load(loaded, folder / "a");
            CHECK(refused.kind() == nn::error_kind::not_finite);
            CHECK(refused.offset() == static_cast<std::int64_t>(bytes_of(folder / "a").size() - 4 * (last + 1 - at)));
            CHECK(refused.found().find(at == 0      ? "0.weight"
                                       : at == last ? "head.bias"
                                                    : "head.weight") != std::string::npos);
            CHECK(same(loaded, good));
            const nn::error taken = nn::load(loaded, folder / "a", {.allow_not_finite = true});
            CHECK_MESSAGE(!taken, taken.what());
            CHECK(same_numbers(loaded, m));
        }
}

// The file again, with other metadata or tensors and a right checksum.
template <class Change>
void rewrite(const std::string& path, const std::string& to, const Change& change) {
    const auto bytes = nn::read_file(path, 1 << 20);
    REQUIRE(bytes);
    const auto file = nn::parse_safetensors(*bytes, path);
    REQUIRE(file);
    std::vector<nn::tensor_source> tensors;
    for (const nn::tensor_entry& e : file->entries)
        tensors.push_back({e.name, e.type, e.shape, file->bytes(*bytes, e)});
    nn::tensor_metadata metadata;
    for (const auto& [key, text] : file->metadata)
        if (key != nn::safetensors_format_key && key != nn::safetensors_checksum_key) metadata.push_back({key, text});
    change(tensors, metadata);
    REQUIRE_FALSE(nn::write_safetensors(to, tensors, metadata));
}
std::string* find(nn::tensor_metadata& metadata, const std::string& key) {
    for (auto& [name, text] : metadata)
        if (name == key) return &text;
    return nullptr;
}

TEST_CASE("a self-test that gives other scores is refused, though the checksum is right") {
    const temporary_folder folder;
    const std::string path = folder / "a", wrong = folder / "wrong";
    REQUIRE_FALSE(nn::save(trained(), path));
    nn::model<net> m{nn::seed{1}};
    const nn::model<net> before = m.copy();
    const auto with = [&](const char* key, auto change) {
        rewrite(path, wrong, [&](auto&, nn::tensor_metadata& metadata) { change(*find(metadata, key)); });
        return nn::load(m, wrong);
    };
    const char *scores = "ctnn.self_test.scores", *pixels = "ctnn.self_test.pixels";
    CHECK_FALSE(with(scores, [](std::string&) {}));
    m.assign(before);
    const nn::error refused = with(scores, [](std::string& text) { text.replace(8, 8, "3f000000"); });
    CHECK(refused.kind() == nn::error_kind::self_test_failed);
    CHECK(refused.found().find("score 1 of the self-test is ") == 0);
    CHECK(refused.expected() == "0.500000");
    CHECK(with(pixels, [](std::string& text) { text.replace(0, 8, "ffffffff"); }).kind() ==
          nn::error_kind::self_test_failed);
    CHECK(with(scores, [](std::string& text) { text.resize(16); }).kind() == nn::error_kind::self_test_failed);
    CHECK(with(scores, [](std::string& text) { text = "zz"; }).kind() == nn::error_kind::corrupt);
    CHECK(with(scores, [](std::string& text) { text.clear(); }).kind() == nn::error_kind::corrupt);
    CHECK(with("ctnn.input_factor", [](std::string& text) { text = "4"; }).kind() == nn::error_kind::self_test_failed);
    CHECK(same(m, before));
}

TEST_CASE("a file of another tool, with the right tensors alone, is taken; others are refused with every difference") {
    const temporary_folder folder;
    nn::model<net> m{nn::seed{1}};
    const nn::model<net> source = trained();
    std::vector<nn::tensor_source> tensors;
    for (const nn::named_tensor& t : nn::tensors_of<net>())
        tensors.push_back(
            {t.name,
             nn::tensor_type::f32,
             t.shape,
             {reinterpret_cast<const unsigned char*>(source.parameters().data() + t.offset), t.size * 4}});
    // As other tools write: no checksum, no metadata.
    const auto write = [&](const std::vector<nn::tensor_source>& all) {
        std::string header = "{", data;
        for (const nn::tensor_source& t : all) {
            header += header.size() > 1 ? ",\"" : "\"";
            header += t.name + "\":{\"dtype\":\"F32\",\"shape\":[";
            for (std::size_t i = 0; i < t.shape.size(); ++i) {
                if (i > 0) header += ',';
                header += std::to_string(t.shape[i]);
            }
            header += "],\"data_offsets\":[" + std::to_string(data.size()) + ',';
            data.append(reinterpret_cast<const char*>(t.bytes.data), static_cast<std::size_t>(t.bytes.size));
            header += std::to_string(data.size()) + "]}";
        }
        header += '}';
        while (header.size() % 8 != 0) header += ' ';
        std::string length(8, '\0');
        for (std::size_t i = 0; i < 4; ++i) length[i] = static_cast<char>(header.size() >> (8 * i) & 255);
        write_bytes(folder / "other", length + header + data);
    };
    write(tensors);
    const nn::error none = nn::load(m, folder / "other");
    CHECK_MESSAGE(!none, none.what());
    CHECK(same_numbers(m, source));

    const nn::model<net> before = m.copy();
    tensors[0].shape = {3, 3, 16, 2};
    tensors[3].name = "head.offset";
    write(tensors);
    const nn::error refused = nn::load(m, folder / "other");
    CHECK(refused.kind() == nn::error_kind::shape_mismatch);
    CHECK(refused.message() ==
          (folder / "other") +
              ": its tensors are not the network's:\n  0.weight: file (3, 3, 16, 2), network (3, 3, 2, 16)"
              "\n  head.bias: file none, network (3)\n  head.offset: file (3), network none");
    CHECK(same(m, before));
}

}  // namespace
