#ifndef TOOLS_ENVELOPES_H
#define TOOLS_ENVELOPES_H

#include "parsers/json/json.h"

/*
 * What older integrations put around a service's answer, SdkHttpMetadata and SdkResponseMetadata:
 * headers twice, ids and dates, of which hardly any workflow reads more than the status.
 */
enum envelopes { ENVELOPES_WHOLE, ENVELOPES_STATUS, ENVELOPES_GONE };

/* Returns `v` with so much of its envelopes, yours; text that is JSON is looked at, too. */
json *envelopes_reduced(const json *v, enum envelopes rest);

#endif
