# How a folder below src/ becomes a library with its tests, fuzzers and benchmarks beside it:
#   x.h x.cpp   -> the static library veche_FOLDER
#   x_test.cpp  -> all of a folder's tests in one program, FOLDER_test (GoogleTest)
#   x_fuzz.cpp  -> a fuzzer each, x_fuzz (libFuzzer), with a short smoke run as a test
#   x_bench.cpp -> a program each, x_bench (Google Benchmark)
# A new file needs no line here. Tests of a folder that is marked FAKES may call what is in tests/fakes/*.cpp: the
# static library veche_fakes, compiled once for all of them.

add_library(veche_options INTERFACE)
target_compile_features(veche_options INTERFACE cxx_std_20)
target_compile_options(veche_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
  -Wimplicit-fallthrough -Wnull-dereference $<$<BOOL:${VECHE_WERROR}>:-Werror>)
target_include_directories(veche_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
# spdlog and everybody else use the one libfmt of the system.
target_compile_definitions(veche_options INTERFACE SPDLOG_FMT_EXTERNAL)
if(VECHE_SANITIZE)
  target_compile_options(veche_options INTERFACE
    -fsanitize=${VECHE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(veche_options INTERFACE -fsanitize=${VECHE_SANITIZE})
endif()
if(VECHE_FUZZ)
  target_compile_options(veche_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# clang 14 cannot put its check of function types in front of a coroutine ("Cannot represent a difference across
# sections"): files with one go without that check.
function(veche_spare_coroutines)
  if(NOT VECHE_SANITIZE MATCHES undefined OR NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    return()
  endif()
  foreach(file ${ARGN})
    file(STRINGS ${file} coroutine REGEX "co_await|co_return" LIMIT_COUNT 1)
    if(coroutine)
      set_property(SOURCE ${file} APPEND PROPERTY COMPILE_OPTIONS -fno-sanitize=function)
    endif()
  endforeach()
endfunction()

if(BUILD_TESTING OR VECHE_FUZZ OR VECHE_BENCH)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# veche_library(FOLDER [FAKES] LINKS targets...)
function(veche_library folder)
  cmake_parse_arguments(arg "FAKES" "" "LINKS" ${ARGN})
  set(fakes "")
  if(arg_FAKES)
    set(fakes veche_fakes)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*_test.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*_fuzz.cpp)
  file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*_bench.cpp)
  list(REMOVE_ITEM sources ${tests} ${fuzzers} ${benches})
  veche_spare_coroutines(${sources} ${tests})

  if(NOT sources)
    add_library(veche_${folder} INTERFACE)
    return()
  endif()
  add_library(veche_${folder} STATIC ${sources})
  target_link_libraries(veche_${folder} PUBLIC ${arg_LINKS} PRIVATE $<BUILD_INTERFACE:veche_options>)
  target_include_directories(veche_${folder} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<INSTALL_INTERFACE:include/veche>)
  target_compile_features(veche_${folder} PUBLIC cxx_std_20)

  if(BUILD_TESTING AND tests)
    add_executable(${folder}_test ${tests})
    target_link_libraries(${folder}_test PRIVATE ${fakes} veche_${folder} veche_options GTest::gtest_main)
    target_compile_options(${folder}_test PRIVATE -O0)  # what is tested keeps its own: GoogleTest's macros are slow to optimise
    gtest_discover_tests(${folder}_test TEST_PREFIX ${folder}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
  endif()

  if(VECHE_FUZZ)
    foreach(file ${fuzzers})
      get_filename_component(name ${file} NAME_WE)
      add_executable(${name} ${file})
      target_link_libraries(${name} PRIVATE ${fakes} veche_${folder} veche_options)
      target_link_options(${name} PRIVATE -fsanitize=fuzzer)
      add_test(NAME fuzz.${name} COMMAND ${name} -runs=50000 -max_total_time=10 -max_len=8192 -timeout=10)
    endforeach()
  endif()

  if(VECHE_BENCH AND benches)
    find_package(benchmark REQUIRED)
    foreach(file ${benches})
      get_filename_component(name ${file} NAME_WE)
      add_executable(${name} ${file})
      target_link_libraries(${name} PRIVATE ${fakes} veche_${folder} veche_options benchmark::benchmark)
    endforeach()
  endif()
endfunction()

# veche_fakes(LINKS targets...): tests/fakes. Built where a test, a fuzzer or a benchmark wants it.
function(veche_fakes)
  cmake_parse_arguments(arg "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fakes/*.cpp)
  add_library(veche_fakes STATIC EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(veche_fakes PUBLIC ${arg_LINKS} GTest::gtest PRIVATE veche_options)
endfunction()

# veche_program(FOLDER NAME program LINKS targets...): a folder that holds main.cpp. What else is in the
# folder is a library of its own, so that it can be tested.
function(veche_program folder)
  cmake_parse_arguments(arg "" "NAME" "LINKS" ${ARGN})
  add_executable(${arg_NAME} ${CMAKE_SOURCE_DIR}/src/${folder}/main.cpp)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "(main|_test|_fuzz|_bench)\\.cpp$")
  target_sources(${arg_NAME} PRIVATE ${sources})
  target_compile_definitions(${arg_NAME} PRIVATE VECHE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINKS} veche_options)
  # All symbols are bound at the start, and their table is read-only then. Bound at the first call, they would make
  # ld.so save the vector registers on the stack, where a password that memcpy has just moved stays behind.
  target_link_options(${arg_NAME} PRIVATE LINKER:-z,relro,-z,now)
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  install(TARGETS ${arg_NAME})
endfunction()

# veche_catalogs(FOLDER LANGUAGES ...): compiles po/LANG.po and embeds the result in the folder's library.
function(veche_catalogs folder)
  cmake_parse_arguments(arg "" "" "LANGUAGES" ${ARGN})
  find_program(MSGFMT msgfmt REQUIRED)
  foreach(lang ${arg_LANGUAGES})
    set(po ${CMAKE_SOURCE_DIR}/po/${lang}.po)
    set(mo ${CMAKE_BINARY_DIR}/po/${lang}.mo)
    set(cpp ${CMAKE_BINARY_DIR}/po/catalog_${lang}.cpp)
    add_custom_command(OUTPUT ${cpp} DEPENDS ${po} ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/po
      COMMAND ${MSGFMT} --check -o ${mo} ${po}
      COMMAND ${CMAKE_COMMAND} -D FILE=${mo} -D OUT=${cpp} -D SYMBOL=kCatalog_${lang}
              -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
      VERBATIM)
    target_sources(veche_${folder} PRIVATE ${cpp})
  endforeach()
endfunction()

# The tests that run the real binary with real clients (tests/e2e/*_test.py), and the ones about the tree.
function(veche_end_to_end_tests)
  if(NOT BUILD_TESTING)
    return()
  endif()
  find_program(PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
  add_test(NAME tree.layers COMMAND ${PYTHON} ${CMAKE_SOURCE_DIR}/tests/layers_test.py)
  add_test(NAME tree.catalogs COMMAND ${PYTHON} ${CMAKE_SOURCE_DIR}/tests/catalogs_test.py)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/e2e/*_test.py)
  foreach(file ${scripts})
    get_filename_component(name ${file} NAME_WE)
    add_test(NAME e2e.${name} COMMAND ${PYTHON} ${file})
    set_tests_properties(e2e.${name} PROPERTIES TIMEOUT 600 LABELS e2e
      ENVIRONMENT "VECHE=$<TARGET_FILE:veche>")
  endforeach()
endfunction()

# veche_simulator(LINKS targets...): tests/simulator, one program, and a handful of its seeds as a test. A seed
# takes 1 ms, in a debug build with sanitizers 40.
function(veche_simulator)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/simulator/*.cpp)
  add_executable(simulate ${sources})
  target_link_libraries(simulate PRIVATE ${arg_LINKS} veche_options)
  set_target_properties(simulate PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  set(seeds 5000)
  if(VECHE_SANITIZE)
    set(seeds 250)
  endif()
  add_test(NAME simulator.seeds COMMAND simulate --seeds 0 ${seeds})
  set_tests_properties(simulator.seeds PROPERTIES TIMEOUT 300)
endfunction()
