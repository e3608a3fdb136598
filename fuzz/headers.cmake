if(TARGET headers)
	fuzz_target(headers USES headers)
endif()
