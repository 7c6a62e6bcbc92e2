// SPDX-License-Identifier: MIT
/// \file
/// The command line of segment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "../read_number.hpp"

namespace segment {
namespace nn = ctnn;
using examples::read_number;

inline constexpr const char* help =
    R"(Trains networks that find structures in images and volumes, judges them, and uses them.

    segment train --out DIR [--data DIR] [options]
    segment evaluate --model FILE --data DIR [options]
    segment predict --model FILE [options] FILE...

Data (--data)
    none            phantoms: noisy volumes with an organ and lesions, which the program draws itself into OUT/phantoms
    DIR             a task of the Medical Segmentation Decathlon: a folder with dataset.json
                    folders train, val and test, each with images and labels (NIfTI volumes and their label maps) or
                    images and masks (images and gray masks of 0 and 255), files of equal names belonging together
                    or images and labels, or images and masks, alone
                    Where nothing is divided yet, 70 % are trained on, 15 % choose, 15 % test, drawn by --seed

train
    --out DIR       gets report.html, model.safetensors, summary.txt, history.csv, curves.png, and of the test part
                    scores.csv, masks/ and overlays/
    --epochs N      default: about 1500 batches, at least 12 epochs
    --batch N       samples a step; default 2 volumes or 4 images
    --rate X        the largest learning rate of AdamW; default 0.003
    --seed N        of weights, order, noise, phantoms and of the division of a folder; default 1
    --classes LIST  names by label, background first, separated by commas; default: those of dataset.json, or numbers
    --spacing MM    volumes: the distance of voxels to resample to; default: voxels as they are in the files
    --window LOW,HIGH   volumes: the values that become black and white; default: the 1st and 99th percentile of each

evaluate, predict
    --model FILE    what train wrote
    --part NAME     evaluate: train, validation or test; default test
    --seed N        evaluate: that train was given, where it divided a folder; default 1
    --out DIR       gets scores.csv, masks/ and overlays/; default: this folder
    --overlap X     of the windows that are moved over a volume, from 0 to 0.9; default 0.5
    --flip          the mean over mirrored windows too: 8 times the work for volumes, 4 for images
    --largest       the largest connected component of each structure alone
    --tolerance MM  of the surface Dice; default 1

Images are PNG, JPEG, BMP or binary PNM, brought to the size of the network and their masks back to theirs. Volumes are
.nii, .nii.gz or .hdr with .img, turned to RAS; one that is larger than the network is trained on in windows and found
in by a moving window; masks lie in the frame of the volume. Spacing and window are kept in the
model file. In overlays, what was predicted is tinted, and the outline of the truth is white.
Exit code 0: done; 1: done, with something wrong; 2: refused.
For research; not a medical device.
)";

struct options {
    std::string command, data, out, model, part = "test";
    std::vector<std::string> files, classes;
    nn::extent epochs = 0, batch = 0;
    double rate = 0, spacing = 0, low = 0, high = 0, overlap = 0.5, tolerance = 1;
    std::uint64_t seed = 1;
    bool flip = false, largest = false, help = false;
};

/// Reads an option that has a value. \returns false where there is none of that name
inline bool read_option(const std::string& word, const std::string& value, options& to, nn::error& failed) {
    const auto text = [&](std::string& member) { member = value; };
    const auto number = [&](auto low, auto high, auto& member) {
        failed = read_number(word, value, low, high, member);
    };
    if (word == "--data")
        text(to.data);
    else if (word == "--out")
        text(to.out);
    else if (word == "--model")
        text(to.model);
    else if (word == "--part")
        text(to.part);
    else if (word == "--epochs")
        number(nn::extent{1}, nn::extent{100000}, to.epochs);
    else if (word == "--batch")
        number(nn::extent{1}, nn::extent{65536}, to.batch);
    else if (word == "--rate")
        number(1e-9, 10.0, to.rate);
    else if (word == "--seed")
        number(std::uint64_t{0}, ~std::uint64_t{0}, to.seed);
    else if (word == "--spacing")
        number(0.01, 100.0, to.spacing);
    else if (word == "--overlap")
        number(0.0, 0.9, to.overlap);
    else if (word == "--tolerance")
        number(0.0, 1000.0, to.tolerance);
    else if (word == "--window")
        failed = examples::read_window(value, to.low, to.high);
    else if (word == "--classes")
        failed = examples::read_names(value, "--classes needs a background and a structure", to.classes);
    else
        return false;
    return true;
}

/// Reads the command line; error_kind::invalid_argument says in one sentence what is wrong with it.
inline nn::result<options> read_options(const std::vector<std::string>& words) {
    options o;
    const auto refuse = [](const std::string& why) {
        return nn::error(nn::error_kind::invalid_argument, why + "; see segment --help");
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
                o.files.push_back(word);
        } else if (word == "--flip") {
            o.flip = true;
        } else if (word == "--largest") {
            o.largest = true;
        } else {
            nn::error failed;
            const bool last = i + 1 == words.size();
            if (!read_option(word, last ? std::string() : words[i + 1], o, failed))
                return refuse("unknown option " + word);
            if (last) return refuse(word + " needs a value");
            if (failed) return refuse(failed.message());
            ++i;
        }
    }
    const bool train = o.command == "train", evaluate = o.command == "evaluate", predict = o.command == "predict";
    if (!train && !evaluate && !predict)
        return refuse(o.command.empty() ? "no command" : "unknown command '" + o.command + "'");
    if (train && o.out.empty()) return refuse("train needs --out DIR");
    if (!train && o.model.empty()) return refuse(o.command + " needs --model FILE");
    if (evaluate && o.data.empty()) return refuse("evaluate needs --data DIR");
    if (predict && o.files.empty()) return refuse("predict needs at least one image or volume");
    if (!predict && !o.files.empty()) return refuse(o.command + " takes no '" + o.files[0] + "'");
    if (o.part != "train" && o.part != "validation" && o.part != "test")
        return refuse("--part is '" + o.part + "', expected train, validation or test");
    return o;
}

}  // namespace segment
