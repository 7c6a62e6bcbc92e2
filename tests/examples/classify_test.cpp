// SPDX-License-Identifier: MIT
/// \file
/// The whole of classify on a small set that the test makes: trained, saved, judged, used, and refused.
#include <doctest/doctest.h>

#include <algorithm>

#include "../../examples/use.hpp"
#include "../data/scratch_folder.hpp"

using namespace classify;

namespace {
using net = classifier<nn::shape<28, 28, 1>, 2>;

/// Squares of 28 x 28 on noise: upright ones are class a, those that stand on a corner class b.
void draw_squares(const scratch_folder& folder, const std::string& part, int each) {
    for (int i = 0; i < 2 * each; ++i) {
        nn::random_stream random(nn::seed{part == "train" ? 1u : 2u}, static_cast<std::uint64_t>(i));
        const int x = static_cast<int>(random.next_below(12)) + 8, y = static_cast<int>(random.next_below(12)) + 8;
        std::vector<unsigned char> pixels;
        for (int row = 0; row < 28; ++row)
            for (int column = 0; column < 28; ++column) {
                const int dx = std::abs(column - x), dy = std::abs(row - y);
                const bool inside = i % 2 == 0 ? std::max(dx, dy) < 5 : dx + dy < 7;
                pixels.push_back(static_cast<unsigned char>((inside ? 160 : 60) + random.next_below(50)));
            }
        const std::string name = part + (i % 2 == 0 ? "/a/" : "/b/") + std::to_string(100 + i) + ".png";
        REQUIRE_FALSE(nn::write_png(folder.at(name), pixels.data(), 28, 28, 1));
    }
}
bool exists(const std::string& path) { return std::filesystem::exists(path); }
}  // namespace

TEST_CASE("every network of the list is picked for its own data, and a size between them takes the nearest") {
    CHECK(*pick_network<networks>({0, 28, 28, 1, 2}) == 0);
    CHECK(*pick_network<networks>({0, 64, 64, 1, 2}) == 1);
    CHECK(*pick_network<networks>({0, 300, 280, 1, 2}) == 1);
    CHECK(*pick_network<networks>({0, 32, 32, 3, 2}) == 2);
    CHECK(*pick_network<networks>({0, 32, 32, 3, 3}) == 3);
    int place = 0;
    for_each_network(networks{}, [&]<class Net>() {
        CHECK(find_network<networks>(nn::fingerprint_of<Net>()) == place++);
        CHECK(Net::parameter_count < 100'000);
    });
    CHECK(find_network<networks>("of another network") == -1);
}

TEST_CASE("data without a network is refused with the list and the line to add") {
    const auto none = pick_network<networks>({0, 40, 50, 3, 7});
    REQUIRE_FALSE(none);
    CHECK(none.error().message().find("no network for 3 channels and 7 classes") == 0);
    CHECK(none.error().message().find("classifier<nn::shape<64, 64, 1>, 2>") != std::string::npos);
    CHECK(none.error().message().find("add the line\n    classifier<nn::shape<40, 50, 3>, 7>,") != std::string::npos);
}

TEST_CASE("classify trains on folders, writes its files, and uses them again") {
    const scratch_folder folder("classify");
    draw_squares(folder, "set/train", 60);
    draw_squares(folder, "set/val", 10);
    draw_squares(folder, "set/test", 20);
    options o;
    o.data = folder.at("set");
    o.out = folder.at("out/new");
    o.epochs = 12;
    o.batch = 16;
    o.preprocessing = {nn::stages::gaussian_filter{.sigma = 0.4}, nn::stages::min_max{}};
    auto source = open_source(o);
    REQUIRE(source);
    CHECK(source->class_names == std::vector<std::string>{"a", "b"});
    const auto trained = train<net>(*source, o);
    REQUIRE_MESSAGE(trained, trained.error().message());
    CHECK(trained->accuracy > 0.8);
    CHECK(trained->auc > 0.9);
    CHECK(trained->disagreement <= largest_disagreement);
    for (const char* name : {"model.safetensors", "summary.txt", "history.csv", "curves.png", "confusion.png",
                             "predictions.png", "predictions.csv", "report.html"})
        CHECK_MESSAGE(exists(o.out + "/" + name), name);

    options later;
    later.data = o.data;
    later.model = o.out + "/model.safetensors";
    later.out = folder.at("judged");
    CHECK(evaluate<net>(later) == 0);
    // The stages are the model file's: the same probabilities come out.
    CHECK(nn::read_model_info(later.model)->preprocessing == o.preprocessing);
    CHECK(*nn::read_file(later.out + "/predictions.csv") == *nn::read_file(o.out + "/predictions.csv"));

    later.out = folder.at("told");
    later.files = {folder.at("set/test/a/100.png"), folder.at("set/test/b/101.png")};
    CHECK(predict<net>(later) == 0);
    const auto table = nn::read_file(later.out + "/predictions.csv");
    REQUIRE(table);
    const std::string text(table->begin(), table->end());
    CHECK(text.find("file,predicted,p(a),p(b)\r\n") == 0);
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
    later.files.push_back(folder.at("missing.png"));
    CHECK(predict<net>(later) == 2);

    // Other classes than the model's, another network's file, a folder that cannot be made.
    std::filesystem::rename(folder.path() + "/set/train/b", folder.path() + "/set/train/c");
    std::filesystem::rename(folder.path() + "/set/val/b", folder.path() + "/set/val/c");
    std::filesystem::rename(folder.path() + "/set/test/b", folder.path() + "/set/test/c");
    CHECK(evaluate<net>(later) == 2);
    o.out = folder.at("set/train/a/100.png");
    auto again = open_source(o);
    REQUIRE(again);
    CHECK(train<net>(*again, o).error().kind() == nn::error_kind::cannot_write);
}

TEST_CASE("the threshold decides between two classes, and holds back an uncertain one of three") {
    const std::vector<std::string> two{"clear", "nodule"}, three{"a", "b", "c"};
    const float low[] = {0.7f, 0.3f}, spread[] = {0.2f, 0.5f, 0.3f};
    CHECK(decide(low, two, -1) == "clear");
    CHECK(decide(low, two, 0.25) == "nodule");
    CHECK(decide(spread, three, -1) == "b");
    CHECK(decide(spread, three, 0.6) == "uncertain");
}
