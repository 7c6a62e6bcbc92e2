// SPDX-License-Identifier: MIT
/// \file
/// Loads the weights of a network that was trained with PyTorch or Keras.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/io/foreign_match.hpp"
#include "ctnn/io/model_file.hpp"

namespace ctnn {

namespace detail {

/// Writes one piece into a block of parameters. \returns false for NaN and infinity, unless they are allowed
template <class T>
[[nodiscard, gnu::cold]] bool convert_piece(const weight_piece& piece, const foreign_tensor& from, T* to,
                                            bool allow_not_finite) {
    extent at[5]{}, place = 0;
    const std::size_t rank = piece.from.size();
    for (std::size_t a = 0; a < rank; ++a) place += piece.from[a][0];
    extent count = 1;
    for (const std::vector<extent>& axis : piece.from) count *= static_cast<extent>(axis.size());
    const extent width = rank == 0 ? 1 : static_cast<extent>(piece.from.back().size());
    for (extent i = 0; i < count; ++i) {
        const T value = static_cast<T>(number_at(from, place));
        if (!std::isfinite(value) && !allow_not_finite) return false;
        T& number = to[piece.row_step == 0 ? i : i / width * piece.row_step + i % width];
        number = piece.adds ? number + value : value;
        for (std::size_t a = rank; a-- > 0;) {  // the next number of ours: the last axis turns first
            const std::vector<extent>& places = piece.from[a];
            place -= places[static_cast<std::size_t>(at[a])];
            at[a] = at[a] + 1 < static_cast<extent>(places.size()) ? at[a] + 1 : 0;
            place += places[static_cast<std::size_t>(at[a])];
            if (at[a] != 0) break;
        }
    }
    return true;
}

/// What is to be converted: the file, the pieces of the network, and which tensor each of them takes.
struct foreign_plan {
    foreign_file file;
    std::vector<foreign_layer> layers;
    assignment tensors;
};

/// Everything that does not depend on the numbers' type: reads, matches and refuses.
[[nodiscard, gnu::cold]] inline result<foreign_plan> plan_foreign(const named_rows& network, byte_vector bytes,
                                                                  const std::string& path, layout of,
                                                                  std::span<const name_pair> names,
                                                                  std::int64_t budget) {
    result<foreign_file> file = parse_foreign(std::move(bytes), path, budget);
    if (!file) return file.error();
    const feature_orders orders = order_features(network);
    if (of == layout::pytorch && orders.refused_row >= 0)
        return error(error_kind::unsupported, path,
                     layer_texts(network)[static_cast<std::size_t>(orders.refused_row)] +
                         " joins features that PyTorch has in another order, channels first, where no weights can make "
                         "up for it");
    foreign_plan plan;
    plan.layers = foreign_layers(network, of, orders);
    weight_matcher matcher(plan.layers, file->tensors);
    const std::string differences = matcher.match(names);
    if (!differences.empty())
        return error(error_kind::shape_mismatch, path, "its tensors are not the network's:" + differences);
    plan.tensors = matcher.found();
    plan.file = std::move(*file);
    return plan;
}

/// load() from the content of a file, whose name is `path` in errors.
template <class Net, class T>
[[nodiscard, gnu::cold]] error load_foreign(model<Net, T>& m, byte_vector bytes, const std::string& path, layout of,
                                            std::span<const name_pair> names, const load_options& options) {
    const result<foreign_plan> plan =
        plan_foreign(named_rows_of<Net>(), std::move(bytes), path, of, names, options.budget);
    if (!plan) return plan.error();
    parameter_block<Net, T> learned;  // zeros, which stay where the file has no bias
    std::vector<T> kept(static_cast<std::size_t>(Net::state_count));
    for (std::size_t i = 0; i < plan->layers.size(); ++i)
        for (std::size_t p = 0; p < plan->layers[i].pieces.size(); ++p) {
            const weight_piece& piece = plan->layers[i].pieces[p];
            const int t = plan->tensors[i][p];
            if (t < 0) continue;
            const foreign_tensor& from = plan->file.tensors[static_cast<std::size_t>(t)];
            if (!convert_piece(piece, from, (piece.learned ? learned.data() : kept.data()) + piece.offset,
                               options.allow_not_finite))
                return {error_kind::not_finite, path, -1, "NaN or infinity in " + from.name, "finite weights"};
        }
    for (extent i = 0; i < Net::parameter_count; ++i) m.parameters().data()[i] = learned.data()[i];
    for (extent i = 0; i < Net::state_count; ++i) m.state().data()[i] = kept[static_cast<std::size_t>(i)];
    return {};
}

}  // namespace detail

/// Reads weights that PyTorch or Keras trained, from a safetensors or an npz file: layout::pytorch is a state_dict,
/// layout::keras what get_weights() gives, saved by numpy.savez(file, *model.get_weights()), or Keras' named tensors.
///
///     const ctnn::name_pair names[] = {{"0", "conv1"}, {"1", "norm1"}, {"4", "fc1"}};
///     if (auto failed = ctnn::load(model, "net.safetensors", ctnn::layout::pytorch, names)) std::puts(failed.what());
///
/// Everything is turned into ctnn's order: filters last in convolutions (also grouped, depthwise and transposed) and
/// dense layers; the rows of a dense layer behind a flatten, whose input PyTorch has channels first (and the columns of
/// one in front of a reshape into an image); the gates of a gru; PyTorch's two biases of a recurrent layer; the
/// projections of attention, PyTorch's in_proj and Keras' query, key, value and attention_output. Batch norms
/// bring their statistics; num_batches_tracked is passed over. F32, F64, F16 and BF16 are converted; tensors of a
/// user's own layer are taken in its own shapes. What the model knows of its data (class names, scaling) stays.
///
/// A layer finds its tensors by `names`, where given: the layers that they leave out bear their own. Otherwise by its
/// own name, if the file has all of them with the right shapes (a Sequential of the same layers); then by order and
/// shape. Order is that of the file, but where all names are sorted, as the safetensors package leaves them, shapes
/// must tell the layers apart, or the numbers in their names do (conv1, conv2): all else is refused, and wants names.
/// Of a torch.nn.LSTM, GRU or RNN each layer and direction has a name of its own, lstm_l0, lstm_l0_reverse, lstm_l1.
///
/// Epsilons and paddings are the network's: spell what Keras has as 1e-3. A Keras GRU is taken with reset_after=True.
/// \returns what read_file, parse_safetensors and parse_npz refuse; wrong_format for a model file of ctnn's own;
///          shape_mismatch with every tensor that is missing, of another shape or too many, under both names;
///          unsupported where a network joins flattened features so that no order of weights can equal PyTorch's;
///          not_finite. After any of them the model is as it was
/// https://pytorch.org/docs/stable/notes/serialization.html, https://keras.io/api/models/model_saving_apis/
template <class Net, class T>
[[nodiscard, gnu::cold]] error load(model<Net, T>& m, const std::string& path, layout of,
                                    std::span<const name_pair> names = {}, const load_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return detail::load_foreign(m, std::move(*bytes), path, of, names, options);
    });
}

}  // namespace ctnn
