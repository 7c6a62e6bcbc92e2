# cmake -D source=<file> -D commands=<compile_commands.json> -P check.cmake: fails unless <file> compiles.
include(${CMAKE_CURRENT_LIST_DIR}/../compile_command.cmake)
read_compile_command(command ${commands})
execute_process(COMMAND ${command} -I ${CMAKE_CURRENT_LIST_DIR}/../../bench -fsyntax-only ${source} COMMAND_ERROR_IS_FATAL ANY)
