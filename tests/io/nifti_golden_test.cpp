// SPDX-License-Identifier: MIT
/// \file
/// NIfTI files that nibabel wrote, against what nibabel reads in them; and real files against their description.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <ctnn/io/nifti_labels.hpp>
#include <ctnn/io/nifti_write.hpp>
#include <ctnn/io/npz.hpp>
#include <filesystem>
#include <set>
#include <string>

using namespace ctnn;

namespace {

std::string golden_file(const char* name) {
    return (std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "nifti" / name).string();
}

/// The archive of nibabel's files, and its cases.
struct golden_files {
    result<npz> archive = read_npz(golden_file("files.npz"));
    std::set<std::string> names;

    golden_files() {
        REQUIRE(archive.has_value());
        for (const std::string& name : archive->names()) names.insert(name.substr(0, name.find('/')));
    }
    [[nodiscard]] bool has(const std::string& name) const { return archive->contains(name); }
    [[nodiscard]] array get(const std::string& name) const {
        result<array> found = archive->read(name);
        REQUIRE_MESSAGE(found.has_value(), name);
        return *std::move(found);
    }
    [[nodiscard]] result<nifti_image> read(const std::string& name) const {
        if (has(name + "/file")) return parse_nifti(get(name + "/file").bytes, name);
        return parse_nifti_pair(get(name + "/header").bytes, get(name + "/image").bytes, name + ".hdr", name + ".img");
    }
};

/// Equal bits count, so do two NaN; else at most one step of the larger of product and sum: a compiler may fuse the
/// multiplication and the addition.
bool close(double found, double expected, double product) {
    if (found == expected || (std::isnan(found) && std::isnan(expected))) return true;
    return std::abs(found - expected) <= std::fmax(std::abs(expected), std::abs(product)) * 0x1p-52;
}

double largest_difference(const affine_transform& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) most = std::fmax(most, std::abs(a.at[r][c] - b[4 * r + c]));
    return most;
}

}  // namespace

TEST_CASE("ninety files that nibabel wrote are read as nibabel reads them") {
    const golden_files golden;
    CHECK(golden.names.size() == 90);
    for (const std::string& name : golden.names) {
        INFO(name);
        const auto image = golden.read(name);
        if (!image) FAIL_CHECK(image.error().what());
        if (!image) continue;
        const array raw = golden.get(name + "/raw");
        CHECK(image->voxels.shape == raw.shape);
        CHECK(image->voxels.type == raw.type);
        CHECK(image->voxels.bytes == raw.bytes);
        CHECK(largest_difference(image->header.affine(), golden.get(name + "/affine").as<double>()) < 1e-12);
        const std::vector<int> codes = golden.get(name + "/codes").as<int>();
        CHECK(image->header.used_qform_code() == codes[0]);
        CHECK(image->header.used_sform_code() == codes[1]);
        CHECK(static_cast<int>(image->extensions.size()) == codes[2]);
        if (!golden.has(name + "/scaled")) continue;
        const std::vector<double> values = image->values<double>(),
                                  expected = golden.get(name + "/scaled").as<double>();
        const std::vector<double> stored = image->voxels.as<double>();
        REQUIRE(values.size() == expected.size());
        extent different = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            different += !close(values[i], expected[i], stored[i] * image->header.scaling().slope);
        CHECK(different == 0);
    }
}

TEST_CASE("files of nibabel are written back byte by byte") {
    const golden_files golden;
    extent equal = 0;
    for (const std::string& name : golden.names) {
        INFO(name);
        const auto image = golden.read(name);
        REQUIRE(image.has_value());
        const bool pair = golden.has(name + "/header");
        const auto content = format_nifti(*image, pair);
        REQUIRE(content.has_value());
        if (pair) {
            CHECK(content->header == golden.get(name + "/header").bytes);
            CHECK(content->voxels == golden.get(name + "/image").bytes);
        } else {
            CHECK(content->header == golden.get(name + "/file").bytes);
        }
        ++equal;
    }
    CHECK(equal == 90);
}

TEST_CASE("labels of every integer type are read exactly") {
    const golden_files golden;
    for (const char* name : {"uint8-1-big", "uint16-2-little", "slope-int8-big"}) {
        const auto image = golden.read(name);
        REQUIRE(image.has_value());
        const auto labels = nifti_labels(*image);
        const bool negative = std::string(name) == "slope-int8-big";
        CHECK(labels.has_value() != negative);
        if (labels) {
            CHECK(*labels == golden.get(std::string(name) + "/raw").as<std::int32_t>());
        } else {
            CHECK(labels.error().message().find("at voxel (0, 0, 0)") != std::string::npos);
        }
    }
}

namespace {

/// A reader for the part of JSON that expected.json uses: finds "key" in an object's text and reads what follows.
struct description {
    std::string text;

    [[nodiscard]] std::size_t at(const std::string& key) const {
        const std::size_t found = text.find("\"" + key + "\":");
        REQUIRE_MESSAGE(found != std::string::npos, key);
        return found + key.size() + 3;
    }
    [[nodiscard]] double number(const std::string& key) const { return std::strtod(text.c_str() + at(key), nullptr); }
    [[nodiscard]] std::string word(const std::string& key) const {
        const std::size_t begin = text.find('"', at(key)) + 1;
        return text.substr(begin, text.find('"', begin) - begin);
    }
    /// All numbers of an array, nested or not.
    [[nodiscard]] std::vector<double> numbers(const std::string& key) const {
        std::vector<double> values;
        extent depth = 0;
        for (const char* c = text.c_str() + at(key); *c != '\0';) {
            if (*c == '[') ++depth;
            if (*c == ']' && --depth == 0) break;
            if (*c == '-' || (*c >= '0' && *c <= '9')) {
                char* end = nullptr;
                values.push_back(std::strtod(c, &end));
                c = end;
            } else {
                ++c;
            }
        }
        return values;
    }
};

std::vector<description> descriptions(const byte_vector& json) {
    const std::string text(json.begin(), json.end());
    std::vector<description> objects;
    for (std::size_t begin = text.find("\"file\":"); begin != std::string::npos;) {
        const std::size_t next = text.find("\"file\":", begin + 1);
        objects.push_back({text.substr(begin, next == std::string::npos ? next : next - begin)});
        begin = next;
    }
    return objects;
}

void compare(const description& expected, const nifti_image& image) {
    const nifti_header& h = image.header;
    CHECK(h.version == static_cast<int>(expected.number("nifti_version")));
    CHECK(h.big_endian == (expected.word("endian") == "big"));
    CHECK(h.pair == (expected.word("magic") == "ni1"));
    CHECK(std::vector<double>(h.dim.begin(), h.dim.end()) == expected.numbers("dim"));
    const std::vector<extent> shape = h.shape();
    CHECK(std::vector<double>(shape.begin(), shape.end()) == expected.numbers("shape"));
    CHECK(static_cast<double>(h.datatype) == expected.number("datatype_code"));
    CHECK(static_cast<double>(h.bitpix) == expected.number("bitpix"));
    CHECK(std::vector<double>(h.pixdim.begin(), h.pixdim.end()) == expected.numbers("pixdim"));
    CHECK(h.vox_offset == expected.number("vox_offset"));
    CHECK(h.scl_slope == expected.number("scl_slope_on_disk"));
    CHECK(h.scl_inter == expected.number("scl_inter_on_disk"));
    CHECK(static_cast<double>(h.qform_code) == expected.number("qform_code"));
    CHECK(static_cast<double>(h.sform_code) == expected.number("sform_code"));
    CHECK(static_cast<double>(h.xyzt_units) == expected.number("xyzt_units"));
    CHECK(static_cast<double>(image.extensions.size()) == expected.number("extensions"));
    CHECK(largest_difference(h.affine(), expected.numbers("affine")) < 1e-12);

    const std::vector<double> stored = image.voxels.as<double>(), values = image.values<double>();
    double raw_low = stored[0], raw_high = stored[0], low = values[0], high = values[0], sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        raw_low = std::fmin(raw_low, stored[i]);
        raw_high = std::fmax(raw_high, stored[i]);
        low = std::fmin(low, values[i]);
        high = std::fmax(high, values[i]);
        sum += values[i];
    }
    CHECK(raw_low == expected.number("raw_min"));
    CHECK(raw_high == expected.number("raw_max"));
    CHECK(low == doctest::Approx(expected.number("scaled_min")).epsilon(1e-15));
    CHECK(high == doctest::Approx(expected.number("scaled_max")).epsilon(1e-15));
    CHECK(sum == doctest::Approx(expected.number("scaled_sum")).epsilon(1e-12));
    CHECK(sum / static_cast<double>(values.size()) == doctest::Approx(expected.number("scaled_mean")).epsilon(1e-12));

    // Samples are pairs of an index, as long as the rank, and a value.
    const std::vector<double> samples = expected.numbers("samples");
    const std::size_t step = shape.size() + 1;
    CHECK(samples.size() == 8 * step);
    for (std::size_t s = 0; s + step <= samples.size(); s += step) {
        extent at = 0;
        for (std::size_t axis = shape.size(); axis-- > 0;)
            at = at * shape[axis] + static_cast<extent>(samples[s + axis]);
        CHECK(values[static_cast<std::size_t>(at)] == doctest::Approx(samples[s + step - 1]).epsilon(1e-15));
    }
}

}  // namespace

TEST_CASE("real files of other programs are read as described") {
    const std::string folder = CTNN_SHARED_DATA "/nifti_conformance/";
    const auto json = read_file(folder + "expected.json");
    if (!json) {
        std::puts("skipped: nifti_conformance is not there");
        return;
    }
    const std::vector<description> all = descriptions(*json);
    CHECK(all.size() == 11);
    extent read = 0;
    for (const description& expected : all) {
        const std::string name = expected.word("file");
        INFO(name);
        const auto image = read_nifti(folder + name);
#if !defined(CTNN_WITH_ZLIB)
        if (name.ends_with(".gz")) {
            CHECK(image.error().kind() == error_kind::unsupported);
            continue;
        }
#endif
        if (!image) FAIL_CHECK(image.error().what());
        if (image) compare(expected, *image);
        read += image.has_value();
    }
    std::printf("nifti_conformance: %d of %d files read\n", static_cast<int>(read), static_cast<int>(all.size()));
    const auto scan = read_nifti(folder + "anatomical.nii"), pair = read_nifti(folder + "anatomical_pair.img");
    REQUIRE((scan && pair));
    CHECK(scan->voxels.bytes == pair->voxels.bytes);
}
