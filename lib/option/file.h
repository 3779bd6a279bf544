// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OPTION_FILE_H
#define LIB_OPTION_FILE_H

#include "lib/option/option.h"

/*
 * Options from a configuration file.  A key is an option's name, whole
 * ("transport.kafka.topic: flows") or a part at a time ("transport.kafka: {topic:
 * flows}"); a list gives its items one by one, or, where the option takes one
 * text, joined by commas; null leaves the option as it is.
 */
struct option_file;

/*
 * Sets the options that the file names.  NULL if the file is not right, or names one that is
 * OPTION_LINE_ONLY: message then says where and why.  Texts of options are borrowed from the
 * file until it is freed.
 */
struct option_file *option_file_read(const struct option_group *groups, size_t n, const char *path,
                                     char *message, size_t message_size);
void option_file_free(struct option_file *file);

/*
 * Where the file gave the text that an option still has: "weir.yaml:3:11: ".  ""
 * if it did not, or if file is NULL.  Valid until the next call.
 */
const char *option_file_place(struct option_file *file, const char *name, const char *text);

#endif
