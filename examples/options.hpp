// SPDX-License-Identifier: MIT
/// \file
/// The command line of classify.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "read_number.hpp"

namespace classify {
namespace nn = ctnn;
using examples::read_number;

inline constexpr const char* help =
    R"(Trains classifiers of images and volumes, judges them, and uses them.

    classify train --out DIR [--data DIR_OR_FILE] [options]
    classify evaluate --model FILE [--data DIR_OR_FILE] [options]
    classify predict --model FILE [options] FILE...

Data (--data)
    none            chest-like phantoms that the program draws itself, with and without a nodule
    FILE.csv        a table with the columns path and label; with the column patient no patient is in two parts; with
                    the column part (train, val, test) the table splits, else --seed does, as below
    FILE.npz        {train,val,test}_images and _labels, as MedMNIST has them, images or volumes
    DIR             DIR/train, DIR/val, DIR/test with a folder of images, or of NIfTI volumes, for each class; or the
                    class folders themselves: then 70 % are trained on, 15 % choose, 15 % test, drawn by --seed

train
    --out DIR       gets report.html, model.safetensors, summary.txt, history.csv, curves.png, confusion.png,
                    predictions.png, predictions.csv
    --epochs N      default: about 1500 batches (volumes: 400), at least 12 epochs
    --batch N       samples a step; default 64 (volumes: 16)
    --rate X        learning rate of AdamW at the beginning; it falls along a cosine; default 0.003
    --seed N        of weights, order, augmentation, phantoms and of the split of a folder; default 1
    --classes LIST  names of the classes of an .npz file, separated by commas; or their number, to be sure of it
    --spacing MM    volumes: the distance of voxels to resample to; default: voxels as they are in the files
    --window LOW,HIGH   volumes: the values that become black and white; default: the 1st and 99th percentile of each
    --preprocess STAGES what is done to each image before anything else, separated by semicolons, as in
                    "median_filter size=3; clahe clip_limit=0.02"; for volumes in place of --window

evaluate
    --model FILE    what train wrote
    --part NAME     train, validation or test; default test
    --seed N        that train was given, where it split a folder; default 1
    --out DIR       gets confusion.png, predictions.png and predictions.csv; default: nothing is written

predict
    --model FILE    what train wrote
    --threshold X   two classes: the second from this probability on, default 0.5; more: the first of the
                    probabilities counts only from here on, else the image is "uncertain"; default 0
    --out DIR       gets predictions.csv with all probabilities; default: this folder

Images are PNG, JPEG, BMP or binary PNM; volumes are .nii, .nii.gz or .hdr with .img, turned to RAS, and cut or filled
up around their middle to the size of the network. Spacing, window and stages are kept in the model file.
Exit code 0: done; 1: done, with something wrong; 2: refused.
For research; not a medical device.
)";

struct options {
    std::string command, data, out, model, part = "test";
    std::vector<std::string> images, classes;
    nn::extent epochs = 0, batch = 0, class_count = 0;
    double rate = 0, threshold = -1;
    double spacing = 0, low = 0, high = 0;
    std::uint64_t seed = 1;
    nn::pipeline preprocessing;
    bool help = false;
};

inline nn::error read_classes(std::string_view text, options& to) {
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos)
        return read_number<nn::extent>("--classes", text, 2, 65536, to.class_count);
    if (auto failed = examples::read_names(text, "--classes needs at least two names, or a number", to.classes))
        return failed;
    to.class_count = static_cast<nn::extent>(to.classes.size());
    return {};
}

inline nn::error read_stages(std::string_view text, options& to) {
    auto steps = nn::parse_pipeline(text);
    if (!steps) return {nn::error_kind::invalid_argument, "--preprocess: " + steps.error().message()};
    to.preprocessing = std::move(*steps);
    return {};
}

/// Reads the command line; error_kind::invalid_argument says in one sentence what is wrong with it.
inline nn::result<options> read_options(const std::vector<std::string>& words) {
    using nn::extent;
    options o;
    const auto refuse = [](const std::string& why) {
        return nn::error(nn::error_kind::invalid_argument, why + "; see classify --help");
    };
    if (words.empty()) return refuse("no command");
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help" || word == "-h" || word == "help") {
            o.help = true;
            return o;
        }
        if (word.size() < 2 || word[0] != '-') {
            if (o.command.empty())
                o.command = word;
            else
                o.images.push_back(word);
            continue;
        }
        const bool known = word == "--data" || word == "--out" || word == "--model" || word == "--part" ||
                           word == "--epochs" || word == "--batch" || word == "--rate" || word == "--seed" ||
                           word == "--classes" || word == "--threshold" || word == "--spacing" || word == "--window" ||
                           word == "--preprocess";
        if (!known) return refuse("unknown option " + word);
        if (i + 1 == words.size()) return refuse(word + " needs a value");
        const std::string& value = words[++i];
        nn::error failed;
        if (word == "--data")
            o.data = value;
        else if (word == "--out")
            o.out = value;
        else if (word == "--model")
            o.model = value;
        else if (word == "--part")
            o.part = value;
        else if (word == "--epochs")
            failed = read_number<extent>(word, value, 1, 100000, o.epochs);
        else if (word == "--batch")
            failed = read_number<extent>(word, value, 1, 65536, o.batch);
        else if (word == "--rate")
            failed = read_number<double>(word, value, 1e-9, 10, o.rate);
        else if (word == "--seed")
            failed = read_number<std::uint64_t>(word, value, 0, ~std::uint64_t{0}, o.seed);
        else if (word == "--threshold")
            failed = read_number<double>(word, value, 0, 1, o.threshold);
        else if (word == "--spacing")
            failed = read_number<double>(word, value, 0.01, 100, o.spacing);
        else if (word == "--window")
            failed = examples::read_window(value, o.low, o.high);
        else if (word == "--preprocess")
            failed = read_stages(value, o);
        else
            failed = read_classes(value, o);
        if (failed) return refuse(failed.message());
    }
    const bool train = o.command == "train", evaluate = o.command == "evaluate", predict = o.command == "predict";
    if (!train && !evaluate && !predict)
        return refuse(o.command.empty() ? "no command" : "unknown command '" + o.command + "'");
    if (train && o.out.empty()) return refuse("train needs --out DIR");
    if (!train && o.model.empty()) return refuse(o.command + " needs --model FILE");
    if (!train && !o.preprocessing.empty()) return refuse("--preprocess is for train; the model file remembers it");
    if (!o.preprocessing.empty() && o.low < o.high) return refuse("--preprocess takes the place of --window");
    if (predict && o.images.empty()) return refuse("predict needs at least one image or volume");
    if (!predict && !o.images.empty()) return refuse(o.command + " takes no '" + o.images[0] + "'");
    if (o.part != "train" && o.part != "validation" && o.part != "test")
        return refuse("--part is '" + o.part + "', expected train, validation or test");
    return o;
}

}  // namespace classify
