if(TARGET bimi)
	fuzz_target(bimi USES bimi)
endif()
