if(TARGET insight)
	fuzz_target(insight USES insight)
endif()
