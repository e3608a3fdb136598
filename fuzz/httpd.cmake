if(TARGET httpd)
	fuzz_target(httpd USES httpd)
endif()
