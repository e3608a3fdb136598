if(TARGET hosted)
	fuzz_target(hosted USES hosted)
endif()
