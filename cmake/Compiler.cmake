# How our own code is compiled: strict, hardened, optionally under sanitizers.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

option(WAXSEAL_SANITIZE "AddressSanitizer and UndefinedBehaviourSanitizer" OFF)
option(WAXSEAL_FUZZ "Build libFuzzer targets (clang only)" OFF)
option(WAXSEAL_WERROR "Warnings are errors" ON)

add_compile_options(
	-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
	-Wmissing-prototypes -Wvla -Wformat=2 -Wcast-qual -Wundef
	-fstack-protector-strong -fno-omit-frame-pointer)
if(WAXSEAL_WERROR)
	add_compile_options(-Werror)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	add_compile_options(-fstack-clash-protection)
endif()
# assert() stays in release builds: a broken invariant must stop the program.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO
	"${CMAKE_C_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

if(WAXSEAL_SANITIZE OR WAXSEAL_FUZZ)
	add_compile_options(-fsanitize=address,undefined
		-fno-sanitize-recover=all)
	add_link_options(-fsanitize=address,undefined)
else()
	add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
	add_link_options(-Wl,-z,relro,-z,now -pie)
endif()
if(WAXSEAL_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_definitions(_GNU_SOURCE)
