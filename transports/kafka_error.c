// SPDX-License-Identifier: Apache-2.0
// What a code of librdkafka means for a message: a look at the table.
#include "transports/kafka_error.h"

static const struct kafka_error errors[KAFKA_ERRORS] = {
#define KAFKA_ERROR(code, fate, loss) {RD_KAFKA_RESP_ERR_##code, KAFKA_##fate, TRANSPORT_##loss},
#include "transports/kafka_errors.def"
#undef KAFKA_ERROR
};

const struct kafka_error *kafka_error_of(rd_kafka_resp_err_t code)
{
    size_t row = 0;

    while (row < KAFKA_ERRORS - 1 && errors[row].code != code) {
        row++;
    }
    return &errors[row];
}

const struct kafka_error *kafka_error_row(size_t row)
{
    return &errors[row];
}

size_t kafka_error_number(const struct kafka_error *error)
{
    return (size_t)(error - errors);
}
