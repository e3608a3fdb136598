if(TARGET xml)
	fuzz_target(xml USES xml)
endif()
