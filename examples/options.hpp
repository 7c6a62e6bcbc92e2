// SPDX-License-Identifier: MIT
/// \file
/// The command line of classify.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "command_line.hpp"

namespace classify {
namespace nn = ctnn;

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

struct options : examples::common_options {
    nn::extent class_count = 0;
    double threshold = -1;
    nn::pipeline preprocessing;
};

inline nn::error read_classes(std::string_view text, options& to) {
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos)
        return examples::read_number<nn::extent>("--classes", text, 2, 65536, to.class_count);
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
    const auto own = [](const std::string& word, const std::string& value, options& to, nn::error& failed) {
        if (word == "--threshold")
            failed = examples::read_number(word, value, 0.0, 1.0, to.threshold);
        else if (word == "--preprocess")
            failed = read_stages(value, to);
        else if (word == "--classes")
            failed = read_classes(value, to);
        else
            return false;
        return true;
    };
    const auto no_flag = [](const std::string&, options&) { return false; };
    auto read = examples::read_command_line<options>("classify", words, own, no_flag);
    if (!read || read->help) return read;
    const auto refuse = [](const char* why) {
        return nn::error(nn::error_kind::invalid_argument, std::string(why) + "; see classify --help");
    };
    const bool prepares = !read->preprocessing.empty();
    if (prepares && read->command != "train") return refuse("--preprocess is for train; the model file remembers it");
    if (prepares && read->low < read->high) return refuse("--preprocess takes the place of --window");
    return read;
}

}  // namespace classify
