// SPDX-License-Identifier: MIT
/// \file
/// The command line of segment.
#pragma once

#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "../command_line.hpp"

namespace segment {
namespace nn = ctnn;

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
    --epochs N      default: about 2800 batches of volumes or 1500 of images, at least 12 epochs
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
    --flip          the mean over mirrored windows too: volumes left to right, images upside down as well
    --largest       the largest connected component of each structure alone
    --tolerance MM  of the surface Dice; default 1

Images are PNG, JPEG, BMP or binary PNM, brought to the size of the network and their masks back to theirs. Volumes are
.nii, .nii.gz or .hdr with .img, turned to RAS; one that is larger than the network is trained on in windows and found
in by a moving window; masks lie in the frame of the volume. Spacing and window are kept in the
model file. In overlays, what was predicted is tinted, and the outline of the truth is white.
Exit code 0: done; 1: done, with something wrong; 2: refused.
For research; not a medical device.
)";

struct options : examples::common_options {
    double overlap = 0.5, tolerance = 1;
    bool flip = false, largest = false;
};

/// Reads the command line; error_kind::invalid_argument says in one sentence what is wrong with it.
inline nn::result<options> read_options(const std::vector<std::string>& words) {
    const auto own = [](const std::string& word, const std::string& value, options& to, nn::error& failed) {
        if (word == "--overlap")
            failed = examples::read_number(word, value, 0.0, 0.9, to.overlap);
        else if (word == "--tolerance")
            failed = examples::read_number(word, value, 0.0, 1000.0, to.tolerance);
        else if (word == "--classes")
            failed = examples::read_names(value, "--classes needs a background and a structure", to.classes);
        else
            return false;
        return true;
    };
    const auto flag = [](const std::string& word, options& to) {
        if (word != "--flip" && word != "--largest") return false;
        (word == "--flip" ? to.flip : to.largest) = true;
        return true;
    };
    auto read = examples::read_command_line<options>("segment", words, own, flag);
    if (read && !read->help && read->command == "evaluate" && read->data.empty())
        return nn::error(nn::error_kind::invalid_argument, "evaluate needs --data DIR; see segment --help");
    return read;
}

}  // namespace segment
