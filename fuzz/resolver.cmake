if(TARGET resolver)
	fuzz_target(resolver USES resolver)
endif()
