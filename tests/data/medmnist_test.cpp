// SPDX-License-Identifier: MIT
/// \file
/// Files in MedMNIST's form: shapes, types, conversions, and what is refused.
#include <doctest/doctest.h>
#include <ctnn/data/medmnist_volumes.hpp>

#include <limits>

#include "scratch_folder.hpp"

using doctest::Approx;

namespace {
using arrays = std::vector<std::pair<std::string, ctnn::array>>;

/// Two images of 2 x 3 a split, of which the second is white, with labels 0 and 1.
template <class Pixel>
arrays two_images(std::vector<ctnn::extent> shape, Pixel white, std::vector<ctnn::extent> label_shape = {2}) {
    arrays all;
    ctnn::extent size = 1;
    for (const ctnn::extent n : shape) size *= n;
    std::vector<Pixel> pixels(static_cast<std::size_t>(size));
    for (std::size_t i = pixels.size() / 2; i < pixels.size(); ++i) pixels[i] = white;
    for (const char* split : {"train", "val", "test"}) {
        all.emplace_back(std::string(split) + "_images", ctnn::make_array(shape, pixels));
        all.emplace_back(std::string(split) + "_labels",
                         ctnn::make_array(label_shape, std::vector<std::uint8_t>{0, 1}));
    }
    return all;
}
ctnn::array& named(arrays& all, const std::string& name) {
    for (auto& [key, value] : all)
        if (key == name) return value;
    std::abort();
}
ctnn::error open(const scratch_folder& folder, const arrays& all) {
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), all));
    return ctnn::open_medmnist(folder.at("set.npz")).error();
}
}  // namespace

TEST_CASE_TEMPLATE("gray images of bytes, 16 bits and floating-point numbers run from 0 to 1", Pixel, std::uint8_t,
                   std::uint16_t, float, double) {
    const scratch_folder folder("gray");
    const Pixel white = std::is_integral_v<Pixel> ? std::numeric_limits<Pixel>::max() : Pixel{1};
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), two_images<Pixel>({2, 2, 3}, white, {2, 1})));
    const auto file = ctnn::open_medmnist(folder.at("set.npz"));
    REQUIRE(file);
    CHECK(file->height == 2);
    CHECK(file->width == 3);
    CHECK(file->channels == 1);
    CHECK(file->classes == 2);
    for (const auto part : {ctnn::split_part::train, ctnn::split_part::validation, ctnn::split_part::test}) {
        const auto data = ctnn::read_medmnist<ctnn::shape<2, 3, 1>>(*file, part, {2, -1});
        REQUIRE(data);
        CHECK(data->labels == std::vector<std::int32_t>{0, 1});
        CHECK(data->class_names == std::vector<std::string>{"0", "1"});
        for (std::size_t i = 0; i < 12; ++i) CHECK(data->inputs[i] == (i < 6 ? -1 : 1));
        // Another size and other channels than the file's.
        const auto other = ctnn::read_medmnist<ctnn::shape<5, 5, 3>>(*file, part);
        REQUIRE(other);
        for (std::size_t i = 0; i < 150; ++i) CHECK(other->inputs[i] == (i < 75 ? 0 : 1));
    }
}

TEST_CASE_TEMPLATE("color images become gray by their luma", Pixel, std::uint8_t, float) {
    const scratch_folder folder("color");
    const Pixel white = std::is_integral_v<Pixel> ? Pixel(255) : Pixel(1);
    auto all = two_images<Pixel>({2, 1, 1, 3}, white);
    named(all, "test_images") = ctnn::make_array<Pixel>({2, 1, 1, 3}, {white, 0, 0, 0, white, 0});
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), all));
    const auto file = ctnn::open_medmnist(folder.at("set.npz"));
    REQUIRE(file);
    CHECK(file->channels == 3);
    const auto gray = ctnn::read_medmnist<ctnn::shape<1, 1, 1>>(*file, ctnn::split_part::test);
    REQUIRE(gray);
    CHECK(gray->inputs[0] == Approx(0.299).epsilon(0.01));
    CHECK(gray->inputs[1] == Approx(0.587).epsilon(0.01));
    const auto color = ctnn::read_medmnist<ctnn::shape<1, 1, 3>>(*file, ctnn::split_part::test);
    REQUIRE(color);
    CHECK(color->inputs == std::vector<float>{1, 0, 0, 0, 1, 0});
}

TEST_CASE_TEMPLATE("volumes are cut and filled up around their middle", Voxel, std::uint8_t, std::uint16_t, float) {
    const scratch_folder folder("volumes_npz");
    const Voxel white = std::is_integral_v<Voxel> ? std::numeric_limits<Voxel>::max() : Voxel{1};
    for (const bool channels : {false, true}) {
        REQUIRE_FALSE(ctnn::write_npz(
            folder.at("set.npz"),
            two_images<Voxel>(
                channels ? std::vector<ctnn::extent>{2, 2, 3, 4, 1} : std::vector<ctnn::extent>{2, 2, 3, 4}, white)));
        const auto file = ctnn::open_medmnist(folder.at("set.npz"));
        REQUIRE_MESSAGE(file, file.error().message());
        CHECK(file->depth == 2);
        CHECK(file->height == 3);
        CHECK(file->width == 4);
        CHECK(file->channels == 1);
        const auto data = ctnn::read_medmnist<ctnn::shape<2, 3, 4, 1>>(*file, ctnn::split_part::train, {2, -1});
        REQUIRE_MESSAGE(data, data.error().message());
        CHECK(data->labels == std::vector<std::int32_t>{0, 1});
        for (std::size_t i = 0; i < 48; ++i) CHECK(data->inputs[i] == (i < 24 ? -1 : 1));
        const auto other = ctnn::read_medmnist<ctnn::shape<2, 1, 6, 1>>(*file, ctnn::split_part::test);
        REQUIRE(other);
        CHECK(std::vector<float>(other->inputs.begin() + 12, other->inputs.begin() + 18) ==
              std::vector<float>{0, 1, 1, 1, 1, 0});
        CHECK(ctnn::read_medmnist<ctnn::shape<3, 4, 1>>(*file, ctnn::split_part::train)
                  .error()
                  .message()
                  .find("holds volumes, where the network takes images") != std::string::npos);
        CHECK(ctnn::read_medmnist<ctnn::shape<2, 3, 4, 3>>(*file, ctnn::split_part::train).error().kind() ==
              ctnn::error_kind::shape_mismatch);
    }
    auto all = two_images<float>({2, 2, 3, 4}, 1.5f);
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), all));
    const auto outside = ctnn::open_medmnist(folder.at("set.npz"));
    REQUIRE(outside);
    CHECK(ctnn::read_medmnist<ctnn::shape<2, 3, 4, 1>>(*outside, ctnn::split_part::test)
              .error()
              .message()
              .find("volume 1: a voxel is outside 0 to 1") != std::string::npos);
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), two_images<float>({2, 2, 3}, 1)));
    const auto images = ctnn::open_medmnist(folder.at("set.npz"));
    REQUIRE(images);
    CHECK(ctnn::read_medmnist<ctnn::shape<2, 3, 4, 1>>(*images, ctnn::split_part::test).error().kind() ==
          ctnn::error_kind::shape_mismatch);
}

TEST_CASE("several labels a sample become values") {
    const scratch_folder folder("several");
    auto all = two_images<std::uint8_t>({2, 2, 2}, 255);
    for (const char* name : {"train_labels", "val_labels", "test_labels"})
        named(all, name) = ctnn::make_array<std::uint8_t>({2, 3}, {0, 1, 1, 0, 0, 0});
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), all));
    const auto file = ctnn::open_medmnist(folder.at("set.npz"));
    REQUIRE_MESSAGE(file, file.error().message());
    CHECK(file->several_labels);
    CHECK(file->classes == 3);
    const auto data = ctnn::read_medmnist<ctnn::shape<2, 2, 1>>(*file, ctnn::split_part::validation);
    REQUIRE(data);
    CHECK(data->labels.empty());
    CHECK(data->values == std::vector<float>{0, 1, 1, 0, 0, 0});
    CHECK(data->class_names.size() == 3);
    CHECK_FALSE(data->check(0, 3));
}

TEST_CASE("a file is held against the MD5 that is given or published") {
    const scratch_folder folder("sums");
    REQUIRE_FALSE(ctnn::write_npz(folder.at("bloodmnist.npz"), two_images<std::uint8_t>({2, 2, 2}, 255)));
    const auto bytes = ctnn::read_file(folder.at("bloodmnist.npz"));
    REQUIRE(bytes);
    const std::string sum = ctnn::md5(*bytes);
    CHECK(ctnn::open_medmnist(folder.at("bloodmnist.npz"), {.md5 = sum}));
    std::string other = sum;
    other[5] = other[5] == '0' ? '1' : '0';
    const auto refused = ctnn::open_medmnist(folder.at("bloodmnist.npz"), {.md5 = other});
    CHECK(refused.error().kind() == ctnn::error_kind::corrupt);
    CHECK(refused.error().message() ==
          folder.at("bloodmnist.npz") + ": found a file with the MD5 " + sum + ", expected " + other);
    CHECK(ctnn::open_medmnist(folder.at("bloodmnist.npz"), {.published_md5 = true}).error().expected() ==
          "7053d0359d879ad8a5505303e11de1dc");
    std::filesystem::rename(folder.at("bloodmnist.npz"), folder.at("own.npz"));
    CHECK(ctnn::open_medmnist(folder.at("own.npz"), {.published_md5 = true}).error().kind() ==
          ctnn::error_kind::invalid_argument);
    CHECK(ctnn::open_medmnist(folder.at("own.npz"), {.budget = 100}).error().kind() == ctnn::error_kind::too_large);
    CHECK(ctnn::medmnist_md5("organmnist3d.npz") == std::string("21f0a239e7f502e6eca33c3fc453c0b6"));
}

TEST_CASE("labels of any integer type are read") {
    const scratch_folder folder("labels");
    auto all = two_images<std::uint8_t>({2, 2, 2}, 255);
    named(all, "train_labels") = ctnn::make_array<std::int64_t>({2, 1}, {4, 2});
    named(all, "test_labels") = ctnn::make_array<std::uint16_t>({2}, {1, 3});
    REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), all));
    const auto file = ctnn::open_medmnist(folder.at("set.npz"));
    REQUIRE(file);
    CHECK(file->train_labels == std::vector<std::int32_t>{4, 2});
    CHECK(file->test_labels == std::vector<std::int32_t>{1, 3});
    CHECK(file->classes == 5);
}

TEST_CASE("a file that is not in MedMNIST's form is refused with the array's name") {
    const scratch_folder folder("refused_npz");
    const auto good = two_images<std::uint8_t>({2, 2, 2}, 255);
    const auto with = [&](const char* name, ctnn::array value) {
        auto all = good;
        named(all, name) = std::move(value);
        return open(folder, all);
    };
    CHECK_FALSE(open(folder, good));
    CHECK(ctnn::open_medmnist(folder.at("missing.npz")).error().kind() == ctnn::error_kind::cannot_open);
    folder.write("text.npz", "no archive");
    CHECK(ctnn::open_medmnist(folder.at("text.npz")).error());

    auto few = good;
    few.erase(few.begin() + 2);
    CHECK(open(folder, few).message().find("has no array val_images; it has train_images, train_labels, val_labels") !=
          std::string::npos);

    using pixels = std::vector<std::uint8_t>;
    auto failed = with("test_images", ctnn::make_array<std::uint8_t>({3, 2, 2}, pixels(12)));
    CHECK(failed.kind() == ctnn::error_kind::shape_mismatch);
    CHECK(failed.message().find("test_images: holds 3 images for 2 labels") != std::string::npos);
    CHECK(with("val_images", ctnn::make_array<std::uint8_t>({2, 2, 3}, pixels(12)))
              .message()
              .find("another size than the other splits") != std::string::npos);
    CHECK(with("train_images", ctnn::make_array<std::uint8_t>({2, 2, 2, 4}, pixels(32)))
              .message()
              .find("val_images: has images of another size") != std::string::npos);  // volumes are no images
    CHECK(with("train_images", ctnn::make_array<std::uint8_t>({2, 2, 2, 2, 2, 1}, pixels(32))).kind() ==
          ctnn::error_kind::shape_mismatch);
    CHECK(with("train_images", ctnn::make_array<std::uint8_t>({2, 4}, pixels(8))).kind() ==
          ctnn::error_kind::shape_mismatch);
    CHECK(with("train_images", ctnn::make_array<std::uint8_t>({2, 0, 4}, {})).kind() ==
          ctnn::error_kind::shape_mismatch);
    failed = with("train_images", ctnn::make_array<std::int32_t>({2, 2, 2}, std::vector<std::int32_t>(8)));
    CHECK(failed.kind() == ctnn::error_kind::unsupported);
    CHECK(failed.message().find("found elements of type i4") != std::string::npos);

    CHECK(with("train_labels", ctnn::make_array<std::uint8_t>({2, 3}, pixels(6)))
              .message()
              .find("val_images: has another number of labels a sample") != std::string::npos);
    CHECK(with("train_labels", ctnn::make_array<std::uint8_t>({2, 0}, {})).kind() == ctnn::error_kind::unsupported);
    CHECK(with("train_labels", ctnn::make_array<std::uint8_t>({2, 1, 1}, pixels(2))).kind() ==
          ctnn::error_kind::unsupported);
    CHECK(with("train_labels", ctnn::make_array<std::uint8_t>({2, 2}, {0, 1, 2, 0}))
              .message()
              .find("sample 1 has the label 2, expected 0 to 1") != std::string::npos);
    CHECK(with("train_labels", ctnn::make_array<float>({2}, {0, 1})).kind() == ctnn::error_kind::unsupported);
    failed = with("val_labels", ctnn::make_array<std::int64_t>({2}, {0, -1}));
    CHECK(failed.kind() == ctnn::error_kind::corrupt);
    CHECK(failed.message().find("sample 1 has the label -1") != std::string::npos);
    CHECK(with("val_labels", ctnn::make_array<std::int64_t>({2}, {0, std::int64_t{1} << 40})).kind() ==
          ctnn::error_kind::corrupt);

    auto one_class = good;
    for (const char* name : {"train_labels", "val_labels", "test_labels"})
        named(one_class, name) = ctnn::make_array<std::uint8_t>({2}, {0, 0});
    CHECK(open(folder, one_class).message().find("has a single class") != std::string::npos);
    auto empty = good;
    named(empty, "val_labels") = ctnn::make_array<std::uint8_t>({0}, {});
    named(empty, "val_images") = ctnn::make_array<std::uint8_t>({0, 2, 2}, {});
    CHECK(open(folder, empty).message().find("has a split without samples") != std::string::npos);
}

TEST_CASE("floating-point pixels outside 0 to 1 are refused with their image") {
    const scratch_folder folder("outside");
    auto all = two_images<float>({2, 1, 2}, 1.0f);
    for (const float wrong : {1.5f, -0.1f, std::numeric_limits<float>::quiet_NaN()}) {
        named(all, "val_images") = ctnn::make_array<float>({2, 1, 2}, {0, 1, 0.5f, wrong});
        REQUIRE_FALSE(ctnn::write_npz(folder.at("set.npz"), all));
        const auto file = ctnn::open_medmnist(folder.at("set.npz"));
        REQUIRE(file);
        const auto failed = ctnn::read_medmnist<ctnn::shape<1, 2, 1>>(*file, ctnn::split_part::validation);
        CHECK(failed.error().kind() == ctnn::error_kind::not_finite);
        CHECK(failed.error().message().find("image 1: a pixel is outside 0 to 1") != std::string::npos);
    }
}

TEST_CASE("PneumoniaMNIST is read with its published mean and spread") {
    const std::string path = std::string(CTNN_SHARED_DATA) + "/classification_pneumoniamnist/pneumoniamnist.npz";
    if (!std::filesystem::exists(path)) {
        MESSAGE("skipped: no shared data");
        return;
    }
    const auto file = ctnn::open_medmnist(path);
    REQUIRE(file);
    const auto train = ctnn::read_medmnist<ctnn::shape<28, 28, 1>>(*file, ctnn::split_part::train);
    REQUIRE(train);
    CHECK(train->size() == 4708);
    double sum = 0, squares = 0;
    for (const float x : train->inputs) {
        sum += static_cast<double>(x);
        squares += static_cast<double>(x) * static_cast<double>(x);
    }
    const double n = static_cast<double>(train->inputs.size()), mean = sum / n;
    CHECK(mean == Approx(0.57192).epsilon(1e-4));
    CHECK(std::sqrt(squares / n - mean * mean) == Approx(0.16835).epsilon(1e-4));
    CHECK(file->validation_labels.size() == 524);
    CHECK(file->test_labels.size() == 624);
}
