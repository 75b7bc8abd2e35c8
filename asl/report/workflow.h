#ifndef ASL_REPORT_WORKFLOW_H
#define ASL_REPORT_WORKFLOW_H

/* What AWS calls the type of a state machine. */
enum asl_workflow { ASL_STANDARD, ASL_EXPRESS };

#endif
