# For bench/run-policy.
if(TARGET hosted)
	add_executable(policy_many policy_many.c)
	target_link_libraries(policy_many PRIVATE hosted os seal
		PkgConfig::OPENSSL)
	add_executable(policy_client policy_client.c)
	target_link_libraries(policy_client PRIVATE PkgConfig::OPENSSL)
endif()
