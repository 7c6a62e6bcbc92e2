// SPDX-License-Identifier: MIT
/// \file
/// TensorBoard's event files: scalars, histograms and images, written record by record without protobuf.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/clock.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/checksum.hpp"
#include "ctnn/io/path.hpp"
#include "ctnn/io/system_file.hpp"

namespace ctnn {

/// How often numbers fall between limits.
struct histogram {
    double least = 0, largest = 0, count = 0, sum = 0, sum_of_squares = 0;
    std::vector<double> limits;  ///< upper, ascending
    std::vector<double> counts;  ///< as many
};

/// A histogram of the finite ones among numbers, with buckets of equal width: number(i) for i in [0, count).
template <class Number>
[[nodiscard, gnu::cold]] histogram make_histogram(extent count, const Number& number, extent buckets = 30) {
    histogram h;
    for (extent i = 0; i < count; ++i) {
        const double value = number(i);
        if (!std::isfinite(value)) continue;
        h.least = h.count == 0 || value < h.least ? value : h.least;
        h.largest = h.count == 0 || value > h.largest ? value : h.largest;
        h.count += 1;
        h.sum += value;
        h.sum_of_squares += value * value;
    }
    const double width = (h.largest - h.least) / static_cast<double>(buckets);
    if (!(width > 0) || !std::isfinite(width)) buckets = 1;  // all equal, or as far apart as numbers can be
    h.counts.assign(static_cast<std::size_t>(buckets), 0);
    for (extent b = 1; b <= buckets; ++b)
        h.limits.push_back(b == buckets ? h.largest : h.least + static_cast<double>(b) * width);
    for (extent i = 0; i < count; ++i) {
        const double value = number(i);
        if (!std::isfinite(value)) continue;
        const extent b = buckets == 1 ? 0 : static_cast<extent>((value - h.least) / width);
        h.counts[static_cast<std::size_t>(b < buckets ? b : buckets - 1)] += 1;
    }
    return h;
}

namespace detail {

/// Fields of a protocol buffer, appended. https://protobuf.dev/programming-guides/encoding
struct protobuf_writer {
    byte_vector bytes;

    void number(std::uint64_t value) {
        for (; value > 0x7f; value >>= 7) bytes.push_back(static_cast<unsigned char>(value | 0x80U));
        bytes.push_back(static_cast<unsigned char>(value));
    }
    void tag(unsigned field, unsigned type) { number(field << 3 | type); }
    void add(unsigned field, std::uint64_t value) {
        tag(field, 0);
        number(value);
    }
    void add(unsigned field, double value) {
        tag(field, 1);
        append_little(bytes, std::bit_cast<std::uint64_t>(value));
    }
    void add(unsigned field, float value) {
        tag(field, 5);
        append_little(bytes, std::bit_cast<std::uint32_t>(value));
    }
    void add(unsigned field, byte_view content) {
        tag(field, 2);
        number(static_cast<std::uint64_t>(content.size));
        append(bytes, content);
    }
    void add(unsigned field, const std::string& text) {
        add(field, byte_view{reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())});
    }
    void add(unsigned field, const std::vector<double>& packed) {
        protobuf_writer inside;
        for (const double value : packed) append_little(inside.bytes, std::bit_cast<std::uint64_t>(value));
        add(field, byte_view(inside.bytes));
    }
};

}  // namespace detail

/// A file of events in a folder, as TensorBoard reads it: it shows all files of a folder as one run. Each event is
/// written when it is added; a program that is killed leaves at most the last one incomplete, and readers stop there.
///
/// A record is the length (8 bytes), its masked CRC-32C, the content, its masked CRC-32C:
/// https://www.tensorflow.org/tutorials/load_data/tfrecord. The content is a tensorflow.Event:
/// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
///
///     ctnn::event_file events;
///     if (auto failed = events.open("runs/first")) std::puts(failed.what());
///     if (auto failed = events.add_scalar("loss", 1, 0.25)) std::puts(failed.what());
class event_file {
public:
    /// Creates a file of a new name in a folder that exists. \returns cannot_open
    [[nodiscard]] error open(const std::string& folder) {
        return detail::catch_out_of_memory(folder, [&]() -> error {
            (void)file_.close();
            const std::string begin =
                detail::path_in(folder, "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(now())));
            for (int attempt = 0; attempt < 1000 && !file_.is_open(); ++attempt) {
                path_ = begin + ".ctnn." + std::to_string(attempt);
                file_.open(path_, true);
                if (!file_.is_open() && errno != EEXIST) break;
            }
            if (!file_.is_open())
                return {error_kind::cannot_open, path_, "cannot be created: " + detail::system_reason()};
            return add_event(-1, 3, std::string("brain.Event:2"));
        });
    }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// \returns cannot_write, as the others
    [[nodiscard]] error add_scalar(const std::string& tag, std::int64_t step, double value) {
        return add_value(tag, step, [&](detail::protobuf_writer& to) { to.add(2, static_cast<float>(value)); });
    }
    [[nodiscard]] error add_histogram(const std::string& tag, std::int64_t step, const histogram& h) {
        return add_value(tag, step, [&](detail::protobuf_writer& to) {
            detail::protobuf_writer inside;
            const double numbers[] = {h.least, h.largest, h.count, h.sum, h.sum_of_squares};
            for (unsigned i = 0; i < 5; ++i) inside.add(i + 1, numbers[i]);
            inside.add(6, h.limits);
            inside.add(7, h.counts);
            to.add(5, byte_view(inside.bytes));
        });
    }
    /// \param png the content of a PNG file, see format_png(); channels 1 or 3
    [[nodiscard]] error add_png(const std::string& tag, std::int64_t step, extent height, extent width, extent channels,
                                byte_view png) {
        return add_value(tag, step, [&](detail::protobuf_writer& to) {
            detail::protobuf_writer inside;
            inside.add(1, static_cast<std::uint64_t>(height));
            inside.add(2, static_cast<std::uint64_t>(width));
            inside.add(3, static_cast<std::uint64_t>(channels));
            inside.add(4, png);
            to.add(4, byte_view(inside.bytes));
        });
    }

private:
    static double now() { return seconds_since_1970(); }
    /// As TFRecord masks it: a checksum of bytes that hold their own checksum is a poor one.
    static std::uint32_t masked(byte_view bytes) {
        const std::uint32_t crc = crc32c(bytes);
        return (crc >> 15 | crc << 17) + 0xa282ead8U;
    }

    template <class Fill>
    error add_value(const std::string& tag, std::int64_t step, const Fill& fill) {
        return detail::catch_out_of_memory(path_, [&]() -> error {
            detail::protobuf_writer value, summary;
            value.add(1, tag);
            fill(value);
            summary.add(1, byte_view(value.bytes));
            return add_event(step, 5, byte_view(summary.bytes));
        });
    }
    template <class Content>
    error add_event(std::int64_t step, unsigned field, const Content& content) {
        detail::protobuf_writer event;
        event.add(1, now());
        if (step >= 0) event.add(2, static_cast<std::uint64_t>(step));
        event.add(field, content);
        byte_vector record;
        append_little(record, static_cast<std::uint64_t>(event.bytes.size()));
        append_little(record, masked({record.data(), 8}));
        append(record, event.bytes);
        append_little(record, masked(event.bytes));
        const extent size = static_cast<extent>(record.size());
        for (std::int64_t done = 0; done < size;) {
            const std::int64_t part = detail::write_once(file_.get(), record.data() + done, size - done);
            if (part <= 0)
                return {error_kind::cannot_write, path_,
                        "cannot be written: " + (part < 0 ? detail::system_reason() : "the disk takes no more bytes")};
            done += part;
        }
        return {};
    }

    std::string path_;
    detail::file_handle file_;
};

}  // namespace ctnn
