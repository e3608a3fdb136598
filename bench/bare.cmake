# The ceiling that import is measured against: the same libraries, no logic.
add_executable(bare_pipeline bare_pipeline.c)
target_link_libraries(bare_pipeline PRIVATE PkgConfig::GMIME PkgConfig::ZLIB
	PkgConfig::LIBZIP PkgConfig::EXPAT PkgConfig::SQLITE)
