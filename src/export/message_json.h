/* message_json.h - one message for a reader: the output contract of `messages`.
 *
 * The object begins with id, message_id, feed, time, ip, helo, engine, client, campaign, programme, brand, category; then come
 * occurrence and every other feature under its name in feature/registry.def, in that order. What is not there is null (lists: []).
 * programme and brand are {"name","confidence"}; engine, client and campaign are null until their analysis exists.
 * Recipient addresses are masked, and tokens that carry one are hidden in texts, lists and JSON except message_id and
 * source_member, unless reveal is set.
 */
#ifndef TRAPLINE_EXPORT_MESSAGE_JSON_H
#define TRAPLINE_EXPORT_MESSAGE_JSON_H

#include "export/table.h"

void row_to_json(const struct row *r, struct json *j, bool reveal);

/* JSON of our own making (attachments, evidence) with mask_tokens applied to the strings that may come from a message. */
void mask_json(const struct mask *m, struct str json, struct buf *out);

/* One row of a table of messages: an object in the JSON formats, else a cell for each of the features, which the table's columns
 * must match (message_columns). FEAT_COUNT stands for the feed, which is no feature. */
void table_message(struct table *t, const struct row *r, const enum feature_id *features, size_t n);
/* Columns for these features; cols has room for n. */
void message_columns(const enum feature_id *features, size_t n, struct column *cols);

#endif
