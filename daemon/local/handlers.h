/* The handlers of the request table, by file. Each has the form of struct route's `handler`. */
#ifndef DAEMON_LOCAL_HANDLERS_H
#define DAEMON_LOCAL_HANDLERS_H

#include "daemon/local/request.h"

/* dispatch.c */
enum err handle_requests(struct request *r, struct error *e);

/* handlers_records.c */
enum err handle_registry(struct request *r, struct error *e);
enum err handle_list(struct request *r, struct error *e);
enum err handle_get(struct request *r, struct error *e);
enum err handle_history(struct request *r, struct error *e);
enum err handle_add(struct request *r, struct error *e);
enum err handle_set(struct request *r, struct error *e);
enum err handle_delete(struct request *r, struct error *e);
/* The record that the path names. */
enum err records_find(struct request *r, const struct registry_record **ret_type, int64_t *ret_id,
                      struct error *e);
/* The version that the writer had before him, from the body: absent = what stands now. */
enum err records_version(struct request *r, struct submit_op *op, struct error *e);
/* A write that met a newer record: give both back beside the error, whose code this returns. */
enum err records_conflicted(struct request *r, int64_t id, struct error *e);

/* handlers_settle.c */
enum err handle_resolve(struct request *r, struct error *e);

/* handlers_aside.c */
enum err handle_set_aside(struct request *r, struct error *e);
/* The logs that hold entries, each with what it waits for: a new list. */
enum err held_to_json(struct request *r, json_t **ret_list, struct error *e);

/* handlers_findings.c */
enum err handle_findings(struct request *r, struct error *e);
/* Put "findings", those of one record, into its JSON. */
enum err findings_of_record(struct request *r, int64_t id, json_t *record, struct error *e);
/* How many findings there are; it reads every record. */
enum err findings_count(struct request *r, uint64_t *ret_count, struct error *e);

/* handlers_import.c */
enum err handle_import(struct request *r, struct error *e);

/* handlers_admin.c */
enum err handle_status(struct request *r, struct error *e);
enum err prepare_peers(struct request *r, struct error *e);
enum err handle_peers(struct request *r, struct error *e);
enum err handle_conflicts(struct request *r, struct error *e);
enum err handle_backup(struct request *r, struct error *e);
enum err prepare_verify(struct request *r, struct error *e);
enum err handle_verify(struct request *r, struct error *e);

/* handlers_rights.c */
enum err handle_machines(struct request *r, struct error *e);
enum err handle_revoke(struct request *r, struct error *e);
enum err handle_move(struct request *r, struct error *e);
enum err handle_erase(struct request *r, struct error *e);

/* handlers_net.c */
enum err handle_sync(struct request *r, struct error *e);
enum err prepare_invite(struct request *r, struct error *e);
enum err handle_invite(struct request *r, struct error *e);
enum err handle_grant(struct request *r, struct error *e);

/* handlers_domain.c */
enum err handle_plan_read(struct request *r, struct error *e);
enum err handle_plan(struct request *r, struct error *e);
enum err handle_issue(struct request *r, struct error *e);
/* A draft campaign that is set to a later state is issued first: what is left to change, `op`
 * changes in the issued one. */
enum err issue_before_set(struct request *r, struct submit_op *op, struct error *e);
enum err handle_mapping(struct request *r, struct error *e);
enum err handle_map(struct request *r, struct error *e);
enum err handle_missing(struct request *r, struct error *e);
enum err handle_due(struct request *r, struct error *e);
enum err handle_waiting(struct request *r, struct error *e);
enum err handle_freshness(struct request *r, struct error *e);

#endif
