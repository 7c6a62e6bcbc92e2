// SPDX-License-Identifier: MIT
/// \file
/// Which tensor of another library's file belongs to which of a network: by the names given, by equal names, or by
/// order and shape.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctnn/core/text.hpp"
#include "ctnn/io/foreign_file.hpp"
#include "ctnn/io/foreign_layers.hpp"
#include "ctnn/io/model_file.hpp"

namespace ctnn {

/// A layer of the network and what the file calls it, {"encoder.0", "features.0"}; a name stands for all that begin
/// with it and a dot, so one pair can name a whole block. Or a tensor and its full name in the file.
struct name_pair {
    std::string_view ours, theirs;
};

namespace detail {

/// The tensors of the file that have a layer's name in common.
struct foreign_group {
    std::string_view name;
    std::vector<int> tensors{};
};

/// For each layer and piece the number of its tensor, or -1.
using assignment = std::vector<std::vector<int>>;

/// Finds for a network's layers their tensors in a file.
class weight_matcher {
public:
    weight_matcher(const std::vector<foreign_layer>& layers, const std::vector<foreign_tensor>& tensors)
        : layers_(layers), tensors_(tensors) {
        for (const foreign_layer& one : layers) found_.emplace_back(one.pieces.size(), -1);
        for (std::size_t t = 0; t < tensors.size(); ++t)
            if (!tensors[t].ignored) order_.push_back(static_cast<extent>(t));
    }

    /// \returns an empty text, or a line for each tensor that is missing, of another shape or left over
    [[nodiscard, gnu::cold]] std::string match(std::span<const name_pair> names) {
        if (names.empty() && numbered()) {
            take_in_order();
            return differences();
        }
        collect_groups();
        if (!names.empty()) return match_names(names);
        bool all_called = true;
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const foreign_group* group = group_called(layers_[i].name);
            if (group == nullptr)
                all_called = false;
            else
                take(i, *group);
        }
        std::string text = differences();
        if (text.empty()) return text;
        const assignment by_name = found_;
        if (match_order()) return differences();
        if (!ambiguous_.empty()) return ambiguous_;
        if (all_called) found_ = by_name;
        return differences();
    }

    [[nodiscard]] const assignment& found() const { return found_; }

private:
    /// numpy.savez(file, *arrays) calls them arr_0, arr_1 ...: nothing but their order says what they are. Integers
    /// without an axis among them are PyTorch's num_batches_tracked.
    [[nodiscard, gnu::cold]] bool numbered() {
        for (const extent t : order_) {
            const std::string& name = tensors_[static_cast<std::size_t>(t)].name;
            if (name.size() < 5 || name.size() > 12 || name.compare(0, 4, "arr_") != 0 ||
                name.find_first_not_of("0123456789", 4) != std::string::npos)
                return false;
        }
        std::vector<extent> order;
        for (const extent t : order_)
            if (is_real(tensor(t).type) || !tensor(t).shape.empty()) order.push_back(t);
        order_ = std::move(order);
        sort_places(order_, [&](extent a, extent b) { return natural_less(name_of(a), name_of(b)); });
        return true;
    }
    [[gnu::cold]] void take_in_order() {
        std::size_t next = 0;
        for (std::size_t i = 0; i < layers_.size(); ++i)
            for (std::size_t p = 0; p < layers_[i].pieces.size() && next <= order_.size(); ++p) {
                if (layers_[i].pieces[p].again) found_[i][p] = found_[i][p - 1];
                if (layers_[i].pieces[p].again || next == order_.size()) continue;
                const bool absent = layers_[i].pieces[p].optional && tensor(order_[next]).shape.size() != 1;
                if (!absent) found_[i][p] = static_cast<int>(order_[next++]);
            }
    }

    [[gnu::cold]] void collect_groups() {
        std::vector<extent> by_layer = order_;
        sort_places(by_layer, [&](extent a, extent b) { return tensor(a).layer < tensor(b).layer; });
        std::vector<extent> group_of(tensors_.size(), -1);
        for (std::size_t i = 0; i < by_layer.size(); ++i) {  // the first tensor of its group stands for it
            const bool same = i > 0 && tensor(by_layer[i]).layer == tensor(by_layer[i - 1]).layer;
            group_of[static_cast<std::size_t>(by_layer[i])] =
                same ? group_of[static_cast<std::size_t>(by_layer[i - 1])] : by_layer[i];
        }
        std::vector<int> place(tensors_.size(), -1);
        for (const extent t : order_) {
            int& at = place[static_cast<std::size_t>(group_of[static_cast<std::size_t>(t)])];
            if (at < 0) {
                at = static_cast<int>(groups_.size());
                groups_.push_back({tensor(t).layer});
            }
            groups_[static_cast<std::size_t>(at)].tensors.push_back(static_cast<int>(t));
        }
    }
    [[nodiscard, gnu::cold]] const foreign_group* group_called(std::string_view name) const {
        for (const foreign_group& one : groups_)
            if (one.name == name) return &one;
        return nullptr;
    }
    /// The same, or the only one inside: "lstm" is PyTorch's "lstm_l0" and Keras' "lstm/lstm_cell".
    [[nodiscard, gnu::cold]] const foreign_group* group_named(const std::string& name) const {
        std::string part = name;  // of Keras' MultiHeadAttention: "attention/query"
        if (const std::size_t point = part.rfind('.'); point != std::string::npos) part[point] = '/';
        for (const std::string& one : {name, name + "_l0", part})
            if (const foreign_group* group = group_called(one)) return group;
        const foreign_group* only = nullptr;
        for (const foreign_group& one : groups_) {
            if (one.name.size() <= name.size() || one.name.substr(0, name.size()) != name) continue;
            if (one.name[name.size()] != '/') continue;
            if (only != nullptr) return nullptr;
            only = &one;
        }
        return only;
    }
    [[nodiscard]] int tensor_in(const foreign_group& group, const weight_piece& piece) const {
        for (const int t : group.tensors)
            if (tensors_[static_cast<std::size_t>(t)].word == piece.theirs ||
                (piece.otherwise != nullptr && tensors_[static_cast<std::size_t>(t)].word == piece.otherwise))
                return t;
        return -1;
    }
    [[gnu::cold]] void take(std::size_t layer, const foreign_group& group) {
        for (std::size_t p = 0; p < layers_[layer].pieces.size(); ++p)
            found_[layer][p] = tensor_in(group, layers_[layer].pieces[p]);
    }

    [[nodiscard, gnu::cold]] std::string match_names(std::span<const name_pair> names) {
        std::vector<char> used(names.size());
        const auto begins = [](std::string_view name, std::string_view with) {
            return name == with || (name.size() > with.size() && name.substr(0, with.size()) == with &&
                                    (with.empty() || name[with.size()] == '.'));
        };
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            std::string theirs = layers_[i].name;
            std::size_t longest = 0;
            for (std::size_t n = 0; n < names.size(); ++n) {
                const std::string_view ours = names[n].ours;
                if (!begins(layers_[i].name, ours) || ours.size() < longest) continue;
                longest = ours.size();
                used[n] = 1;
                theirs = names[n].theirs;
                const std::string_view rest = std::string_view(layers_[i].name).substr(ours.size());
                if (ours.empty() && !theirs.empty() && !rest.empty()) theirs += '.';
                theirs += rest;
            }
            if (const foreign_group* group = group_named(theirs)) take(i, *group);
            for (std::size_t p = 0; p < layers_[i].pieces.size(); ++p) {
                const std::string word = layers_[i].pieces[p].ours;
                const std::string full = layers_[i].name.empty() ? word : layers_[i].name + '.' + word;
                for (std::size_t n = 0; n < names.size(); ++n) {
                    if (names[n].ours != full) continue;
                    used[n] = 1;
                    found_[i][p] = -1;
                    for (const extent t : order_)
                        if (name_of(t) == names[n].theirs) found_[i][p] = static_cast<int>(t);
                    break;
                }
            }
        }
        std::string text = differences();
        for (std::size_t n = 0; n < names.size(); ++n)
            if (used[n] == 0)
                text += text_of({"\n  the names say ", std::string(names[n].ours), ": the network has none"});
        return text;
    }

    [[nodiscard, gnu::cold]] bool fits(const weight_piece& piece, int t) const {
        if (t < 0) return piece.optional;
        const foreign_tensor& of = tensors_[static_cast<std::size_t>(t)];
        if (!is_real(of.type)) return false;
        return of.shape == piece.shape ||
               (piece.squeezed && (of.shape.size() > piece.shape.size() ? same_but_ones(of.shape, piece.shape)
                                                                        : same_but_ones(piece.shape, of.shape)));
    }
    /// Is the first shape the second one with axes of one element in front of it, or behind?
    [[nodiscard, gnu::cold]] static bool same_but_ones(const std::vector<extent>& longer,
                                                       const std::vector<extent>& shorter) {
        const std::size_t more = longer.size() - shorter.size();
        bool front = true, behind = true;
        for (std::size_t i = 0; i < longer.size(); ++i) {
            front = front && longer[i] == (i < more ? 1 : shorter[i - more]);
            behind = behind && longer[i] == (i < shorter.size() ? shorter[i] : 1);
        }
        return front || behind;
    }
    [[nodiscard, gnu::cold]] bool fits(const foreign_layer& layer, const foreign_group& group) const {
        std::size_t taken = 0;
        for (const weight_piece& piece : layer.pieces) {
            const int t = tensor_in(group, piece);
            if (!fits(piece, t)) return false;
            taken += t >= 0 && !piece.again;
        }
        return taken == group.tensors.size();
    }
    /// Names in alphabetical order, as safetensors' own writer leaves them, do not say which layer comes first.
    [[nodiscard, gnu::cold]] bool sorted() const {
        for (std::size_t t = 1; t < tensors_.size(); ++t)
            if (tensors_[t - 1].type == tensors_[t].type && tensors_[t - 1].name > tensors_[t].name) return false;
        return true;
    }
    /// Layer by layer where the file has the order of the network. Otherwise each layer's shapes must say which it is,
    /// or names that differ in their numbers alone.
    [[nodiscard, gnu::cold]] bool match_order() {
        const bool alphabetical = sorted();
        if (alphabetical) sort_groups();
        for (auto& one : found_) one.assign(one.size(), -1);
        bool straight = groups_.size() == layers_.size();
        for (std::size_t i = 0; i < layers_.size() && i < groups_.size(); ++i) {
            take(i, groups_[i]);
            straight = straight && fits(layers_[i], groups_[i]);
        }
        if (straight && !alphabetical) return true;
        if (groups_.size() != layers_.size()) return false;
        if (!alphabetical) sort_groups();
        const assignment side_by_side = found_;
        std::vector<char> done(layers_.size());
        bool right = true;
        for (std::size_t i = 0; i < layers_.size() && right; ++i) {
            if (done[i] != 0) continue;
            std::vector<std::size_t> groups, layers;
            for (std::size_t g = 0; g < groups_.size(); ++g)
                if (fits(layers_[i], groups_[g])) groups.push_back(g);
            for (std::size_t l = i; l < layers_.size() && !groups.empty(); ++l)
                if (done[l] == 0 && fits(layers_[l], groups_[groups[0]])) layers.push_back(l);
            right = !groups.empty() && groups.size() == layers.size();
            for (std::size_t n = 0; n < groups.size() && right; ++n) {
                if (without_digits(groups_[groups[n]].name) != without_digits(groups_[groups[0]].name))
                    ambiguous_ +=
                        text_of({"\n  ", layers_[layers[n]].name, ": file ", std::string(groups_[groups[0]].name),
                                 " or ", std::string(groups_[groups[n]].name), ", whose shapes are equal: name it"});
                take(layers[n], groups_[groups[n]]);
                done[layers[n]] = 1;
            }
        }
        if (!right) {
            found_ = side_by_side;
            ambiguous_.clear();
        }
        return right && ambiguous_.empty();
    }
    [[gnu::cold]] void sort_groups() {
        std::vector<foreign_group> sorted;
        for (const extent g : sorted_places(
                 groups_, [](const foreign_group&a, const foreign_group&b) { return natural_less(a.name, b.name); }))
            sorted.push_back(std::move(groups_[static_cast<std::size_t>(g)]));
        groups_ = std::move(sorted);
    }

    /// Numbers inside names count as numbers: conv2 comes before conv10.
    [[nodiscard, gnu::cold]] static bool natural_less(std::string_view a, std::string_view b) {
        const auto digit = [](std::string_view text, std::size_t i) {
            return i < text.size() && text[i] >= '0' && text[i] <= '9';
        };
        std::size_t i = 0, j = 0;
        while (i < a.size() && j < b.size()) {
            if (digit(a, i) && digit(b, j)) {
                const std::size_t from_a = i, from_b = j;
                while (digit(a, i)) ++i;
                while (digit(b, j)) ++j;
                const std::string_view x = a.substr(from_a, i - from_a), y = b.substr(from_b, j - from_b);
                if (x.size() != y.size()) return x.size() < y.size();
                if (x != y) return x < y;
            } else {
                if (a[i] != b[j]) return a[i] < b[j];
                ++i;
                ++j;
            }
        }
        return a.size() - i < b.size() - j;
    }
    [[nodiscard, gnu::cold]] static std::string without_digits(std::string_view name) {
        const std::string_view reverse = "_reverse";  // behind its twin in the order of names, too
        if (name.size() > reverse.size() && name.substr(name.size() - reverse.size()) == reverse)
            name.remove_suffix(reverse.size());
        std::string text;
        for (const char c : name)
            if (c < '0' || c > '9') text += c;
        return text;
    }

    [[nodiscard, gnu::cold]] std::string differences() const {
        std::string text;
        std::vector<char> used(tensors_.size());
        for (std::size_t i = 0; i < layers_.size(); ++i)
            for (std::size_t p = 0; p < layers_[i].pieces.size(); ++p) {
                const weight_piece& piece = layers_[i].pieces[p];
                const int t = found_[i][p];
                if (t >= 0) used[static_cast<std::size_t>(t)] = 1;
                if (fits(piece, t)) continue;
                std::string theirs = "none";
                if (t >= 0) theirs = described(tensors_[static_cast<std::size_t>(t)]);
                const char* dot = layers_[i].name.empty() ? "" : ".";
                text += text_of({"\n  ", layers_[i].name, dot, piece.ours, ": file ", theirs, ", network ",
                                 piece.theirs, " ", shape_text(piece.shape)});
            }
        for (const extent t : order_)
            if (used[static_cast<std::size_t>(t)] == 0)
                text += text_of({"\n  none: file ", described(tensor(t)), ", network none"});
        return text;
    }
    [[nodiscard, gnu::cold]] static std::string described(const foreign_tensor& t) {
        const std::string type = is_real(t.type) ? "" : std::string(" of ") + tensor_type_name(t.type);
        return t.name + ' ' + shape_text(t.shape) + type;
    }
    [[nodiscard]] const foreign_tensor& tensor(extent t) const { return tensors_[static_cast<std::size_t>(t)]; }
    [[nodiscard]] std::string_view name_of(extent t) const { return tensor(t).name; }

    const std::vector<foreign_layer>& layers_;
    const std::vector<foreign_tensor>& tensors_;
    std::vector<extent> order_;  // of the tensors that are not ignored
    std::vector<foreign_group> groups_;
    assignment found_;
    std::string ambiguous_;
};

}  // namespace detail
}  // namespace ctnn
