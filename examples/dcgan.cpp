// SPDX-License-Identifier: MIT
/// \file
/// Two networks that train each other until one of them draws chest-like images; minutes on one core.
///
///     dcgan OUT [IMAGES EPOCHS SEED]    OUT gets generator.safetensors and samples.png, 64 of them
#include "dcgan.hpp"
#include "phantom_program.hpp"

int main(int count, char** words) {
    return examples::run_program<dcgan::settings>(
        {.name = "dcgan", .draws = "phantoms", .files = "generator.safetensors samples.png"}, count, words, dcgan::run);
}
