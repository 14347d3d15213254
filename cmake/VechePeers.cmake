# The peers of veche in bench/, each built if its compiler or library is there (`script/bootstrap bench` installs
# them); bench/run leaves out those that are not.

function(veche_peer name source)
  add_executable(${name} ${CMAKE_SOURCE_DIR}/bench/${source})
  target_link_libraries(${name} PRIVATE veche_options ${ARGN})
endfunction()

veche_peer(bench_floor floor.cpp)
veche_peer(bench_flood flood.cpp)  # no peer: a load
veche_peer(bench_echo_floor echo_floor.cpp)
veche_peer(bench_scan_floor scan_floor.cpp)
veche_peer(bench_slow_path slow_path.cpp)  # no peer: the path on which bench/scan lets veche and nmap scan

pkg_check_modules(libuv IMPORTED_TARGET libuv)
if(libuv_FOUND)
  veche_peer(bench_echo_libuv echo_libuv.cpp PkgConfig::libuv)
endif()

find_path(BOOST_ASIO_INCLUDE boost/asio/io_context.hpp)
if(BOOST_ASIO_INCLUDE)
  veche_peer(bench_echo_asio echo_asio.cpp Threads::Threads)
  # g++ warns of Asio's own headers; a file's options come behind the target's.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/bench/echo_asio.cpp PROPERTIES COMPILE_OPTIONS -Wno-null-dereference)
endif()

find_program(GO go)
if(GO)
  set(source ${CMAKE_SOURCE_DIR}/bench/echo_go.go)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/bench_echo_go DEPENDS ${source}
    COMMAND ${CMAKE_COMMAND} -E env GO111MODULE=off GOCACHE=${CMAKE_BINARY_DIR}/go-cache
            ${GO} build -o ${CMAKE_BINARY_DIR}/bench_echo_go ${source}
    VERBATIM)
  add_custom_target(bench_echo_in_go ALL DEPENDS ${CMAKE_BINARY_DIR}/bench_echo_go)
endif()

# Debian's cargo and Debian's crates, nothing from a network.
find_program(DEBIAN_CARGO cargo PATHS /usr/bin NO_DEFAULT_PATH)
find_program(DEBIAN_RUSTC rustc PATHS /usr/bin NO_DEFAULT_PATH)
set(crates /usr/share/cargo/registry)
file(GLOB tokio ${crates}/tokio-1.*)
if(DEBIAN_CARGO AND DEBIAN_RUSTC AND tokio)
  set(source ${CMAKE_SOURCE_DIR}/bench/echo_tokio)
  set(build ${CMAKE_BINARY_DIR}/echo_tokio)
  # cargo writes Cargo.lock beside Cargo.toml: into a copy, not into the tree.
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/bench_echo_tokio DEPENDS ${source}/Cargo.toml ${source}/src/main.rs
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${source} ${build}
    COMMAND ${CMAKE_COMMAND} -E env CARGO_HOME=${build}/home RUSTC=${DEBIAN_RUSTC}
            ${DEBIAN_CARGO} build --release --offline --quiet --manifest-path ${build}/Cargo.toml
            --target-dir ${build}/target
            --config "source.crates-io.replace-with=\"debian\"" --config "source.debian.directory=\"${crates}\""
    COMMAND ${CMAKE_COMMAND} -E copy ${build}/target/release/bench_echo_tokio ${CMAKE_BINARY_DIR}/bench_echo_tokio
    VERBATIM)
  add_custom_target(bench_echo_in_rust ALL DEPENDS ${CMAKE_BINARY_DIR}/bench_echo_tokio)
endif()
