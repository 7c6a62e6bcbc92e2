# The optional libraries: each is an option CTNN_WITH_*, which defines the macro of the same name for whoever links ctnn.
# OpenMP needs no macro of ctnn's own, the compiler defines _OPENMP.

# Offers CTNN_WITH_<name>, on by default where ctnn is the top-level project and the library is installed.
function(ctnn_offer name found description)
    set(default OFF)
    if(PROJECT_IS_TOP_LEVEL AND found)
        set(default ON)
    endif()
    option(CTNN_WITH_${name} "${description}" ${default})
    if(CTNN_WITH_${name} AND NOT found)
        message(FATAL_ERROR "ctnn: CTNN_WITH_${name} is ON, but the library was not found: ${description}")
    endif()
endfunction()

find_package(OpenMP QUIET COMPONENTS CXX)
ctnn_offer(OPENMP "${OpenMP_CXX_FOUND}" "Threads by OpenMP (g++: part of the compiler; Debian's clang-14: libomp-14-dev)")

find_package(xsimd 8 QUIET)
ctnn_offer(XSIMD "${xsimd_FOUND}" "Vectors by xsimd instead of the compiler's vector extensions (Debian: libxsimd-dev)")

find_package(ZLIB QUIET)
ctnn_offer(ZLIB "${ZLIB_FOUND}" "Compressed .npz files by zlib (Debian: zlib1g-dev)")

find_path(CTNN_STB_FOLDER NAMES stb/stb_image.h stb_image.h DOC "The folder that holds stb/stb_image.h or stb_image.h")
mark_as_advanced(CTNN_STB_FOLDER)
ctnn_offer(IMAGES "${CTNN_STB_FOLDER}" "JPEG, PNG, BMP and PNM by stb_image (Debian: libstb-dev)")

# No library: they are asked for because they cost each file a third of a second.
ctnn_offer(VOLUMES TRUE "NIfTI volumes, and the data sets made of them")
ctnn_offer(STUDIES TRUE "Cross-validation, searches, ensembles, attacks and corruptions")

find_package(xtensor QUIET)
ctnn_offer(XTENSOR "${xtensor_FOUND}" "The bridge to xtensor (Debian: libxtensor-dev)")

function(ctnn_link_dependencies target)
    if(CTNN_WITH_OPENMP)
        target_link_libraries(${target} INTERFACE OpenMP::OpenMP_CXX)
    endif()
    if(CTNN_WITH_XSIMD)
        target_link_libraries(${target} INTERFACE xsimd)
        target_compile_definitions(${target} INTERFACE CTNN_WITH_XSIMD)
    endif()
    if(CTNN_WITH_ZLIB)
        target_link_libraries(${target} INTERFACE ZLIB::ZLIB)
        target_compile_definitions(${target} INTERFACE CTNN_WITH_ZLIB)
    endif()
    if(CTNN_WITH_IMAGES)
        target_include_directories(${target} SYSTEM INTERFACE $<BUILD_INTERFACE:${CTNN_STB_FOLDER}>)
        target_compile_definitions(${target} INTERFACE CTNN_WITH_IMAGES)
    endif()
    if(CTNN_WITH_VOLUMES)
        target_compile_definitions(${target} INTERFACE CTNN_WITH_VOLUMES)
    endif()
    if(CTNN_WITH_STUDIES)
        target_compile_definitions(${target} INTERFACE CTNN_WITH_STUDIES)
    endif()
    if(CTNN_WITH_XTENSOR)
        # Without the macro: xtensor costs each file seconds, and <ctnn/xtensor.hpp> is included where it is wanted.
        target_link_libraries(${target} INTERFACE xtensor)
    endif()
endfunction()
