$(eval $(call room,runtime/store/postgresql,runtime/store/kept))
