// SPDX-License-Identifier: MIT
/// \file
/// The bridge to xtensor: images, batches, outputs, parameters and data sets as xt:: views, and xt:: expressions as
/// images, batches and data sets. Nothing is copied where the layout allows it.
///
/// as_xtensor shows memory of ctnn's to xtensor, as_view and as_batch show memory of xtensor's to ctnn: both copy
/// nothing and own nothing. to_tensor and to_dataset copy, and so take any expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>

#include "ctnn/core/error.hpp"
#include "ctnn/core/tensor.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/data/dataset.hpp"
#include "ctnn/data/volume.hpp"
#include "ctnn/graph/model.hpp"

namespace ctnn {

/// What as_xtensor gives: a row-major view of a number of axes that is known when it is compiled.
template <class T, std::size_t Rank>
using xtensor_view =
    xt::xtensor_adaptor<xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>, Rank,
                        xt::layout_type::row_major>;

namespace detail {

// The pointer is handed over by value: of a named one, the adaptor of xtensor 0.24 would keep a reference.
template <class T, std::size_t Rank>
xtensor_view<T, Rank> view_memory(T* data, const std::array<std::size_t, Rank>& extents) {
    std::size_t size = 1;
    for (const std::size_t e : extents) size *= e;
    return {xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>(std::move(data), size),
            extents};
}

template <class Shape, std::size_t Leading>
std::array<std::size_t, Leading + static_cast<std::size_t>(Shape::rank)> extents_of(extent samples) {
    std::array<std::size_t, Leading + static_cast<std::size_t>(Shape::rank)> extents{};
    for (std::size_t i = 0; i < Leading; ++i) extents[i] = static_cast<std::size_t>(samples);
    for (extent i = 0; i < Shape::rank; ++i)
        extents[Leading + static_cast<std::size_t>(i)] = static_cast<std::size_t>(dims_of<Shape>[i]);
    return extents;
}

template <class Extents>
std::string extents_text(const Extents& extents) {
    return '(' + joined(extents, extents.size(), ", ") + ')';
}

/// Does an expression have these extents?
template <class Expression, class Extents>
[[nodiscard]] error check_extents(const Expression& e, const Extents& expected) {
    bool equal = e.dimension() == expected.size();
    for (std::size_t i = 0; equal && i < expected.size(); ++i) equal = e.shape(i) == expected[i];
    if (equal) return {};
    return {error_kind::shape_mismatch,
            "xtensor: shape " + extents_text(e.shape()) + ", expected " + extents_text(expected)};
}

/// Is its memory row-major without gaps? Axes of extent 1 have no step.
template <class Expression>
[[nodiscard]] error check_contiguous(const Expression& e) {
    std::ptrdiff_t step = 1;
    for (std::size_t i = e.dimension(); i-- > 0;) {
        if (e.shape(i) != 1 && static_cast<std::ptrdiff_t>(e.strides()[i]) != step)
            return {error_kind::invalid_argument,
                    "xtensor: the layout is not row-major without gaps; copy it with to_tensor or xt::eval"};
        step *= static_cast<std::ptrdiff_t>(e.shape(i));
    }
    return {};
}

template <class Expression>
[[nodiscard]] auto* data_of(Expression& e) {
    return e.data() + e.data_offset();
}

}  // namespace detail

/// A tensor, or the scores of an engine, as an xtensor view with the axes of the shape.
template <class Shape, class T>
[[nodiscard]] auto as_xtensor(tensor_view<Shape, T> view) {
    return detail::view_memory(view.data(), detail::extents_of<Shape, 0>(0));
}
template <class Shape, class T>
[[nodiscard]] auto as_xtensor(tensor<Shape, T>& t) {
    return as_xtensor(tensor_view<Shape, T>(t));
}
template <class Shape, class T>
[[nodiscard]] auto as_xtensor(const tensor<Shape, T>& t) {
    return as_xtensor(tensor_view<Shape, const T>(t));
}
/// Samples that lie one after the other, as a view (samples, ...Shape).
/// \pre `data` points at samples * Shape::size numbers
template <static_shape Shape, class T>
[[nodiscard]] auto as_xtensor(T* data, extent samples) {
    return detail::view_memory(data, detail::extents_of<Shape, 1>(samples));
}
/// The inputs of a data set as a view (samples, ...Input).
template <class Input, class T>
[[nodiscard]] auto as_xtensor(dataset<Input, T>& data) {
    return as_xtensor<Input>(data.inputs.data(), data.size());
}
template <class Input, class T>
[[nodiscard]] auto as_xtensor(const dataset<Input, T>& data) {
    return as_xtensor<Input>(data.inputs.data(), data.size());
}
/// The labels of a data set as a view of one axis.
template <class Input, class T>
[[nodiscard]] auto labels_as_xtensor(const dataset<Input, T>& data) {
    return detail::view_memory(data.labels.data(), std::array<std::size_t, 1>{data.labels.size()});
}
/// The values of a volume as a view (depth, height, width, channels).
template <class T>
[[nodiscard]] auto as_xtensor(basic_volume<T>& v) {
    std::array<std::size_t, 4> extents{};
    for (std::size_t i = 0; i < 3; ++i) extents[i] = static_cast<std::size_t>(v.grid.extents()[i]);
    extents[3] = static_cast<std::size_t>(v.channels);
    return detail::view_memory(v.values.data(), extents);
}
/// All parameters of a model, or their gradient, as a view of one axis.
template <class Net, class T>
[[nodiscard]] auto as_xtensor(model<Net, T>& m) {
    return detail::view_memory(m.parameters().data(), std::array<std::size_t, 1>{m.parameters().size()});
}

/// A parameter or running statistic of a model by its name, as a view of `Rank` axes in the model's memory.
///
///     auto weight = ctnn::parameter_as_xtensor<4>(model, "0.weight");  // height, width, channels, filters
///
/// \returns error_kind::invalid_argument when there is no such name, shape_mismatch when it has another number of axes
template <std::size_t Rank, class Net, class T>
[[nodiscard]] result<xtensor_view<T, Rank>> parameter_as_xtensor(model<Net, T>& m, const std::string& name) {
    for (const named_tensor& t : tensors_of<Net>()) {
        if (t.name != name) continue;
        if (t.shape.size() != Rank)
            return error{error_kind::shape_mismatch, "xtensor: " + name + " has the shape " +
                                                         detail::extents_text(t.shape) + ", not " +
                                                         std::to_string(Rank) + " axes"};
        std::array<std::size_t, Rank> extents{};
        for (std::size_t i = 0; i < Rank; ++i) extents[i] = static_cast<std::size_t>(t.shape[i]);
        return detail::view_memory((t.learned ? m.parameters().data() : m.state().data()) + t.offset, extents);
    }
    return error{error_kind::invalid_argument, "xtensor: the network has no tensor '" + name + '\''};
}

/// An xtensor_fixed as a view of the shape that it has: engine(as_view(image)) compiles for the network's input alone.
template <class T, std::size_t... Extents, bool Sharable, class Tag>
[[nodiscard]] auto as_view(
    xt::xfixed_container<T, xt::fixed_shape<Extents...>, xt::layout_type::row_major, Sharable, Tag>& fixed) {
    return tensor_view<shape<static_cast<extent>(Extents)...>, T>(fixed.data());
}
template <class T, std::size_t... Extents, bool Sharable, class Tag>
[[nodiscard]] auto as_view(
    const xt::xfixed_container<T, xt::fixed_shape<Extents...>, xt::layout_type::row_major, Sharable, Tag>& fixed) {
    return tensor_view<shape<static_cast<extent>(Extents)...>, const T>(fixed.data());
}

/// An xtensor, or a view of one, as a view of a static shape.
/// \returns error_kind::shape_mismatch for another shape, invalid_argument for a layout that is not row-major without
///          gaps
template <static_shape Shape, class Expression>
requires(xt::has_data_interface<std::remove_const_t<Expression>>::value) [[nodiscard]] auto as_view(Expression& e) {
    using T = std::remove_pointer_t<decltype(detail::data_of(e))>;
    using answer = result<tensor_view<Shape, T>>;
    if (error failed = detail::check_extents(e, detail::extents_of<Shape, 0>(0))) return answer(std::move(failed));
    if (error failed = detail::check_contiguous(e)) return answer(std::move(failed));
    return answer(tensor_view<Shape, T>(detail::data_of(e)));
}

/// An xtensor (samples, ...Shape), or a view of one, as the samples that an engine, a training pass or fit reads.
/// \returns as as_view
template <static_shape Shape, class Expression>
requires(xt::has_data_interface<std::remove_const_t<Expression>>::value) [[nodiscard]] auto as_batch(Expression& e) {
    using T = std::remove_pointer_t<decltype(detail::data_of(e))>;
    using answer = result<std::span<T>>;
    const extent samples = e.dimension() == 0 ? 0 : static_cast<extent>(e.shape(0));
    if (error failed = detail::check_extents(e, detail::extents_of<Shape, 1>(samples)))
        return answer(std::move(failed));
    if (error failed = detail::check_contiguous(e)) return answer(std::move(failed));
    return answer(std::span<T>(detail::data_of(e), static_cast<std::size_t>(samples * Shape::size)));
}

/// The values of any expression of a shape: a strided view, a column-major tensor, a sum that nobody has computed yet.
/// \returns error_kind::shape_mismatch for another shape
template <static_shape Shape, class T = float, class Expression>
[[nodiscard]] result<tensor<Shape, T>> to_tensor(const xt::xexpression<Expression>& expression) {
    const Expression& e = expression.derived_cast();
    if (error failed = detail::check_extents(e, detail::extents_of<Shape, 0>(0))) return failed;
    tensor<Shape, T> t;
    T* to = t.data();
    for (auto at = e.template begin<xt::layout_type::row_major>(), end = e.template end<xt::layout_type::row_major>();
         at != end; ++at)
        *to++ = static_cast<T>(*at);
    return t;
}

/// A data set with the values of an expression (samples, ...Input), and labels (any shape) where they are given.
/// \returns error_kind::shape_mismatch for another shape
template <static_shape Input, class T = float, class Inputs>
[[nodiscard]] result<dataset<Input, T>> to_dataset(const xt::xexpression<Inputs>& inputs) {
    const Inputs& e = inputs.derived_cast();
    const extent samples = e.dimension() == 0 ? 0 : static_cast<extent>(e.shape(0));
    if (error failed = detail::check_extents(e, detail::extents_of<Input, 1>(samples))) return failed;
    dataset<Input, T> data;
    data.inputs.reserve(e.size());
    for (auto at = e.template begin<xt::layout_type::row_major>(), end = e.template end<xt::layout_type::row_major>();
         at != end; ++at)
        data.inputs.push_back(static_cast<T>(*at));
    return data;
}
template <static_shape Input, class T = float, class Inputs, class Labels>
[[nodiscard]] result<dataset<Input, T>> to_dataset(const xt::xexpression<Inputs>& inputs,
                                                   const xt::xexpression<Labels>& labels) {
    result<dataset<Input, T>> data = to_dataset<Input, T>(inputs);
    if (!data) return data;
    const Labels& e = labels.derived_cast();
    data->labels.reserve(e.size());
    for (auto at = e.template begin<xt::layout_type::row_major>(), end = e.template end<xt::layout_type::row_major>();
         at != end; ++at)
        data->labels.push_back(static_cast<std::int32_t>(*at));
    return data;
}

}  // namespace ctnn
