# cmake -D header=<file> -D commands=<compile_commands.json> -P precompile.cmake
# Writes <file>, which includes ctnn, and <file>.gch, which g++ and clang take for it where a command includes <file>.
include(${CMAKE_CURRENT_LIST_DIR}/../compile_command.cmake)
read_compile_command(command ${commands})
file(WRITE ${header} "#include <ctnn/ctnn.hpp>\n")
# Without the image library, whose warnings g++ forgets to leave out where it is precompiled.
execute_process(COMMAND ${command} -UCTNN_WITH_IMAGES -x c++-header ${header} -o ${header}.gch COMMAND_ERROR_IS_FATAL ANY)
