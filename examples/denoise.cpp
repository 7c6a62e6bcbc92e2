// SPDX-License-Identifier: MIT
/// \file
/// A convolutional autoencoder that takes noise out of images which the program draws itself.
///
///     denoise OUT [IMAGES EPOCHS SEED]    OUT gets model.safetensors, quality.csv and denoised.png
#include "denoise.hpp"
#include "phantom_program.hpp"

int main(int count, char** words) {
    return examples::run_program<denoise::settings>(
        {.name = "denoise", .draws = "images", .files = "model.safetensors quality.csv denoised.png"}, count, words,
        denoise::run);
}
