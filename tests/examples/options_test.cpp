// SPDX-License-Identifier: MIT
/// \file
/// The command line of classify: what it means, and one clear line for what it refuses.
#include <doctest/doctest.h>

#include "../../examples/options.hpp"

namespace {
std::string refused(const std::vector<std::string>& words) {
    const auto read = classify::read_options(words);
    return read ? "" : read.error().message();
}
}  // namespace

TEST_CASE("a command line of classify is read whole") {
    const auto o =
        classify::read_options({"train", "--data", "set.npz", "--out", "there", "--epochs", "7", "--batch", "16",
                                "--rate", "1e-4", "--seed", "18446744073709551615", "--classes", "normal,pneumonia"});
    REQUIRE(o);
    CHECK(o->command == "train");
    CHECK(o->data == "set.npz");
    CHECK(o->out == "there");
    CHECK(o->epochs == 7);
    CHECK(o->batch == 16);
    CHECK(o->rate == 1e-4);
    CHECK(o->seed == ~std::uint64_t{0});
    CHECK(o->classes == std::vector<std::string>{"normal", "pneumonia"});
    CHECK(classify::read_options({"train", "--out", "x", "--classes", "3"})->class_count == 3);
    const auto v = classify::read_options({"train", "--out", "x", "--spacing", "1.5", "--window", "-1000,400.5"});
    REQUIRE(v);
    CHECK(v->spacing == 1.5);
    CHECK(v->low == -1000);
    CHECK(v->high == 400.5);
    CHECK(classify::read_options({"train", "--out", "x", "--preprocess", "median_filter size=5; z_score"})
              ->preprocessing == ctnn::pipeline{ctnn::stages::median_filter{.size = 5}, ctnn::stages::z_score{}});
    const auto p = classify::read_options({"predict", "a.png", "--model", "m", "--threshold", "0.25", "b.png"});
    REQUIRE(p);
    CHECK(p->files == std::vector<std::string>{"a.png", "b.png"});
    CHECK(p->threshold == 0.25);
    CHECK(classify::read_options({"evaluate", "--help"})->help);
}

TEST_CASE("a wrong command line is refused with what is wrong and where help is") {
    CHECK(refused({}) == "no command; see classify --help");
    CHECK(refused({"learn"}) == "unknown command 'learn'; see classify --help");
    CHECK(refused({"train"}) == "train needs --out DIR; see classify --help");
    CHECK(refused({"train", "--out"}) == "--out needs a value; see classify --help");
    CHECK(refused({"train", "--outt", "x"}) == "unknown option --outt; see classify --help");
    CHECK(refused({"train", "--out", "x", "y.png"}) == "train takes no 'y.png'; see classify --help");
    CHECK(refused({"train", "--out", "x", "--epochs", "0"}) ==
          "--epochs is '0', expected a number from 1 to 100000; see classify --help");
    CHECK(refused({"train", "--out", "x", "--epochs", "3x"}) ==
          "--epochs is '3x', expected a number from 1 to 100000; see classify --help");
    CHECK(refused({"train", "--out", "x", "--seed", "-1"}).find("--seed is '-1', expected a number from 0") == 0);
    CHECK(refused({"train", "--out", "x", "--rate", "nan"}).find("--rate is 'nan'") == 0);
    CHECK(refused({"train", "--out", "x", "--classes", "a,,b"}) == "--classes has an empty name; see classify --help");
    CHECK(refused({"train", "--out", "x", "--classes", "a"}).find("--classes needs at least two names") == 0);
    CHECK(refused({"train", "--out", "x", "--window", "5"}) == "--window is LOW,HIGH; see classify --help");
    CHECK(refused({"train", "--out", "x", "--window", "5,5"}) == "--window: LOW is below HIGH; see classify --help");
    CHECK(refused({"train", "--out", "x", "--window", "a,5"}).find("--window LOW is 'a', expected a number") == 0);
    CHECK(refused({"train", "--out", "x", "--spacing", "0"}).find("--spacing is '0', expected a number from 0.01") ==
          0);
    CHECK(refused({"train", "--out", "x", "--preprocess", "sharpen"})
              .find("--preprocess: pipeline: stage 1: 'sharpen' is no stage") == 0);
    CHECK(refused({"train", "--out", "x", "--preprocess", "min_max", "--window", "0,1"}) ==
          "--preprocess takes the place of --window; see classify --help");
    CHECK(refused({"predict", "--model", "m", "x.png", "--preprocess", "min_max"}).find("--preprocess is for train") ==
          0);
    CHECK(refused({"evaluate", "--data", "x"}) == "evaluate needs --model FILE; see classify --help");
    CHECK(refused({"evaluate", "--model", "m", "--part", "all"})
              .find("--part is 'all', expected train, validation or test") == 0);
    CHECK(refused({"predict", "--model", "m"}) == "predict needs at least one image or volume; see classify --help");
    CHECK(refused({"predict", "--model", "m", "x", "--threshold", "2"}) ==
          "--threshold is '2', expected a number from 0 to 1; see classify --help");
}
