// SPDX-License-Identifier: MIT
/// \file
/// The gzip container: unpacked no further than the caller asks, every checksum compared. Needs CTNN_WITH_ZLIB.
/// https://www.rfc-editor.org/rfc/rfc1952
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/inflate.hpp"

namespace ctnn {

/// Does the content begin as a gzip file does?
[[nodiscard]] inline bool is_gzip(byte_view b) { return b.has(0, "\x1f\x8b", 2); }

namespace detail {

#if defined(CTNN_WITH_ZLIB)

/// Unpacks a gzip file part by part. Several members follow each other as one content; zeros behind the last are
/// padding, as gzip itself takes them; anything else is refused.
class gzip_reader {
public:
    gzip_reader(byte_view packed, std::string file) : packed_(packed), file_(std::move(file)) {}
    gzip_reader(const gzip_reader&) = delete;
    gzip_reader& operator=(const gzip_reader&) = delete;
    ~gzip_reader() {
        if (started_) inflateEnd(&stream_);
    }

    /// Appends unpacked bytes until `to` has `until` bytes or the content ends. When it returns with fewer, every
    /// member was whole and its CRC-32 and size were right. Memory grows with what has been unpacked: at most twice
    /// that, or four times the packed size.
    [[nodiscard]] error fill(byte_vector& to, std::int64_t until) {
        if (!started_) {
            if (inflateInit2(&stream_, gzip_deflate) != Z_OK)
                return {error_kind::out_of_memory, file_, "zlib cannot start"};
            started_ = true;
        }
        const std::int64_t first = std::max<std::int64_t>(65536, 4 * std::int64_t{packed_.size});
        while (!ended_ && static_cast<std::int64_t>(to.size()) < until) {
            const std::size_t have = to.size();
            const auto room = static_cast<std::size_t>(
                std::min<std::int64_t>(until, std::max<std::int64_t>(first, 2 * static_cast<std::int64_t>(have))));
            to.resize(room);
            std::size_t done = have;
            const error failed = unpack(to, done);
            to.resize(done);
            if (failed) return failed;
        }
        return {};
    }

private:
    /// Fills `to` from `done` on, as far as the content reaches.
    [[nodiscard]] error unpack(byte_vector& to, std::size_t& done) {
        constexpr std::int64_t most = std::int64_t{1} << 30;  // zlib counts in 32 bits
        while (!ended_ && done < to.size()) {
            const auto room = static_cast<unsigned>(std::min(static_cast<std::int64_t>(to.size() - done), most));
            const auto input = static_cast<unsigned>(std::min(std::int64_t{packed_.size - at_}, most));
            stream_.next_in = const_cast<unsigned char*>(packed_.data + at_);
            stream_.avail_in = input;
            stream_.next_out = to.data() + done;
            stream_.avail_out = room;
            const int status = inflate(&stream_, Z_NO_FLUSH);
            at_ += static_cast<extent>(input - stream_.avail_in);
            done += room - stream_.avail_out;
            if (status == Z_STREAM_END) {
                if (error wrong = next_member()) return wrong;
            } else if (status == Z_MEM_ERROR) {
                return {error_kind::out_of_memory, file_, "zlib has no memory"};
            } else if (status == Z_BUF_ERROR || (status == Z_OK && at_ == packed_.size && stream_.avail_out != 0)) {
                return {error_kind::truncated, file_, at_, "the end of the file", "more compressed data"};
            } else if (status != Z_OK) {
                return {error_kind::corrupt, file_, at_,
                        std::string("damaged compressed data (") + (stream_.msg ? stream_.msg : "no dictionary") + ")",
                        "a whole gzip member"};
            }
        }
        return {};
    }
    /// Behind a member: another one, padding with zeros, or the end.
    [[nodiscard]] error next_member() {
        if (packed_.has(at_, "\x1f\x8b", 2)) {
            if (inflateReset(&stream_) != Z_OK) return {error_kind::corrupt, file_, "zlib cannot begin a member"};
            return {};
        }
        for (extent i = at_; i < packed_.size; ++i)
            if (packed_[i] != 0)
                return {error_kind::trailing_data, file_, i, "other bytes behind the compressed data", "the end"};
        ended_ = true;
        return {};
    }

    byte_view packed_;
    std::string file_;
    z_stream stream_{};
    extent at_ = 0;
    bool started_ = false, ended_ = false;
};

#endif

}  // namespace detail

/// Unpacks a gzip file of any number of members. Refuses with too_large what unpacks to more than `budget` bytes,
/// with truncated, corrupt or trailing_data a damaged one, with unsupported everything without CTNN_WITH_ZLIB.
[[nodiscard]] inline result<byte_vector> gunzip(byte_view packed, const std::string& file, std::int64_t budget) {
#if defined(CTNN_WITH_ZLIB)
    return detail::catch_out_of_memory(file, [&]() -> result<byte_vector> {
        detail::gzip_reader reader(packed, file);
        byte_vector content;
        const std::int64_t stop = budget < std::numeric_limits<std::int64_t>::max() ? budget + 1 : budget;
        if (error failed = reader.fill(content, stop)) return failed;
        if (static_cast<std::int64_t>(content.size()) > budget)
            return error(error_kind::too_large, file, "unpacks to more than " + std::to_string(budget) + " bytes");
        return content;
    });
#else
    (void)packed;
    (void)budget;
    return error(error_kind::unsupported, file, 0, "gzip", "a plain file (define CTNN_WITH_ZLIB and link zlib)");
#endif
}

namespace detail {

#if defined(CTNN_WITH_ZLIB)

inline result<byte_vector> pack_gzip(byte_view content, const std::string& file) {
    struct packer {
        z_stream stream{};
        bool started = false;
        ~packer() {
            if (started) deflateEnd(&stream);
        }
    } packing;
    z_stream& stream = packing.stream;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_deflate, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return error(error_kind::out_of_memory, file, "zlib cannot start");
    packing.started = true;
    constexpr std::int64_t most = std::int64_t{1} << 30;
    byte_vector packed(static_cast<std::size_t>(content.size / 2 + 4096));
    std::size_t done = 0;
    extent at = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        if (done == packed.size()) packed.resize(2 * packed.size());
        const auto room = static_cast<unsigned>(std::min(static_cast<std::int64_t>(packed.size() - done), most));
        const auto input = static_cast<unsigned>(std::min(std::int64_t{content.size - at}, most));
        stream.next_in = const_cast<unsigned char*>(content.data + at);
        stream.avail_in = input;
        stream.next_out = packed.data() + done;
        stream.avail_out = room;
        status = deflate(&stream, at + static_cast<extent>(input) == content.size ? Z_FINISH : Z_NO_FLUSH);
        at += static_cast<extent>(input - stream.avail_in);
        done += room - stream.avail_out;
    }
    if (status != Z_STREAM_END) return error(error_kind::out_of_memory, file, "zlib cannot pack");
    packed.resize(done);
    return packed;
}

#endif

}  // namespace detail

/// Packs bytes as one gzip member without name or time, so that equal content gives equal files.
[[nodiscard]] inline result<byte_vector> gzip(byte_view content, const std::string& file = {}) {
#if defined(CTNN_WITH_ZLIB)
    return detail::catch_out_of_memory(file, [&] { return detail::pack_gzip(content, file); });
#else
    (void)content;
    return error(error_kind::unsupported, file, "is not packed with gzip without CTNN_WITH_ZLIB");
#endif
}

}  // namespace ctnn
