// SPDX-License-Identifier: MIT
/// \file
/// A batch in a buffer with guards around every stretch, in each layout that a network plans.
#pragma once

#include <vector>

#include "ctnn/core/call.hpp"
#include "ctnn/core/random.hpp"

namespace test {

/// dense: no gaps. slice: channels of a wider value. bordered: zeros (here guards) around the positions.
enum class placement { dense, slice, bordered };

inline constexpr placement layouts[]{placement::dense, placement::slice, placement::bordered};

/// Values in [-1, 1), or integers in [-4, 4] when whole.
template <class T>
T random_value(std::uint64_t stream, ctnn::extent i, bool whole) {
    const double u = ctnn::random_stream({7}, stream).uniform(static_cast<std::uint64_t>(i));
    return static_cast<T>(whole ? static_cast<double>(static_cast<int>(u * 9) - 4) : 2 * u - 1);
}

template <class T>
class padded_batch {
public:
    static constexpr T guard = T(-12345.5);

    padded_batch(ctnn::dims shape, ctnn::extent count, placement kind) {
        const ctnn::extent border = kind == placement::bordered ? 1 : 0, slack = kind == placement::slice ? 3 : 0;
        view_.shape = shape;
        view_.count = count;
        view_.step[2] = shape.channels() + slack;
        view_.step[1] = (shape.width() + 2 * border) * view_.step[2];
        view_.step[0] = (shape.height() + 2 * border) * view_.step[1];
        view_.sample = (shape.depth() + 2 * border) * view_.step[0];
        const ctnn::extent margin = 64 / static_cast<ctnn::extent>(sizeof(T));
        memory_.assign(static_cast<std::size_t>(count * view_.sample + 2 * margin), guard);
        view_.data = memory_.data() + margin + slack / 2 + border * (view_.step[0] + view_.step[1] + view_.step[2]);
        if (kind == placement::slice)
            memory_.resize(memory_.size() + 8, guard), view_.data = memory_.data() + margin + slack / 2;
    }
    padded_batch(const padded_batch&) = delete;
    padded_batch& operator=(const padded_batch&) = delete;

    /// Calls body(value, number) for every value, in the order of memory.
    template <class Body>
    void each(const Body& body) {
        ctnn::extent i = 0;
        for (ctnn::extent s = 0; s < view_.count; ++s)
            for (ctnn::extent d = 0; d < view_.shape.depth(); ++d)
                for (ctnn::extent h = 0; h < view_.shape.height(); ++h)
                    for (ctnn::extent w = 0; w < view_.shape.width(); ++w)
                        for (ctnn::extent c = 0; c < view_.shape.channels(); ++c) body(view_.at(s, d, h, w)[c], i++);
    }
    padded_batch& fill(std::uint64_t stream, bool whole) {
        each([&](T& value, ctnn::extent i) { value = random_value<T>(stream, i, whole); });
        return *this;
    }
    /// The values alone, in the order of memory.
    [[nodiscard]] std::vector<T> values() {
        std::vector<T> result;
        each([&](T& value, ctnn::extent) { result.push_back(value); });
        return result;
    }
    void assign(const std::vector<T>& from) {
        each([&](T& value, ctnn::extent i) { value = from[static_cast<std::size_t>(i)]; });
    }
    /// Is everything outside the batch as it was?
    [[nodiscard]] bool guards_intact() const {
        std::vector<T> rest = memory_;
        ctnn::batch_view<T> there = view_;
        there.data = rest.data() + (view_.data - memory_.data());
        for (ctnn::extent s = 0; s < view_.count; ++s)
            for (ctnn::extent d = 0; d < view_.shape.depth(); ++d)
                for (ctnn::extent h = 0; h < view_.shape.height(); ++h)
                    for (ctnn::extent w = 0; w < view_.shape.width(); ++w)
                        for (ctnn::extent c = 0; c < view_.shape.channels(); ++c) there.at(s, d, h, w)[c] = guard;
        for (const T value : rest)
            if (value != guard) return false;
        return true;
    }
    [[nodiscard]] const ctnn::batch_view<T>& view() const { return view_; }
    [[nodiscard]] ctnn::batch_view<const T> read() const { return view_; }

private:
    std::vector<T> memory_;
    ctnn::batch_view<T> view_;
};

/// Channel counts around every remainder of a vector of 4 to 16 lanes, and around four vectors at once.
inline constexpr ctnn::extent channel_counts[]{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 64, 67, 130};

}  // namespace test
