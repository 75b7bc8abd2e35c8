#ifndef PARSERS_BASE_ADDRESS_CHECK_H
#define PARSERS_BASE_ADDRESS_CHECK_H

/* ADDRESSES_ARE_CHECKED is defined where AddressSanitizer, of gcc or clang, looks at each access:
 * what plays tricks with memory tells it of them, or plays none. */
#if defined(__SANITIZE_ADDRESS__)
#define ADDRESSES_ARE_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESSES_ARE_CHECKED 1
#endif
#endif

#endif
