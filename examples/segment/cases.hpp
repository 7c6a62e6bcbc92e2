// SPDX-License-Identifier: MIT
/// \file
/// One image or volume from its file to its mask, which lies in the file's own frame.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace segment {
namespace nn = ctnn;

/// What a network finds, for images as well: they are volumes of one slice, whose pixels lie 1 apart.
struct one_case {
    std::string name;        ///< of the file, without folder and ending
    nn::volume image;        ///< as the file holds it
    nn::label_volume truth;  ///< empty where it is not known
    nn::label_volume found;
    [[nodiscard]] bool known() const { return !truth.values.empty(); }
};

/// "a/b/case_7.nii.gz" is "case_7".
inline std::string name_of(const std::string& file) {
    const std::string name = file.substr(file.find_last_of('/') + 1);
    return name.substr(0, name.find('.'));
}

/// The name of a file that holds `labels` like this one does its image.
template <nn::volume_shape>
inline std::string mask_file(const std::string& name) {
    return name + ".nii.gz";
}
template <nn::image_shape>
inline std::string mask_file(const std::string& name) {
    return name + ".png";
}

/// Reads a file and, where it is known, its truth.
template <nn::volume_shape Input>
nn::result<one_case> read_case(const std::string& image, const std::string& labels, nn::extent classes) {
    auto v = nn::read_volume(image);
    if (!v) return v.error();
    one_case c{name_of(image), std::move(*v), {}, {}};
    if (labels.empty()) return c;
    auto truth = nn::read_labels(labels, {.classes = classes});
    if (!truth) return truth.error();
    if (truth->channels != 1 || !nn::same_place(truth->grid, c.image.grid))
        return nn::error(nn::error_kind::shape_mismatch, labels, "lies at another place than " + image);
    c.truth = std::move(*truth);
    return c;
}
template <nn::image_shape Input>
nn::result<one_case> read_case(const std::string& image, const std::string& mask, nn::extent) {
    const auto read = nn::read_image(image, {.channels = nn::dims_of<Input>.channels()});
    if (!read) return read.error();
    nn::float_image picture = nn::to_float(*read);
    one_case c{name_of(image), {}, {}, {}};
    c.image.grid = {1, picture.height, picture.width, {}};
    c.image.grid.affine.at[0][0] = c.image.grid.affine.at[1][1] = -1;  // as pictures of volumes in LPS are shown
    c.image.channels = picture.channels;
    c.image.values = std::move(picture.values);
    if (mask.empty()) return c;
    const auto truth = nn::read_image(mask);
    if (!truth) return truth.error();
    if (truth->height != c.image.grid.height || truth->width != c.image.grid.width || truth->channels != 1)
        return nn::error(nn::error_kind::shape_mismatch, mask, "is no gray mask of the size of " + image);
    c.truth = nn::blank_like<std::int32_t>(c.image);
    for (std::size_t i = 0; i < truth->pixels.size(); ++i) c.truth.values[i] = truth->pixels[i] > 127 ? 1 : 0;
    return c;
}

/// Fills in what the network finds.
template <class Net>
requires(nn::volume_shape<typename Net::input>) nn::error
    find(nn::engine<Net>& engine, const nn::model<Net>& model, const nn::sliding_window_options& moved, one_case& c) {
    if (c.image.channels != Net::input_dims.channels())
        return {nn::error_kind::shape_mismatch, c.name,
                "has " + std::to_string(c.image.channels) + " channels, the network reads " +
                    std::to_string(Net::input_dims.channels())};
    auto prepared = nn::prepare(c.image, model.preparation);
    if (!prepared) return {prepared.error().kind(), c.name, prepared.error().message()};
    for (float& value : prepared->values)
        value = static_cast<float>(static_cast<double>(value) * model.scaling.factor + model.scaling.shift);
    nn::label_volume labels = nn::blank_like<std::int32_t>(*prepared);
    nn::sliding_window_options options = moved;
    options.outside = model.scaling.shift;
    const nn::dims of =
        nn::make_dims(prepared->grid.depth, prepared->grid.height, prepared->grid.width, prepared->channels);
    if (auto failed = nn::segment_image(engine, prepared->values.data(), of, options, labels.values.data()))
        return failed;
    auto back = nn::resample_to(labels, c.image.grid);
    if (!back) return back.error();
    c.found = std::move(*back);
    c.found.header = c.image.header;
    return {};
}
template <class Net>
requires(nn::image_shape<typename Net::input>) nn::error
    find(nn::engine<Net>& engine, const nn::model<Net>& model, const nn::sliding_window_options& moved, one_case& c) {
    constexpr nn::dims in = Net::input_dims;
    const nn::float_image whole{c.image.grid.height, c.image.grid.width, c.image.channels, c.image.values};
    nn::float_image fitted = nn::resize_image(whole, in.height(), in.width());
    for (float& value : fitted.values)
        value = static_cast<float>(static_cast<double>(value) * model.scaling.factor + model.scaling.shift);
    std::vector<std::int32_t> labels(static_cast<std::size_t>(in.positions()));
    if (auto failed = nn::segment_image(engine, fitted.values.data(), in, moved, labels.data())) return failed;
    c.found = nn::blank_like<std::int32_t>(c.image);
    std::int32_t* to = c.found.values.data();
    for (nn::extent y = 0; y < whole.height; ++y)  // of the pixel in whose area the middle of this one lies
        for (nn::extent x = 0; x < whole.width; ++x)
            *to++ = labels[static_cast<std::size_t>((2 * y + 1) * in.height() / (2 * whole.height) * in.width() +
                                                    (2 * x + 1) * in.width() / (2 * whole.width))];
    return {};
}

/// Leaves the largest component of each structure: where there is one of it in a body, the others are mistakes.
inline nn::error keep_largest(nn::label_volume& found, nn::extent classes) {
    const nn::mask_view mask({found.grid.depth, found.grid.height, found.grid.width, 1}, found.values.data());
    for (nn::extent label = 1; label < classes; ++label)
        if (auto failed = nn::keep_largest_component(mask, {.label = static_cast<std::int32_t>(label)})) return failed;
    return {};
}

/// Writes what was found: a label map in the frame of the volume, or a mask whose classes are spread from 0 to 255.
template <class Net>
nn::error write_mask(const std::string& path, const one_case& c) {
    if constexpr (nn::volume_shape<typename Net::input>) return nn::write_volume(path, c.found);
    std::vector<unsigned char> pixels;
    for (const std::int32_t label : c.found.values)
        pixels.push_back(static_cast<unsigned char>(255 * label / (Net::output_dims.channels() - 1)));
    return nn::write_png(path, pixels.data(), c.found.grid.height, c.found.grid.width, 1);
}

}  // namespace segment
