// SPDX-License-Identifier: MIT
/// \file
/// Writes the first inputs of the fuzz targets: seeds <folder of corpora>. Small files of every kind that is read.
#include <cstdio>
#include <ctnn/ctnn.hpp>
#include <filesystem>
#include <string>

#include "../io/image_files.hpp"

namespace {

using namespace ctnn;
namespace fs = std::filesystem;

fs::path corpora;
int files = 0;

/// numpy.savez_compressed(a=numpy.arange(4, dtype='u1'), b=numpy.zeros(50, '<i2')), whose headers have 64-bit sizes.
constexpr unsigned char deflated_archive[] = {
    80,  75,  3,   4,   20,  0,   0,   0,   8,   0,   0,   0,   33,  0,   36,  3,   222, 88,  72,  0,   0,   0,   132,
    0,   0,   0,   5,   0,   20,  0,   97,  46,  110, 112, 121, 1,   0,   16,  0,   132, 0,   0,   0,   0,   0,   0,
    0,   72,  0,   0,   0,   0,   0,   0,   0,   155, 236, 23,  234, 27,  16,  201, 200, 80,  198, 80,  173, 158, 146,
    90,  156, 92,  164, 110, 165, 160, 94,  83,  106, 168, 174, 163, 160, 158, 150, 95,  84,  82,  148, 152, 23,  159,
    95,  148, 146, 10,  18,  119, 75,  204, 41,  78,  5,   138, 23,  103, 36,  22,  164, 2,   249, 26,  38,  58,  154,
    58,  10,  181, 10,  20,  0,   46,  6,   70,  38,  102, 0,   80,  75,  3,   4,   20,  0,   0,   0,   8,   0,   0,
    0,   33,  0,   148, 149, 169, 171, 72,  0,   0,   0,   228, 0,   0,   0,   5,   0,   20,  0,   98,  46,  110, 112,
    121, 1,   0,   16,  0,   228, 0,   0,   0,   0,   0,   0,   0,   72,  0,   0,   0,   0,   0,   0,   0,   155, 236,
    23,  234, 27,  16,  201, 200, 80,  198, 80,  173, 158, 146, 90,  156, 92,  164, 110, 165, 160, 110, 147, 105, 164,
    174, 163, 160, 158, 150, 95,  84,  82,  148, 152, 23,  159, 95,  148, 146, 10,  18,  119, 75,  204, 41,  78,  5,
    138, 23,  103, 36,  22,  164, 2,   249, 26,  166, 6,   58,  154, 58,  10,  181, 10,  228, 3,   46,  6,   58,  0,
    0,   80,  75,  1,   2,   20,  3,   20,  0,   0,   0,   8,   0,   0,   0,   33,  0,   36,  3,   222, 88,  72,  0,
    0,   0,   132, 0,   0,   0,   5,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   128, 1,   0,   0,   0,
    0,   97,  46,  110, 112, 121, 80,  75,  1,   2,   20,  3,   20,  0,   0,   0,   8,   0,   0,   0,   33,  0,   148,
    149, 169, 171, 72,  0,   0,   0,   228, 0,   0,   0,   5,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    128, 1,   127, 0,   0,   0,   98,  46,  110, 112, 121, 80,  75,  5,   6,   0,   0,   0,   0,   2,   0,   2,   0,
    102, 0,   0,   0,   254, 0,   0,   0,   0,   0,
};

/// Adds a file under a name that sorts before what a fuzzer found.
void add(const std::string& target, const std::string& name, const byte_vector& content) {
    fs::create_directories(corpora / target);
    std::string plain = "0-" + name;
    for (char& c : plain)
        if (c == ' ' || c == ',') c = '-';
    if (const error failed = write_file((corpora / target / plain).string(), content)) {
        std::fputs(failed.what(), stderr);
        std::exit(1);
    }
    ++files;
}

byte_vector bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

void add_images() {
    for (const auto& one : image_files::png_files()) add("image", one.name, one.bytes);
    for (const auto& one : image_files::other_files()) add("image", one.name, one.bytes);
    using image_files::noise, image_files::png, image_files::png_header, image_files::raw_rows;
    add("image", "png key", png(png_header(5, 4, 8, 2), raw_rows(4, 15), {{"tRNS", {0, 1, 0, 2, 0, 3}}}));
    add("image", "png key 16", png(png_header(3, 2, 16, 0), raw_rows(2, 6), {{"tRNS", {1, 2}}}));
    add("image", "png palette alpha",
        png(png_header(5, 4, 4, 3), raw_rows(4, 3), {{"PLTE", noise(12)}, {"tRNS", {9, 200}}}));
    const byte_vector exif{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
    add("image", "png exif", png(png_header(3, 2, 8, 0), raw_rows(2, 3), {{"eXIf", exif}}));
    byte_vector marked{0xFF, 0xD8, 0xFF, 0xE1, 0, static_cast<unsigned char>(8 + exif.size()),
                       'E',  'x',  'i',  'f',  0, 0};
    marked.insert(marked.end(), exif.begin(), exif.end());
    const byte_vector jpeg = image_files::jpeg(8, 8, 1);
    marked.insert(marked.end(), jpeg.begin() + 2, jpeg.end());
    add("image", "jpeg exif", marked);
    for (const auto& other : detail::other_formats) {
        byte_vector start(static_cast<std::size_t>(other.at), 1);
        start.insert(start.end(), other.bytes, other.bytes + other.size);
        add("image", "other " + std::to_string(&other - detail::other_formats), start);
    }
    // BMP of 1, 4, 8 and 16 bits, with masks, of the shortest and the longest header, and top-down.
    for (const int bits : {1, 4, 8, 16, 32}) {
        for (const std::size_t header : {std::size_t{12}, std::size_t{40}, std::size_t{124}}) {
            if (header == 12 && bits > 8) continue;
            const std::size_t colors = bits <= 8 ? std::size_t{1} << (bits < 4 ? bits : 2) : 0;
            const std::size_t masks = bits > 8 && header == 40 ? 12 : 0;
            const std::size_t palette = header == 12 ? 3 * (std::size_t{1} << bits) : 4 * colors;
            const std::size_t begin = 14 + header + masks + palette,
                              rows = 2 * ((3 * static_cast<std::size_t>(bits) + 31) / 32 * 4);
            if (begin > 400) continue;
            byte_vector bmp(begin + rows, 0);
            const auto put = [&](std::size_t at, std::uint64_t value, std::size_t size) {
                for (std::size_t i = 0; i < size; ++i) bmp[at + i] = static_cast<unsigned char>(value >> (8 * i));
            };
            bmp[0] = 'B', bmp[1] = 'M';
            put(2, bmp.size(), 4);
            put(10, begin, 4);
            put(14, header, 4);
            if (header == 12) {
                put(18, 3, 2), put(20, 2, 2), put(22, 1, 2), put(24, static_cast<std::uint64_t>(bits), 2);
            } else {
                put(18, 3, 4), put(22, header == 124 ? 0xFFFFFFFE : 2, 4), put(26, 1, 2);
                put(28, static_cast<std::uint64_t>(bits), 2);
                put(46, colors, 4);
                if (bits > 8) {
                    put(30, 3, 4);
                    const std::uint64_t mask16[] = {0xF800, 0x7E0, 0x1F, 0},
                                        mask32[] = {0xFF, 0xFF00, 0xFF0000, 0xFF000000};
                    for (std::size_t i = 0; i < (header == 40 ? 3U : 4U); ++i)
                        put(54 + 4 * i, bits == 16 ? mask16[i] : mask32[i], 4);
                }
            }
            add("image", "bmp " + std::to_string(bits) + " " + std::to_string(header), bmp);
        }
    }
}

void add_volumes() {
    affine_transform oblique;
    oblique.at = {{{0.75, -0.5, 0, -10}, {1, 0.375, 0, 20}, {0, 0, 2.5, 30}}};
    for (const int version : {1, 2}) {
        for (const bool big : {false, true}) {
            for (int t = 0; t <= static_cast<int>(element_type::f8); ++t) {
                array voxels{{2, 1, 3}, static_cast<element_type>(t), {}};
                voxels.bytes = image_files::noise(6 * element_size(voxels.type));
                nifti_image image = make_nifti(std::move(voxels), oblique);
                image.header.version = version;
                image.header.big_endian = big;
                if (t % 3 == 0) image.extensions.push_back({6, byte_vector(9, 'x')});
                if (t % 2 == 0) image.header.scl_slope = 0.5, image.header.scl_inter = -3;
                if (t % 4 == 1) image.header.sform_code = 0;
                const bool pair = t == 3;
                const auto content = format_nifti(image, pair);
                if (!content) std::exit(1);
                byte_vector whole = content->header;
                if (pair) {
                    whole.resize(std::max(whole.size(), static_cast<std::size_t>(image.header.header_bytes()) + 4));
                    whole.insert(whole.end(), content->voxels.begin(), content->voxels.end());
                }
                const std::string name = std::to_string(version) + (big ? " big " : " little ") + std::to_string(t);
                if (t % 2 == version % 2 || pair) add("nifti", name, whole);
                if (t == 2 || t == 9) {
                    const auto packed = gzip(whole);
                    if (packed) add("nifti_gzip", name, *packed);
                }
            }
        }
    }
    const auto packed = gzip(bytes_of("no volume"));
    if (packed) add("nifti_gzip", "text", *packed);
}

void add_arrays() {
    for (int t = 0; t <= static_cast<int>(element_type::f8); ++t) {
        array one{{2, 3}, static_cast<element_type>(t), {}};
        one.bytes = image_files::noise(6 * element_size(one.type));
        byte_vector file = format_npy(one);
        add("array", std::string(element_name(one.type)), file);
        std::string text(file.begin(), file.end());
        text.replace(text.find("False, "), 7, "True,  ");
        text.replace(text.find('<') != std::string::npos ? text.find('<') : text.find('|'), 1, t > 2 ? ">" : "|");
        if (t % 3 == 0) add("array", "fortran " + std::to_string(t), bytes_of(text));
    }
    byte_vector second = format_npy(make_array<float>({1}, {2}));
    second[6] = 2;
    second.insert(second.begin() + 10, 2, 0);
    add("array", "version 2", second);
    std::vector<std::pair<std::string, byte_vector>> members{{"a.npy", format_npy(make_array<float>({2}, {1, 2}))},
                                                             {"b.npy", format_npy(make_array<std::uint8_t>({0}, {}))}};
    byte_vector archive;
    if (!detail::format_zip(members, archive)) std::exit(1);
    add("array", "npz", archive);
    add("array", "npz deflated", {std::begin(deflated_archive), std::end(deflated_archive)});
}

void add_models() {
    using net = network<shape<4>, named<"head", dense<2>>, softmax>;
    model<net> m{seed{3}};
    m.class_names = {"a", "b"};
    const std::string path = (corpora / "model").string();
    if (save(m, path)) std::exit(1);
    add("model_file", "own", *read_file(path));
    fs::remove(path);
    const std::string headers[] = {R"({"head.weight":{"dtype":"F32","shape":[4,2],"data_offsets":[0,32]},)"
                                   R"("head.bias":{"dtype":"F32","shape":[2],"data_offsets":[32,40]}})",
                                   R"({"__metadata__":{"a\"\\\/\b\f\n\r\tA\u00e9\ud83e\ude7a":"b"},)"
                                   R"("x":{"dtype":"BF16","shape":[4,5],"data_offsets":[0,40]}})",
                                   R"({ "e" : {"dtype":"F64" , "shape":[0], "data_offsets":[0,0]},)"
                                   R"( "x":{"dtype":"I64","shape":[5],"data_offsets":[0,40]}} )"};
    for (const std::string& header : headers) {
        byte_vector file;
        append_little(file, std::uint64_t{header.size()});
        append_text(file, header);
        file.resize(file.size() + 40, 0);
        add("model_file", "other " + std::to_string(header.size()), file);
    }
}

void add_tables() {
    int number = 0;
    for (const char* text : {"a,b\n1,2\n3,4\n",
                             "\xEF\xBB\xBF"
                             "a,b\r\n\"x \"\"y\"\", z\",2\r\n",
                             "a;b\n1;2", "x\n\n\n", "a,b\n1\n", "\"open",
                             "\xFF\xFE"
                             "a",
                             "a,a\n1,2\n", "1.5,nan,-inf\n1e400,256,-1\n", "a\"b\n", "\"a\"b\n", "a\rb\n",
                             "\xC3\xA9,\xF0\x9F\xA9\xBA\n1,2\n"})
        add("csv", std::to_string(number++), bytes_of(text));
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 2;
    corpora = words[1];
    fs::create_directories(corpora);
    add_images();
    add_volumes();
    add_arrays();
    add_models();
    add_tables();
    std::printf("%d inputs\n", files);
}
