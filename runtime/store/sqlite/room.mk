$(eval $(call room,runtime/store/sqlite,runtime/store asl,sqlite3 libcrypto))
