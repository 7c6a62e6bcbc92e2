// SPDX-License-Identifier: MIT
/// \file
/// Shapes as types, which a user spells, and as values, which the compiler computes with.
#pragma once

#include <cstddef>
#include <type_traits>

namespace ctnn {

/// Every size, stride, offset and count: one signed integer type, so that nothing is converted on the way.
using extent = std::ptrdiff_t;

/// A static shape, spelled in the order of memory: shape<N> is a vector, shape<T, C> a sequence, shape<H, W, C> an
/// image, shape<D, H, W, C> a volume. Channels come last and are contiguous, as in Keras.
template <extent... Extents>
struct shape {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= 4,
                  "ctnn: a shape has 1 to 4 extents: shape<N>, shape<T, C>, shape<H, W, C> or shape<D, H, W, C>");
    static_assert(((Extents > 0) && ...), "ctnn: every extent of a shape is at least 1");
    static constexpr extent rank = sizeof...(Extents);
    static constexpr extent size = (Extents * ... * 1);
};

/// A shape as a value. It always has three spatial axes and channels; those that a lower rank lacks have extent 1, so
/// that one piece of code serves sequences, images and volumes.
struct dims {
    extent axis[4]{1, 1, 1, 1};  ///< depth, height, width, channels
    extent rank = 0;             ///< how many of them were spelled: 1 vector, 2 sequence, 3 image, 4 volume

    constexpr bool operator==(const dims&) const = default;

    [[nodiscard]] constexpr extent depth() const { return axis[0]; }
    [[nodiscard]] constexpr extent height() const { return axis[1]; }
    [[nodiscard]] constexpr extent width() const { return axis[2]; }
    [[nodiscard]] constexpr extent channels() const { return axis[3]; }
    [[nodiscard]] constexpr extent positions() const { return axis[0] * axis[1] * axis[2]; }
    [[nodiscard]] constexpr extent size() const { return positions() * axis[3]; }
    /// How many of the three spatial axes exist: 0 for a vector, 3 for a volume.
    [[nodiscard]] constexpr extent spatial_rank() const { return rank - 1; }
    /// The first spatial axis that exists; axes before it have extent 1.
    [[nodiscard]] constexpr extent first_axis() const { return 4 - rank; }
    [[nodiscard]] constexpr dims with_channels(extent channels) const {
        dims result = *this;
        result.axis[3] = channels;
        return result;
    }
    /// The i-th extent as spelled.
    [[nodiscard]] constexpr extent operator[](extent i) const { return axis[4 - rank + i]; }
};

/// The dims of the given extents: make_dims(28, 28, 1) equals dims_of<shape<28, 28, 1>>.
template <class... Extents>
[[nodiscard]] constexpr dims make_dims(Extents... extents) {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= 4, "ctnn: 1 to 4 extents");
    dims result;
    result.rank = sizeof...(Extents);
    extent i = 4 - result.rank;
    ((result.axis[i++] = static_cast<extent>(extents)), ...);
    return result;
}

template <class Shape>
inline constexpr dims dims_of{};
template <extent... Extents>
inline constexpr dims dims_of<shape<Extents...>> = make_dims(Extents...);

template <class Shape>
concept static_shape = dims_of<Shape>
.rank > 0;

namespace detail {
template <dims D, extent Rank = D.rank>
struct shape_from;
template <dims D>
struct shape_from<D, 1> : std::type_identity<shape<D.axis[3]>> {};
template <dims D>
struct shape_from<D, 2> : std::type_identity<shape<D.axis[2], D.axis[3]>> {};
template <dims D>
struct shape_from<D, 3> : std::type_identity<shape<D.axis[1], D.axis[2], D.axis[3]>> {};
template <dims D>
struct shape_from<D, 4> : std::type_identity<shape<D.axis[0], D.axis[1], D.axis[2], D.axis[3]>> {};
}  // namespace detail

/// The type that spells a value: shape_of<make_dims(28, 28, 1)> is shape<28, 28, 1>.
template <dims D>
using shape_of = typename detail::shape_from<D>::type;

}  // namespace ctnn
