// SPDX-License-Identifier: MIT
/// \file
/// The whole of segment on small sets that the test makes: trained, judged, used, and refused; and on real ones.
#include <doctest/doctest.h>

#include <algorithm>

#include "../../examples/segment/train.hpp"
#include "../data/scratch_folder.hpp"

using namespace segment;

namespace {
using volume_net = volume_segmenter<nn::shape<16, 16, 16, 1>, 3, 4, 8>;
using image_net = image_segmenter<nn::shape<32, 32, 1>, 2, 4, 8>;

bool exists(const std::string& path) { return std::filesystem::exists(path); }

std::string refused(const std::vector<std::string>& words) {
    const auto read = read_options(words);
    return read ? "" : read.error().message();
}

/// Light squares on noise, 40 pixels high and 36 wide.
void draw_squares(const scratch_folder& folder, const std::string& part, int count) {
    for (int i = 0; i < count; ++i) {
        nn::random_stream random(nn::seed{part == "train" ? 1u : 2u}, static_cast<std::uint64_t>(i));
        const nn::extent x0 = 5 + random.next_below(15), y0 = 5 + random.next_below(15), side = 10;
        std::vector<unsigned char> pixels, mask;
        for (nn::extent y = 0; y < 40; ++y)
            for (nn::extent x = 0; x < 36; ++x) {
                const bool inside = x >= x0 && x < x0 + side && y >= y0 && y < y0 + side;
                pixels.push_back(static_cast<unsigned char>((inside ? 150 : 50) + random.next_below(60)));
                mask.push_back(inside ? 255 : 0);
            }
        const std::string name = std::to_string(100 + i) + ".png";
        REQUIRE_FALSE(nn::write_png(folder.at(part + "/images/" + name), pixels.data(), 40, 36, 1));
        REQUIRE_FALSE(nn::write_png(folder.at(part + "/masks/" + name), mask.data(), 40, 36, 1));
    }
}
}  // namespace

TEST_CASE("a command line of segment is read whole, and refused in one sentence") {
    const auto o = read_options({"train", "--data", "there", "--out", "here", "--classes", "none,liver,tumor", "--flip",
                                 "--overlap", "0.25", "--window", "-100,300", "--spacing", "1.5", "--seed", "7"});
    REQUIRE(o);
    CHECK(o->command == "train");
    CHECK(o->classes == std::vector<std::string>{"none", "liver", "tumor"});
    CHECK(o->flip);
    CHECK(o->overlap == 0.25);
    CHECK(o->low == -100);
    CHECK(o->high == 300);
    CHECK(refused({}) == "no command; see segment --help");
    CHECK(refused({"train"}) == "train needs --out DIR; see segment --help");
    CHECK(refused({"evaluate", "--model", "m"}) == "evaluate needs --data DIR; see segment --help");
    CHECK(refused({"predict", "--model", "m"}) == "predict needs at least one image or volume; see segment --help");
    CHECK(refused({"train", "--out"}) == "--out needs a value; see segment --help");
    CHECK(refused({"train", "--depth", "3"}) == "unknown option --depth; see segment --help");
    CHECK(refused({"predict", "--model", "m", "a", "--overlap", "1"}) ==
          "--overlap is '1', expected a number from 0 to 0.9; see segment --help");
    CHECK(refused({"train", "--out", "o", "--classes", "one"}) ==
          "--classes needs a background and a structure; see segment --help");
}

TEST_CASE("a network is picked by channels and classes, and the nearest size") {
    CHECK(*pick_network<volume_networks>({40, 50, 36, 1, 3}) == 1);
    CHECK(*pick_network<volume_networks>({30, 33, 36, 1, 3}) == 0);
    CHECK(*pick_network<image_networks>({0, 512, 512, 3, 2}) == 1);
    CHECK(pick_network<image_networks>({0, 100, 90, 1, 4}).error().message() ==
          "no network for 1 channel and 4 classes; add to the list in examples/segment/networks.hpp a line such as\n"
          "    image_segmenter<nn::shape<100, 90, 1>, 4, 8, 16, 32>");
}

TEST_CASE("samples and windows are mirrored in the same directions, and not where a class is named after its side") {
    options o;
    o.flip = true;
    case_source source;
    const auto same = [&] {
        const nn::augmentation by = augmentation_for(source);
        const auto moved = window_options(o, source.of_volumes(), source.class_names);
        CHECK_FALSE(by.depth_flip);
        CHECK_FALSE(moved.flip_depth);
        CHECK(moved.flip_height == by.vertical_flip);
        CHECK(moved.flip_width == by.horizontal_flip);
        return by;
    };
    source.class_names = {"background", "nucleus"};
    CHECK((same().horizontal_flip && same().vertical_flip));
    source.wanted.depth = 48;
    CHECK((same().horizontal_flip && !same().vertical_flip));
    source.class_names = {"background", "left kidney", "right kidney"};
    CHECK_FALSE(same().horizontal_flip);
    o.flip = false;
    CHECK_FALSE(window_options(o, true, {"liver"}).flip_width);
}

TEST_CASE("segment trains on volumes, and its masks lie where the volumes lie") {
    const scratch_folder folder("segment_volumes");
    REQUIRE_FALSE(phantoms::write(folder.at("set"), nn::seed{3}, {6, 2, 2}));
    options o;
    o.data = folder.at("set");
    o.out = folder.at("out");
    o.epochs = 3;
    // One volume of the test part lies in another order, which its mask must have as well.
    const std::string turned_file = o.data + "/test/images/phantom_008.nii";
    for (const std::string& file : {turned_file, o.data + "/test/labels/phantom_008.nii"}) {
        const auto turned = nn::reorient(*nn::read_volume(file), "PIR");
        REQUIRE(turned);
        REQUIRE_FALSE(nn::write_volume(file, *turned));
    }
    const auto source = open_source(o);
    REQUIRE_MESSAGE(source, source.error().message());
    CHECK(source->of_volumes());
    CHECK(source->class_names == std::vector<std::string>{"background", "label 1", "label 2"});
    const auto trained = train<volume_net>(*source, o);
    REQUIRE_MESSAGE(trained, trained.error().message());
    REQUIRE(trained->scores.names == std::vector<std::string>{"phantom_008", "phantom_009"});
    CHECK(trained->scores.of(0).cases == 2);
    for (const char* name : {"report.html", "model.safetensors", "summary.txt", "history.csv", "curves.png",
                             "scores.csv", "masks/phantom_009.nii.gz", "overlays/phantom_009.png"})
        CHECK_MESSAGE(exists(o.out + "/" + name), name);
    const auto image = nn::read_volume(turned_file);
    const auto mask = nn::read_labels(o.out + "/masks/phantom_008.nii.gz", {.classes = 3});
    REQUIRE(image);
    REQUIRE(mask);
    CHECK(mask->grid == image->grid);

    options later;
    later.model = o.out + "/model.safetensors";
    later.data = o.data;
    later.out = folder.at("judged");
    CHECK(evaluate<volume_net>(later) == 0);
    const auto table = nn::read_csv(later.out + "/scores.csv");
    REQUIRE(table);
    CHECK(table->rows() == 4);
    CHECK(*nn::read_file(later.out + "/scores.csv") == *nn::read_file(o.out + "/scores.csv"));

    later.out = folder.at("found");
    later.files = {turned_file};
    CHECK(predict<volume_net>(later) == 0);
    CHECK(nn::read_labels(later.out + "/masks/phantom_008.nii.gz")->values == mask->values);
    later.files.push_back(folder.at("missing.nii"));
    CHECK(predict<volume_net>(later) == 2);
}

TEST_CASE("segment trains on images with masks of any size") {
    const scratch_folder folder("segment_images");
    draw_squares(folder, "train", 24);
    draw_squares(folder, "val", 2);
    draw_squares(folder, "test", 4);
    options o;
    o.data = folder.at("");
    o.out = folder.at("out");
    o.epochs = 30;
    o.batch = 4;
    o.classes = {"background", "square"};
    const auto source = open_source(o);
    REQUIRE_MESSAGE(source, source.error().message());
    CHECK_FALSE(source->of_volumes());
    const auto trained = train<image_net>(*source, o);
    REQUIRE_MESSAGE(trained, trained.error().message());
    CHECK(trained->scores.structures == std::vector<std::string>{"square"});
    CHECK(trained->scores.mean_dice() > 0.8);
    const auto mask = nn::read_image(o.out + "/masks/100.png");
    REQUIRE(mask);
    CHECK(mask->height == 40);
    CHECK(mask->width == 36);
    CHECK(std::all_of(mask->pixels.begin(), mask->pixels.end(), [](auto p) { return p == 0 || p == 255; }));

    options later;
    later.model = o.out + "/model.safetensors";
    later.data = folder.at("none");
    CHECK(evaluate<image_net>(later) == 2);
}

TEST_CASE("a folder that nobody divided, and a task of the Decathlon, are divided by the seed") {
    const scratch_folder folder("segment_divided");
    REQUIRE_FALSE(phantoms::write(folder.at("set"), nn::seed{3}, {10, 1, 1}));
    options o;
    o.data = folder.at("set/train");
    const auto source = open_source(o);
    REQUIRE_MESSAGE(source, source.error().message());
    CHECK(source->train.size() == 6);
    CHECK(source->validation.size() == 2);
    CHECK(source->test.size() == 2);
    std::string list;
    for (int i = 0; i < 10; ++i) {
        const std::string name = "phantom_00" + std::to_string(i) + ".nii";
        list += std::string(i > 0 ? "," : "") + R"({"image": "./images/)" + name + R"(", "label": "./labels/)" + name +
                R"("})";
    }
    folder.write("set/train/dataset.json",
                 R"({"name": "phantoms", "modality": {"0": "CT"}, "labels": {"0": "background",
        "1": "organ", "2": "lesion"}, "numTraining": 10, "numTest": 0, "training": [)" +
                     list + R"(], "test": []})");
    const auto task = open_source(o);
    REQUIRE_MESSAGE(task, task.error().message());
    CHECK(task->class_names == phantoms::class_names);
    CHECK(task->train.size() == 6);
}

TEST_CASE("the largest component of each structure stays, and nothing else of it") {
    nn::label_volume found;
    found.grid.depth = 1;
    found.grid.height = 2;
    found.grid.width = 6;
    found.values = {1, 0, 1, 1, 2, 0,  //
                    0, 0, 2, 1, 0, 2};
    REQUIRE_FALSE(keep_largest(found, 3));
    const std::vector<std::int32_t> expected{0, 0, 1, 1, 2, 0,  //
                                             0, 0, 0, 1, 0, 0};
    CHECK(found.values == expected);
}
