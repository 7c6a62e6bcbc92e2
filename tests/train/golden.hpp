// SPDX-License-Identifier: MIT
/// \file
/// Reads the golden files of tests/golden/train: plain little-endian .npy of doubles, floats or 32-bit integers.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

namespace golden {

/// The whole file tests/golden/train/<name>.
inline std::string bytes(const std::string& name) {
    const std::string here = __FILE__;
    const std::string path = here.substr(0, here.rfind("golden.hpp")) + "../golden/train/" + name;
    std::ifstream file(path, std::ios::binary);
    INFO(path);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The elements of <name>.npy; its element type must be T.
template <class T>
std::vector<T> array(const std::string& name) {
    const std::string file = bytes(name + ".npy");
    INFO(name);
    REQUIRE(file.size() > 10);
    const std::size_t start = 10 + static_cast<unsigned char>(file[8]) + 256u * static_cast<unsigned char>(file[9]);
    const std::string header = file.substr(10, start - 10);
    const char* type = std::is_same_v<T, double> ? "'<f8'" : std::is_same_v<T, float> ? "'<f4'" : "'<i4'";
    REQUIRE(header.find(type) != std::string::npos);
    REQUIRE(header.find("'fortran_order': False") != std::string::npos);
    std::vector<T> values((file.size() - start) / sizeof(T));
    file.copy(reinterpret_cast<char*>(values.data()), values.size() * sizeof(T), start);
    return values;
}

/// The doubles as T.
template <class T>
std::vector<T> cast(const std::vector<double>& values) {
    std::vector<T> result;
    for (const double value : values) result.push_back(static_cast<T>(value));
    return result;
}

}  // namespace golden
