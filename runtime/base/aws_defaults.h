#ifndef RUNTIME_BASE_AWS_DEFAULTS_H
#define RUNTIME_BASE_AWS_DEFAULTS_H

/* The region and account where nobody says otherwise: those that emulators of AWS have. */
#define AWS_DEFAULT_REGION "us-east-1"
#define AWS_DEFAULT_ACCOUNT "123456789012"

#endif
