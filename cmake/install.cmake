# Install and export: find_package(ctnn) then gives ctnn::ctnn with the options that this build had.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/ctnn)
install(DIRECTORY include/ctnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/ctnn)
install(TARGETS ctnn EXPORT ctnn-targets)
install(EXPORT ctnn-targets NAMESPACE ctnn:: DESTINATION ${package_folder})
configure_package_config_file(cmake/ctnn-config.cmake.in ctnn-config.cmake INSTALL_DESTINATION ${package_folder})
# Headers only: one installation serves every architecture. Below 1.0 a minor version may break what used an older one.
write_basic_package_version_file(ctnn-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/ctnn-config.cmake ${PROJECT_BINARY_DIR}/ctnn-config-version.cmake
        DESTINATION ${package_folder})
