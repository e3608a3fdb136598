if(TARGET zone)
	fuzz_target(caa USES zone)
endif()
