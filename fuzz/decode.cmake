if(TARGET decode)
	fuzz_target(decode USES decode)
endif()
