// SPDX-License-Identifier: MIT
/// \file
/// classify on volumes: a small set that the test makes, and crops of real ones.
#include <doctest/doctest.h>

#include <algorithm>

#include "../../examples/hippocampus_crops.hpp"
#include "../../examples/use.hpp"
#include "../data/scratch_folder.hpp"

using namespace classify;

namespace {
using net = classifier<nn::shape<16, 16, 16, 1>, 2>;

/// A volume of noise, with a bright ball of radius 4 or without, in one of four orders of its voxels.
nn::volume noise(bool ball, std::uint64_t number) {
    nn::random_stream random(nn::seed{7}, number);
    nn::volume v;
    v.grid = {18, 14, 16, {}};
    v.values.resize(static_cast<std::size_t>(v.grid.positions()));
    std::array<nn::extent, 3> middle{};
    for (nn::extent& m : middle) m = 6 + random.next_below(4);
    for (nn::extent z = 0; z < 18; ++z)
        for (nn::extent y = 0; y < 14; ++y)
            for (nn::extent x = 0; x < 16; ++x) {
                const nn::extent dz = z - middle[0], dy = y - middle[1], dx = x - middle[2];
                const bool bright = ball && dz * dz + dy * dy + dx * dx < 16;
                v.at(z, y, x) = static_cast<float>(100 + (bright ? 90 : 0) + 100 * random.next_uniform());
            }
    const char* orders[] = {"RAS", "LPS", "SAR", "PIR"};
    auto turned = nn::reorient(v, orders[number % 4]);
    REQUIRE(turned);
    return std::move(*turned);
}
void write_set(const scratch_folder& folder, const std::string& part, nn::extent each, std::uint64_t first) {
    for (nn::extent i = 0; i < 2 * each; ++i) {
        const std::string name = part + (i % 2 == 0 ? "/ball/" : "/none/") + std::to_string(100 + i) + ".nii.gz";
        REQUIRE_FALSE(nn::write_volume(folder.at(name), noise(i % 2 == 0, first + static_cast<std::uint64_t>(i))));
    }
}
std::string text_of(const std::string& path) {
    const auto bytes = nn::read_file(path);
    REQUIRE(bytes);
    return {bytes->begin(), bytes->end()};
}
}  // namespace

TEST_CASE("a network of volumes is picked by the extents, and another is asked for by its line") {
    CHECK(*pick_network<volume_networks>({16, 16, 16, 1, 2}) == 0);
    CHECK(*pick_network<volume_networks>({40, 28, 30, 1, 2}) == 1);
    int place = 0;
    for_each_network(volume_networks{}, [&]<class Net>() {
        CHECK(find_network<volume_networks>(nn::fingerprint_of<Net>()) == place++);
        CHECK(find_network<networks>(nn::fingerprint_of<Net>()) == -1);
    });
    CHECK(pick_network<volume_networks>({20, 30, 40, 2, 3})
              .error()
              .message()
              .find("add the line\n    classifier<nn::shape<20, 30, 40, 2>, 3>,") != std::string::npos);
}

TEST_CASE("classify trains on class folders of volumes, and tells the class of a volume") {
    const scratch_folder folder("classify_volumes");
    write_set(folder, "set/train", 16, 0);
    write_set(folder, "set/val", 4, 100);
    write_set(folder, "set/test", 10, 200);
    options o;
    o.data = folder.at("set");
    o.out = folder.at("out");
    o.epochs = 8;
    o.batch = 8;
    o.low = 100;
    o.high = 290;
    auto source = open_source(o);
    REQUIRE_MESSAGE(source, source.error().message());
    CHECK(source->of_volumes());
    CHECK(source->class_names == std::vector<std::string>{"ball", "none"});
    CHECK(source->wanted.depth == 18);  // the first file is in RAS already
    CHECK(*pick_network<volume_networks>(source->wanted) == 0);
    const auto trained = train<net>(*source, o);
    REQUIRE_MESSAGE(trained, trained.error().message());
    CHECK(trained->accuracy >= 0.9);
    CHECK(trained->disagreement <= largest_disagreement);

    options later;
    later.model = o.out + "/model.safetensors";
    CHECK(nn::read_model_info(later.model)->preparation == nn::volume_preparation{.low = 100, .high = 290});
    later.data = o.data;
    later.out = folder.at("judged");
    CHECK(evaluate<net>(later) == 0);
    // The window is the model file's, whatever the command line of evaluate says.
    CHECK(text_of(later.out + "/predictions.csv") == text_of(o.out + "/predictions.csv"));

    later.out = folder.at("told");
    later.files = {folder.at("set/test/ball/100.nii.gz"), folder.at("set/test/none/101.nii.gz")};
    CHECK(predict<net>(later) == 0);
    const auto table = nn::read_csv(later.out + "/predictions.csv");
    REQUIRE(table);
    CHECK(table->columns() == std::vector<std::string>{"file", "predicted", "p(ball)", "p(none)"});
    REQUIRE(table->rows() == 2);
    for (nn::extent row = 0; row < 2; ++row) {
        const auto p = table->numbers<double>({"p(ball)", "p(none)"});
        REQUIRE(p);
        CHECK((*p)[static_cast<std::size_t>(2 * row)] + (*p)[static_cast<std::size_t>(2 * row + 1)] ==
              doctest::Approx(1));
    }
    folder.write("broken.nii.gz", "no volume");
    later.files.push_back(folder.at("broken.nii.gz"));
    CHECK(predict<net>(later) == 2);
    CHECK(nn::read_csv(later.out + "/predictions.csv")->rows() == 2);

    // The same files by a table.
    std::string rows = "patient,path,label,part\n";
    for (const char* part : {"train", "val", "test"})
        for (const char* name : {"/ball/100", "/none/101"})
            rows += std::string(part) + name + ",set/" + part + name + ".nii.gz," + std::string(name, 1, 4) + "," +
                    part + "\n";
    folder.write("set.csv", rows);
    later.data = folder.at("set.csv");
    later.out = folder.at("by_table");
    CHECK(evaluate<net>(later) == 0);
    CHECK(nn::read_csv(later.out + "/predictions.csv")->rows() == 2);
    const std::size_t twice = rows.find("test/ball");
    rows.replace(twice, 13, "train/ball/100");
    folder.write("set.csv", rows);
    CHECK(open_source(later).error().message().find("the group 'train/ball/100' is in the folds 0 and 2") !=
          std::string::npos);
    folder.write("set.csv", "path,label,part\na.nii,x,train\nb.nii,y,test\n");
    CHECK(open_source(later).error().message().find("has no file in train, in val or in test") != std::string::npos);

    // Volumes of an .npz file.
    std::vector<std::pair<std::string, nn::array>> arrays;
    for (const char* name : {"train", "val", "test"}) {
        arrays.emplace_back(std::string(name) + "_images",
                            nn::make_array<std::uint8_t>({2, 16, 16, 16}, std::vector<std::uint8_t>(8192, 77)));
        arrays.emplace_back(std::string(name) + "_labels", nn::make_array<std::uint8_t>({2, 1}, {0, 1}));
    }
    REQUIRE_FALSE(nn::write_npz(folder.at("set.npz"), arrays));
    later.data = folder.at("set.npz");
    later.out.clear();
    CHECK(evaluate<net>(later) == 0);
    arrays[1].second = arrays[3].second = arrays[5].second = nn::make_array<std::uint8_t>({2, 2}, {0, 1, 1, 1});
    REQUIRE_FALSE(nn::write_npz(folder.at("set.npz"), arrays));
    CHECK(open_source(later).error().kind() == nn::error_kind::unsupported);

    // Images where the model takes volumes.
    for (const char* name :
         {"images/train/ball/1.png", "images/train/none/1.png", "images/test/ball/1.png", "images/test/none/1.png"})
        folder.paint(name, 16, 16, {40});
    later.data = folder.at("images");
    CHECK(evaluate<net>(later) == 2);
    auto images = open_source(later);
    REQUIRE(images);
    CHECK_FALSE(images->of_volumes());
    CHECK(read_part<net::input>(*images, nn::split_part::test, {}).error().message().find("has no volumes") !=
          std::string::npos);
    CHECK(read_part<nn::shape<16, 16, 1>>(*source, nn::split_part::test, {}).error().message().find("has no images") !=
          std::string::npos);
}

TEST_SUITE_BEGIN("slow");

TEST_CASE("hippocampus crops are told from crops elsewhere with an accuracy of 0.95") {
    const std::string volumes = std::string(CTNN_SHARED_DATA) + "/segmentation_hippocampus_nifti";
    if (!std::filesystem::exists(volumes)) {
        MESSAGE("skipped: no ", volumes);
        return;
    }
    const scratch_folder folder("hippocampus");
    REQUIRE_FALSE(hippocampus::cut_all(volumes, folder.at("crops")));
    options o;
    o.data = folder.at("crops");
    o.out = folder.at("out");
    auto source = open_source(o);
    REQUIRE(source);
    CHECK(source->listing->train.size() == 250);
    CHECK(source->listing->validation.size() == 46);
    CHECK(source->listing->test.size() == 63);
    const auto trained = train<net>(*source, o);
    REQUIRE(trained);
    MESSAGE("accuracy ", trained->accuracy, ", AUC ", trained->auc, ", ", trained->seconds,
            " s; logistic regression: ", trained->accuracy_of_pixels);
    CHECK(trained->accuracy >= 0.95);
    CHECK(trained->disagreement <= largest_disagreement);
}

TEST_SUITE_END();
