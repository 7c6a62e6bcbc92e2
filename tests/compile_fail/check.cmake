# cmake -D source=<file> -D commands=<compile_commands.json> -D line_limit=<lines> [-D precompiled=<file>] -P check.cmake
# Fails unless <file> is refused with all that its first lines expect, in few lines, and compiles with CTNN_CORRECT.
function(fail text)
    message("${text}")  # in one line; a FATAL_ERROR would be wrapped
    message(FATAL_ERROR "failed")
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/../compile_command.cmake)
read_compile_command(command ${commands})

file(STRINGS ${source} first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect: .")
    fail("${source}: the first line must be '// expect: <regular expression>'")
endif()
file(STRINGS ${source} expectations REGEX "^// expect: ")

# A source that defines something before it includes ctnn reads the headers by itself.
file(STRINGS ${source} definitions REGEX "^#define ")
if(precompiled AND EXISTS ${precompiled} AND NOT definitions)
    list(APPEND command -UCTNN_WITH_IMAGES -include ${precompiled})
endif()

execute_process(COMMAND ${command} -fsyntax-only ${source}
                RESULT_VARIABLE exit_code OUTPUT_VARIABLE output ERROR_VARIABLE output)
message("${output}")
if(exit_code EQUAL 0)
    fail("${source} compiles, and must not")
endif()
foreach(expectation IN LISTS expectations)
    string(REPLACE "// expect: " "" expectation "${expectation}")
    if(NOT output MATCHES "${expectation}")
        fail("${source} fails for another reason: nothing matches '${expectation}'")
    endif()
endforeach()
string(REGEX MATCHALL "\n" ends "${output}")
list(LENGTH ends lines)
if(lines GREATER line_limit)
    fail("${source}: the message has ${lines} lines, more than the ${line_limit} that one reads at once")
endif()

execute_process(COMMAND ${command} -fsyntax-only -DCTNN_CORRECT ${source} RESULT_VARIABLE exit_code)
if(NOT exit_code EQUAL 0)
    fail("${source}: the corrected twin does not compile")
endif()
message("refused as expected, in ${lines} lines; the corrected twin compiles")
