// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_TEMPLATES_H
#define CMD_TEMPLATES_H

#include "lib/http/answer.h"
#include "lib/worker.h"

/*
 * Answers with the templates of all exporters, as goflow2's version 3 prints them:
 * {"ip:port":{"10/1/256":{...}}}, sorted.  Asks the workers slice by slice.
 */
void templates_answer(struct worker *const *workers, unsigned n, struct http_answer *answer);

#endif
