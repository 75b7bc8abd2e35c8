$(eval $(call room,runtime/store/sqlite,runtime/store/kept))
