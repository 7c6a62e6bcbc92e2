# Toolchain: 64-bit ARM (NEON) by Debian's cross compiler, run by qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64;-L;/usr/aarch64-linux-gnu)
# Debian keeps the CMake files of the header-only libraries in the folder of the host's architecture.
file(GLOB package_folders /usr/lib/*/cmake)
list(APPEND CMAKE_PREFIX_PATH ${package_folders})
