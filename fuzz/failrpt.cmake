if(TARGET failrpt)
	fuzz_target(failrpt USES failrpt)
endif()
