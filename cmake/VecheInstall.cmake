# `cmake --install`: the program, and the folders below as a library for services of one's own (examples/), with the CMake
# package `veche`: find_package(veche), then link veche::net, veche::wire or veche::base.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(VECHE_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/veche)

# veche_install(FOLDERS...)
function(veche_install)
  foreach(folder ${ARGN})
    set_target_properties(veche_${folder} PROPERTIES EXPORT_NAME ${folder})
    install(TARGETS veche_${folder} EXPORT vecheTargets)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/src/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/veche
            FILES_MATCHING PATTERN "*.h" PATTERN "test_*.h" EXCLUDE)
  endforeach()
  install(EXPORT vecheTargets NAMESPACE veche:: DESTINATION ${VECHE_PACKAGE_DIR})
  configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/vecheConfig.cmake.in ${CMAKE_BINARY_DIR}/vecheConfig.cmake
                                INSTALL_DESTINATION ${VECHE_PACKAGE_DIR})
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/vecheConfigVersion.cmake COMPATIBILITY ExactVersion)
  install(FILES ${CMAKE_BINARY_DIR}/vecheConfig.cmake ${CMAKE_BINARY_DIR}/vecheConfigVersion.cmake
          DESTINATION ${VECHE_PACKAGE_DIR})
endfunction()
