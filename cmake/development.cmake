# How ctnn's own tests, benchmarks and examples are compiled. Nothing here reaches a project that uses ctnn.
set(CTNN_ARCH native CACHE STRING "-march of the tests, benchmarks and examples: native, haswell, x86-64 (SSE2), ...")
option(CTNN_WERROR "Treat warnings as errors" OFF)
option(CTNN_SANITIZE "Build with the address and undefined-behavior sanitizers" OFF)

set(CMAKE_CXX_EXTENSIONS OFF)

# Some tests call the compiler themselves and take its flags from compile_commands.json.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(ctnn_development INTERFACE)
target_link_libraries(ctnn_development INTERFACE ctnn::ctnn)
target_compile_options(ctnn_development INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wdouble-promotion -Wundef
    $<$<BOOL:${CTNN_WERROR}>:-Werror>
    # g++ 12 sees overlaps in std::string where there are none: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-error=restrict>
    # clang 19 finds a contradiction in what -march=native says of some of the newest processors.
    $<$<AND:$<CXX_COMPILER_ID:Clang>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,19>>:-Wno-invalid-feature-combination>
    -march=${CTNN_ARCH})
if(CTNN_SANITIZE)
    # Left out is what the address sanitizer finds as well, once the pointer is used: half the time to compile.
    set(sanitizers -fsanitize=address,undefined -fno-sanitize=null,object-size,pointer-overflow
        -fno-sanitize-recover=all -fno-omit-frame-pointer
        # g++ takes twice as long where it watches the ends of scopes, clang an eighth: clang watches them.
        $<IF:$<CXX_COMPILER_ID:Clang>,-Wno-pass-failed,-fno-sanitize-address-use-after-scope>)
    # Checks as calls instead of inline: an eighth of the time again.
    set(calls $<IF:$<CXX_COMPILER_ID:Clang>,-mllvm;-asan-instrumentation-with-call-threshold=0,--param=asan-instrumentation-with-call-threshold=0>)
    target_compile_options(ctnn_development INTERFACE ${sanitizers} ${calls})
    target_link_options(ctnn_development INTERFACE ${sanitizers})
endif()

# The scripts need python3 and its standard library. Debian's own comes first: another may hide it in the PATH.
find_program(CTNN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(CTNN_PYTHON NAMES python3 REQUIRED)
mark_as_advanced(CTNN_PYTHON)

# On the single header, every <ctnn/...> of a test leads to the committed single_include/ctnn/ctnn.hpp.
option(CTNN_TEST_SINGLE_HEADER "Build tests, benchmarks and examples with the single header" OFF)
if(CTNN_TEST_SINGLE_HEADER)
    # A test that uses the namespace sees all of ctnn then, and clang warns where one of its variables has the name of an
    # option; the headers by themselves are compiled with the warning.
    target_compile_options(ctnn_development INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-shadow>)
    set(forward_folder ${PROJECT_BINARY_DIR}/forward)
    execute_process(COMMAND ${CTNN_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/amalgamate.py --forward ${forward_folder}
                    COMMAND_ERROR_IS_FATAL ANY)
    set(include_folder ${forward_folder} ${PROJECT_SOURCE_DIR}/single_include)
endif()
