// SPDX-License-Identifier: MIT
/// \file
/// Which format a file is, by its first bytes: the four that are read, and those that are refused by name.
#pragma once

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"

namespace ctnn {

/// The image formats that ctnn reads.
enum class image_format : unsigned char { png, jpeg, bmp, pnm };

namespace detail {

struct signature {
    const char* bytes;
    extent size;
    extent at;
    const char* name;
};

/// Formats that are known and refused. Order matters where one begins like another.
inline constexpr signature other_formats[] = {
    {"GIF8", 4, 0, "a GIF file"},
    {"8BPS", 4, 0, "a Photoshop file"},
    {"#?RADIANCE", 10, 0, "a Radiance HDR file"},
    {"#?RGBE", 6, 0, "a Radiance HDR file"},
    {"\x53\x80\xF6\x34", 4, 0, "a Softimage PIC file"},
    {"WEBP", 4, 8, "a WebP file"},
    {"II*\0", 4, 0, "a TIFF file"},
    {"MM\0*", 4, 0, "a TIFF file"},
    {"II+\0", 4, 0, "a BigTIFF file"},
    {"DICM", 4, 128, "a DICOM file (convert it with dcm2niix)"},
    {"n+1\0", 4, 344, "a NIfTI file (a volume, not an image)"},
    {"ni1\0", 4, 344, "a NIfTI header (a volume, not an image)"},
    {"n+2\0", 4, 4, "a NIfTI-2 file (a volume, not an image)"},
    {"\x1f\x8b", 2, 0, "a gzip file (perhaps a .nii.gz volume)"},
    {"PK\x03\x04", 4, 0, "a zip file (perhaps an .npz)"},
    {"\x93NUMPY", 6, 0, "a NumPy array"},
    {"\0\0\0\x0CjP  ", 8, 0, "a JPEG 2000 file"},
    {"\xFF\x4F\xFF\x51", 4, 0, "a JPEG 2000 code stream"},
    {"\xFF\x0A", 2, 0, "a JPEG XL file"},
    {"ftypavif", 8, 4, "an AVIF file"},
    {"ftypheic", 8, 4, "an HEIC file"},
    {"ftyp", 4, 4, "a video or HEIF file"},
    {"%PDF", 4, 0, "a PDF file"},
    {"\x89HDF\r\n", 6, 0, "an HDF5 file"},
    {"\x8AMNG", 4, 0, "an MNG file"},
    {"P7\n", 3, 0, "a PAM file (convert it to binary PNM, P5 or P6)"},
    {"Pf\n", 3, 0, "a PFM file of floating-point numbers"},
    {"PF\n", 3, 0, "a PFM file of floating-point numbers"},
};

/// A TGA file has no signature: an optional footer, otherwise a header whose few fields all make sense.
inline bool looks_like_tga(byte_view b) {
    if (b.size >= 26 && b.has(b.size - 18, "TRUEVISION-XFILE.", 17)) return true;
    if (b.size < 18) return false;
    const int map = b[1], kind = b[2] & ~8, bits = b[16];
    if (map > 1 || (b[2] & ~0xB) != 0 || kind < 1 || kind > 3 || (kind == 1) != (map == 1)) return false;
    return bits == 8 || bits == 15 || bits == 16 || bits == 24 || bits == 32;
}

inline bool looks_like_text(byte_view b) {
    const extent looked_at = b.size < 512 ? b.size : 512;
    for (extent i = 0; i < looked_at; ++i) {
        const unsigned char c = b[i];
        if (c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f') return false;
    }
    return true;
}

/// Does a file of fewer bytes than the signature agree with it so far?
inline bool begins_like(byte_view b, const char* text, extent length) {
    return b.has(0, text, b.size < length ? b.size : length);
}

}  // namespace detail

/// Names the format of an image file by its content; the file's name plays no part.
///
/// Refuses with truncated an empty file or a piece of a signature, with unsupported what is known but not read (GIF,
/// TGA, Photoshop, HDR, PIC, WebP, TIFF, DICOM, NIfTI, JPEG 2000 ...; the message names it), with wrong_format all
/// else.
[[nodiscard]] inline result<image_format> identify_image(byte_view bytes, const std::string& file = {}) {
    const auto refuse = [&](error_kind kind, const char* found) {
        return error(kind, file, 0, found, "a PNG, JPEG, BMP or binary PNM image");
    };
    if (bytes.size == 0) return refuse(error_kind::truncated, "an empty file");
    if (bytes.has(0, "\x89PNG\r\n\x1a\n", 8)) return image_format::png;
    if (bytes.has(0, "\xFF\xD8\xFF", 3)) return image_format::jpeg;
    if (bytes.has(0, "BM", 2) && !(bytes.size > 6 && detail::looks_like_text(bytes))) return image_format::bmp;
    if (bytes.size >= 3 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6') &&
        (bytes[2] == ' ' || bytes[2] == '\n' || bytes[2] == '\t' || bytes[2] == '\r' || bytes[2] == '#'))
        return image_format::pnm;
    if (detail::begins_like(bytes, "\x89PNG\r\n\x1a\n", 8) || detail::begins_like(bytes, "\xFF\xD8\xFF", 3) ||
        (bytes.size < 2 && (bytes[0] == 'B' || bytes[0] == 'P')) ||
        (bytes.size == 2 && (bytes.has(0, "P5", 2) || bytes.has(0, "P6", 2))))
        return refuse(error_kind::truncated, "the first bytes of an image alone");
    if (bytes[0] == 0x89 && bytes.has(1, "PNG", 3))
        return refuse(error_kind::corrupt, "a PNG signature that a transfer in text mode has damaged");
    for (const detail::signature& other : detail::other_formats)
        if (bytes.has(other.at, other.bytes, other.size)) return refuse(error_kind::unsupported, other.name);
    if (bytes.size >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '4' &&
        detail::looks_like_text({bytes.data, 3}))
        return refuse(error_kind::unsupported,
                      "a PNM file of text or of single bits (P1 to P4; convert it to P5 or P6)");
    if (detail::looks_like_text(bytes)) return refuse(error_kind::wrong_format, "text");
    if (detail::looks_like_tga(bytes)) return refuse(error_kind::unsupported, "a TGA file");
    return refuse(error_kind::wrong_format, "an unknown format");
}

}  // namespace ctnn
