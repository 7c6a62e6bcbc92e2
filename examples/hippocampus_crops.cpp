// SPDX-License-Identifier: MIT
/// \file
/// Cuts a data set of volumes for classify out of the hippocampus task of the Medical Segmentation Decathlon.
///
///     hippocampus_crops FROM TO    FROM/{train,val,test}/{images,labels}/NAME.nii.gz
#include "hippocampus_crops.hpp"

#include <cstdio>

int main(int count, char** words) {
    if (count != 3) {
        std::fputs("hippocampus_crops FROM TO: cuts FROM/{train,val,test}/{images,labels} into class folders\n",
                   stderr);
        return 2;
    }
    if (const auto failed = hippocampus::cut_all(words[1], words[2])) {
        std::fprintf(stderr, "hippocampus_crops: %s\n", failed.what());
        return 2;
    }
    return 0;
}
