if(TARGET tls)
	fuzz_target(tls_peek USES tls)
endif()
