// SPDX-License-Identifier: MIT
/// \file
/// The checksums that MedMNIST is published with.
#pragma once

#include <string>

namespace ctnn {

/// The MD5 of a file of MedMNIST v2 with images of 28 x 28 or volumes of 28 x 28 x 28, by its name; null for others.
/// https://github.com/MedMNIST/MedMNIST, medmnist/info.py of version 2.1.0 (Zenodo record 6496656)
[[nodiscard]] inline const char* medmnist_md5(const std::string& name) {
    struct entry {
        const char* name;
        const char* md5;
    };
    constexpr entry published[] = {
        {"pathmnist.npz", "a8b06965200029087d5bd730944a56c1"},
        {"chestmnist.npz", "02c8a6516a18b556561a56cbdd36c4a8"},
        {"dermamnist.npz", "0744692d530f8e62ec473284d019b0c7"},
        {"octmnist.npz", "c68d92d5b585d8d81f7112f81e2d0842"},
        {"pneumoniamnist.npz", "28209eda62fecd6e6a2d98b1501bb15f"},
        {"retinamnist.npz", "bd4c0672f1bba3e3a89f0e4e876791e4"},
        {"breastmnist.npz", "750601b1f35ba3300ea97c75c52ff8f6"},
        {"bloodmnist.npz", "7053d0359d879ad8a5505303e11de1dc"},
        {"tissuemnist.npz", "ebe78ee8b05294063de985d821c1c34b"},
        {"organamnist.npz", "866b832ed4eeba67bfb9edee1d5544e6"},
        {"organcmnist.npz", "0afa5834fb105f7705a7d93372119a21"},
        {"organsmnist.npz", "e5c39f1af030238290b9557d9503af9d"},
        {"organmnist3d.npz", "21f0a239e7f502e6eca33c3fc453c0b6"},
        {"nodulemnist3d.npz", "8755a7e9e05a4d9ce80a24c3e7a256f3"},
        {"adrenalmnist3d.npz", "bbd3c5a5576322bc4cdfea780653b1ce"},
        {"fracturemnist3d.npz", "6aa7b0143a6b42da40027a9dda61302f"},
        {"vesselmnist3d.npz", "2ba5b80617d705141f3f85627108fce8"},
        {"synapsemnist3d.npz", "1235b78a3cd6280881dd7850a78eadb6"},
    };
    for (const entry& e : published)
        if (name == e.name) return e.md5;
    return nullptr;
}

}  // namespace ctnn
