// SPDX-License-Identifier: MIT
/// \file
/// A user's own stb beside ctnn's: before or after it, with its implementation in this file or in the other one.
/// Compiled twice for each program: CTNN_TEST_STB_BEFORE and CTNN_TEST_STB_IMPLEMENTATION are 0 or 1.
#if CTNN_TEST_STB_IMPLEMENTATION
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#endif
#define STBI_MAX_DIMENSIONS 4321
#if !CTNN_TEST_STB_BEFORE
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#endif

#if __has_include(<stb/stb_image.h>)
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#else
#include <stb_image.h>
#include <stb_image_write.h>
#endif

#if CTNN_TEST_STB_BEFORE
#include <ctnn/io/image.hpp>
#include <ctnn/io/picture.hpp>
#endif

#if !defined(STBI_INCLUDE_STB_IMAGE_H) || !defined(INCLUDE_STB_IMAGE_WRITE_H) || STBI_MAX_DIMENSIONS != 4321
#error "ctnn changed a macro of the user's stb"
#endif
#if defined(STB_IMAGE_STATIC) || defined(STBI_ONLY_PNG) || defined(STBI_NO_STDIO)
#error "ctnn leaks a macro"
#endif
#if CTNN_TEST_STB_IMPLEMENTATION != defined(STB_IMAGE_IMPLEMENTATION)
#error "ctnn lost the user's request for the implementation"
#endif

#include <cstdio>

bool other_file_works();

/// Both decoders read a picture that ctnn wrote, to the same pixels; the user's still knows the formats that ctnn's
/// lacks.
static bool works() {
    const unsigned char pixels[12] = {1, 2, 3, 40, 50, 60, 7, 8, 9, 100, 110, 120};
    const auto file = ctnn::format_png(pixels, 2, 2, 3);
    if (!file) return false;
    const auto read = ctnn::decode_image(*file);
    int width = 0, height = 0, channels = 0;
    stbi_uc* users = stbi_load_from_memory(file->data(), static_cast<int>(file->size()), &width, &height, &channels, 0);
    bool equal = read && users != nullptr && width == 2 && height == 2 && channels == 3;
    for (int i = 0; equal && i < 12; ++i)
        equal = users[i] == pixels[i] && read->pixels[static_cast<std::size_t>(i)] == pixels[i];
    stbi_image_free(users);
    const unsigned char gif[] = {'G', 'I', 'F', '8', '9', 'a', 3, 0, 2, 0, 0, 0, 0};
    return equal && stbi_info_from_memory(gif, sizeof gif, &width, &height, &channels) == 1 && width == 3;
}

#if CTNN_TEST_STB_MAIN
int main() {
    const bool good = works() && other_file_works();
    std::puts(good ? "both decoders agree" : "the decoders differ");
    return good ? 0 : 1;
}
#else
bool other_file_works() { return works(); }
#endif
