if(TARGET tlsrpt)
	fuzz_target(tlsrpt USES tlsrpt)
endif()
