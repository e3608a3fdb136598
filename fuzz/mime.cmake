if(TARGET mime)
	fuzz_target(mime USES mime)
endif()
